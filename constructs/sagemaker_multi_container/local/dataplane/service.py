"""The runtime API, answered for the endpoints that are served."""

from __future__ import annotations

import asyncio
import json
import logging
from http import HTTPStatus

from ..served import Observer, ServedEndpoint
from . import api, errors
from .description import described
from .invocation import Invocation
from .record import OpenRecord
from .routing import Random, find, parameters_of, route
from .seam import Caller, Containers
from .timeouts import Timeouts

_log = logging.getLogger(__name__)

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Service:
    """Answers requests, whoever brings them."""

    def __init__(self, *, observer: Observer, timeouts: Timeouts, random: Random) -> None:
        self.endpoints: dict[str, ServedEndpoint] = {}
        """What is served, by name."""
        self._observer = observer
        self._timeouts = timeouts
        self._random = random

    async def answer(self, caller: Caller, containers: Containers) -> None:
        """Answer a request, and tell the observer. Only cancellation gets out."""
        record = OpenRecord(observer=self._observer, operation=f"{caller.method} {caller.path}")
        try:
            try:
                await self._answer(caller, containers, record)
            except errors.ApiError as error:
                await _refuse(caller, error, record)
            except ConnectionError:
                raise
            except Exception:
                _log.exception("the data plane failed")
                await _refuse(caller, errors.internal_failure(), record)
        except (ConnectionError, asyncio.CancelledError) as error:
            record.error = "the connection was closed before the answer was complete"
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            record.tell()

    async def _answer(self, caller: Caller, containers: Containers, record: OpenRecord) -> None:
        if not _is_loopback(host := caller.headers.get("host", "")):
            raise errors.foreign_host(host)
        if (name := api.described_endpoint(caller.method, caller.path)) is not None:
            await self._describe(caller, name, record)
            return
        target = api.operation_of(caller.method, caller.path)
        if target is None:
            raise errors.unknown_operation(caller.method, caller.path)
        operation, name = target
        record.operation, record.endpoint = operation.name, name
        parameters = parameters_of(operation, caller.headers)
        found = route(self.endpoints, operation, name, parameters, self._random)
        record.variant = found.variant.name
        body = await caller.body(api.MAX_BODY)
        if body is None:
            raise errors.BodyTooLargeError
        record.request_bytes = len(body)
        invocation = Invocation(operation, found, parameters, containers, self._timeouts, record)
        await invocation.answer(caller, body)

    async def _describe(self, caller: Caller, name: str, record: OpenRecord) -> None:
        record.operation, record.endpoint = api.DESCRIBE, name
        body = json.dumps(described(find(self.endpoints, name))).encode()
        record.status, record.response_bytes = HTTPStatus.OK, len(body)
        record.tell()
        await caller.respond(HTTPStatus.OK, {"Content-Type": "application/json"}, body)


async def _refuse(caller: Caller, error: errors.ApiError, record: OpenRecord) -> None:
    body = error.body()
    record.status, record.error, record.response_bytes = error.status, str(error), len(body)
    record.tell()
    await caller.respond(error.status, error.headers(), body)


def _is_loopback(host: str) -> bool:
    return host.lower() in _LOOPBACK or host.lower().rpartition(":")[0] in _LOOPBACK

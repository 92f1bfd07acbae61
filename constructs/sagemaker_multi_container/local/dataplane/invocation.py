"""One request of a caller: to its containers, one after the other, and back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise

from ..served import ServedContainer
from . import api, errors, event_stream, forwarding, model_errors
from .api import Operation
from .record import OpenRecord
from .routing import Route
from .seam import BrokenError, Caller, ContainerResponse, Containers, UnreachableError
from .timeouts import Timeouts

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Content:
    body: bytes
    content_type: str | None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A request that has a route."""

    operation: Operation
    route: Route
    parameters: Mapping[str, str]
    containers: Containers
    timeouts: Timeouts
    record: OpenRecord

    async def answer(self, caller: Caller, body: bytes) -> None:
        """Call the containers and answer the caller.

        Raises:
            ApiError: If a container fails before the answer has begun.
            ConnectionError: If the caller is gone.
        """
        content = _Content(body, self.parameters.get("ContentType"))
        for container, following in pairwise(self.route.containers):
            content = await self._handed_on(container, following, content)
        last = self.route.containers[-1]
        if self.operation.streams:
            await self._stream(caller, last, content)
        else:
            await self._respond(caller, last, content)

    async def _handed_on(self, container: ServedContainer, following: ServedContainer, content: _Content) -> _Content:
        endpoint = self.route.endpoint
        async with self._called(container, content, self.timeouts.invocation) as response:
            body, size = await _whole(response, api.MAX_HOP)
            if body is None:
                raise model_errors.hop_too_large(
                    endpoint, container.hostname, following.hostname, response.status, size
                )
            return _Content(body, response.headers.get("content-type"))

    async def _respond(self, caller: Caller, container: ServedContainer, content: _Content) -> None:
        endpoint = self.route.endpoint
        async with self._called(container, content, self.timeouts.invocation) as response:
            body, size = await _whole(response, api.MAX_BODY)
            if body is None:
                raise model_errors.response_too_large(endpoint, container.hostname, response.status, size)
        self.record.status = 200
        self.record.response_bytes = len(body)
        self.record.tell()
        await caller.respond(200, self._headers(response), body)

    async def _stream(self, caller: Caller, container: ServedContainer, content: _Content) -> None:
        begun = False
        try:
            async with self._called(container, content, self.timeouts.stream) as response:
                await caller.begin(self._headers(response))
                begun = True
                while part := await response.part():
                    await caller.send(event_stream.payload_part(part))
                    self.record.response_bytes += len(part)
        except ConnectionError:
            raise
        except Exception as error:
            if not begun:
                raise
            await self._break_off(caller, error)
        else:
            self.record.status = 200
            self.record.tell()
        await caller.end()

    async def _break_off(self, caller: Caller, error: Exception) -> None:
        """Say in the stream why it ends, since its status is known already."""
        if isinstance(error, model_errors.ModelError):
            code, members = "ModelStreamError", {"Message": error.message, "ErrorCode": error.stream_code}
        else:
            _log.error("the data plane failed", exc_info=error)
            code, members = "InternalStreamFailure", {"Message": errors.internal_failure().message}
        self.record.status = 200
        self.record.error = f"{code}: {members['Message']}"
        self.record.tell()
        await caller.send(event_stream.exception(code, members))

    @asynccontextmanager
    async def _called(
        self, container: ServedContainer, content: _Content, seconds: float
    ) -> AsyncIterator[ContainerResponse]:
        """The response of a container, which is a success. Whatever goes wrong with it meanwhile is an `ApiError`."""
        endpoint, hostname = self.route.endpoint, container.hostname
        accept = forwarding.accept_of(
            container, last=container is self.route.containers[-1], parameters=self.parameters
        )
        headers = forwarding.request_headers(
            self.operation, self.parameters, content_type=content.content_type, accept=accept
        )
        with self.record.hop(hostname) as hop:
            try:
                async with (
                    asyncio.timeout(seconds),
                    self.containers.post(container.url, headers, content.body) as response,
                ):
                    hop.status = response.status
                    hop.content_type = response.headers.get("content-type")
                    if response.status not in api.SUCCESS:
                        raise await self._refusal(hostname, response)
                    yield response
            except TimeoutError:
                raise model_errors.timed_out(endpoint, hostname) from None
            except UnreachableError as error:
                raise errors.unreachable(hostname, str(error)) from None
            except BrokenError as error:
                raise model_errors.broken(endpoint, hostname, str(error)) from None

    async def _refusal(self, hostname: str, response: ContainerResponse) -> errors.ApiError:
        endpoint = self.route.endpoint
        try:
            body = await _beginning(response, api.MAX_MESSAGE * 4)
        except BrokenError:
            return model_errors.refused_unreadably(endpoint, hostname, response.status)
        return model_errors.refused(endpoint, hostname, response.status, body)

    def _headers(self, response: ContainerResponse) -> dict[str, str]:
        return forwarding.response_headers(self.operation, self.route, self.parameters, response.headers)


async def _whole(response: ContainerResponse, limit: int) -> tuple[bytes | None, str]:
    """The body, or None if it has more bytes than the limit; and how many it has, for an error."""
    announced = int(response.headers.get("content-length", 0))
    if announced > limit:
        return None, str(announced)
    parts: list[bytes] = []
    size = 0
    while part := await response.part():
        parts.append(part)
        size += len(part)
        if size > limit:
            return None, f"more than {limit}"
    return b"".join(parts), str(size)


async def _beginning(response: ContainerResponse, length: int) -> bytes:
    """As many bytes of the body as a message may have, if each of its characters has four."""
    body = b""
    while len(body) < length and (part := await response.part()):
        body += part
    return body

"""The data plane, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol, Self

from ..errors import LocalEndpointError
from ..served import Observer, RequestRecord, ServedEndpoint
from .service import Service
from .timeouts import Timeouts

_log = logging.getLogger(__name__)


class Adapter(Protocol):
    """Serves a service by HTTP on this machine, with callers on one side and containers on the other."""

    def __call__(self, service: Service, port: int) -> AbstractAsyncContextManager[int]:
        """Serve until the context ends, which cuts what still runs. Gives the port; 0 asks for one that is free."""
        ...


def unobserved(_record: RequestRecord) -> None:
    """An `Observer` for those who do not care."""


class DataPlane:
    """SageMaker's runtime API on this machine: what `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` leads to.

    It listens on 127.0.0.1 alone and takes any credentials, or none. Use it as a context manager, or call `start` and
    `stop`.
    """

    def __init__(
        self,
        endpoints: Iterable[ServedEndpoint] = (),
        *,
        port: int = 0,
        observer: Observer = unobserved,
        timeouts: Timeouts | None = None,
        adapter: Adapter | None = None,
    ) -> None:
        """Prepare it; nothing is started.

        Args:
            endpoints: What is served from the start. Their names differ.
            port: Where to listen; 0 for a port that is free.
            observer: Is told of each request, in the thread of the data plane. What it raises is logged.
            timeouts: How long containers may take; as long as SageMaker lets them by default.
            adapter: Serves HTTP; aiohttp by default.
        """
        self._service = Service(
            observer=self._tell, timeouts=timeouts or Timeouts(), random=random.SystemRandom().random
        )
        self._observer = observer
        self._observers: dict[str, Observer] = {}
        for each in endpoints:
            self.serve(each)
        self._port = port
        self._adapter = adapter
        self._url: str | None = None
        self._thread: threading.Thread | None = None
        self._stop: Future[None] = Future()

    @property
    def url(self) -> str:
        """Where it serves, such as `http://127.0.0.1:41234`.

        Raises:
            LocalEndpointError: If it does not.
        """
        if self._url is None:
            raise LocalEndpointError("the data plane does not serve: use it in a `with` block, or call start()")
        return self._url

    def serve(self, endpoint: ServedEndpoint, observer: Observer = unobserved) -> None:
        """Serve an endpoint from now on, too.

        Args:
            endpoint: The endpoint.
            observer: Is told of its requests alone.

        Raises:
            LocalEndpointError: If one of that name is served already.
        """
        if endpoint.name in self._service.endpoints:
            raise LocalEndpointError(f"an endpoint named {endpoint.name} is served already; give one another name")
        self._service.endpoints = {**self._service.endpoints, endpoint.name: endpoint}
        self._observers[endpoint.name] = observer

    def withdraw(self, name: str) -> None:
        """Serve an endpoint no longer. What it answers at that moment is answered."""
        self._service.endpoints = {key: each for key, each in self._service.endpoints.items() if key != name}
        self._observers.pop(name, None)

    def start(self) -> str:
        """Serve, and give the URL, such as `http://127.0.0.1:41234`.

        Raises:
            LocalEndpointError: If the port is taken, aiohttp is missing, or it serves already.
        """
        if self._thread is not None:
            raise LocalEndpointError("the data plane serves already")
        adapter = self._adapter or _aiohttp()
        started: Future[int] = Future()
        self._stop = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(_serve(adapter, self._service, self._port, started, self._stop)),
            name="data plane",
            daemon=True,
        )
        self._thread.start()
        try:
            self._url = f"http://127.0.0.1:{started.result()}"
        except OSError as error:
            self.stop()
            reason = os.strerror(error.errno or 0).lower()
            raise LocalEndpointError(
                f"cannot listen on port {self._port} of 127.0.0.1 ({reason}); end what uses it, or take another"
            ) from error
        except BaseException:
            self.stop()
            raise
        return self._url

    def stop(self) -> None:
        """Stop serving. What still runs is cut; it may be called again."""
        if self._thread is None:
            return
        if not self._stop.done():
            self._stop.set_result(None)
        self._thread.join()
        self._thread = None
        self._url = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _tell(self, record: RequestRecord) -> None:
        for observer in (self._observers.get(record.endpoint, unobserved), self._observer):
            try:
                observer(record)
            except BaseException:  # what ends a thread, such as SystemExit, would end all requests
                _log.exception("an observer failed")


async def _serve(adapter: Adapter, service: Service, port: int, started: Future[int], stop: Future[None]) -> None:
    try:
        async with adapter(service, port) as actual:
            started.set_result(actual)
            await asyncio.wrap_future(stop)
    except BaseException as error:
        if started.done():
            raise
        started.set_exception(error)


def _aiohttp() -> Adapter:
    try:
        from .aiohttp_server import serving  # noqa: PLC0415 - an extra of the package
    except ModuleNotFoundError as missing:
        raise LocalEndpointError(
            f"{missing.name} is not installed; install 'sagemaker-multi-container[local]'"
        ) from missing
    return serving

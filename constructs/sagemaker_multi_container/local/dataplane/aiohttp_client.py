"""The way to the containers, by aiohttp."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import re
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final
from weakref import WeakSet

import aiohttp
from aiohttp import AddrInfoType
from yarl import URL

from .seam import BrokenError, UnreachableError

IDLE: Final = 1.0
"""The seconds for which an idle connection is kept. Servers close theirs after two seconds or more, so that hardly any
request meets a connection that is just being closed."""

MAX_HEADER: Final = 64 * 1024
"""Bytes of a header of callers and containers; SageMaker's own limit is not known."""

_LOOKS: Final = 100
"""How often the event loop may turn until it has seen that connections were cut."""

_UNREAD: Final = (errno.ECONNRESET, errno.EPIPE, None)
"""How a system answers for a server that closed a connection and will not read what was sent. Without a number, aiohttp
saw the end before it had sent all."""

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What no header may hold: aiohttp takes it from containers unless it is debugged, and never sends it on."""


@asynccontextmanager
async def to_containers() -> AsyncIterator[AiohttpContainers]:
    """Connections to containers, which are closed at the end."""
    sockets: WeakSet[socket.socket] = WeakSet()

    def make_socket(address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, _ = address
        made = _Socket(family, kind, protocol)
        sockets.add(made)
        return made

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_remember_reuse)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE, socket_factory=make_socket),
        timeout=aiohttp.ClientTimeout(),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        max_field_size=MAX_HEADER,
        trace_configs=[trace],
    ) as session:
        yield AiohttpContainers(session)
    await _end(sockets)


class _Socket(socket.socket):
    """Tells of a reset that came after the end of the stream, which Linux keeps to itself."""

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        received = super().recv(bufsize, flags)
        if not received and (reset := self.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
            raise OSError(reset, os.strerror(reset))
        return received


async def _end(sockets: Iterable[socket.socket]) -> None:
    """Cut the connections that would wait for ever to send what a container does not read."""
    for _ in range(_LOOKS):
        still_open = [each for each in sockets if each.fileno() >= 0]
        if not still_open:
            break
        for each in still_open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        await asyncio.sleep(0)


@dataclass(slots=True)
class _Connection:
    is_reused: bool = False


async def _remember_reuse(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _: aiohttp.TraceConnectionReuseconnParams
) -> None:
    context.trace_request_ctx.is_reused = True


class AiohttpContainers:
    """Implements `Containers`."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @asynccontextmanager
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> AsyncIterator[AiohttpResponse]:
        """Send a request and wait for the response to begin."""
        target = URL(f"{url.rstrip('/')}/invocations")
        try:
            response = await self._sent(target, headers, body)
        except aiohttp.ClientConnectorError as error:
            raise UnreachableError(_reason(error.os_error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise BrokenError(_reason(error)) from error
        try:
            if any(map(_CONTROLS.search, response.headers.values())):
                raise BrokenError("it is not HTTP (a header holds control characters)")
            yield AiohttpResponse(response)
        finally:
            response.close()

    async def _sent(self, target: URL, headers: Mapping[str, str], body: bytes) -> aiohttp.ClientResponse:
        """Sends again if the container closed a used connection and certainly did not read the whole request."""
        connection = _Connection()
        try:
            return await self._post(target, headers, body, connection)
        except aiohttp.ClientOSError as error:
            if not connection.is_reused or error.errno not in _UNREAD:
                raise
            return await self._post(target, headers, body, connection)

    async def _post(
        self, target: URL, headers: Mapping[str, str], body: bytes, connection: _Connection
    ) -> aiohttp.ClientResponse:
        return await self._session.post(
            target, data=io.BytesIO(body), headers=headers, allow_redirects=False, trace_request_ctx=connection
        )


class AiohttpResponse:
    """Implements `ContainerResponse`."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status: int = response.status
        # What is no UTF-8 could not be sent on.
        self.headers: Mapping[str, str] = {
            name.lower(): value.encode(errors="replace").decode() for name, value in response.headers.items()
        }

    async def part(self) -> bytes:
        """What has come of the body since."""
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise BrokenError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """What happened, without the words of the library."""
    match error:
        case aiohttp.ClientPayloadError():
            return "the connection was closed before the end of the body"
        case aiohttp.ServerDisconnectedError():
            return "the connection was closed before the end of the head"
        case aiohttp.ClientResponseError():
            return f"it is not HTTP ({error.message.partition(chr(10))[0].rstrip(':')})"
        case OSError() if error.errno is not None and error.errno in errno.errorcode:
            return os.strerror(error.errno).lower()
        case aiohttp.ClientOSError(errno=None):
            return "the connection was closed before the end of the request"
        case _:
            return str(error)

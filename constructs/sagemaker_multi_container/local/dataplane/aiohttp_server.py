"""The side of the callers, by aiohttp."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from .aiohttp_client import MAX_HEADER, to_containers
from .api import EVENT_STREAM, REQUEST_ID
from .service import Service

HOST: Final = "127.0.0.1"
LINGERING: Final = 1.0
"""Seconds in which a caller may go on to send a body that was refused, so that it gets to read why."""


@asynccontextmanager
async def serving(service: Service, port: int) -> AsyncIterator[int]:
    """Serves on loopback until the end, when it cuts what still runs.

    Args:
        service: What answers.
        port: Where to listen; 0 for one that is free.

    Yields:
        The port.

    Raises:
        OSError: If the port is taken.
    """
    running: set[asyncio.Task[None]] = set()
    async with to_containers() as containers:

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            task = request.task
            running.add(task)
            try:
                caller = AiohttpCaller(request)
                await service.answer(caller, containers)
                return caller.response
            finally:
                running.discard(task)

        server = web.Server(
            handle,
            access_log=None,
            handler_cancellation=True,
            auto_decompress=False,
            max_field_size=MAX_HEADER,
            lingering_time=LINGERING,
        )
        runner = web.ServerRunner(server)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, port, backlog=1024)
            await site.start()
            yield runner.addresses[0][1]
            await site.stop()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        finally:
            await runner.cleanup()


class AiohttpCaller:
    """Implements `Caller`."""

    def __init__(self, request: web.BaseRequest) -> None:
        self._request = request
        self.method: str = request.method
        self.path: str = request.rel_url.raw_path
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers.items()}
        self.response: web.StreamResponse = web.Response(status=500)

    async def body(self, limit: int) -> bytes | None:
        """The whole body, or None if it has more bytes than the limit."""
        request = self._request
        if (request.content_length or 0) > limit:
            return None
        if self.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        parts = []
        size = 0
        while part := await request.content.readany():
            parts.append(part)
            size += len(part)
            if size > limit:
                return None
        return b"".join(parts)

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Answer with a whole response."""
        response = web.Response(status=status, headers=headers, body=body)
        await self._prepare(response)
        await response.write_eof()

    async def begin(self, headers: Mapping[str, str]) -> None:
        """Begin a response of status 200 whose length is not known."""
        await self._prepare(web.StreamResponse(headers={"Content-Type": EVENT_STREAM, **headers}))

    async def send(self, part: bytes) -> None:
        """Send a part of it."""
        await self.response.write(part)

    async def end(self) -> None:
        """End it."""
        await self.response.write_eof()

    async def _prepare(self, response: web.StreamResponse) -> None:
        if not self._request.content.is_eof():
            response.force_close()
        response.headers[REQUEST_ID] = str(uuid.uuid4())
        self.response = response
        await response.prepare(self._request)

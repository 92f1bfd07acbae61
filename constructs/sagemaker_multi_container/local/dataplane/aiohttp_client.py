"""The way to the containers, by aiohttp."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from yarl import URL

from .seam import BrokenError, UnreachableError

IDLE: Final = 1.0
"""The seconds for which an idle connection is kept. Servers close theirs after two seconds or more, so that no request
meets a connection that is just being closed."""


@asynccontextmanager
async def to_containers() -> AsyncIterator[AiohttpContainers]:
    """Connections to containers, which are closed at the end."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE),
        timeout=aiohttp.ClientTimeout(),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        max_field_size=64 * 1024,
    ) as session:
        yield AiohttpContainers(session)


class AiohttpContainers:
    """Implements `Containers`."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @asynccontextmanager
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> AsyncIterator[AiohttpResponse]:
        """Send a request and wait for the response to begin."""
        target = URL(f"{url.rstrip('/')}/invocations")
        try:
            response = await self._session.post(target, data=body, headers=headers, allow_redirects=False)
        except aiohttp.ClientConnectorError as error:
            raise UnreachableError(_reason(error.os_error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise BrokenError(_reason(error)) from error
        try:
            yield AiohttpResponse(response)
        finally:
            response.close()


class AiohttpResponse:
    """Implements `ContainerResponse`."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status: int = response.status
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}

    async def part(self) -> bytes:
        """What has come of the body since."""
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise BrokenError(_reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in errno.errorcode:
        return os.strerror(error.errno).lower()
    return str(error) or type(error).__name__

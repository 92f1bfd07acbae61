"""What the data plane knows of HTTP: the side of the caller and the side of the containers.

Whoever implements these serves the API; `aiohttp_server.py` and `aiohttp_client.py` do.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Caller(Protocol):
    """A request, and the connection that its answer goes to.

    The task that serves it is cancelled when the connection is closed.
    """

    @property
    def method(self) -> str:
        """Of HTTP, in upper case."""
        ...

    @property
    def path(self) -> str:
        """As it was sent, percent-encoded and without the query."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """By their names in lower case."""
        ...

    async def body(self, limit: int) -> bytes | None:
        """The whole body, or None if it has more bytes than the limit."""
        ...

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Answer with a whole response.

        Raises:
            ConnectionError: If the caller is gone.
        """
        ...

    async def begin(self, headers: Mapping[str, str]) -> None:
        """Begin a response of status 200 whose length is not known.

        Raises:
            ConnectionError: If the caller is gone.
        """
        ...

    async def send(self, part: bytes) -> None:
        """Send a part of it. Waits while the caller does not read.

        Raises:
            ConnectionError: If the caller is gone.
        """
        ...

    async def end(self) -> None:
        """End it.

        Raises:
            ConnectionError: If the caller is gone.
        """
        ...


class UnreachableError(Exception):
    """A container accepts no connection. The text says why."""


class BrokenError(Exception):
    """A container did not answer with a complete HTTP response. The text says how."""


class ContainerResponse(Protocol):
    """A container's response, whose body has not been read."""

    @property
    def status(self) -> int:
        """Of HTTP."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """By their names in lower case."""
        ...

    async def part(self) -> bytes:
        """What has come of the body since, as it was sent; empty at its end. What nobody asks for is not fetched.

        Raises:
            BrokenError: If the connection is closed before the end.
        """
        ...


class Containers(Protocol):
    """The way to the containers."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> AbstractAsyncContextManager[ContainerResponse]:
        """Send a request and wait for the response to begin. Leaving early closes the connection.

        Raises:
            UnreachableError: If nobody accepts the connection.
            BrokenError: If no response comes.
        """
        ...

"""Containers as tests need them: servers on a raw socket, which can do whatever a broken one does."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

DEADLINE = 30.0
"""Seconds after which a test that waits has failed."""


@dataclass(frozen=True)
class Request:
    """What a container was asked."""

    line: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes


class Connection:
    """One connection to a container."""

    def __init__(self, raw: socket.socket) -> None:
        self._socket = raw
        self._received = b""

    def head(self) -> tuple[str, dict[str, str]] | None:
        """The request's first line and headers; None when the connection is closed."""
        while b"\r\n\r\n" not in self._received:
            if not self._receive():
                return None
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        line, *lines = head.decode().split("\r\n")
        pairs = (each.split(": ", 1) for each in lines)
        return line, {name.lower(): value for name, value in pairs}

    def request(self) -> Request | None:
        """A whole request; None when the connection is closed."""
        head = self.head()
        if head is None:
            return None
        line, headers = head
        length = int(headers.get("content-length", 0))
        while len(self._received) < length and self._receive():
            pass
        body, self._received = self._received[:length], self._received[length:]
        return Request(line, headers, body)

    def send(self, content: bytes) -> None:
        """Send all of it."""
        self._socket.sendall(content)

    def send_while_taken(self, content: bytes) -> int:
        """Send it until the other side has taken nothing for a second; how many bytes it took."""
        sent = 0
        self._socket.settimeout(1)
        with contextlib.suppress(TimeoutError):
            while sent < len(content):
                sent += self._socket.send(memoryview(content)[sent : sent + 65536])
        self._socket.settimeout(DEADLINE)
        return sent

    def wait_for_bytes(self) -> None:
        """Wait until there is something to read, and do not read it."""
        select.select([self._socket], [], [], DEADLINE)

    def wait_for_close(self) -> bool:
        """Whether the other side closes the connection, which is waited for."""
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Close it as a server does that has been idle for long."""
        self._socket.close()

    def reset(self) -> None:
        """Close it as a process does that dies with unread bytes."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _receive(self) -> bool:
        received = self._socket.recv(65536)
        self._received += received
        return bool(received)


Serve = Callable[[Connection], None]
"""What a container does with a connection. The connection is closed afterwards."""


class Container:
    """A server on loopback that does with each connection what a test says."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join(DEADLINE)
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(DEADLINE)
        assert not any(thread.is_alive() for thread in self._threads)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                raw, _ = self._listener.accept()
                raw.settimeout(DEADLINE)
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._sockets.append(raw)
                thread = threading.Thread(target=self._run, args=(raw,))
                self._threads.append(thread)
                thread.start()

    def _run(self, raw: socket.socket) -> None:
        with raw, contextlib.suppress(ConnectionError):
            self._serve(Connection(raw))


def response(
    body: bytes = b"",
    *,
    status: int = 200,
    content_type: str | None = "application/json",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A response as it is sent."""
    fields = {"Content-Length": str(len(body)), **(headers or {})}
    if content_type is not None:
        fields["Content-Type"] = content_type
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode() + body


class Answers:
    """What a container does that answers every request, and remembers them."""

    def __init__(self, answer: bytes | Callable[[Request], bytes]) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    def __call__(self, connection: Connection) -> None:
        while request := connection.request():
            self.requests.append(request)
            connection.send(self._answer if isinstance(self._answer, bytes) else self._answer(request))


@contextlib.contextmanager
def answering(answer: bytes | Callable[[Request], bytes]) -> Iterator[tuple[str, list[Request]]]:
    """A healthy container: its URL, and what it was asked."""
    answers = Answers(answer)
    with Container(answers) as container:
        yield container.url, answers.requests


def chunk(content: bytes) -> bytes:
    """A part of a body that is sent in chunks; the last is empty."""
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
"""How a response begins that is sent in chunks."""

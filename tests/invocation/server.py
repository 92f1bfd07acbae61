"""A loopback server that speaks the protocol of SageMaker's runtime, and answers as a test says."""

from __future__ import annotations

import json
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TARGET = "X-Amzn-SageMaker-Target-Container-Hostname"
VARIANT = "X-Amzn-SageMaker-Target-Variant"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes

    @property
    def hostname(self) -> str | None:
        """The container that it names."""
        return self.headers.get(TARGET.lower())

    @property
    def variant(self) -> str | None:
        """The variant that it names."""
        return self.headers.get(VARIANT.lower())


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A response to send."""

    body: bytes = b"{}"
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[bytes] | None = None
    """The encoded events of a stream, in place of a body."""
    breaks_off: bool = False
    """Whether the connection is closed before all that was promised has been sent."""


Answer = Callable[[Asked], Answered]


@dataclass(frozen=True)
class DataPlane:
    """What was asked of a server, and where it answers."""

    url: str
    asked: list[Asked]


@contextmanager
def data_plane(answer: Answer | None = None) -> Iterator[DataPlane]:
    """A server that answers every request in this way, else with an empty object."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.append(Asked(path=self.path, headers=headers, body=body))
            self._send(Answered() if answer is None else answer(asked[-1]))

        def _send(self, answered: Answered) -> None:
            self.send_response(answered.status)
            for name, value in answered.headers.items():
                self.send_header(name, value)
            if answered.events is None:
                self._send_whole(answered)
            else:
                self._send_events(answered, answered.events)
            self.close_connection = answered.breaks_off

        def _send_whole(self, answered: Answered) -> None:
            self.send_header("Content-Type", answered.content_type)
            self.send_header("Content-Length", str(len(answered.body) + (1000 if answered.breaks_off else 0)))
            self.end_headers()
            self.wfile.write(answered.body)

        def _send_events(self, answered: Answered, events: Sequence[bytes]) -> None:
            self.send_header("Content-Type", "application/vnd.amazon.eventstream")
            self.send_header("X-Amzn-SageMaker-Content-Type", answered.content_type)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for each in [*events, *([] if answered.breaks_off else [b""])]:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(each), each))

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield DataPlane(f"http://127.0.0.1:{server.server_port}", asked)
        finally:
            server.shutdown()
            thread.join()


def error(code: str, message: str, status: int, **members: object) -> Answered:
    """An error as services send it, in either of their protocols."""
    body = {"__type": code, "Message": message, **members}
    return Answered(body=json.dumps(body).encode(), status=status, headers={"X-Amzn-ErrorType": code})


def part(content: bytes) -> bytes:
    """The event of a part of a response."""
    kind = {":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream"}
    return _event(kind, content)


def stream_error(code: str, message: str) -> bytes:
    """The event of an exception within a response."""
    kind = {":message-type": "exception", ":exception-type": code, ":content-type": "application/json"}
    return _event(kind, json.dumps({"Message": message}).encode())


def _event(headers: Mapping[str, str], content: bytes) -> bytes:
    """https://smithy.io/2.0/aws/amazon-eventstream.html."""
    named = b"".join(
        struct.pack(f"!B{len(name)}sBH", len(name), name.encode(), 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack("!II", 16 + len(named) + len(content), len(named))
    checked = prelude + struct.pack("!I", zlib.crc32(prelude)) + named + content
    return checked + struct.pack("!I", zlib.crc32(checked))

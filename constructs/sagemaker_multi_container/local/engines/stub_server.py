"""The HTTP server of a stub: a thread for each connection, so that what a user's function waits for delays no other."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from itertools import chain
from socketserver import BaseServer, TCPServer
from typing import Any, Final

from ..stub import Stub, StubRequest, StubResponse
from .ports import LOOPBACK

_REMEMBERED_LINES: Final = 1000
_SECONDS_TO_END: Final = 1.0


class StubServer(TCPServer):
    """Serves a stub on a free port of this machine from the moment it is made."""

    request_queue_size = socket.SOMAXCONN

    def __init__(self, stub: Stub) -> None:
        super().__init__((LOOPBACK, 0), partial(_Connection, stub_server=self))
        self.stub = stub
        self.port: int = self.socket.getsockname()[1]
        self.log: deque[str] = deque(maxlen=_REMEMBERED_LINES)
        self.stopping = threading.Event()
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._accepting = threading.Thread(target=self._accept, name=f"stub {self.url}", daemon=True)
        self._accepting.start()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{LOOPBACK}:{self.port}"

    def stop(self) -> None:
        """End all connections. A function of the user that does not return is left alone. It may be called again."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        with suppress(OSError):
            socket.create_connection((LOOPBACK, self.port)).close()  # wakes the thread that accepts
        self._accepting.join()
        self.server_close()
        with self._lock:
            connections = dict(self._connections)
        for connection in connections.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + _SECONDS_TO_END
        for thread in connections:
            thread.join(max(0.0, deadline - time.monotonic()))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a new connection in a thread of its own."""
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name=self._accepting.name, daemon=True
        )
        with self._lock:
            self._connections[thread] = request
        thread.start()

    def remember_error(self) -> None:
        """Keep the traceback of the exception that is being handled."""
        self.log.extend(traceback.format_exc().splitlines())

    def _accept(self) -> None:
        while not self.stopping.is_set():
            self.handle_request()

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except BaseException:  # whatever the parts of a response raise
            self.remember_error()
        finally:
            self.shutdown_request(request)
            with self._lock:
                del self._connections[threading.current_thread()]


class _Connection(BaseHTTPRequestHandler):
    """Answers the requests of a connection, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # a small response is one packet

    def __init__(self, request: Any, client_address: Any, server: BaseServer, *, stub_server: StubServer) -> None:
        self._stub_server = stub_server
        super().__init__(request, client_address, server)

    def do_GET(self) -> None:
        """Answer a ping."""
        is_ping = self.path == "/ping"
        self._write(StubResponse(status=self._stub_server.stub.ping_status if is_ping else HTTPStatus.NOT_FOUND))

    def do_POST(self) -> None:
        """Answer an invocation."""
        body = self._chunks() if self.headers.get("Transfer-Encoding") else self._bytes()
        if self.path != "/invocations":
            self._write(StubResponse(status=HTTPStatus.NOT_FOUND))
            return
        try:
            response = self._response(body)
        except BaseException as error:  # pytest.fail() raises what is no Exception
            self._stub_server.remember_error()
            text = f"{type(error).__name__}: {error}"
            response = StubResponse(status=500, body=text.encode(), content_type="text/plain; charset=utf-8")
        if not self._stub_server.stopping.wait(response.delay):
            self._write(response)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""

    def _response(self, body: bytes) -> StubResponse:
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self._stub_server.stub.respond(StubRequest(body, headers))
        if not isinstance(response.body, bytes):
            raise TypeError(f"a stub answered {type(response.body).__name__}; bytes or a StubResponse is expected")
        return response

    def _bytes(self) -> bytes:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client left while it sent the body")
        return body

    def _chunks(self) -> bytes:
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return b"".join(chunks)

    def _write(self, response: StubResponse) -> None:
        self.send_response_only(response.status)
        if response.content_type is not None:
            self.send_header("Content-Type", response.content_type)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.parts is None and not response.breaks_off:
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)
        else:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._stream(response.parts if response.parts is not None else (response.body,), response)

    def _stream(self, parts: Iterable[bytes], response: StubResponse) -> None:
        self.wfile.flush()
        delays = chain((0.0,), iter(lambda: response.delay_between_parts, None))
        for part, delay in zip(parts, delays, strict=False):
            if self._stub_server.stopping.wait(delay):
                break
            if part:  # an empty chunk ends the body
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
                self.wfile.flush()
        else:
            if not response.breaks_off:
                self.wfile.write(b"0\r\n\r\n")
                return
        self.close_connection = True

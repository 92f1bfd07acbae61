"""A small model server that keeps SageMaker's container contract, and breaks it when told to.

It needs nothing but the standard library, and runs as a program: in a container (`host_image.py` builds the image), or
as a process. Its environment says what it does:

| Variable | Meaning |
| --- | --- |
| `MODEL_NAME` | what it calls itself; its hostname by default |
| `MODEL_ANSWER` | `tell` what it was asked, as JSON (the default), or the body: `echo`, in `upper` case, or `sign`ed |
| `MODEL_CONTENT_TYPE` | the content type of its answers; `application/json`, or that of the request if it echoes |
| `MODEL_ADDRESS` | where it listens; all addresses by default, which a container needs |
| `MODEL_PARTS` | answer in this many parts |
| `FAULT_IGNORES_PORT` | listen on 8080, whatever `SAGEMAKER_BIND_TO_PORT` says |
| `FAULT_EXIT_CODE` | exit with this code before anything is served |
| `FAULT_EXIT_AFTER` | exit after this many invocations, in the middle of the last |
| `FAULT_PING_STATUS`, `FAULT_PING_SECONDS` | the status of pings, and how long they take |
| `FAULT_STATUS` | the status of invocations |
| `FAULT_BREAKS_OFF` | close the connection where a response should end |
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Final

MODEL_FOLDER: Final = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")) / "model"
NAME: Final = os.environ.get("MODEL_NAME") or socket.gethostname()
KILLED: Final = 137


class Counter:
    """Counts in several threads."""

    def __init__(self) -> None:
        self.value = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """One more."""
        with self._lock:
            self.value += 1
            return self.value


_invocations = Counter()


class Server(ThreadingMixIn, TCPServer):
    """Listens. The HTTP server of the standard library would look up the name of its address first."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


class Handler(BaseHTTPRequestHandler):
    """Answers `/ping` and `/invocations`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Say whether it is healthy, or how many invocations there were."""
        if self.path == "/invocations":
            self._respond(200, str(_invocations.value).encode(), "text/plain")
            return
        time.sleep(_number("FAULT_PING_SECONDS"))
        self._respond(int(_number("FAULT_PING_STATUS", 200)) if self.path == "/ping" else 404, b"", None)

    def do_POST(self) -> None:
        """Answer an invocation."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if _invocations.next() == _number("FAULT_EXIT_AFTER"):
            os._exit(KILLED)
        status = int(_number("FAULT_STATUS", 200)) if self.path == "/invocations" else 404
        answer, content_type = self._answer(body)
        self._respond(status, answer, os.environ.get("MODEL_CONTENT_TYPE", content_type))

    def _answer(self, body: bytes) -> tuple[bytes, str | None]:
        match os.environ.get("MODEL_ANSWER", "tell"):
            case "echo":
                return body, self.headers.get("Content-Type")
            case "sign":
                return body + f" → {NAME}".encode(), self.headers.get("Content-Type")
            case "upper":
                return body.upper(), self.headers.get("Content-Type")
            case _:
                return json.dumps(self._told(body)).encode(), "application/json"

    def _told(self, body: bytes) -> dict[str, Any]:
        return {
            "container": NAME,
            "port": self.connection.getsockname()[1],
            "content_type": self.headers.get("Content-Type"),
            "accept": self.headers.get("Accept"),
            "custom_attributes": self.headers.get("X-Amzn-SageMaker-Custom-Attributes"),
            "body": body.decode(errors="replace"),
            "model_data": sorted(each.name for each in MODEL_FOLDER.iterdir()) if MODEL_FOLDER.is_dir() else None,
        }

    def _respond(self, status: int, body: bytes, content_type: str | None) -> None:
        parts = int(_number("MODEL_PARTS"))
        is_cut = "FAULT_BREAKS_OFF" in os.environ and self.path == "/invocations"
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        if parts or is_cut:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in _split(body, parts or 1):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
                self.wfile.flush()
            self.close_connection = is_cut
            self.wfile.write(b"" if is_cut else b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


def serve() -> None:
    """Serve until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if "FAULT_EXIT_CODE" in os.environ:
        sys.exit(int(_number("FAULT_EXIT_CODE")))
    port = "8080" if "FAULT_IGNORES_PORT" in os.environ else os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")
    with Server((os.environ.get("MODEL_ADDRESS", ""), int(port)), Handler) as server:
        print(f"{NAME} listens on port {port}", flush=True)
        server.serve_forever()


def _number(name: str, default: float = 0) -> float:
    return float(os.environ.get(name, default))


def _split(body: bytes, parts: int) -> list[bytes]:
    size = max(1, -(-len(body) // parts))
    return [body[start : start + size] for start in range(0, len(body), size)]


if __name__ == "__main__":
    serve()

"""nginx as a container that answers at once, and as the fastest proxy in front of it that people know."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ANSWER: Final = "0.125," * 170 + "0.5"
"""About 1 kB, as the request is."""
_SECONDS_TO_START: Final = 10.0

_CONFIGURATION: Final = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {content}
}}
"""
_CONTAINER: Final = """
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        default_type text/csv;
        return 200 "{answer}";
    }}
"""
_PROXY: Final = """
    upstream container {{
        server {container};
        keepalive 128;
        keepalive_requests 100000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location / {{
            proxy_pass http://container;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
"""


class MissingProgramError(Exception):
    """A program is not installed. The text says how to install it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server answers, and what it costs."""

    url: str
    pid: int


def program(name: str) -> str:
    """Where a program is.

    Raises:
        MissingProgramError: If it is not installed.
    """
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise MissingProgramError(f"{name} is not installed; on Debian: apt-get install nginx-light wrk")
    return found


def version() -> str:
    """That of nginx."""
    told = subprocess.run([program("nginx"), "-v"], capture_output=True, text=True, check=True)  # noqa: S603
    found = re.search(r"nginx/(\S+)", told.stderr)
    return found[1] if found else "unknown"


@contextmanager
def container() -> Iterator[Address]:
    """An nginx that answers every request with 200 and 1 kB of CSV."""
    port = _free_port()
    with _nginx(_CONTAINER.format(port=port, answer=_ANSWER), port) as address:
        yield address


@contextmanager
def proxy(to: Address) -> Iterator[Address]:
    """An nginx that hands every request on."""
    port = _free_port()
    with _nginx(_PROXY.format(port=port, container=to.url.removeprefix("http://")), port) as address:
        yield address


@contextmanager
def _nginx(content: str, port: int) -> Iterator[Address]:
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(_CONFIGURATION.format(folder=folder, content=content))
        with subprocess.Popen([program("nginx"), "-p", folder, "-c", str(configuration)]) as process:  # noqa: S603
            try:
                _wait(port, process)
                yield Address(f"http://127.0.0.1:{port}", process.pid)
            finally:
                process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port

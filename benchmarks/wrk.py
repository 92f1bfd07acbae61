"""Load by wrk: as many requests as are answered, on connections that are kept."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import usage
from .web_servers import Address, program

_SCRIPT: Final = Path(__file__).with_suffix(".lua")


class FailedRequestsError(Exception):
    """Some requests were not answered as they should be: what was measured means nothing."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one run."""

    p50: float
    """Milliseconds."""
    p99: float
    """Milliseconds."""
    rate: float
    """Requests per second."""
    cpu: float
    """Microseconds of CPU that the server took for each request."""


def load(server: Address, path: str, headers: Mapping[str, str], *, connections: int, seconds: int) -> Load:
    """Send requests to a server, and measure.

    Raises:
        FailedRequestsError: If one failed.
    """
    options = [option for name, value in headers.items() for option in ("--header", f"{name}: {value}")]
    before = usage.cpu(server.pid)
    done = subprocess.run(  # noqa: S603
        [
            *(program("wrk"), "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"),
            *("--script", str(_SCRIPT), *options, f"{server.url}{path}"),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    spent = usage.cpu(server.pid) - before
    told = json.loads(done.stdout.splitlines()[-1])
    if told["failed"] or not told["requests"]:
        raise FailedRequestsError(f"{told['failed']} of {told['requests']} requests to {server.url}{path} failed")
    requests = told["requests"]
    return Load(told["p50"], told["p99"], requests / told["seconds"], 1e6 * spent / requests)


def version() -> str:
    """Its version."""
    told = subprocess.run([program("wrk"), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return told.stdout.split()[1]

"""What an app of many endpoints costs: time, messages and memory, in a fresh process for each size.

The times of one process have a start in them (what is loaded on first use, what Node has not compiled yet), so that
they grow more slowly than the number of endpoints; the exponent over the large sizes alone shows whether anything grows
with the square. Memory is the peak of each process (`VmHWM` of Linux).

Run as a program, it declares one app and prints what that cost:
`python -m benchmarks.growth PEER ENDPOINTS [WITHOUT...]`.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import aws_cdk as cdk

from .estimates import Estimate, estimate, exponent
from .messages import counted
from .peers import PEERS
from .processes import result_of
from .start import needed_modules

_A_STACK = 40
"""So many endpoints with all that belongs to them fit into one stack."""


@dataclass(frozen=True, slots=True)
class App:
    """What one app cost, in seconds and MB."""

    construct: float
    synth: float
    messages: int
    python: float
    node: float

    @property
    def time(self) -> float:
        """Construction and synthesis."""
        return self.construct + self.synth


Apps = Mapping[tuple[str, int], list[App]]
"""The apps of each peer and size, one for each round."""


def measure(peers: Sequence[str], sizes: Sequence[int], rounds: int) -> Apps:
    """Declare apps of all peers and sizes, and empty ones, by turns."""
    modules = {"cdk": "aws_cdk", "needed": ",".join(needed_modules())}
    cases = [*((empty, 0) for empty in modules), *((peer, size) for size in (0, *sizes) for peer in peers)]
    apps: dict[tuple[str, int], list[App]] = {case: [] for case in cases}
    for _ in range(rounds):
        for name, size in cases:
            program = ["-m", "benchmarks.growth", modules.get(name, name), str(size)]
            apps[name, size].append(App(**result_of(program)))
    return apps


def per_endpoint(apps: Apps, peer: str, size: int, part: str) -> Estimate:
    """What one of so many endpoints costs: the app less that without endpoints, in milliseconds or messages."""
    factor = 1 if part == "messages" else 1000
    pairs = zip(apps[peer, size], apps[peer, 0], strict=True)
    return estimate([factor * (getattr(app, part) - getattr(empty, part)) / size for app, empty in pairs])


def memory_over(apps: Apps, empty: str, peer: str, size: int, part: str) -> Estimate:
    """How many MB more Python or Node needs than for an app with an empty stack.

    Args:
        apps: What was measured.
        empty: What that app imports: the `cdk` alone, or what of it is `needed` for our construct.
        peer: The peer.
        size: How many endpoints.
        part: `python` or `node`.
    """
    pairs = zip(apps[peer, size], apps[empty, 0], strict=True)
    return estimate([getattr(app, part) - getattr(none, part) for app, none in pairs])


def exponent_of(apps: Apps, peer: str, sizes: Sequence[int]) -> Estimate:
    """The power of the number of endpoints with which the time grows that they take."""
    empty = statistics.median(app.time for app in apps[peer, 0])
    rounds = zip(*(apps[peer, size] for size in sizes), strict=True)
    return estimate(
        [
            exponent([(size, app.time - empty) for size, app in zip(sizes, apps_of_round, strict=True)])
            for apps_of_round in rounds
        ]
    )


def declare(peer: str, endpoints: int, *without: str) -> App:
    """Declare an app in this process, which must be fresh.

    Args:
        peer: A peer, or else modules of the CDK for an app with an empty stack.
        endpoints: How many, in as many stacks as they need.
        *without: What the app does without, such as `tree_metadata`.
    """
    app = cdk.App(
        tree_metadata=False if "tree_metadata" in without else None,
        analytics_reporting=False if "analytics_reporting" in without else None,
    )
    stacks = [cdk.Stack(app, f"Stack{first}") for first in range(0, max(endpoints, 1), _A_STACK)]
    if peer in PEERS:
        declares = [PEERS[peer].prepare(stack) for stack in stacks]
    else:
        declares = []
        for module in peer.split(","):
            import_module(module)
    with counted() as sent:
        started = time.perf_counter()
        for number in range(endpoints):
            index = number // _A_STACK
            declares[index](stacks[index], f"Endpoint{number}", number)
        constructed = time.perf_counter()
        app.synth()
        ended = time.perf_counter()
    node = sum(_peak(process) for process in _below(os.getpid()))
    return App(constructed - started, ended - constructed, sent(), _peak(os.getpid()), node)


def _peak(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(peak[1]) / 1024 if peak else 0


def _below(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from _below(int(child))


if __name__ == "__main__":
    print(json.dumps(asdict(declare(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))))

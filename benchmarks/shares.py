"""Where the time of an endpoint goes: `python -m benchmarks.shares`.

A timer interrupts the construction of many endpoints some thousand times, and each time it is noted what Python is
doing. Of that, waiting for Node is most.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from types import FrameType

import aws_cdk as cdk

from . import documents, host
from .peers import PEERS
from .processes import result_of
from .tables import about_host, table

_PEERS = {"ours": "ours, ms", "dicts": "by hand, dicts, ms", "objects": "by hand, `*Property` objects, ms"}
_ENDPOINTS = 400
_WARM_UP = 50
_INTERVAL = 0.001

_NODE = "Node makes and reads constructs"
_MESSAGES = "jsii writes and reads messages"
_MEMBERS = "jsii looks for members that Node may call"
_TYPES = "the CDK's bindings check types"
_BINDINGS = "the CDK's bindings, the rest"
_RULES = "the rules"
_OURS = "arguments become properties and permissions"

_FILES = {
    "/typeguard/": _TYPES,
    "/jsii/_type_checking": _TYPES,
    "/cattrs/": _MESSAGES,
    "/json/": _MESSAGES,
    "/jsii/": _MESSAGES,
    "/aws_cdk/": _BINDINGS,
    "/site-packages/constructs/": _BINDINGS,
    "/sagemaker_multi_container/rules/": _RULES,
    "/sagemaker_multi_container/": _OURS,
}
_PARTS = (_NODE, _MESSAGES, _MEMBERS, _TYPES, _BINDINGS, _RULES, _OURS)


@dataclass(frozen=True, slots=True)
class Shares(host.Measured):
    """How long each part of constructing an endpoint takes, in milliseconds, by peer."""

    peers: Mapping[str, Mapping[str, float]]


def as_markdown(shares: Shares) -> str:
    """The parts as a table."""
    rows = [
        [part, *(f"{shares.peers[peer].get(part, 0):.2f}" for peer in _PEERS)]
        for part in _PARTS
        if any(part in parts for parts in shares.peers.values())
    ]
    total = ["all", *(f"{sum(shares.peers[peer].values()):.2f}" for peer in _PEERS)]
    about = about_host(shares)
    return f"{about}\n\n{table(['', *_PEERS.values()], [*rows, total])}"


def sample(peer: str) -> dict[str, float]:
    """Milliseconds of each part for one endpoint."""
    stack = cdk.Stack(cdk.App(), "Stack")
    declare = PEERS[peer].prepare(stack)
    for number in range(_WARM_UP):
        declare(stack, f"Warm{number}", number)
    seen: Counter[str] = Counter()
    signal.signal(signal.SIGALRM, lambda _, frame: seen.update([_part(frame)]))
    signal.setitimer(signal.ITIMER_REAL, _INTERVAL, _INTERVAL)
    started = time.perf_counter()
    for number in range(_WARM_UP, _WARM_UP + _ENDPOINTS):
        declare(stack, f"Endpoint{number}", number)
    milliseconds = (time.perf_counter() - started) * 1000 / _ENDPOINTS
    signal.setitimer(signal.ITIMER_REAL, 0)
    return {part: milliseconds * count / seen.total() for part, count in seen.items()}


def _part(frame: FrameType | None) -> str:
    code = [each.f_code for each in _frames(frame)]
    if code[0].co_name == "_next_message":
        return _NODE
    if any(each.co_name == "_get_overides" for each in code):
        return _MEMBERS
    return next((part for each in code for file, part in _FILES.items() if file in each.co_filename), _OURS)


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def main() -> None:
    """Sample, and write it into the documentation."""
    load = host.load()
    peers = {peer: result_of(["-m", "benchmarks.shares", peer]) for peer in _PEERS}
    shares = Shares(
        **host.circumstances(load),
        versions=host.versions(),
        peers=peers,
    )
    print(as_markdown(shares))
    documents.write_json("shares", asdict(shares))
    documents.write_section("shares", as_markdown(shares))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(sample(sys.argv[1])))
    else:
        main()

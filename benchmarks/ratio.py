"""What an endpoint costs beside another way to declare it: ratios of what was measured in the same round.

Absolute times change from minute to minute, with the machine's other work, its clock and the age of Node's heap; the
ratio of neighbours hardly does. So all peers take turns in one process, in a random order in each round, each with a
new app of some endpoints, enough of them that the timer and one hiccup do not matter. The garbage collector of Python
runs between the turns, not in them. Node never forgets an object, so after some rounds a fresh process goes on; its
first round warms up and is not counted. One peer runs twice: how far the ratio of these two is from 1 tells what the
others are worth.

Run as a program, it measures some rounds and prints them: `python -m benchmarks.ratio ROUNDS ENDPOINTS SEED`.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import aws_cdk as cdk

from .estimates import Estimate, estimate
from .peers import PEERS, TWINS, Peer
from .processes import result_of

CONTROL = ("control", "objects")
ACCEPTED = (0.97, 1.03)
"""Where the control ratio has to be."""

COMPARISONS = [
    CONTROL,
    *((ours, twin) for ours, twins in TWINS.items() for twin in twins),
    ("alpha importing", "ours"),
    ("alpha importing watched", "ours watched"),
    ("alpha", "ours of objects"),
    ("alpha watched", "ours of objects watched"),
]
"""Whose time is divided by whose."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    endpoints: int
    """In each turn."""
    rounds: int
    """In each process."""
    processes: int
    """At least; where the control is not yet certain, up to twice as many."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the endpoints of one turn took, in seconds for each endpoint."""

    construct: float
    synth: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.construct + self.synth


Round = Mapping[str, Turn]
"""The turns of all peers, by name."""


def measure(plan: Plan) -> list[Round]:
    """Measure rounds until the control is certain to be accepted, or twice what is planned has been measured."""
    rounds: list[Round] = []
    for process in range(2 * plan.processes):
        program = ["-m", "benchmarks.ratio", str(plan.rounds), str(plan.endpoints), str(process)]
        measured = result_of(program)
        rounds += [{name: Turn(**turn) for name, turn in turns.items()} for turns in measured]
        if process + 1 >= plan.processes and _is_certain(compare(rounds, *CONTROL)):
            break
    return rounds


def compare(rounds: Sequence[Round], one: str, other: str) -> Estimate:
    """How many times the one peer costs what the other does, construction and synthesis together."""
    return estimate([turns[one].total / turns[other].total for turns in rounds])


def is_accepted(control: Estimate) -> bool:
    """Whether a peer was measured to cost about what it costs."""
    least, most = ACCEPTED
    return least <= control.median <= most


def take_turns(peers: Sequence[Peer], rounds: int, endpoints: int, seed: int) -> list[Round]:
    """Measure some rounds in this process, after one that is not counted."""
    order = random.Random(seed)  # noqa: S311 - to be repeatable
    measured: list[Round] = []
    for _ in range(rounds + 1):
        shuffled = order.sample(peers, len(peers))
        measured.append({peer.name: _turn(peer, endpoints) for peer in shuffled})
    return measured[1:]


def _is_certain(control: Estimate) -> bool:
    least, most = ACCEPTED
    return least <= control.low and control.high <= most


def _turn(peer: Peer, endpoints: int) -> Turn:
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    declare = peer.prepare(stack)
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    for number in range(endpoints):
        declare(stack, f"Endpoint{number}", number)
    constructed = time.perf_counter()
    app.synth()
    ended = time.perf_counter()
    gc.enable()
    return Turn((constructed - started) / endpoints, (ended - constructed) / endpoints)


def _main(rounds: str, endpoints: str, seed: str) -> None:
    measured = take_turns(list(PEERS.values()), int(rounds), int(endpoints), int(seed))
    print(json.dumps([{name: asdict(turn) for name, turn in turns.items()} for turns in measured]))


if __name__ == "__main__":
    _main(*sys.argv[1:])

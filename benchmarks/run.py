"""One run of everything, as data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from . import commands, growth, host, messages, ratio, rule_evaluation, start
from .estimates import Estimate, estimate, exact
from .peers import PEERS, VARIATIONS
from .targets import TARGETS, Measures, judge, measures_of

SCHEMA = 1
_LEAST_GROWN = 10
"""Below, an app is nearly all start."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    ratio: ratio.Plan
    growing: Sequence[str]
    """The peers whose growth is measured."""
    sizes: Sequence[int]
    """The numbers of endpoints in an app."""
    far: Sequence[int]
    """More of them, for our construct alone, once."""
    apps: int
    """How often each app is made."""
    imports: int
    commands: int
    rules: int


_GROWING = ("objects", "dicts", "ours", "alpha", "ours watched", "dicts watched", "alpha watched")
FULL = Plan(
    ratio=ratio.Plan(endpoints=25, rounds=8, processes=6),
    growing=_GROWING,
    sizes=(1, 10, 40, 100, 400),
    far=(400, 1000, 2000),
    apps=4,
    imports=20,
    commands=5,
    rules=60,
)
QUICK = Plan(
    ratio=ratio.Plan(endpoints=10, rounds=15, processes=1),
    growing=("ours", "ours watched"),
    sizes=(1, 10, 40),
    far=(),
    apps=1,
    imports=3,
    commands=1,
    rules=10,
)


@dataclass(frozen=True, slots=True)
class Run(host.Measured):
    """What was measured, on which machine, and whether it is as it has to be."""

    schema: int
    revision: str
    environment: dict[str, str]
    endpoints: int
    """In each turn of the paired rounds."""
    growing: list[str]
    """The peers in apps of different sizes."""
    sizes: list[int]
    """The numbers of endpoints of those."""
    measures: Measures
    targets: dict[str, bool]
    """Which are met."""

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """The run that this JSON tells of.

        Raises:
            TypeError: If something is missing, or is none of this schema.
            ValueError: If it is of another schema.
        """
        if document["schema"] != SCHEMA:
            message = f"the run has schema {document['schema']}, expected {SCHEMA}: run make bench again"
            raise ValueError(message)
        run = cls(**document)
        return replace(run, measures=measures_of(document["measures"]))


class RefusedError(Exception):
    """The control says that the machine was not quiet enough to compare anything."""

    def __init__(self, control: Estimate) -> None:
        least, most = ratio.ACCEPTED
        super().__init__(
            f"the same code took {control.median:.3f} times what it took (95 %: {control.low:.3f} to "
            f"{control.high:.3f}), and {least} to {most} is accepted; close what else runs on this machine, keep it "
            "from saving power, and run it again"
        )


def measure(plan: Plan) -> Run:
    """Measure everything.

    Raises:
        RefusedError: If the control ratio is not accepted.
    """
    load = host.load()
    measures = {
        **_rounds(plan.ratio),
        **_messages(),
        **_apps(plan),
        **_imports(plan.imports),
        **_commands(plan.commands),
    }
    _tell("the rules")
    measures["rules"] = rule_evaluation.measure(plan.rules)
    return Run(
        schema=SCHEMA,
        **host.circumstances(load),
        revision=host.revision(),
        versions=host.versions(),
        environment=host.environment(),
        endpoints=plan.ratio.endpoints,
        growing=[*plan.growing],
        sizes=[*plan.sizes],
        measures=measures,
        targets=judge(TARGETS, measures),
    )


def _rounds(plan: ratio.Plan) -> Measures:
    _tell("the peers by turns")
    rounds = ratio.measure(plan)
    control = ratio.compare(rounds, *ratio.CONTROL)
    if not ratio.is_accepted(control):
        raise RefusedError(control)
    return {
        "construct ms": {name: estimate([1000 * turns[name].construct for turns in rounds]) for name in PEERS},
        "synth ms": {name: estimate([1000 * turns[name].synth for turns in rounds]) for name in PEERS},
        "ratio": {f"{one} / {other}": ratio.compare(rounds, one, other) for one, other in ratio.COMPARISONS},
    }


def _messages() -> Measures:
    _tell("messages")
    counts = {name: messages.per_endpoint(peer) for name, peer in PEERS.items()}
    more = {name: messages.per_endpoint(peer) - counts["ours"] for name, peer in VARIATIONS.items()}
    return {
        "messages": {name: exact(count) for name, count in counts.items()},
        "further messages": {name: exact(count) for name, count in more.items()},
    }


def _apps(plan: Plan) -> Measures:
    _tell("apps of many endpoints")
    apps = growth.measure(plan.growing, plan.sizes, plan.apps)
    cases = [(peer, size) for peer in plan.growing for size in plan.sizes]
    sizes = [size for size in plan.sizes if size >= _LEAST_GROWN]
    exponents = {peer: growth.exponent_of(apps, peer, sizes) for peer in plan.growing}
    if plan.far:
        _tell("larger ones")
        exponents["ours, far"] = growth.exponent_of(growth.measure(["ours"], plan.far, plan.apps), "ours", plan.far)
    return {
        **{
            f"app {part}": {f"{peer} at {size}": growth.per_endpoint(apps, peer, size, part) for peer, size in cases}
            for part in ("construct", "synth", "time", "messages")
        },
        **{
            f"{part} memory over {empty}": {
                f"{peer} at {size}": growth.memory_over(apps, empty, peer, size, part) for peer, size in cases
            }
            for part in ("python", "node")
            for empty in ("cdk", "needed")
        },
        "exponent": exponents,
    }


def _imports(rounds: int) -> Measures:
    _tell("imports")
    seconds = start.measure(rounds)
    added = {f"over {over}": start.added(seconds, over) for over in ("cdk", "needed")}
    return {
        "import ms": {name: milliseconds for name, (milliseconds, _) in added.items()},
        "import %": {name: percent for name, (_, percent) in added.items()},
    }


def _commands(rounds: int) -> Measures:
    _tell("commands")
    costs = commands.measure(rounds)
    pairs = zip(costs["cfn-lint"], costs["mce check"], strict=True)
    return {
        "wall": {name: estimate([cost.wall for cost in each]) for name, each in costs.items()},
        "CPU": {name: estimate([cost.cpu for cost in each]) for name, each in costs.items()},
        "command ratio": {"cfn-lint / mce check": estimate([theirs.wall / ours.wall for theirs, ours in pairs])},
    }


def _tell(what: str) -> None:
    print(f"measuring {what} ...", file=sys.stderr)

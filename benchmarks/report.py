"""A run as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .estimates import Estimate
from .ratio import CONTROL
from .run import Run
from .tables import about_host, of_targets, short, show, table
from .targets import TARGETS

_OBJECTS = "by hand, `*Property` objects"
_DICTS = "by hand, dicts"
_ALPHA_IMPORTING = "aws-sagemaker-alpha, importing what the URIs name"
_IMPORTS = {"over cdk": "over `import aws_cdk`", "over needed": "over the modules of the CDK that it needs"}


@dataclass(frozen=True, slots=True)
class Group:
    """Peers that declare the same endpoint."""

    title: str
    ours: str
    others: Mapping[str, str]
    """What they are called, by peer."""

    @property
    def labels(self) -> dict[str, str]:
        """What all of them are called, by peer."""
        return {self.ours: "**ours**", **self.others}

    def times_ours(self, run: Run) -> dict[str, Estimate]:
        """How many times the time of ours the others take."""
        ratios = run.measures["ratio"]
        return {
            other: ratios.get(f"{other} / {self.ours}") or ratios[f"{self.ours} / {other}"].inverse()
            for other in self.others
        }


GROUPS = [
    Group(
        "with its own role",
        "ours",
        {
            "objects": _OBJECTS,
            "dicts": _DICTS,
            "l1": f"{_DICTS}, also the role L1",
            "alpha importing": _ALPHA_IMPORTING,
        },
    ),
    Group("with a given role", "ours given role", {"objects given role": _OBJECTS, "dicts given role": _DICTS}),
    Group(
        "with its own role, scaled, with three alarms",
        "ours watched",
        {"objects watched": _OBJECTS, "dicts watched": _DICTS, "alpha importing watched": _ALPHA_IMPORTING},
    ),
    Group("of repositories and a bucket", "ours of objects", {"alpha": "aws-sagemaker-alpha"}),
    Group(
        "of repositories and a bucket, scaled, with three alarms",
        "ours of objects watched",
        {"alpha watched": "aws-sagemaker-alpha"},
    ),
]


def as_markdown(run: Run) -> str:
    """The tables of a run, and what it was made on."""
    parts = [_about(run), _peers(run), _apps(run), _rest(run), of_targets(TARGETS, run.measures, run.targets)]
    return "\n".join(parts)


def _about(run: Run) -> str:
    control = run.measures["ratio"][" / ".join(CONTROL)]
    variables = ", ".join(f"`{name}={value}`" for name, value in run.environment.items())
    return (
        f"{about_host(run)} {variables}. Revision {run.revision}. The "
        f"control, the same code twice, is {show(control)}, in {control.rounds} rounds of {run.endpoints} endpoints. "
        "In brackets: 95 % intervals.\n"
    )


def _peers(run: Run) -> str:
    rows = []
    for group in GROUPS:
        times = {group.ours: "1"} | {other: show(estimate) for other, estimate in group.times_ours(run).items()}
        for peer, label in group.labels.items():
            costs = [run.measures[kind][peer] for kind in ("messages", "construct ms", "synth ms")]
            title = group.title if peer == group.ours else ""
            rows.append([title, label, *(short(cost) for cost in costs), times[peer]])
    return table(["an endpoint", "", "messages", "construct, ms", "synth, ms", "time / ours"], rows)


def _apps(run: Run) -> str:
    titles = {peer: f"{label}, {group.title}" for group in GROUPS for peer, label in group.labels.items()}
    largest = run.sizes[-1]
    rows = [
        [
            titles[peer],
            *(short(run.measures["app time"][f"{peer} at {size}"]) for size in run.sizes),
            show(run.measures["exponent"][peer]),
            *(short(run.measures[f"{part} memory over cdk"][f"{peer} at {largest}"]) for part in ("python", "node")),
        ]
        for peer in run.growing
    ]
    sizes = [f"{size}, ms" for size in run.sizes]
    far = run.measures["exponent"].get("ours, far")
    note = "" if far is None else f"\nFrom 400 to 2000 endpoints the exponent of ours is {show(far)}.\n"
    return table(["each of so many endpoints", *sizes, "exponent", "Python, MB", "Node, MB"], rows) + note


def _rest(run: Run) -> str:
    measures = run.measures
    commands = [
        (f"`{name}`", show(measures["wall"][name], " s"), show(measures["CPU"][name], " s of CPU"))
        for name in measures["wall"]
    ]
    imports = [
        (f"import, {label}", show(measures["import ms"][name], " ms"), show(measures["import %"][name], " %"))
        for name, label in _IMPORTS.items()
    ]
    rules = [(f"all rules, {name}", show(each, " µs"), "") for name, each in measures["rules"].items()]
    return table(["", "time", ""], [*commands, *imports, *rules])

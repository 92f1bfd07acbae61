"""What has to come out, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .estimates import Estimate

Measures = Mapping[str, Mapping[str, Estimate]]
"""What was measured: by kind, which has one unit, and then by name."""


@dataclass(frozen=True, slots=True)
class Target:
    """A bound for one measure."""

    says: str
    kind: str
    name: str
    most: float | None = None
    least: float | None = None
    of: Callable[[Estimate], float] = lambda estimate: estimate.median
    """Which end of the estimate the bound is for."""

    def is_measured(self, measures: Measures) -> bool:
        """Whether the run was long enough to tell."""
        return self.name in measures.get(self.kind, {})

    def is_met(self, measures: Measures) -> bool:
        """Whether what was measured keeps the bound."""
        value = self.of(measures[self.kind][self.name])
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)

    @property
    def bound(self) -> str:
        """The bound as tables show it."""
        return f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"


def _upper_end(estimate: Estimate) -> float:
    return estimate.high


TARGETS = [
    Target("time / by hand with `*Property` objects", "ratio", "ours / objects", most=0.90),
    Target("time / by hand with dicts", "ratio", "ours / dicts", most=1.05),
    Target("given role: time / by hand with objects", "ratio", "ours given role / objects given role", most=0.90),
    Target("given role: time / by hand with dicts", "ratio", "ours given role / dicts given role", most=1.05),
    Target("scaled, watched: time / by hand with objects", "ratio", "ours watched / objects watched", most=0.90),
    Target("scaled, watched: time / by hand with dicts", "ratio", "ours watched / dicts watched", most=1.05),
    Target("time of aws-sagemaker-alpha / ours, of URIs", "ratio", "alpha importing / ours", least=1.7),
    Target("scaled, watched: alpha / ours, of URIs", "ratio", "alpha importing watched / ours watched", least=1.5),
    Target("time of aws-sagemaker-alpha / ours, of objects", "ratio", "alpha / ours of objects", least=1.7),
    Target("scaled, watched: alpha / ours, of objects", "ratio", "alpha watched / ours of objects watched", least=1.5),
    Target("messages to Node, with a given role", "messages", "ours given role", most=8),
    Target("messages to Node, with the role it makes", "messages", "ours", most=12),
    Target("messages to Node, with scaling and three alarms, too", "messages", "ours watched", most=19),
    Target("further messages for 13 more containers", "further messages", "13 more containers", most=0),
    Target("further messages for 20 environment variables", "further messages", "20 environment variables", most=0),
    Target("further messages for 5 tags on the stack", "further messages", "5 tags on the stack", most=0),
    Target("exponent of time, 10 to 400 endpoints", "exponent", "ours", most=1.05, of=_upper_end),
    Target("exponent of time, scaled and watched", "exponent", "ours watched", most=1.05, of=_upper_end),
    Target(
        "400 endpoints, Python over an empty app with these modules, MB",
        "python memory over needed",
        "ours at 400",
        most=8,
    ),
    Target(
        "400 endpoints, Node over an empty app with these modules, MB",
        "node memory over needed",
        "ours at 400",
        most=60,
    ),
    Target("import over the CDK with the modules it needs, ms", "import ms", "over needed", most=50),
    Target("import over the CDK with the modules it needs, %", "import %", "over needed", most=5),
    Target("CPU of `mce --help`, s", "CPU", "mce --help", most=0.25),
    Target("CPU of `mce check` on 500 resources, s", "CPU", "mce check", most=0.25),
    Target("time of cfn-lint, as a ratio to `mce check`", "command ratio", "cfn-lint / mce check", least=20),
    Target("all rules on an endpoint of 2 containers, µs", "rules", "2 containers", most=25),
    Target("all rules on an endpoint of 15 containers, µs", "rules", "15 containers", most=200),
]


def measures_of(document: Mapping[str, Mapping[str, dict[str, Any]]]) -> Measures:
    """What was measured, of its JSON."""
    return {kind: {name: Estimate(**each) for name, each in named.items()} for kind, named in document.items()}


def judge(targets: Iterable[Target], measures: Measures) -> dict[str, bool]:
    """Which targets are met, as far as they were measured."""
    return {target.says: target.is_met(measures) for target in targets if target.is_measured(measures)}

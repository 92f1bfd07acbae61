"""Results as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .estimates import Estimate
from .host import Measured
from .targets import Measures, Target


def about_host(measured: Measured) -> str:
    """When and where something was measured."""
    machine = measured.machine
    return (
        f"Measured on {measured.made}: {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, load {measured.load[0]} to {measured.load[1]}; "
        f"{', '.join(f'{name} {version}' for name, version in measured.versions.items())}."
    )


def of_targets(targets: Iterable[Target], measures: Measures, met: Mapping[str, bool]) -> str:
    """The targets that were judged, and whether they are met."""
    rows = []
    for target in targets:
        if target.says in met:
            measured = show(measures[target.kind][target.name])
            rows.append([target.says, target.bound, measured, "yes" if met[target.says] else "**no**"])
    return table(["target", "bound", "measured", "met"], rows)


def show(estimate: Estimate, unit: str = "") -> str:
    """A median and its interval, if it was not counted."""
    low, high = (f"{value:.3g}" for value in (estimate.low, estimate.high))
    return f"{short(estimate)}{unit}" + ("" if low == high else f" [{low}, {high}]")


def short(estimate: Estimate) -> str:
    """A median alone."""
    return f"{estimate.median:.3g}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)) + "\n"

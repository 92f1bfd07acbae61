"""What came of endpoints under load, what has to hold of it, and its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from sagemaker_multi_container.local.endpoint import MOST_REQUESTS

from .estimates import slope
from .host import Measured
from .tables import table

MOST_BYTES: Final = 16
"""The bytes by which memory may grow with each call: the smallest object of Python takes as many."""
_FEWEST_SAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """The memory of the data plane at some moment."""

    seconds: float
    calls: int
    """That were answered before."""
    megabytes: float


@dataclass(frozen=True, slots=True)
class Run(Measured):
    """What came of it."""

    revision: str
    kind: str
    """What the containers are."""
    containers: int
    minutes: float
    workers: int
    calls: dict[str, int]
    """That were answered as they should be, by endpoint, operation and status."""
    records: dict[str, int]
    """The records of requests, likewise."""
    hops: dict[str, list[int]]
    """For each container, the requests that it must have got, those that are recorded, and those that it counted."""
    failures: list[str]
    samples: list[Sample]
    cpu: float
    """The microseconds of CPU that the data plane took for each call."""
    records_mb: float
    """The memory of the requests that the endpoint remembers."""
    left: list[str]
    """What should be gone and is not."""

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """The run that this JSON tells of."""
        return cls(**document | {"samples": [Sample(**each) for each in document["samples"]]})

    @property
    def total(self) -> int:
        """How many calls were answered as they should be."""
        return sum(self.calls.values())

    @property
    def second_half(self) -> list[Sample]:
        """The samples of that half of the time."""
        return [each for each in self.samples if each.seconds >= 30 * self.minutes]

    @property
    def bytes_per_call(self) -> float | None:
        """By how much memory grew with each call in the second half; None if it was not yet to be flat then.

        The newest requests are remembered, so that it grows until there are as many as are remembered at most.
        """
        half = self.second_half
        if len(half) < _FEWEST_SAMPLES or half[0].calls < 2 * MOST_REQUESTS:
            return None
        return slope([(each.calls, 2**20 * each.megabytes) for each in half])

    @property
    def verdicts(self) -> dict[str, bool]:
        """What has to hold, and whether it does. Memory is judged only where it was to be flat."""
        verdicts = {
            "every call got the answer of its containers": self.total > 0 and not self.failures,
            "there is one record of every call": self.records == self.calls,
            "every container was asked once for every call of it": all(
                len({*each}) == 1 for each in self.hops.values()
            ),
            "nothing is left at the end": not self.left,
        }
        growth = self.bytes_per_call
        if growth is not None:
            verdicts[f"memory grows by at most {MOST_BYTES} bytes a call"] = growth <= MOST_BYTES
        return verdicts


def as_markdown(runs: Sequence[Run]) -> str:
    """The runs side by side."""
    figures: dict[str, Callable[[Run], str]] = {
        "measured on": lambda run: f"{run.made}, load {run.load[0]} to {run.load[1]}",
        "minutes": lambda run: f"{run.minutes:g}",
        "calls answered": lambda run: f"{run.total:,}",
        "calls that failed": lambda run: f"{len(run.failures):,}",
        "requests to containers": lambda run: f"{sum(counted for _, _, counted in run.hops.values()):,}",
        "CPU of the data plane for each call, µs": lambda run: f"{run.cpu:.0f}",
        "memory before the first call, MB": lambda run: f"{run.samples[0].megabytes:.1f}",
        "memory at half time, MB": lambda run: f"{run.second_half[0].megabytes:.1f}",
        "memory at the end, MB": lambda run: f"{run.samples[-1].megabytes:.1f}",
        "of it the requests that are remembered, MB": lambda run: f"{run.records_mb:.1f}",
        "growth in the second half, bytes a call": lambda run: _growth(run.bytes_per_call),
    }
    said = {
        **{name: [figure(run) for run in runs] for name, figure in figures.items()},
        **{name: ["yes" if run.verdicts[name] else "**no**" for run in runs] for name in runs[0].verdicts},
    }
    header = ["", *(f"{run.containers} {run.kind}" for run in runs)]
    return table(header, [[name, *values] for name, values in said.items()])


def _growth(growth: float | None) -> str:
    return "too short to tell" if growth is None else f"{growth:.1f}"

"""What the local data plane adds to a call, beside nginx as a proxy: `python -m benchmarks.data_plane`.

The container is an nginx that answers at once, so that nothing is seen but the way to it. All ways take turns, and
ratios are those of the same round: the machine's other work changes times, and hardly changes ratios. The data plane is
that of `LocalEndpoint`, in a process of its own.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

from . import documents, host, web_servers, wrk
from .estimates import Estimate, estimate
from .tables import about_host, of_targets, short, show, table
from .targets import Measures, Target, judge, measures_of
from .ways import (
    CONNECTIONS,
    CONTAINER,
    CONTROL,
    NGINX,
    OURS,
    OURS_SERIAL,
    OURS_STREAMED,
    Loads,
    Round,
    opened,
    take_turns,
)

_LABELS: Final = {
    CONTAINER: "the container itself",
    NGINX: "nginx as proxy",
    CONTROL: "the same nginx again",
    OURS: "**the data plane**, Direct",
    OURS_STREAMED: "**the data plane**, Direct, streamed",
    OURS_SERIAL: "**the data plane**, Serial, two containers",
}
_CALLS: Final = 50

TARGETS: Final = [
    Target("p50 added to a call of the container, ms", "added p50 ms", OURS, most=1),
    Target("p50, as a ratio to nginx", "p50 / nginx", f"{OURS} at 1", most=12),
    Target("CPU, as a ratio to nginx", "CPU / nginx", f"{OURS} at 8", most=25),
]


@dataclass(frozen=True, slots=True)
class Run(host.Measured):
    """All rounds, and where they were made."""

    revision: str
    measures: Measures
    targets: dict[str, bool]
    """Which are met."""

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """The run that this JSON tells of."""
        return replace(cls(**document), measures=measures_of(document["measures"]))


def measure(rounds: int, *, seconds: int = 1) -> Run:
    """Measure some rounds.

    Args:
        rounds: How many.
        seconds: How long each way has in each round, for each number of connections.

    Raises:
        MissingProgramError: If nginx or wrk is not installed.
        FailedRequestsError: If a request fails.
    """
    load = host.load()
    versions = {
        "Python": platform.python_version(),
        **host.packages("aiohttp", "boto3"),
        "nginx": web_servers.version(),
        "wrk": wrk.version(),
    }
    measured: list[Round] = []
    with opened() as ways:
        for each in take_turns(ways, rounds, seconds=seconds, calls=_CALLS):
            measured.append(each)
            print(f"round {len(measured)} of {rounds}", file=sys.stderr)
    measures = _measures(measured)
    return Run(
        **host.circumstances(load),
        revision=host.revision(),
        versions=versions,
        measures=measures,
        targets=judge(TARGETS, measures),
    )


def as_markdown(run: Run) -> str:
    """The tables of a run."""
    control = run.measures["CPU / nginx"][f"{CONTROL} at 8"]
    about = f"{about_host(run)} Revision {run.revision}. In {control.rounds} rounds. In brackets: 95 % intervals.\n"
    parts = [about, _of_loads(run.measures), _of_calls(run.measures), of_targets(TARGETS, run.measures, run.targets)]
    return "\n".join(parts)


def _measures(rounds: Sequence[Round]) -> Measures:
    def of(value: Callable[[Loads, str, int], float]) -> dict[str, Estimate]:
        return {
            f"{way} at {connections}": estimate([value(each.loads, way, connections) for each in rounds])
            for way, connections in rounds[0].loads
        }

    ways = rounds[0].calls
    return {
        "p50 ms": of(lambda loads, way, connections: loads[way, connections].p50),
        "p99 ms": of(lambda loads, way, connections: loads[way, connections].p99),
        "requests/s": of(lambda loads, way, connections: loads[way, connections].rate),
        "CPU µs": of(lambda loads, way, connections: loads[way, connections].cpu),
        "p50 / nginx": of(lambda loads, way, connections: loads[way, connections].p50 / loads[NGINX, connections].p50),
        "CPU / nginx": of(lambda loads, way, connections: loads[way, connections].cpu / loads[NGINX, connections].cpu),
        "added p50 ms": {
            way: estimate([each.loads[way, 1].p50 - each.loads[CONTAINER, 1].p50 for each in rounds])
            for way in (NGINX, OURS, OURS_STREAMED, OURS_SERIAL)
        },
        "call ms": {way: estimate([each.calls[way] for each in rounds]) for way in ways},
        "call / nginx": {way: estimate([each.calls[way] / each.calls[NGINX] for each in rounds]) for way in ways},
    }


def _of_loads(measures: Measures) -> str:
    rows = [
        [
            label,
            short(measures["p50 ms"][f"{way} at 1"]),
            show(measures["p50 / nginx"][f"{way} at 1"]),
            " / ".join(f"{measures['requests/s'][f'{way} at {each}'].median:.0f}" for each in CONNECTIONS),
            short(measures["CPU µs"][f"{way} at 8"]),
            show(measures["CPU / nginx"][f"{way} at 8"]),
            short(measures["p99 ms"][f"{way} at 64"]),
        ]
        for way, label in _LABELS.items()
    ]
    several = " / ".join(map(str, CONNECTIONS))
    return table(
        ["", "p50 at 1, ms", "/ nginx", f"requests/s at {several}", "CPU at 8, µs", "/ nginx", "p99 at 64, ms"], rows
    )


def _of_calls(measures: Measures) -> str:
    rows = [
        [_LABELS[way], show(milliseconds), show(measures["call / nginx"][way])]
        for way, milliseconds in measures["call ms"].items()
    ]
    return table(["a call of boto3 to", "p50, ms", "/ nginx"], rows)


def main() -> None:
    """Measure, and write it into the documentation. Ends with 2 where nginx or wrk is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data_plane", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    try:
        run = measure(rounds)
    except web_servers.MissingProgramError as missing:
        print(missing, file=sys.stderr)
        sys.exit(2)
    print(as_markdown(run))
    documents.write_json("data_plane", asdict(run))
    documents.write_section("data_plane", as_markdown(run))


if __name__ == "__main__":
    main()

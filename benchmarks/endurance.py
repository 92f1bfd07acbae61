"""Whether endpoints on this machine last: `python -m benchmarks.endurance [--minutes 10] [--images]`.

15 containers answer one by one (Direct) and as a pipeline (Serial); boto3 calls them all, streamed and not, at a steady
rate. No call may be lost or answered by another container, the memory of the data plane must not grow, and nothing may
be left.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Final

from embedded_aws.container_engine import FoundEngine, NoEngineError, find_engine

from . import companion, documents, host, usage
from .endurance_endpoints import Seen, Served
from .endurance_load import Tally, under_load
from .endurance_run import Run, Sample, as_markdown

CONTAINERS: Final = 15
MINUTES: Final = 10.0
WORKERS: Final = 8
RATE: Final = 150.0
"""Calls per second, with which two cores are half busy."""
_INTERVAL: Final = 10.0
_SHOWN: Final = 20


def measure(
    *,
    engine: FoundEngine | None,
    minutes: float,
    containers: int = CONTAINERS,
    workers: int = WORKERS,
    rate: float = RATE,
    interval: float = _INTERVAL,
) -> Run:
    """Run endpoints under load.

    Args:
        engine: What runs containers; None for processes.
        minutes: How long.
        containers: How many.
        workers: How many calls are on their way at most.
        rate: Calls per second.
        interval: The seconds between two samples of memory.
    """
    load = host.load()
    with tempfile.TemporaryDirectory() as folder, _endpoints(containers, engine, folder) as endpoints:
        served = Served(**endpoints.ready)
        before = usage.cpu(endpoints.pid)
        with under_load(served.url, [*served.containers], workers=workers, rate=rate) as tally:
            samples = list(_samples(endpoints.pid, tally, 60 * minutes, interval))
        spent = usage.cpu(endpoints.pid) - before
        counted = {hostname: _counted(url) for hostname, url in served.containers.items()}
        seen = Seen(**endpoints.end())
        left = [*seen.left, *(f"file {each.name}" for each in Path(folder).iterdir())]
    return Run(
        **host.circumstances(load),
        revision=host.revision(),
        versions={"Python": platform.python_version(), **host.packages("aiohttp", "boto3")},
        kind="processes" if engine is None else f"containers of {Path(engine.program).name}",
        containers=containers,
        minutes=minutes,
        workers=workers,
        calls=dict(tally.requests),
        records=dict(seen.requests),
        hops={each: [tally.hops[each], seen.hops.get(each, 0), counted[each]] for each in served.containers},
        failures=tally.failures,
        samples=samples,
        cpu=1e6 * spent / max(1, tally.requests.total()),
        records_mb=seen.records_mb,
        left=left,
    )


@contextmanager
def _endpoints(containers: int, engine: FoundEngine | None, folder: str) -> Iterator[companion.Companion]:
    """The endpoints in a process whose temporary files are all in that folder."""
    image = [] if engine is None else [engine.image]
    with nullcontext() if engine is None else engine.in_use():
        environment = {**os.environ, "TMPDIR": folder}
        with companion.running("endurance_endpoints", str(containers), *image, environment=environment) as endpoints:
            yield endpoints


def _samples(process: int, tally: Tally, seconds: float, interval: float) -> Iterator[Sample]:
    started = time.monotonic()
    passed = 0.0
    while passed < seconds:
        yield Sample(round(passed, 1), tally.requests.total(), usage.memory(process))
        time.sleep(min(interval, seconds - passed))
        passed = time.monotonic() - started


def _counted(url: str) -> int:
    with urllib.request.urlopen(f"{url}/invocations") as answer:  # noqa: S310 - on this machine
        return int(answer.read())


@contextmanager
def _engine(images: bool) -> Iterator[FoundEngine | None]:
    with tempfile.TemporaryDirectory() as folder:
        yield find_engine(Path(folder)) if images else None


def main() -> None:
    """Run, and write it into the documentation if it was long. Ends with 1 if it failed, and 2 without an engine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="fewer than %(default)g are not written down")
    parser.add_argument("--images", action="store_true", help="real containers, not processes")
    arguments = parser.parse_args()
    try:
        with _engine(arguments.images) as engine:
            run = measure(engine=engine, minutes=arguments.minutes)
    except NoEngineError as error:
        print(f"no container engine runs here ({error})", file=sys.stderr)
        sys.exit(2)
    print(as_markdown([run]))
    print("\n".join(run.failures[:_SHOWN]), "\n".join(run.left), sep="\n")
    if run.minutes >= MINUTES:
        runs = {**documents.read_json("endurance"), run.kind: asdict(run)}
        documents.write_json("endurance", runs)
        documents.write_section("endurance", as_markdown([Run.from_json(each) for each in runs.values()]))
    sys.exit(not all(run.verdicts.values()))


if __name__ == "__main__":
    main()

"""Endpoints that run until nobody asks any more, and what is left of them: `python -m benchmarks.endurance_endpoints`.

It is given the number of containers, and an image if they shall be none but processes. It prints where it answers as
JSON, ends when its standard input does, and then prints what it has seen.
"""

from __future__ import annotations

import json
import pickle
import sys
import threading
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from embedded_aws import model_server
from sagemaker_multi_container.local import LocalEndpoint
from sagemaker_multi_container.local.dataplane import DataPlane
from sagemaker_multi_container.local.engines.container_cli import ContainerCli
from sagemaker_multi_container.local.engines.leftovers import OWNER, this_process
from sagemaker_multi_container.local.plan import (
    Command,
    ContainerPlan,
    EndpointPlan,
    ModelPlan,
    NamedImage,
    VariantPlan,
    Workload,
)
from sagemaker_multi_container.local.served import RequestRecord, ServedContainer, ServedEndpoint, ServedVariant

DIRECT: Final = "direct"
SERIAL: Final = "serial"
"""The same containers once more, as a pipeline, whose requests nobody remembers: those of the other are enough."""


@dataclass(frozen=True, slots=True)
class Served:
    """Where it answers."""

    url: str
    containers: Mapping[str, str]
    """The URL of each, by hostname."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What it tells at its end."""

    requests: Mapping[str, int]
    """How many records there were, by endpoint, operation and status, such as `direct InvokeEndpoint 200`."""
    hops: Mapping[str, int]
    """How many requests went to each container, as records tell."""
    records_mb: float
    """The memory of the records that the endpoint remembers."""
    left: Sequence[str]
    """What should be gone and is not."""


@dataclass(frozen=True, slots=True)
class _Observer:
    requests: Counter[str] = field(default_factory=Counter)
    hops: Counter[str] = field(default_factory=Counter)

    def __call__(self, record: RequestRecord) -> None:
        self.requests[f"{record.endpoint} {record.operation} {record.status}"] += 1
        self.hops.update(each.hostname for each in record.hops)


def serve(count: int, image: str | None = None) -> Seen:
    """Serve until the standard input ends.

    Args:
        count: How many containers.
        image: The image of the model server; None for processes.
    """
    before = set(_descriptors())
    observer = _Observer()
    direct = _direct(count, image)
    with ExitStack() as stack:
        data_plane = stack.enter_context(DataPlane(observer=observer))
        direct.start(data_plane)
        stack.callback(direct.stop)
        containers = {each.plan.hostname: each.url for each in direct.containers}
        data_plane.serve(_pipeline(containers))
        print(json.dumps(asdict(Served(data_plane.url, containers))), flush=True)
        sys.stdin.read()
    left = [*_threads(), *_children(), *(each for each in _descriptors() if each not in before)]
    if image is not None:
        left += _containers()
    return Seen(dict(observer.requests), dict(observer.hops), _megabytes(direct.requests), left)


def _direct(count: int, image: str | None) -> LocalEndpoint:
    workload: Workload = (
        Command(arguments=(sys.executable, model_server.__file__)) if image is None else NamedImage(name=image)
    )
    address = {"MODEL_ADDRESS": "127.0.0.1"} if image is None else {}
    containers = tuple(
        ContainerPlan(
            hostname=f"container-{number}",
            workload=workload,
            environment={
                "MODEL_NAME": f"container-{number}",
                "MODEL_ANSWER": "sign",
                "MODEL_PARTS": "3" if number % 2 else "0",
                **address,
            },
        )
        for number in range(count)
    )
    model = ModelPlan(key="Model", mode="Direct", containers=containers)
    variant = VariantPlan(name="AllTraffic", weight=1.0, model="Model")
    return LocalEndpoint(EndpointPlan(name=DIRECT, title=DIRECT, variants=(variant,), models=(model,)))


def _pipeline(urls: Mapping[str, str]) -> ServedEndpoint:
    containers = tuple(ServedContainer(hostname=hostname, url=url) for hostname, url in urls.items())
    variant = ServedVariant(name="AllTraffic", weight=1.0, mode="Serial", containers=containers)
    return ServedEndpoint(name=SERIAL, variants=(variant,))


def _megabytes(records: Sequence[RequestRecord]) -> float:
    """What records take: as much as copies of them, which share what they share."""
    pickled = pickle.dumps(records)
    tracemalloc.start()
    copies = pickle.loads(pickled)  # noqa: S301 - our own
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del copies
    return taken / 2**20


def _threads() -> list[str]:
    return [f"thread {each.name}" for each in threading.enumerate() if each is not threading.main_thread()]


def _children() -> list[str]:
    return [
        f"process {child}"
        for task in Path("/proc/self/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def _descriptors() -> Iterator[str]:
    """Open files and sockets, but the one with which they are listed."""
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            yield f"descriptor {each.name} of {each.readlink()}"


def _containers() -> list[str]:
    listed = ContainerCli()("ps", "--all", "--filter", f"label={OWNER}={this_process()}", "--format", "{{.ID}}")
    return [f"container {each}" for each in listed.split()]


if __name__ == "__main__":
    print(json.dumps(asdict(serve(int(sys.argv[1]), *sys.argv[2:]))))

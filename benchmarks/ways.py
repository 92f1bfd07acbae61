"""The ways to one container: none between, nginx as a proxy, and the data plane. Those are measured by turns."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from . import companion, runtime_calls, web_servers, wrk
from .attached_endpoints import CONTAINERS, DIRECT, SERIAL
from .web_servers import Address

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

CONNECTIONS: Final = (1, 8, 64)
"""How many requests are on their way at a time."""

CONTAINER, NGINX, CONTROL = "container", "nginx", "control"
OURS, OURS_STREAMED, OURS_SERIAL = "ours", "ours streamed", "ours Serial"

_CALLED: Final = {
    CONTAINER: (DIRECT, CONTAINERS[0]),
    NGINX: (DIRECT, CONTAINERS[0]),
    OURS: (DIRECT, CONTAINERS[0]),
    OURS_SERIAL: (SERIAL, None),
}
"""What boto3 calls: the endpoint, and its container unless it is a pipeline."""

Loads = Mapping[tuple[str, int], wrk.Load]
"""By the name of the way and the number of connections."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to the container."""

    server: Address
    path: str = "/invocations"
    hostname: str | None = None
    """What a request names as its container."""

    def load(self, connections: int, seconds: int) -> wrk.Load:
        """As many requests as are answered."""
        headers = {} if self.hostname is None else {"X-Amzn-SageMaker-Target-Container-Hostname": self.hostname}
        return wrk.load(self.server, self.path, headers, connections=connections, seconds=seconds)


@dataclass(frozen=True, slots=True)
class Round:
    """What was measured one after the other."""

    loads: Loads
    calls: Mapping[str, float]
    """The median milliseconds of a call of boto3, by the name of the way."""


@contextmanager
def opened() -> Iterator[dict[str, Way]]:
    """All ways, by name, to one container. nginx has a second name, as a control.

    Raises:
        MissingProgramError: If nginx is not installed.
    """
    with ExitStack() as stack:
        container = stack.enter_context(web_servers.container())
        nginx = Way(stack.enter_context(web_servers.proxy(container)))
        data_plane = stack.enter_context(companion.running("attached_endpoints", container.url))
        ours = Address(data_plane.ready, data_plane.pid)
        yield {
            CONTAINER: Way(container),
            NGINX: nginx,
            CONTROL: nginx,
            OURS: Way(ours, f"/endpoints/{DIRECT}/invocations", CONTAINERS[0]),
            OURS_STREAMED: Way(ours, f"/endpoints/{DIRECT}/invocations-response-stream", CONTAINERS[0]),
            OURS_SERIAL: Way(ours, f"/endpoints/{SERIAL}/invocations"),
        }


def take_turns(ways: Mapping[str, Way], rounds: int, *, seconds: int, calls: int) -> Iterator[Round]:
    """Measure some rounds, after one that is not counted. In each the order is another.

    Args:
        ways: The ways, by name.
        rounds: How many.
        seconds: How long each way has in each round, for each number of connections.
        calls: How many calls of boto3 each way has in each round.

    Raises:
        MissingProgramError: If wrk is not installed.
        FailedRequestsError: If a request fails.
    """
    order = random.Random(0)  # noqa: S311 - to be repeatable
    with ExitStack() as stack:
        clients = {name: stack.enter_context(closing(runtime_calls.client(ways[name].server.url))) for name in _CALLED}
        for number in range(rounds + 1):
            cases = [(name, connections) for connections in CONNECTIONS for name in order.sample([*ways], len(ways))]
            loads = {(name, connections): ways[name].load(connections, seconds) for name, connections in cases}
            called = _calls(clients, calls, order)
            if number:
                yield Round(loads, called)


def _calls(clients: Mapping[str, SageMakerRuntimeClient], calls: int, order: random.Random) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(calls):
        for name in order.sample([*clients], len(clients)):
            seconds[name].append(runtime_calls.seconds(clients[name], *_CALLED[name]))
    return {name: 1000 * statistics.median(each) for name, each in seconds.items()}

"""Bounded load on endpoints by boto3: every call in turn, at a steady rate, each answer compared with what is due."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from . import runtime_calls
from .endurance_endpoints import DIRECT, SERIAL

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

INVOKE: Final = "InvokeEndpoint"
STREAM: Final = "InvokeEndpointWithResponseStream"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one container, or of the pipeline of all."""

    endpoint: str
    operation: str
    containers: tuple[str, ...]
    """Those that answer, in their order."""

    def __str__(self) -> str:
        return f"{self.endpoint} {self.operation} 200"

    def due(self, body: bytes) -> bytes:
        """What the answer has to be: each container signs what it gets."""
        return body + "".join(f" → {hostname}" for hostname in self.containers).encode()

    def answer(self, client: SageMakerRuntimeClient, body: bytes) -> bytes:
        """Make it."""
        target = {"TargetContainerHostname": self.containers[0]} if self.endpoint == DIRECT else {}
        if self.operation == INVOKE:
            return client.invoke_endpoint(EndpointName=self.endpoint, Body=body, **target)["Body"].read()
        response = client.invoke_endpoint_with_response_stream(EndpointName=self.endpoint, Body=body, **target)
        with closing(response["Body"]) as events:
            return b"".join(event.get("PayloadPart", {}).get("Bytes", b"") for event in events)


@dataclass(slots=True)
class Tally:
    """What came of all calls."""

    requests: Counter[str] = field(default_factory=Counter)
    """How many were answered as they should be, as records name them."""
    hops: Counter[str] = field(default_factory=Counter)
    """How many requests each container must have got for that."""
    failures: list[str] = field(default_factory=list)
    """What came of the others."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, call: Call) -> None:
        """Remember a call that was answered as it should be."""
        with self._lock:
            self.requests[str(call)] += 1
            self.hops.update(call.containers)

    def fail(self, failure: str) -> None:
        """Remember one that was not."""
        with self._lock:
            self.failures.append(failure)


def calls(hostnames: Sequence[str]) -> list[Call]:
    """Each container by each operation, and the pipeline."""
    targets = [*((DIRECT, (each,)) for each in hostnames), (SERIAL, tuple(hostnames))]
    return [Call(endpoint, operation, containers) for endpoint, containers in targets for operation in (INVOKE, STREAM)]


@contextmanager
def under_load(url: str, hostnames: Sequence[str], *, workers: int, rate: float) -> Iterator[Tally]:
    """Call from several threads until the end of the context, which waits for the answers that are due.

    Args:
        url: Where the endpoints answer.
        hostnames: Their containers.
        workers: How many calls are on their way at most.
        rate: How many calls are begun in a second.
    """
    tally = Tally()
    ended = threading.Event()
    every = calls(hostnames)
    with closing(runtime_calls.client(url, workers)) as client:
        threads = [
            threading.Thread(
                target=_work,
                args=(client, itertools.islice(itertools.cycle(every), number, None), workers / rate, tally, ended),
                name=f"worker {number}",
            )
            for number in range(workers)
        ]
        for each in threads:
            each.start()
        try:
            yield tally
        finally:
            ended.set()
            for each in threads:
                each.join()


def _work(
    client: SageMakerRuntimeClient, every: Iterable[Call], period: float, tally: Tally, ended: threading.Event
) -> None:
    due = time.monotonic()
    for number, call in enumerate(every):
        if ended.wait(max(0.0, due - time.monotonic())):
            return
        due += period
        body = f"{threading.current_thread().name}, {number}: ".encode() + runtime_calls.BODY
        try:
            answer = call.answer(client, body)
        except Exception as error:
            tally.fail(f"{call}: {error}")
        else:
            if answer == call.due(body):
                tally.count(call)
            else:
                tally.fail(f"{call}: {len(answer)} other bytes than are due")

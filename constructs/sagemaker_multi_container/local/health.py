"""Whether containers answer pings, and why not, if they do not."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from .engines.printed import with_output
from .errors import LocalEndpointError
from .plan import Attached, VariantPlan
from .running import BIND_TO_PORT, DEFAULT_PORT, Progress, RunningContainer, RunningModel, silent

PING_SECONDS: Final = 2.0
"""How long SageMaker waits for the answer to a ping:
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

_WAITING: Final = "waiting for /ping"
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
_BETWEEN_LOOKS: Final = 1.0
"""Seconds between two looks whether a container has ended, each of which may be a program that runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """What came of a ping."""

    status: int | None
    """None if there was no answer."""
    seconds: float

    @property
    def is_healthy(self) -> bool:
        """Whether SageMaker would be content."""
        return self.status == HTTPStatus.OK and self.seconds <= PING_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhealthy:
    """A container that did not pass the health check."""

    container: RunningContainer
    variant: str
    reason: str
    log: str
    is_about_port: bool = False
    """Whether it runs, and nothing listens where it should."""

    @property
    def title(self) -> str:
        """The container's."""
        return self.container.plan.title

    @property
    def said_by_sagemaker(self) -> str:
        """Its words for this container."""
        return did_not_pass(self.container.plan.hostname, self.variant)

    def __str__(self) -> str:
        problem = f"{self.title}: {self.reason}; SageMaker would say: {self.said_by_sagemaker}"
        return with_output(problem, self.log)


def did_not_pass(hostname: str, variant: str) -> str:
    """What SageMaker says of a container that answers no pings: the endpoint's `FailureReason`.

    Seen in public, such as https://github.com/aws/amazon-sagemaker-examples/issues/1072.
    """
    return (
        f"The {hostname} container for production variant {variant} did not pass the ping health check."
        " Please check CloudWatch logs for this endpoint."
    )


def wait_until_healthy(
    variants: Sequence[VariantPlan], models: Mapping[str, RunningModel], progress: Progress = silent
) -> None:
    """Wait until all containers of all variants answer pings, as SageMaker does before an endpoint is in service.

    Args:
        variants: The variants, whose `startup_timeout` is kept.
        models: What runs, by the key of the model.
        progress: Is told which containers are healthy.

    Raises:
        LocalEndpointError: If a container has ended, or did not answer in time. It names all that failed, and why.
    """
    failed = unhealthy(variants, models, progress)
    if failed:
        raise LocalEndpointError([str(each) for each in failed])


def unhealthy(
    variants: Sequence[VariantPlan], models: Mapping[str, RunningModel], progress: Progress = silent
) -> list[Unhealthy]:
    """Wait as `wait_until_healthy` does, and give what failed."""
    first_of = {variant.model: variant for variant in reversed(variants)}
    watches = [
        _Watch(container, variant, progress)
        for variant in first_of.values()
        for container in models[variant.model].containers
    ]
    give_up = threading.Event()
    with ThreadPoolExecutor(max(1, len(watches))) as pool:
        try:
            return [each for each in pool.map(lambda watch: watch.run(give_up), watches) if each is not None]
        finally:
            give_up.set()


def ping(url: str) -> Ping:
    """Ask once, for at most 2 s."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PING_SECONDS)
    status = None
    start = time.monotonic()
    # The timeout of a socket is that of each packet.
    timer = threading.Timer(PING_SECONDS, _cut, [connection])
    timer.start()
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/ping")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        pass
    finally:
        timer.cancel()
        timer.join()
        connection.close()
    return Ping(status=status, seconds=time.monotonic() - start)


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


class _Watch:
    """Waits for a container."""

    def __init__(self, container: RunningContainer, variant: VariantPlan, progress: Progress) -> None:
        self._container = container
        self._variant = variant
        self._progress = progress
        self._told = ""

    def run(self, give_up: threading.Event) -> Unhealthy | None:
        """Wait until it is healthy, or fails; if another has failed, only what is certain is said."""
        deadline = time.monotonic() + self._variant.startup_timeout
        look_at, pause = 0.0, _SHORTEST_PAUSE
        self._tell(_WAITING)
        while not (last := ping(self._container.url)).is_healthy:
            now = time.monotonic()
            if now >= look_at:
                look_at = now + _BETWEEN_LOOKS
                if (end := self._container.ended()) is not None:
                    give_up.set()
                    return self._failed(end)
                self._tell(self._state(last))
            if now >= deadline:
                return self._silent(last) or self._failed(self._why(last))
            if give_up.wait(min(pause, deadline - now)):
                end = self._container.ended()
                return self._failed(end) if end is not None else self._ignores_port(last)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        self._tell("healthy")
        return None

    def _tell(self, state: str) -> None:
        if state != self._told:
            self._told = state
            self._progress(self._container.plan.title, state)

    def _state(self, last: Ping) -> str:
        """What is seen of it while it is waited for."""
        if last.status is not None:
            return f"answers /ping with status {last.status}"
        default = self._container.default_port_url
        is_elsewhere = default is not None and ping(default).status is not None
        return f"{_WAITING}; something listens on {DEFAULT_PORT}" if is_elsewhere else _WAITING

    def _failed(self, reason: str, *, is_about_port: bool = False) -> Unhealthy:
        return Unhealthy(
            container=self._container,
            variant=self._variant.name,
            reason=reason,
            log=self._container.logs(),
            is_about_port=is_about_port,
        )

    def _why(self, last: Ping) -> str:
        if last.status is not None and last.status != HTTPStatus.OK:
            return f"answered /ping with status {last.status}, not 200, {self._in_time}"
        return f"did not answer /ping within {PING_SECONDS:g} s, {self._in_time}"

    def _silent(self, last: Ping) -> Unhealthy | None:
        """That nothing listens where it should."""
        if last.status is not None or last.seconds >= PING_SECONDS:
            return None
        if isinstance(self._container.plan.workload, Attached):
            reason = f"nothing listens at {self._container.url}, {self._in_time}"
        else:
            reason = f"does not listen on the port in {BIND_TO_PORT}, {self._in_time}"
        return self._ignores_port(last) or self._failed(reason, is_about_port=True)

    def _ignores_port(self, last: Ping) -> Unhealthy | None:
        """That something listens where it should not, if it does."""
        default = self._container.default_port_url
        if last.status is not None or default is None or ping(default).status is None:
            return None
        ignores = f"does not listen on the port in {BIND_TO_PORT}; it seems to ignore that variable"
        return self._failed(f"{ignores}, since something listens on {DEFAULT_PORT}", is_about_port=True)

    @property
    def _in_time(self) -> str:
        return f"in {self._variant.startup_timeout:g} s"

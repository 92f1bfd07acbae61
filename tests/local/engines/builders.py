"""Plans for tests, and how to ask what runs."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sagemaker_multi_container.local.plan import Command, ContainerPlan, Mode, ModelPlan, Workload

DEADLINE = 30.0


def command(program: str) -> Command:
    """A Python program."""
    return Command(arguments=(sys.executable, "-c", program))


def container(hostname: str, workload: Workload, **environment: str) -> ContainerPlan:
    return ContainerPlan(hostname=hostname, workload=workload, environment=environment)


def model(*containers: ContainerPlan, key: str = "Model", mode: Mode = "Direct") -> ModelPlan:
    return ModelPlan(key=key, mode=mode, containers=containers)


@dataclass(frozen=True)
class Response:
    """What a container answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(url: str, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str) -> Response:
    """Send a request on a connection of its own."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=DEADLINE)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Response(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()

"""Endpoints as tests serve them, and real clients of theirs."""

from __future__ import annotations

import contextlib
import http.client
import queue
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.eventstream import EventStream
from botocore.exceptions import ClientError
from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient
from mypy_boto3_sagemaker_runtime.type_defs import ResponseStreamTypeDef

from sagemaker_multi_container.local.dataplane import DataPlane, Timeouts
from sagemaker_multi_container.local.plan import Mode
from sagemaker_multi_container.local.served import RequestRecord, ServedContainer, ServedEndpoint, ServedVariant

from .container import DEADLINE


def endpoint(name: str, mode: Mode, /, *, accepts: dict[str, str] | None = None, **urls: str) -> ServedEndpoint:
    """An endpoint of one variant. Its containers are given as `hostname=URL`, in their order."""
    containers = tuple(
        ServedContainer(hostname=hostname, url=url, default_accept=(accepts or {}).get(hostname))
        for hostname, url in urls.items()
    )
    return ServedEndpoint(
        name=name, variants=(ServedVariant(name="AllTraffic", weight=1.0, mode=mode, containers=containers),)
    )


@dataclass
class Served:
    """A data plane that runs."""

    url: str
    plane: DataPlane
    _records: queue.Queue[RequestRecord]

    def record(self) -> RequestRecord:
        """The record of the next request, which is waited for."""
        return self._records.get(timeout=DEADLINE)

    def client(self, *, connections: int = 10) -> SageMakerRuntimeClient:
        """A client that sends each request once."""
        return client(self.url, connections=connections)

    def http(self) -> http.client.HTTPConnection:
        """A connection for what no client of the API would send."""
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=DEADLINE)


def client(url: str, *, connections: int = 10) -> SageMakerRuntimeClient:
    """A client that sends each request once."""
    config = Config(
        signature_version=UNSIGNED,
        retries={"total_max_attempts": 1},
        read_timeout=DEADLINE,
        max_pool_connections=connections,
    )
    return boto3.client("sagemaker-runtime", endpoint_url=url, region_name="us-east-1", config=config)


@contextlib.contextmanager
def streamed(plane: Served) -> Iterator[EventStream[ResponseStreamTypeDef]]:
    """The stream that `search` responds with, which is closed at the end."""
    body = plane.client().invoke_endpoint_with_response_stream(EndpointName="search", Body=b"body")["Body"]
    with contextlib.closing(body):
        yield body


def parts_of(stream: Iterable[ResponseStreamTypeDef]) -> list[bytes]:
    """The bytes of each event."""
    return [event["PayloadPart"]["Bytes"] for event in stream]


def answer_to(error: ClientError) -> dict[str, Any]:
    """All members of an error."""
    return dict(error.response)


@contextlib.contextmanager
def served(*endpoints: ServedEndpoint, timeouts: Timeouts | None = None) -> Iterator[Served]:
    """A data plane that serves these endpoints."""
    records: queue.Queue[RequestRecord] = queue.Queue()
    plane = DataPlane(endpoints, observer=records.put, timeouts=timeouts)
    url = plane.start()
    try:
        yield Served(url, plane, records)
    finally:
        plane.stop()

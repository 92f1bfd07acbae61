"""Endpoints as tests serve them, and real clients of theirs."""

from __future__ import annotations

import contextlib
import http.client
import queue
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

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

    def client(self, **options: object) -> SageMakerRuntimeClient:
        """A client that sends each request once."""
        return client(self.url, **options)

    def http(self) -> http.client.HTTPConnection:
        """A connection for what no client of the API would send."""
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=DEADLINE)


def client(url: str, **options: object) -> SageMakerRuntimeClient:
    """A client that sends each request once."""
    return boto3.Session().client(
        "sagemaker-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}, read_timeout=DEADLINE, **options),
    )


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

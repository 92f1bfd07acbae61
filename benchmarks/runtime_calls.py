"""Calls of the runtime API as users make them: by boto3, one after the other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

BODY: Final = b"0.125," * 170
"""About 1 kB."""


def client(url: str, connections: int = 10) -> SageMakerRuntimeClient:
    """A client that sends each request once, with credentials that are none."""
    return boto3.client(
        "sagemaker-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106
        config=Config(proxies={}, retries={"total_max_attempts": 1}, max_pool_connections=connections),
    )


def seconds(caller: SageMakerRuntimeClient, endpoint: str, hostname: str | None) -> float:
    """How long one call takes, the body included.

    Args:
        caller: The client.
        endpoint: The name of the endpoint.
        hostname: The container that is called; None for a pipeline.
    """
    started = time.perf_counter()
    if hostname is None:
        answer = caller.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=BODY)
    else:
        answer = caller.invoke_endpoint(
            EndpointName=endpoint, TargetContainerHostname=hostname, ContentType="text/csv", Body=BODY
        )
    answer["Body"].read()
    return time.perf_counter() - started

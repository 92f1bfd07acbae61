"""Sends a request with boto3."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from .answers import Answer
from .connecting import Connections, told
from .describing import is_unknown, not_found
from .refusals import not_invoked
from .request import Request

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime.type_defs import (
        InvokeEndpointInputTypeDef,
        InvokeEndpointOutputTypeDef,
        InvokeEndpointWithResponseStreamInputTypeDef,
        InvokeEndpointWithResponseStreamOutputTypeDef,
    )

Write = Callable[[bytes], object]
"""Takes a body, as a whole or part by part. It is called once a response begins, perhaps with nothing."""


def invoke(connections: Connections, request: Request, write: Write) -> Answer:
    """Invoke an endpoint, and write the body: once all of it is there, or each part as it comes if it is streamed.

    Raises:
        RefusedError: If there is no answer. The parts of a stream that came before have been written.
    """
    operation = "InvokeEndpointWithResponseStream" if connections.stream else "InvokeEndpoint"
    try:
        with told():
            return (_streamed if connections.stream else _whole)(connections, request, write)
    except ClientError as error:
        if is_unknown(error) and connections.has_control_plane:
            raise not_found(connections, request.endpoint) from error
        raise not_invoked(error.response, operation, request, is_local=connections.is_local) from error


def _whole(connections: Connections, request: Request, write: Write) -> Answer:
    runtime, started = connections.runtime, time.perf_counter()
    response = runtime.invoke_endpoint(**cast("InvokeEndpointInputTypeDef", request.parameters()))
    with response["Body"] as stream:
        body = stream.read()
    answer = _answer(request, response, len(body), started)
    write(body)
    return answer


def _streamed(connections: Connections, request: Request, write: Write) -> Answer:
    runtime, started, size = connections.runtime, time.perf_counter(), 0
    parameters = cast("InvokeEndpointWithResponseStreamInputTypeDef", request.parameters())
    response = runtime.invoke_endpoint_with_response_stream(**parameters)
    events = response["Body"]
    write(b"")
    try:
        for event in events:
            part = event.get("PayloadPart", {}).get("Bytes", b"")
            write(part)
            size += len(part)
    finally:
        events.close()
    return _answer(request, response, size, started)


def _answer(
    request: Request,
    response: InvokeEndpointOutputTypeDef | InvokeEndpointWithResponseStreamOutputTypeDef,
    size: int,
    started: float,
) -> Answer:
    return Answer(
        target=request.target,
        status=response["ResponseMetadata"]["HTTPStatusCode"],
        content_type=response.get("ContentType"),
        variant=response.get("InvokedProductionVariant"),
        custom_attributes=response.get("CustomAttributes"),
        size=size,
        seconds=time.perf_counter() - started,
    )

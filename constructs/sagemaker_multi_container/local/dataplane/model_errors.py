"""`ModelError`: what containers did wrong, as callers are told.

The wording is SageMaker's around what a container said, where its body could not be read, where it did not respond in
time, and where it handed too much to the next; all of it was seen in public issues. The other texts are ours.
"""

from __future__ import annotations

from typing import Literal

from ...template.partitions import partition_of
from ..served import ServedEndpoint
from . import api
from .errors import ApiError

StreamCode = Literal["StreamBroken", "ModelInvocationTimeExceeded"]
"""What a response that has begun to stream ends with, if it fails
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_ResponseStream.html)."""


class ModelError(ApiError):
    """What a container did wrong."""

    def __init__(
        self,
        endpoint: ServedEndpoint,
        message: str,
        *,
        status: int,
        said: str = "",
        stream_code: StreamCode = "StreamBroken",
    ) -> None:
        """Say it.

        Args:
            endpoint: That of the container.
            message: What it did.
            status: What the container answered; 0 if it did not.
            said: The body of its answer.
            stream_code: How a stream says it.
        """
        self.stream_code: StreamCode = stream_code
        super().__init__(
            "ModelError",
            message + _see_log_of(endpoint),
            members={
                "OriginalStatusCode": status,
                "OriginalMessage": said[: api.MAX_MESSAGE],
                "LogStreamArn": _log_group_of(endpoint),
            },
        )


def refused(endpoint: ServedEndpoint, hostname: str, status: int, body: bytes) -> ModelError:
    """A container that answered with an error."""
    return _quoting(endpoint, hostname, status, body.decode(errors="replace"))


def refused_unreadably(endpoint: ServedEndpoint, hostname: str, status: int) -> ModelError:
    """A container that answered with an error and closed the connection before it had said which."""
    kind = _kind_of(status)
    message = f"Received {kind} ({status}) from {hostname} and could not load the entire response body."
    return ModelError(endpoint, message, status=status)


def timed_out(endpoint: ServedEndpoint, hostname: str) -> ModelError:
    """A container that did not respond in time."""
    return _quoting(
        endpoint,
        hostname,
        0,
        f"Your invocation timed out while waiting for a response from container {hostname}. Review the latency metrics "
        "for each container in Amazon CloudWatch, resolve the issue, and try again.",
        stream_code="ModelInvocationTimeExceeded",
    )


def broken(endpoint: ServedEndpoint, hostname: str, reason: str) -> ModelError:
    """A container that did not answer with a complete HTTP response."""
    return _quoting(endpoint, hostname, 0, f"Container {hostname} did not complete its response: {reason}.")


def response_too_large(endpoint: ServedEndpoint, hostname: str, status: int, size: str) -> ModelError:
    """A response that the API has no room for."""
    message = (
        f"Received response from {hostname} with status code {status}. However, the response payload is {size} bytes, "
        f"which has exceeded the maximum limit of {api.MAX_BODY} bytes."
    )
    return ModelError(endpoint, message, status=status)


def hop_too_large(endpoint: ServedEndpoint, hostname: str, following: str, status: int, size: str) -> ModelError:
    """A response that is too large to become the request of the next container."""
    message = (
        f"Received response from {hostname} with status code {status}. However, the request payload from {hostname} to "
        f"{following} is {size} bytes, which has exceeded the maximum limit of 5 MB."
    )
    return ModelError(endpoint, message, status=status)


def _quoting(
    endpoint: ServedEndpoint, hostname: str, status: int, said: str, *, stream_code: StreamCode = "StreamBroken"
) -> ModelError:
    before, after = f'Received {_kind_of(status)} ({status}) from {hostname} with message "', '".'
    room = api.MAX_MESSAGE - len(before) - len(after) - len(_see_log_of(endpoint))
    message = f"{before}{said[:room]}{after}"
    return ModelError(endpoint, message, status=status, said=said, stream_code=stream_code)


def _kind_of(status: int) -> str:
    """What SageMaker calls a status. It says 0 where there was none."""
    return {0: "server error", 4: "client error", 5: "server error"}.get(status // 100, "unexpected status")


def _log_group_of(endpoint: ServedEndpoint) -> str:
    partition = partition_of(endpoint.region)
    return (
        f"arn:{partition}:logs:{endpoint.region}:{endpoint.account}:log-group:/aws/sagemaker/Endpoints/{endpoint.name}"
    )


def _see_log_of(endpoint: ServedEndpoint) -> str:
    region = endpoint.region
    return (
        f" See https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logEventViewer:group=/aws/sagemaker/Endpoints/{endpoint.name} in account {endpoint.account}"
        " for more information."
    )

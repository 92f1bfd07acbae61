"""What AWS's errors say to people: what was refused, why, and what to do. Each is a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..check.printable import printable
from .answers import RefusedError
from .request import Request

LOG_GROUP: Final = "/aws/sagemaker/Endpoints/"
"""The log group of an endpoint is this and its name.
https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html"""
HOSTNAME_KEY: Final = "sagemaker:TargetContainerHostname"
LONGEST: Final = 500
"""The characters that are shown of what a container says."""

_DENIED: Final = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_BAD_CREDENTIALS: Final = {
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_THROTTLED: Final = {
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_BY_ENDPOINT: Final = {
    "InternalDependencyException": "SageMaker could not reach what it depends on",
    "InternalFailure": "SageMaker failed",
    "InternalStreamFailure": "SageMaker failed within the response",
    "ModelNotReadyException": "the model is not ready yet; try again",
    "ModelStreamError": "the container broke off within the response",
    "ServiceUnavailable": "the endpoint is unavailable; try again, or look at its status and its log",
}
"""What the errors of an endpoint mean that has had the request."""
_SPEAKER = re.compile(r"\bfrom (?:container )?(?P<container>[A-Za-z0-9-]+) with message")


def refused(response: Mapping[str, Any], action: str, subject: str) -> RefusedError:
    """What an error means that any operation may have.

    Args:
        response: The error as boto3 has it.
        action: The IAM action that was asked for.
        subject: What was asked about, such as `endpoint search`.
    """
    code, message = _code_and_message(response)
    if code in _DENIED:
        says = f"not allowed: {action} on {subject}; let a policy allow that action{_quoted(message)}"
    elif code in _BAD_CREDENTIALS:
        says = f"AWS does not take these credentials: log in again, or give others with --profile{_quoted(message)}"
    elif code in _THROTTLED:
        says = f"throttled: there are too many calls of {action}; try again later{_quoted(message)}"
    else:
        says = f"{subject}: {code}{_quoted(message)}"
    return RefusedError(says, code=code)


def not_invoked(response: Mapping[str, Any], operation: str, request: Request, *, is_local: bool) -> RefusedError:
    """What an error means that came in place of a response, or within one.

    Args:
        response: The error as boto3 has it.
        operation: Such as `InvokeEndpoint`.
        request: What was asked.
        is_local: Whether the endpoint runs on this machine, which has no logs in CloudWatch.
    """
    code, message = _code_and_message(response)
    target = request.target
    who = f"{target} of {request.endpoint}" if target.hostname or target.variant else f"endpoint {request.endpoint}"
    if code == "ModelError":
        return RefusedError(_of_container(response, message, request, is_local=is_local), code=code, was_asked=True)
    if code in _BY_ENDPOINT:
        return RefusedError(f"{who}: {_BY_ENDPOINT[code]}{_quoted(message)}", code=code, was_asked=True)
    if code == "ValidationError":
        is_unnamed = target.hostname is None and "not found" not in message
        hint = "; of a Direct endpoint, name a container with --target" if is_unnamed else ""
        return RefusedError(f"{who} refuses the request{_quoted(message)}{hint}", code=code)
    if code in _DENIED and target.hostname:
        says = (
            f"not allowed: sagemaker:{operation} on endpoint {request.endpoint} for container {target.hostname}; let a"
            f" policy allow that action, and that hostname if it has the condition key {HOSTNAME_KEY}{_quoted(message)}"
        )
        return RefusedError(says, code=code)
    return refused(response, f"sagemaker:{operation}", who)


def _of_container(response: Mapping[str, Any], message: str, request: Request, *, is_local: bool) -> str:
    """What a container answered that did not answer with success, and where its log is."""
    status, original = response.get("OriginalStatusCode"), response.get("OriginalMessage")
    said_by = _SPEAKER.search(message)
    container = request.target.hostname or (said_by["container"] if said_by else None)
    who = f"container {container}" if container else "a container"
    if status is None:
        says = f"{who} of {request.endpoint} failed{_quoted(message)}"
    elif status == 0:
        # SageMaker's word for no response at all, as its users report.
        says = f"{who} of {request.endpoint} gave no response{_quoted(original or message)}"
    else:
        says = f"{who} of {request.endpoint} answered {status}{_quoted(original or '')}"
    return says if is_local else f"{says}; its log: {_log(response, request, container)}"


def _log(response: Mapping[str, Any], request: Request, container: str | None) -> str:
    _, _, named = str(response.get("LogStreamArn") or "").partition(":log-group:")
    group = printable(named) or f"{LOG_GROUP}{request.endpoint}"
    return f"{group}, streams that end with /{container}" if container else group


def _code_and_message(response: Mapping[str, Any]) -> tuple[str, str]:
    error = response.get("Error", {})
    return str(error.get("Code", "Unknown")), str(error.get("Message") or response.get("Message") or "")


def _quoted(message: str) -> str:
    """What AWS or a container says, after a colon; nothing if it says nothing."""
    said = printable(message.strip())
    return f': "{said[:LONGEST]}{"…" if len(said) > LONGEST else ""}"' if said else ""

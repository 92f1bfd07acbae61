"""Which headers containers get, and which of theirs callers get. Pure.

SageMaker strips all headers except those of its API
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). That each container of a
pipeline gets them, and that `Accept` between containers is `application/json` unless a container says otherwise, is
inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..served import ServedContainer
from . import api
from .api import Operation, Use
from .routing import Route

ACCEPT_BETWEEN_CONTAINERS: Final = "application/json"

_BY_HOP: Final = ("ContentType", "Accept")
_SESSION_ID: Final = "x-amzn-sagemaker-session-id"


def request_headers(
    operation: Operation, parameters: Mapping[str, str], *, content_type: str | None, accept: str | None
) -> dict[str, str]:
    """What a container is told beside the body.

    Args:
        operation: What the caller asked.
        parameters: The members of the caller's request, by their names in the API.
        content_type: What the body is: the caller's, or that of the former container's response.
        accept: What the response shall be.
    """
    headers = {
        member.header: parameters[member.name]
        for member in operation.members
        if member.use is Use.FORWARDED and member.name in parameters and member.name not in _BY_HOP
    }
    if content_type is not None:
        headers["Content-Type"] = content_type
    if accept is not None:
        headers["Accept"] = accept
    return headers


def accept_of(container: ServedContainer, *, last: bool, parameters: Mapping[str, str]) -> str | None:
    """What a container is asked to respond with: the last one what the caller wants, and the others JSON by default."""
    if last:
        return parameters.get("Accept")
    return container.default_accept or ACCEPT_BETWEEN_CONTAINERS


def response_headers(
    operation: Operation, route: Route, parameters: Mapping[str, str], answered: Mapping[str, str]
) -> dict[str, str]:
    """What the caller is told beside the body.

    Args:
        operation: What the caller asked.
        route: Where the request went.
        parameters: The members of the caller's request, by their names in the API.
        answered: The headers of the last container's response, by their names in lower case.
    """
    members = {
        "ContentType": answered.get("content-type"),
        "InvokedProductionVariant": route.variant.name,
        "CustomAttributes": answered.get("x-amzn-sagemaker-custom-attributes"),
        "NewSessionId": _new_session(parameters, answered),
        "ClosedSessionId": answered.get("x-amzn-sagemaker-closed-session-id"),
    }
    return {header: value for name, header in operation.returned if (value := members[name]) is not None}


def _new_session(parameters: Mapping[str, str], answered: Mapping[str, str]) -> str | None:
    """AWS's guide has containers name a new session by `Session-Id`, and servers exist that say `New-Session-Id`."""
    named = answered.get(_SESSION_ID) if parameters.get("SessionId") == api.NEW_SESSION else None
    return answered.get("x-amzn-sagemaker-new-session-id", named)

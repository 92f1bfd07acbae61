"""The errors that callers get, as the API has them: code, status, message and members.

The wording is SageMaker's where it was seen in public: of an endpoint that is not found, of `TargetModel`, and of a
body that is too large. The other texts are ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import api

_NONE: Final[Mapping[str, str | int]] = MappingProxyType({})


class ApiError(Exception):
    """An error of the API, as the caller gets it."""

    def __init__(
        self, code: str, message: str, *, status: int | None = None, members: Mapping[str, str | int] = _NONE
    ) -> None:
        self.code = code
        self.message = message
        self.status = api.ERRORS[code] if status is None else status
        self.members = members
        super().__init__(f"{code}: {message}")

    def headers(self) -> dict[str, str]:
        """The headers of the response."""
        return {"Content-Type": "application/json", "x-amzn-ErrorType": self.code}

    def body(self) -> bytes:
        """The body of the response."""
        return json.dumps({"Message": self.message[: api.MAX_MESSAGE], **self.members}).encode()


class BodyTooLargeError(ApiError):
    """A request whose body is too large.

    SageMaker's own was seen when the limit was lower, in plain text and without a code: `An error occurred (413) when
    calling the InvokeEndpoint operation: HTTP content length exceeded 5246976 bytes.`
    (https://github.com/aws/sagemaker-python-sdk/issues/171)
    """

    def __init__(self) -> None:
        super().__init__("413", f"HTTP content length exceeded {api.MAX_BODY} bytes.", status=413)

    def headers(self) -> dict[str, str]:
        """The headers of the response."""
        return {"Content-Type": "text/plain"}

    def body(self) -> bytes:
        """The body of the response."""
        return self.message.encode()


def invalid(message: str) -> ApiError:
    """A request that SageMaker would refuse."""
    return ApiError("ValidationError", message)


def unreachable(hostname: str, reason: str) -> ApiError:
    """A container that accepts no connection."""
    return ApiError("ServiceUnavailable", f"Container {hostname} accepts no connection: {reason}.")


def internal_failure() -> ApiError:
    """A mistake of ours."""
    return ApiError("InternalFailure", "The data plane failed, which is a mistake of this tool: its log says where.")


def unknown_operation(method: str, path: str) -> ApiError:
    """A request that is none of the API's."""
    served = " and ".join(
        f"{each.name} (POST /endpoints/{{EndpointName}}/{each.path})" for each in api.OPERATIONS if each.served
    )
    return ApiError("UnknownOperationException", f"{method} {path} is not served here, but {served}.", status=404)


def foreign_host(host: str) -> ApiError:
    """A request that was meant for another host: a web page makes such, whose name leads to this machine."""
    return ApiError(
        "AccessDeniedException",
        f"Host {host!r} is not this machine: call the endpoint by 127.0.0.1 or localhost.",
        status=403,
    )

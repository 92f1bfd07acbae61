"""SageMaker's runtime API: its operations, their members, headers and limits. Each stands here once.

Read on 2026-11-22 in botocore 1.44.5 (`sagemaker-runtime`, 2017-05-13) and on the pages that are named; a test compares
it with the botocore that is installed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import unquote

from ...rules.limits import Pattern

MAX_BODY: Final = 6_291_456
"""Bytes of a request's body, and of a response's unless it streams (shape `BodyBlob`).

What the API model says counts here; an FAQ of AWS has 25 MB (https://aws.amazon.com/sagemaker/faqs/).
"""

MAX_HOP: Final = 5 * 1024 * 1024
"""Bytes that one container of a pipeline hands to the next. The error message of AWS says 5 MB; MiB is inferred."""

MAX_MESSAGE: Final = 2048
"""Characters of an error's message, and of what a container said (shape `Message`)."""

INVOCATION_TIMEOUT: Final = 60.0
"""Seconds in which a container must respond
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). That each container of a
pipeline has them is inferred."""

STREAM_TIMEOUT: Final = 480.0
"""Seconds in which a streamed response must end
(https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html: 8 minutes)."""

NEW_SESSION: Final = "NEW_SESSION"
"""The `SessionId` that asks for a new session (https://docs.aws.amazon.com/sagemaker/latest/dg/stateful-sessions.html)."""

EVENT_STREAM: Final = "application/vnd.amazon.eventstream"

REQUEST_ID: Final = "x-amzn-RequestId"
"""The header of every response by which AWS names the request."""

ERRORS: Final = {
    "ValidationError": 400,
    "ModelError": 424,
    "ModelNotReadyException": 429,
    "InternalFailure": 500,
    "ServiceUnavailable": 503,
    "InternalDependencyException": 530,
}
"""The errors of the operations and their HTTP status. Nothing here is ever a `ModelNotReadyException`, which serverless
and multi-model endpoints have, or an `InternalDependencyException`."""

SUCCESS: Final = range(200, 300)
"""The statuses of a container that are no `ModelError`. AWS names 4xx and 5xx; that redirects are is inferred."""


class Use(Enum):
    """What becomes of a member of a request."""

    FORWARDED = "goes to the containers"
    ANSWERED = "says where the request goes"
    REFUSED = "names what local endpoints do not have"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a request that is a header."""

    name: str
    header: str
    use: Use
    pattern: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of the runtime API, which is `POST /endpoints/{EndpointName}/{path}`."""

    name: str
    path: str
    members: tuple[Member, ...] = ()
    """The headers of a request."""
    returned: tuple[tuple[str, str], ...] = ()
    """The members of a response that are headers, and these."""
    streams: bool = False
    served: bool = True


_ASCII: Final = Pattern(r"[\x00-\x7f]*", 1024, "Header", "ASCII characters")
_ATTRIBUTES: Final = Pattern(r"[\x00-\x7f]*", 1024, "CustomAttributesHeader", "ASCII characters")
_NAME: Final = r"[a-zA-Z0-9](-*[a-zA-Z0-9])*"
_PRINTABLE: Final = r"\S[\x20-\x7e]*"
_VARIANT: Final = Pattern(_NAME, 63, "TargetVariantHeader", "letters, digits and hyphens")
_HOSTNAME: Final = Pattern(_NAME, 63, "TargetContainerHostnameHeader", "letters, digits and hyphens")
_MODEL: Final = Pattern(_PRINTABLE, 1024, "TargetModelHeader", "printable characters", 1)
_INFERENCE_ID: Final = Pattern(_PRINTABLE, 64, "InferenceId", "printable characters", 1)
_EXPLANATIONS: Final = Pattern(r".*", 64, "EnableExplanationsHeader", "any characters", 1)
_COMPONENT: Final = Pattern(
    r"[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?", 63, "InferenceComponentHeader", "letters, digits and hyphens"
)
_SESSION: Final = Pattern(_NAME, 256, "SessionIdHeader", "letters, digits and hyphens")
_SESSION_OR_NEW: Final = Pattern(
    rf"(NEW_SESSION)|{_NAME}",
    256,
    "SessionIdOrNewSessionConstantHeader",
    "NEW_SESSION, or letters, digits and hyphens",
)
_PREFIX_ID: Final = Pattern(_PRINTABLE, 64, "PrefixAwareIdHeader", "printable characters", 1)

_CONTENT_TYPE: Final = Member("ContentType", "Content-Type", Use.FORWARDED, _ASCII)
_ACCEPT: Final = Member("Accept", "Accept", Use.FORWARDED, _ASCII)
_STREAM_ACCEPT: Final = Member("Accept", "X-Amzn-SageMaker-Accept", Use.FORWARDED, _ASCII)
_SESSION_ID: Final = "X-Amzn-SageMaker-Session-Id"
_COMMON: Final = (
    Member("CustomAttributes", "X-Amzn-SageMaker-Custom-Attributes", Use.FORWARDED, _ATTRIBUTES),
    Member("TargetVariant", "X-Amzn-SageMaker-Target-Variant", Use.ANSWERED, _VARIANT),
    Member("TargetContainerHostname", "X-Amzn-SageMaker-Target-Container-Hostname", Use.ANSWERED, _HOSTNAME),
    Member("InferenceId", "X-Amzn-SageMaker-Inference-Id", Use.FORWARDED, _INFERENCE_ID),
    Member("InferenceComponentName", "X-Amzn-SageMaker-Inference-Component", Use.REFUSED, _COMPONENT),
    Member("PrefixAwareId", "X-Amzn-SageMaker-Prefix-Aware-Id", Use.FORWARDED, _PREFIX_ID),
)
_VARIANT_AND_ATTRIBUTES: Final = (
    ("InvokedProductionVariant", "x-Amzn-Invoked-Production-Variant"),
    ("CustomAttributes", "X-Amzn-SageMaker-Custom-Attributes"),
)

INVOKE: Final = Operation(
    name="InvokeEndpoint",
    path="invocations",
    members=(
        _CONTENT_TYPE,
        _ACCEPT,
        *_COMMON,
        Member("TargetModel", "X-Amzn-SageMaker-Target-Model", Use.REFUSED, _MODEL),
        Member("EnableExplanations", "X-Amzn-SageMaker-Enable-Explanations", Use.REFUSED, _EXPLANATIONS),
        Member("SessionId", _SESSION_ID, Use.FORWARDED, _SESSION_OR_NEW),
    ),
    returned=(
        ("ContentType", "Content-Type"),
        *_VARIANT_AND_ATTRIBUTES,
        ("NewSessionId", "X-Amzn-SageMaker-New-Session-Id"),
        ("ClosedSessionId", "X-Amzn-SageMaker-Closed-Session-Id"),
    ),
)

INVOKE_WITH_RESPONSE_STREAM: Final = Operation(
    name="InvokeEndpointWithResponseStream",
    path="invocations-response-stream",
    members=(_CONTENT_TYPE, _STREAM_ACCEPT, *_COMMON, Member("SessionId", _SESSION_ID, Use.FORWARDED, _SESSION)),
    returned=(("ContentType", "X-Amzn-SageMaker-Content-Type"), *_VARIANT_AND_ATTRIBUTES),
    streams=True,
)

INVOKE_ASYNC: Final = Operation(name="InvokeEndpointAsync", path="async-invocations", served=False)

OPERATIONS: Final = (INVOKE, INVOKE_WITH_RESPONSE_STREAM, INVOKE_ASYNC)

DESCRIBE: Final = "Describe"
"""What a record calls the question what an endpoint consists of, which no operation of SageMaker's runtime API is."""

_TARGET: Final = re.compile(r"/endpoints/([^/]+)/([^/]+)")
_DESCRIBED: Final = re.compile(r"/endpoints/([^/]+)")


def operation_of(method: str, path: str) -> tuple[Operation, str] | None:
    """The operation that a request is, and the name of the endpoint; None if it is no operation of this API.

    Args:
        method: Of HTTP.
        path: As it was sent, percent-encoded and without a query.
    """
    target = _TARGET.fullmatch(path)
    if target is None or method != "POST":
        return None
    endpoint, last = target.groups()
    operation = next((each for each in OPERATIONS if each.path == last), None)
    return None if operation is None else (operation, unquote(endpoint))


def described_endpoint(method: str, path: str) -> str | None:
    """The name of the endpoint that a request wants to be described; None if it wants something else."""
    target = _DESCRIBED.fullmatch(path)
    return None if target is None or method != "GET" else unquote(target[1])

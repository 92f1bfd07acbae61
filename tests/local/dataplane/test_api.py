"""The API as we know it, beside the one that botocore knows."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

from sagemaker_multi_container.local.dataplane import api

TRANSLATED = {
    r"\p{ASCII}*": r"[\x00-\x7f]*",
    r"\A\S[\p{Print}]*\z": r"\S[\x20-\x7e]*",
    "^(NEW_SESSION)$|^[a-zA-Z0-9](-*[a-zA-Z0-9])*$": "(NEW_SESSION)|[a-zA-Z0-9](-*[a-zA-Z0-9])*",
}
"""Java's patterns that Python writes otherwise. Of the others, ours lack the anchors."""
NEVER_HERE = ("ModelNotReadyException", "InternalDependencyException")
STREAM_ERRORS = {"ModelStreamError", "InternalStreamFailure"}


def service() -> ServiceModel:
    """The runtime API of the botocore that is installed."""
    return botocore.session.get_session().get_service_model("sagemaker-runtime")


def model_of(operation: api.Operation) -> OperationModel:
    """The operation, as botocore knows it."""
    return service().operation_model(operation.name)


def in_headers(shape: Shape | None) -> dict[str, Shape]:
    """The members of a structure that are headers."""
    assert isinstance(shape, StructureShape)
    return {name: member for name, member in shape.members.items() if member.serialization.get("location") == "header"}


SERVED = [each for each in api.OPERATIONS if each.served]


def test_every_operation_is_served_or_refused() -> None:
    models = [service().operation_model(name) for name in service().operation_names]
    assert {(each.name, each.http["method"], each.http["requestUri"]) for each in models} == {
        (each.name, "POST", f"/endpoints/{{EndpointName}}/{each.path}") for each in api.OPERATIONS
    }


@pytest.mark.parametrize("operation", SERVED, ids=lambda each: each.name)
def test_every_member_of_a_request_is_known(operation: api.Operation) -> None:
    """Beside the headers there are only the name of the endpoint and the body."""
    shape = model_of(operation).input_shape
    headers = {name: member.serialization["name"] for name, member in in_headers(shape).items()}
    assert {member.name: member.header for member in operation.members} == headers
    assert isinstance(shape, StructureShape)
    assert shape.members.keys() - headers.keys() == {"EndpointName", "Body"}
    assert shape.serialization["payload"] == "Body"


@pytest.mark.parametrize("operation", SERVED, ids=lambda each: each.name)
def test_every_limit_of_a_request_is_known(operation: api.Operation) -> None:
    def limits(metadata: dict[str, Any]) -> tuple[int, int, str]:
        pattern = metadata["pattern"]
        return (
            metadata.get("min", 0),
            metadata["max"],
            TRANSLATED.get(pattern, pattern.removeprefix("^").removesuffix("$")),
        )

    members = in_headers(model_of(operation).input_shape)
    assert {
        each.name: (each.pattern.shape, (each.pattern.shortest, each.pattern.longest, each.pattern.regex))
        for each in operation.members
    } == {name: (member.name, limits(member.metadata)) for name, member in members.items()}


@pytest.mark.parametrize("operation", SERVED, ids=lambda each: each.name)
def test_every_member_of_a_response_is_known(operation: api.Operation) -> None:
    shape = model_of(operation).output_shape
    headers = {name: member.serialization["name"] for name, member in in_headers(shape).items()}
    assert dict(operation.returned) == headers
    assert isinstance(shape, StructureShape)
    assert shape.members.keys() - headers.keys() == {"Body"}
    assert bool(shape.members["Body"].serialization.get("eventstream")) == operation.streams


@pytest.mark.parametrize("operation", SERVED, ids=lambda each: each.name)
def test_every_error_is_known(operation: api.Operation) -> None:
    errors = {
        each.name: each.metadata.get("error", {}).get("httpStatusCode") for each in model_of(operation).error_shapes
    }
    streamed = STREAM_ERRORS if operation.streams else set()
    assert errors.keys() - streamed <= api.ERRORS.keys()
    assert all(api.ERRORS[name] == status for name, status in errors.items() if name not in streamed)
    assert api.ERRORS.keys() - errors.keys() <= set(NEVER_HERE)


@pytest.mark.parametrize(
    ("error", "members"),
    [
        (name, {"Message"})
        for name in ("ValidationError", "ServiceUnavailable", "InternalFailure", "InternalStreamFailure", *NEVER_HERE)
    ]
    + [
        ("ModelError", {"Message", "OriginalStatusCode", "OriginalMessage", "LogStreamArn"}),
        ("ModelStreamError", {"Message", "ErrorCode"}),
    ],
)
def test_every_member_of_an_error_is_known(error: str, members: set[str]) -> None:
    shape = service().shape_for(error)
    assert isinstance(shape, StructureShape)
    assert shape.members.keys() == members


def test_every_event_is_known() -> None:
    shape = service().shape_for("ResponseStream")
    assert isinstance(shape, StructureShape)
    assert shape.members.keys() == {"PayloadPart"} | STREAM_ERRORS
    part = shape.members["PayloadPart"]
    assert isinstance(part, StructureShape)
    assert part.members.keys() == {"Bytes"}
    assert part.members["Bytes"].serialization == {"eventpayload": True}


def test_limits_are_those_of_the_model() -> None:
    assert service().shape_for("BodyBlob").metadata["max"] == api.MAX_BODY
    assert service().shape_for("Message").metadata["max"] == api.MAX_MESSAGE

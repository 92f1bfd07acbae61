"""What AWS's errors say to people, from real clients that get them of a server."""

from __future__ import annotations

import re

import pytest
from botocore.model import StructureShape
from botocore.session import get_session
from click.testing import CliRunner, Result

from sagemaker_multi_container.cli.commands import mce
from sagemaker_multi_container.invocation import Request, Target
from sagemaker_multi_container.invocation.refusals import not_invoked

from .server import Answered, DataPlane, data_plane, error, part, stream_error

LOG_GROUP = "/aws/sagemaker/Endpoints/search"
FAILED = error(
    "ModelError",
    'Received server error (500) from second with message "x"',
    424,
    OriginalStatusCode=500,
    OriginalMessage="out of memory",
    LogStreamArn=f"arn:aws:logs:us-east-1:123456789012:log-group:{LOG_GROUP}",
)


def invoke(plane: DataPlane, *arguments: str) -> Result:
    """Run the command against a server."""
    command = ["invoke", "search", "--content-type", "text/csv", "--endpoint-url", plane.url, *arguments]
    return CliRunner().invoke(mce, command, input=b"1,2", catch_exceptions=False)


@pytest.mark.parametrize(
    ("answered", "code", "says"),
    [
        (FAILED, 1, 'container second of search answered 500: "out of memory"'),
        (error("ServiceUnavailable", "busy", 503), 1, "the endpoint is unavailable; try again"),
        (error("InternalFailure", "", 500), 1, "SageMaker failed\n"),
        (error("ModelNotReadyException", "loading", 429), 1, 'the model is not ready yet; try again: "loading"'),
        (error("ThrottlingException", "Rate exceeded", 400), 2, "throttled: there are too many calls"),
        (error("ExpiredTokenException", "expired", 403), 2, "AWS does not take these credentials: log in again"),
        (error("AccessDeniedException", "no", 403), 2, "not allowed: sagemaker:InvokeEndpoint on endpoint search"),
        (Answered(breaks_off=True), 1, "the connection broke off before all of the response was there"),
    ],
)
def test_an_error_is_a_line(answered: Answered, code: int, says: str) -> None:
    """With an exit code that tells whether the endpoint was asked. It is asked once."""
    with data_plane(lambda _: answered) as plane:
        result = invoke(plane)

    assert (result.exit_code, result.stdout_bytes) == (code, b"")
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert len(plane.asked) == 1


@pytest.mark.parametrize("more", [[], ["--all"]])
def test_a_password_in_an_address_is_not_told(more: list[str]) -> None:
    url = "http://me:secret@127.0.0.1:1"
    arguments = ["invoke", "search", "--content-type", "text/csv", "--endpoint-url", url, *more]
    result = CliRunner().invoke(mce, arguments, input=b"", catch_exceptions=False)

    assert result.stderr == "Error: nothing answers at http://127.0.0.1:1\n"


def test_a_denied_container_names_the_condition_key() -> None:
    with data_plane(lambda _: error("AccessDeniedException", "no", 403)) as plane:
        result = invoke(plane, "--target", "ranker", "--stream")

    assert "sagemaker:InvokeEndpointWithResponseStream on endpoint search for container ranker" in result.stderr
    assert "condition key sagemaker:TargetContainerHostname" in result.stderr


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ModelStreamError", "the container broke off"),
        ("InternalStreamFailure", "SageMaker failed"),
    ],
)
def test_an_error_within_a_stream_comes_after_its_parts(code: str, says: str) -> None:
    with data_plane(lambda _: Answered(events=[part(b"one"), stream_error(code, "died")])) as plane:
        result = invoke(plane, "--stream")

    assert (result.exit_code, result.stdout_bytes) == (1, b"one")
    assert f'{says} within the response: "died" (3 bytes of the response have been written)' in result.stderr


def test_a_stream_that_is_cut_is_a_line() -> None:
    with data_plane(lambda _: Answered(events=[part(b"one")], breaks_off=True)) as plane:
        result = invoke(plane, "--stream")

    assert (result.exit_code, result.stdout_bytes) == (1, b"one")
    assert "the connection broke off" in result.stderr


def test_requests_are_signed_where_there_are_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the endpoint is on this machine; without any, nothing is signed."""
    with data_plane() as plane:
        invoke(plane)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        invoke(plane)

    unsigned, signed = plane.asked
    assert "authorization" not in unsigned.headers
    assert signed.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=id/")


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with data_plane() as plane:
        assert invoke(plane).exit_code == 0


def test_the_log_of_a_container_is_named() -> None:
    """At AWS: where it is, as far as SageMaker says so."""
    request = Request(endpoint="search", body=b"", content_type="text/csv", target=Target(hostname="ranker"))
    response = {"Error": {"Code": "ModelError", "Message": ""}, "OriginalStatusCode": 500}

    named = not_invoked(response, "InvokeEndpoint", request, is_local=False)
    here = not_invoked(response, "InvokeEndpoint", request, is_local=True)

    assert str(named) == f"container ranker of search answered 500; its log: {LOG_GROUP}, streams that end with /ranker"
    assert "log" not in str(here)


@pytest.mark.parametrize("operation", ["InvokeEndpoint", "InvokeEndpointWithResponseStream"])
def test_every_error_of_the_api_is_known(operation: str) -> None:
    """That its model in botocore has, within streams as well: none is told by its bare code."""
    model = get_session().get_service_model("sagemaker-runtime").operation_model(operation)
    stream = model.get_event_stream_output()
    events = stream.members.items() if isinstance(stream, StructureShape) else ()
    in_stream = [name for name, shape in events if shape.metadata.get("exception")]
    request = Request(endpoint="search", body=b"", content_type="text/csv")

    for code in [*(each.name for each in model.error_shapes), *in_stream]:
        says = str(not_invoked({"Error": {"Code": code, "Message": "x"}}, operation, request, is_local=True))
        assert not re.search(rf"\b{code}\b", says), says


def test_every_member_of_a_request_is_offered_or_known_to_be_for_others() -> None:
    """Those of models that are loaded on demand, explainers, inference components and sessions."""
    model = get_session().get_service_model("sagemaker-runtime")
    for_others = {
        "EnableExplanations",
        "InferenceComponentName",
        "PrefixAwareId",
        "SessionId",
        "TargetModel",
    }
    target = Target(hostname="a", variant="b")
    whole = Request(
        endpoint="a", body=b"", content_type="a", accept="a", custom_attributes="a", inference_id="a", target=target
    )

    for operation in ("InvokeEndpoint", "InvokeEndpointWithResponseStream"):
        shape = model.operation_model(operation).input_shape
        assert isinstance(shape, StructureShape)
        assert {*whole.parameters(), *for_others} >= {*shape.members}
        assert {*whole.parameters()} <= {*shape.members}

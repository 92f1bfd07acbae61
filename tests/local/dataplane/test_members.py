"""Every member of the two operations, through a real client, to a real container and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sagemaker_multi_container.local.dataplane import api
from sagemaker_multi_container.local.dataplane.api import Use
from sagemaker_multi_container.local.dataplane.errors import ApiError

from .container import answering, response
from .serving import client, endpoint, served

VALUES = {
    "ContentType": "text/csv; charset=utf-8",
    "Accept": "application/jsonlines;verbose=true",
    "CustomAttributes": "trace=0123, tier=gold",
    "TargetVariant": "AllTraffic",
    "TargetContainerHostname": "ranker",
    "InferenceId": "inference 7",
    "InferenceComponentName": "component-1",
    "PrefixAwareId": "prefix 7",
    "TargetModel": "model.tar.gz",
    "EnableExplanations": "`false`",
    "SessionId": "session-7",
}
"""A value for each header that a request may have."""

ARRIVES_AS = {"Accept": "accept"}
"""Headers that containers get by another name than the API has: one for both operations."""

METHODS = {
    "InvokeEndpoint": "invoke_endpoint",
    "InvokeEndpointWithResponseStream": "invoke_endpoint_with_response_stream",
}
SERVED = [each for each in api.OPERATIONS if each.served]
FORWARDED = [(each, member) for each in SERVED for member in each.members if member.use is Use.FORWARDED]
REFUSED = [(each, member) for each in SERVED for member in each.members if member.use is Use.REFUSED]


def name_of(value: api.Operation | api.Member) -> str:
    """How a test is called."""
    return value.name


def invoke(service: Any, operation: api.Operation, **members: Any) -> dict[str, Any]:
    """The response, with all of its body."""
    answer = getattr(service, METHODS[operation.name])(EndpointName="search", **{"Body": b"body", **members})
    body = answer.pop("Body")
    parts = [event["PayloadPart"]["Bytes"] for event in body] if operation.streams else [body.read()]
    return {**answer, "Body": b"".join(parts)}


@pytest.mark.parametrize(("operation", "member"), FORWARDED, ids=name_of)
def test_what_containers_understand_reaches_them(operation: api.Operation, member: api.Member) -> None:
    with (
        answering(response(b"answer")) as (url, requests),
        served(endpoint("search", "Direct", ranker=url)) as plane,
    ):
        answer = invoke(
            plane.client(), operation, TargetContainerHostname="ranker", **{member.name: VALUES[member.name]}
        )
    assert answer["Body"] == b"answer"
    [request] = requests
    assert request.headers[ARRIVES_AS.get(member.name, member.header.lower())] == VALUES[member.name]
    assert request.body == b"body"
    assert request.line == "POST /invocations HTTP/1.1"


@pytest.mark.parametrize("operation", SERVED, ids=name_of)
def test_nothing_else_reaches_containers(operation: api.Operation) -> None:
    """What says where a request goes, who sends it and how stays here."""
    forwarded = {member.name: VALUES[member.name] for member in operation.members if member.use is not Use.REFUSED}
    with (
        answering(response()) as (url, requests),
        served(endpoint("search", "Direct", ranker=url)) as plane,
    ):
        invoke(plane.client(), operation, **forwarded)
    known = {ARRIVES_AS.get(each.name, each.header.lower()) for each in operation.members if each.use is Use.FORWARDED}
    assert requests[0].headers.keys() == known | {"host", "content-length"}


@pytest.mark.parametrize("operation", SERVED, ids=name_of)
def test_a_container_is_told_nothing_that_the_caller_did_not_say(operation: api.Operation) -> None:
    with (
        answering(response()) as (url, requests),
        served(endpoint("search", "Direct", ranker=url)) as plane,
    ):
        invoke(plane.client(), operation, TargetContainerHostname="ranker", ContentType="text/csv")
    assert requests[0].headers.keys() == {"host", "content-length", "content-type"}


@pytest.mark.parametrize(("operation", "member"), REFUSED, ids=name_of)
def test_what_is_not_supported_is_refused(operation: api.Operation, member: api.Member) -> None:
    with (
        answering(response()) as (url, requests),
        served(endpoint("search", "Direct", ranker=url)) as plane,
    ):
        service = plane.client()
        with pytest.raises(service.exceptions.ValidationError):
            invoke(service, operation, TargetContainerHostname="ranker", **{member.name: VALUES[member.name]})
    assert requests == []


@pytest.mark.parametrize("operation", SERVED, ids=name_of)
def test_every_member_of_a_response_comes_back(operation: api.Operation) -> None:
    headers = {
        "X-Amzn-SageMaker-Custom-Attributes": "tier=gold",
        "X-Amzn-SageMaker-New-Session-Id": "session-8; Expires=2026-12-24T00:00:00Z",
        "X-Amzn-SageMaker-Closed-Session-Id": "session-7",
        "Server": "container",
        "Set-Cookie": "a=b",
        "X-Amzn-SageMaker-Other": "other",
    }
    with (
        answering(response(b"answer", content_type="text/csv", headers=headers)) as (url, _),
        served(endpoint("search", "Serial", ranker=url, tagger=url)) as plane,
    ):
        answer = invoke(plane.client(), operation)
    metadata = answer.pop("ResponseMetadata")
    expected = {
        "Body": b"answer",
        "ContentType": "text/csv",
        "InvokedProductionVariant": "AllTraffic",
        "CustomAttributes": "tier=gold",
        "NewSessionId": "session-8; Expires=2026-12-24T00:00:00Z",
        "ClosedSessionId": "session-7",
    }
    assert answer == {name: expected[name] for name in ("Body", *dict(operation.returned))}
    assert metadata["RequestId"]
    assert metadata["HTTPHeaders"].keys() <= {
        "content-type",
        "content-length",
        "transfer-encoding",
        "date",
        "server",
        "x-amzn-requestid",
        *(header.lower() for _, header in operation.returned),
    }
    assert metadata["HTTPHeaders"]["server"] != "container"


def test_a_new_session_is_named_as_the_guide_of_aws_says() -> None:
    """By `X-Amzn-SageMaker-Session-Id`, which is no new session where none was asked for."""
    named = response(headers={"X-Amzn-SageMaker-Session-Id": "session-8; Expires=2026-12-24T00:00:00Z"})
    with answering(named) as (url, requests), served(endpoint("search", "Serial", ranker=url)) as plane:
        new = invoke(plane.client(), api.INVOKE, SessionId="NEW_SESSION")
        old = invoke(plane.client(), api.INVOKE, SessionId="session-7")
    assert new["NewSessionId"] == "session-8; Expires=2026-12-24T00:00:00Z"
    assert "NewSessionId" not in old
    assert [each.headers["x-amzn-sagemaker-session-id"] for each in requests] == ["NEW_SESSION", "session-7"]


def test_a_stream_cannot_ask_for_a_session() -> None:
    with answering(response()) as (url, requests), served(endpoint("search", "Serial", ranker=url)) as plane:
        service = plane.client()
        with pytest.raises(service.exceptions.ValidationError, match="sessionId"):
            invoke(service, api.INVOKE_WITH_RESPONSE_STREAM, SessionId="NEW_SESSION")
    assert requests == []


@pytest.mark.parametrize("code", api.ERRORS)
def test_every_error_is_raised_with_its_type_and_members(code: str) -> None:
    """Also those that nothing raises here."""
    members: dict[str, str | int] = {"OriginalStatusCode": 500, "OriginalMessage": "said", "LogStreamArn": "arn"}
    error = ApiError(code, "The message.", members=members if code == "ModelError" else {})
    with answering(response(error.body(), status=error.status, content_type=None, headers=error.headers())) as (url, _):
        service = client(url)
        with pytest.raises(getattr(service.exceptions, code)) as raised:
            service.invoke_endpoint(EndpointName="search", Body=b"")
    answer = raised.value.response
    assert answer["Error"]["Code"] == code
    assert answer["Error"]["Message"] == "The message."
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == api.ERRORS[code]
    if code == "ModelError":
        assert {name: answer[name] for name in members} == members


def test_an_asynchronous_request_is_refused() -> None:
    with served(endpoint("search", "Serial", ranker="http://127.0.0.1:1")) as plane:
        service = plane.client()
        with pytest.raises(service.exceptions.ValidationError, match="not asynchronous"):
            service.invoke_endpoint_async(EndpointName="search", InputLocation="s3://bucket/key")


def test_a_body_may_come_in_chunks() -> None:
    """A client that does not know the length beforehand sends none."""
    with answering(response(b"answer")) as (url, requests), served(endpoint("search", "Serial", ranker=url)) as plane:
        connection = plane.http()
        connection.request("POST", "/endpoints/search/invocations", iter([b"one", b"two"]), encode_chunked=True)
        assert connection.getresponse().read() == b"answer"
        connection.close()
    assert [each.body for each in requests] == [b"onetwo"]


def test_a_file_may_be_the_body(tmp_path: Path) -> None:
    path = tmp_path / "body.csv"
    path.write_bytes(b"1,2,3\n" * 100_000)
    with (
        answering(response()) as (url, requests),
        served(endpoint("search", "Serial", ranker=url)) as plane,
        path.open("rb") as body,
    ):
        invoke(plane.client(), api.INVOKE, Body=body)
    assert requests[0].body == path.read_bytes()


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "unheard-of"])
def test_bodies_are_not_touched(encoding: str) -> None:
    """An encoded body passes as it is, both ways, and whether or not it is what it says."""
    body = bytes(range(256))
    answer = response(body, content_type="application/x-other", headers={"Content-Encoding": encoding})
    with answering(answer) as (url, requests), served(endpoint("search", "Serial", ranker=url)) as plane:
        connection = plane.http()
        connection.request("POST", "/endpoints/search/invocations", body, {"Content-Encoding": encoding})
        answered = connection.getresponse()
        assert answered.read() == body
        assert answered.headers["Content-Type"] == "application/x-other"
        connection.close()
    assert requests[0].body == body


def test_without_a_content_type_there_is_none_to_hand_on() -> None:
    with (
        answering(response(b"1", content_type=None)) as (url, _),
        answering(response(b"2", content_type=None)) as (last, requests),
        served(endpoint("search", "Serial", ranker=url, tagger=last)) as plane,
    ):
        answer = invoke(plane.client(), api.INVOKE_WITH_RESPONSE_STREAM)
        record = plane.record()
    assert "ContentType" not in answer
    assert "content-type" not in requests[0].headers
    assert [each.content_type for each in record.hops] == [None, None]


def test_headers_that_are_no_text_pass_as_far_as_they_are() -> None:
    answer = response(b"answer").replace(b"application/json", b"text/\xff; charset=\xc3\xbc")
    with answering(answer) as (url, _), served(endpoint("search", "Serial", ranker=url)) as plane:
        record = invoke(plane.client(), api.INVOKE)
    assert record["Body"] == b"answer"
    assert record["ContentType"].startswith("text/?; charset=")


def test_interim_responses_are_skipped() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with (
        answering(interim + response(b"answer")) as (url, _),
        served(endpoint("search", "Serial", ranker=url)) as plane,
    ):
        assert invoke(plane.client(), api.INVOKE)["Body"] == b"answer"


def test_an_error_of_the_client_is_one_of_the_api_too() -> None:
    """What botocore lets through and SageMaker would not."""
    with (
        answering(response()) as (url, requests),
        served(endpoint("search", "Serial", ranker=url)) as plane,
        pytest.raises(ClientError) as raised,
    ):
        invoke(plane.client(), api.INVOKE, CustomAttributes="a" * 1025)
    assert raised.value.response["Error"]["Code"] == "ValidationError"
    assert requests == []

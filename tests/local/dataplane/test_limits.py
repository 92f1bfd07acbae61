"""Bodies up to the limit pass, and those beyond it are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from sagemaker_multi_container.local.dataplane import api

from .container import CHUNKED, Connection, Container, answering, chunk, response
from .serving import answer_to, endpoint, parts_of, served, streamed


def test_the_largest_body_passes_both_ways() -> None:
    body = bytes(range(256)) * (api.MAX_BODY // 256)
    with (
        answering(lambda request: response(request.body)) as (url, requests),
        served(endpoint("search", "Serial", ranker=url)) as plane,
    ):
        answer = plane.client().invoke_endpoint(EndpointName="search", Body=body)
        assert answer["Body"].read() == body
    assert requests[0].body == body


def test_a_larger_body_is_refused() -> None:
    """As SageMaker's front door does, without a type of its own; and the client goes on."""
    with answering(response(b"answer")) as (url, requests), served(endpoint("search", "Serial", ranker=url)) as plane:
        client = plane.client()
        with pytest.raises(ClientError, match=f"HTTP content length exceeded {api.MAX_BODY} bytes.") as raised:
            client.invoke_endpoint(EndpointName="search", Body=b"x" * (api.MAX_BODY + 1))
        record = plane.record()
        assert client.invoke_endpoint(EndpointName="search", Body=b"")["Body"].read() == b"answer"
    assert raised.value.response["Error"]["Code"] == "413"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert record.status == 413
    assert len(requests) == 1


def test_a_larger_body_in_chunks_is_refused() -> None:
    with answering(response()) as (url, requests), served(endpoint("search", "Serial", ranker=url)) as plane:
        connection = plane.http()
        parts = iter([b"x" * 65536] * (api.MAX_BODY // 65536 + 1))
        connection.request("POST", "/endpoints/search/invocations", parts, encode_chunked=True)
        assert connection.getresponse().status == 413
        connection.close()
    assert requests == []


def test_a_larger_body_need_not_be_sent() -> None:
    """A client that asks before is told at once."""
    with served(endpoint("search", "Serial", ranker="http://127.0.0.1:1")) as plane:
        connection = plane.http()
        connection.putrequest("POST", "/endpoints/search/invocations")
        connection.putheader("Content-Length", str(api.MAX_BODY + 1))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Connection"]) == (413, "close")
        connection.close()


def announced(body: bytes) -> bytes:
    """A response that says how long it is."""
    return response(body)


def in_chunks(body: bytes) -> bytes:
    """A response that does not say how long it is."""
    return CHUNKED + chunk(body) + chunk(b"")


@pytest.mark.parametrize(
    ("answer", "size"), [(announced, str(api.MAX_BODY + 1)), (in_chunks, f"more than {api.MAX_BODY}")]
)
def test_a_larger_response_is_a_model_error(answer: Callable[[bytes], bytes], size: str) -> None:
    with (
        answering(answer(b"x" * (api.MAX_BODY + 1))) as (url, _),
        served(endpoint("search", "Serial", ranker=url)) as plane,
    ):
        client = plane.client()
        with pytest.raises(client.exceptions.ModelError, match=f"the response payload is {size} bytes") as raised:
            client.invoke_endpoint(EndpointName="search", Body=b"")
    assert answer_to(raised.value)["OriginalStatusCode"] == 200


@pytest.mark.parametrize(
    ("answer", "size"), [(announced, str(api.MAX_HOP + 1)), (in_chunks, f"more than {api.MAX_HOP}")]
)
def test_a_larger_handover_is_a_model_error(answer: Callable[[bytes], bytes], size: str) -> None:
    """With the words of SageMaker."""
    with (
        answering(answer(b"x" * (api.MAX_HOP + 1))) as (one, _),
        answering(response()) as (two, second),
        served(endpoint("search", "Serial", one=one, two=two)) as plane,
    ):
        client = plane.client()
        with pytest.raises(client.exceptions.ModelError) as raised:
            client.invoke_endpoint(EndpointName="search", Body=b"")
    assert raised.value.response["Error"]["Message"].startswith(
        f"Received response from one with status code 200. However, the request payload from one to two is {size} "
        "bytes, which has exceeded the maximum limit of 5 MB. See https://"
    )
    assert second == []


def test_the_largest_handover_passes() -> None:
    body = b"x" * api.MAX_HOP
    with (
        answering(response(body)) as (one, _),
        answering(lambda request: response(request.body)) as (two, _),
        served(endpoint("search", "Serial", one=one, two=two)) as plane,
    ):
        assert plane.client().invoke_endpoint(EndpointName="search", Body=b"")["Body"].read() == body


def test_a_stream_may_be_longer_than_any_response() -> None:
    parts = [bytes([number]) * 1_000_000 for number in range(10)]

    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(CHUNKED)
        for part in parts:
            connection.send(chunk(part))
        connection.send(chunk(b""))

    with (
        Container(serve) as container,
        served(endpoint("search", "Serial", ranker=container.url)) as plane,
        streamed(plane) as stream,
    ):
        received = b"".join(parts_of(stream))
        record = plane.record()
    assert received == b"".join(parts)
    assert record.response_bytes == len(received)

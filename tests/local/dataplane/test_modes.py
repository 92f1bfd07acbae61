"""Direct and Serial, variants, and what the observer is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sagemaker_multi_container.local.dataplane import DataPlane
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.served import RequestRecord, ServedContainer, ServedEndpoint, ServedVariant

from .container import Request, answering, response
from .serving import answer_to, client, endpoint, parts_of, served


def adds(text: bytes, content_type: str) -> Callable[[Request], bytes]:
    """A container that adds something to what it gets, and names it a type of its own."""
    return lambda request: response(request.body + text, content_type=content_type)


def test_direct_calls_the_container_that_is_named() -> None:
    with (
        answering(response(b"ranked")) as (ranker, ranked),
        answering(response(b"tagged")) as (tagger, tagged),
        served(endpoint("search", "Direct", ranker=ranker, tagger=tagger)) as plane,
    ):
        answer = plane.client().invoke_endpoint(EndpointName="search", TargetContainerHostname="tagger", Body=b"x")
        assert answer["Body"].read() == b"tagged"
        record = plane.record()
    assert (len(ranked), len(tagged)) == (0, 1)
    assert (record.endpoint, record.variant, record.operation) == ("search", "AllTraffic", "InvokeEndpoint")
    assert (record.status, record.error, record.request_bytes, record.response_bytes) == (200, None, 1, 6)
    [hop] = record.hops
    assert (hop.hostname, hop.status, hop.content_type) == ("tagger", 200, "application/json")
    assert 0 < hop.seconds < record.seconds


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streamed"])
def test_serial_hands_each_response_to_the_next_container(streams: bool) -> None:
    """With its content type; only the last one's answer streams, and only it gets the `Accept` of the caller."""
    with (
        answering(adds(b"1", "application/x-one")) as (one, first),
        answering(adds(b"2", "application/x-two")) as (two, second),
        answering(adds(b"3", "application/x-three")) as (three, third),
        served(endpoint("search", "Serial", accepts={"two": "text/csv"}, one=one, two=two, three=three)) as plane,
    ):
        client = plane.client()
        call: Any = client.invoke_endpoint_with_response_stream if streams else client.invoke_endpoint
        members = {"ContentType": "text/plain", "Accept": "text/html", "CustomAttributes": "a"}
        answer = call(EndpointName="search", Body=b"0", **members)
        body = b"".join(parts_of(answer["Body"])) if streams else answer["Body"].read()
        record = plane.record()
    assert (body, answer["ContentType"]) == (b"0123", "application/x-three")
    requests = [*first, *second, *third]
    assert [each.body for each in requests] == [b"0", b"01", b"012"]
    assert [each.headers["content-type"] for each in requests] == [
        "text/plain",
        "application/x-one",
        "application/x-two",
    ]
    assert [each.headers["accept"] for each in requests] == ["application/json", "text/csv", "text/html"]
    assert [each.headers["x-amzn-sagemaker-custom-attributes"] for each in requests] == ["a", "a", "a"]
    assert [(each.hostname, each.status, each.content_type) for each in record.hops] == [
        ("one", 200, "application/x-one"),
        ("two", 200, "application/x-two"),
        ("three", 200, "application/x-three"),
    ]
    assert (record.request_bytes, record.response_bytes) == (1, 4)


def test_a_pipeline_stops_at_the_container_that_fails() -> None:
    with (
        answering(adds(b"1", "text/plain")) as (one, _),
        answering(response(b"no csv, please", status=415)) as (two, _),
        answering(adds(b"3", "text/plain")) as (three, third),
        served(endpoint("search", "Serial", one=one, two=two, three=three)) as plane,
    ):
        client = plane.client()
        with pytest.raises(client.exceptions.ModelError) as raised:
            client.invoke_endpoint(EndpointName="search", Body=b"0")
        record = plane.record()
    assert answer_to(raised.value)["OriginalStatusCode"] == 415
    assert "from two" in raised.value.response["Error"]["Message"]
    assert third == []
    assert [(each.hostname, each.status) for each in record.hops] == [("one", 200), ("two", 415)]
    assert record.status == 424
    assert record.error == f"ModelError: {raised.value.response['Error']['Message']}"


def test_variants_are_drawn_by_weight_and_named_by_the_response() -> None:
    with answering(response(b"stable")) as (stable, _), answering(response(b"canary")) as (canary, _):
        variants = tuple(
            ServedVariant(
                name=name, weight=weight, mode="Serial", containers=(ServedContainer(hostname="one", url=url),)
            )
            for name, weight, url in (("stable", 2.0, stable), ("canary", 1.0, canary), ("off", 0.0, canary))
        )
        with served(ServedEndpoint(name="search", variants=variants)) as plane:
            client = plane.client()
            counts: Counter[str] = Counter()
            for _ in range(60):
                answer = client.invoke_endpoint(EndpointName="search", Body=b"")
                assert answer["Body"].read().decode() == answer["InvokedProductionVariant"]
                counts[answer["InvokedProductionVariant"]] += 1
            asked = client.invoke_endpoint(EndpointName="search", TargetVariant="off", Body=b"")
    assert counts.keys() == {"stable", "canary"}
    assert asked["InvokedProductionVariant"] == "off"


def test_endpoints_are_served_side_by_side() -> None:
    with (
        answering(response(b"one")) as (one, _),
        answering(response(b"two")) as (two, _),
        served(endpoint("first", "Direct", ranker=one), endpoint("second", "Serial", ranker=two)) as plane,
    ):
        client = plane.client()
        direct = client.invoke_endpoint(EndpointName="first", TargetContainerHostname="ranker", Body=b"")
        serial = client.invoke_endpoint(EndpointName="second", Body=b"")
        assert (direct["Body"].read(), serial["Body"].read()) == (b"one", b"two")
        with pytest.raises(client.exceptions.ValidationError, match="Endpoint third of account 123456789012 not found"):
            client.invoke_endpoint(EndpointName="third", Body=b"")


def test_who_has_the_answer_finds_the_record() -> None:
    """The observer is told before: a test may look at once."""
    records: list[RequestRecord] = []
    with (
        answering(response(b"answer")) as (url, _),
        DataPlane([endpoint("search", "Serial", ranker=url)], observer=records.append) as plane,
    ):
        service = client(plane.url)
        for number in range(20):
            service.invoke_endpoint(EndpointName="search", Body=b"")["Body"].read()
            assert len(records) == 3 * number + 1
            parts_of(service.invoke_endpoint_with_response_stream(EndpointName="search", Body=b"")["Body"])
            assert len(records) == 3 * number + 2
            with pytest.raises(ClientError):
                service.invoke_endpoint(EndpointName="other", Body=b"")
            assert len(records) == 3 * number + 3


def test_endpoints_come_and_go_while_it_serves() -> None:
    """Each may have an observer of its own."""
    records: list[RequestRecord] = []
    with answering(response(b"answer")) as (url, _), DataPlane() as plane:
        service = client(plane.url)
        plane.serve(endpoint("search", "Serial", ranker=url), records.append)
        plane.serve(endpoint("other", "Serial", ranker=url))
        with pytest.raises(LocalEndpointError, match="an endpoint named search is served already"):
            plane.serve(endpoint("search", "Serial", ranker=url))
        service.invoke_endpoint(EndpointName="search", Body=b"")
        service.invoke_endpoint(EndpointName="other", Body=b"")
        plane.withdraw("search")
        with pytest.raises(service.exceptions.ValidationError, match="Served on this machine: other"):
            service.invoke_endpoint(EndpointName="search", Body=b"")
    assert [each.endpoint for each in records] == ["search"]


def test_the_observer_hears_of_refused_requests() -> None:
    with served(endpoint("search", "Direct", ranker="http://127.0.0.1:1")) as plane:
        with pytest.raises(ClientError):
            plane.client().invoke_endpoint(EndpointName="search", Body=b"12345")
        record = plane.record()
    assert (record.endpoint, record.operation, record.status, record.hops) == ("search", "InvokeEndpoint", 400, ())
    assert record.error is not None
    assert record.error.startswith("ValidationError: Endpoint search runs its containers one by one")

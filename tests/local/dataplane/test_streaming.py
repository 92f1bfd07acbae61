"""Responses that stream: part by part, no faster than they are read, and with a reason where they end early."""

from __future__ import annotations

import json
import threading

import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import EventStreamError

from sagemaker_multi_container.local.dataplane import Timeouts

from .container import CHUNKED, DEADLINE, Connection, Container, Serve, answering, chunk, response
from .serving import Served, answer_to, endpoint, parts_of, served, streamed


def test_each_part_arrives_before_the_next_is_sent() -> None:
    """The container sends the next part when the caller has the former."""
    received = threading.Semaphore(0)
    parts = [b"one", b"two", b"three"]

    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(CHUNKED)
        for part in parts:
            connection.send(chunk(part))
            assert received.acquire(timeout=DEADLINE)
        connection.send(chunk(b""))

    with (
        Container(serve) as container,
        served(endpoint("search", "Serial", ranker=container.url)) as plane,
        streamed(plane) as stream,
    ):
        arrived = []
        for event in stream:
            arrived.append(event["PayloadPart"]["Bytes"])
            received.release()
        record = plane.record()
    assert arrived == parts
    assert (record.operation, record.status, record.error) == ("InvokeEndpointWithResponseStream", 200, None)
    assert record.response_bytes == len(b"".join(parts))


def test_the_head_of_a_stream_arrives_before_its_first_part() -> None:
    begun = threading.Event()

    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(CHUNKED)
        assert begun.wait(DEADLINE)
        connection.send(chunk(b"one") + chunk(b""))

    with (
        Container(serve) as container,
        served(endpoint("search", "Serial", ranker=container.url)) as plane,
        streamed(plane) as stream,
    ):
        begun.set()
        assert parts_of(stream) == [b"one"]


def test_an_empty_stream_has_no_parts() -> None:
    with (
        answering(response(b"")) as (url, _),
        served(endpoint("search", "Serial", ranker=url)) as plane,
        streamed(plane) as stream,
    ):
        assert parts_of(stream) == []


def ending(plane: Served) -> tuple[list[bytes], str, dict[str, str]]:
    """The parts of a stream, and the error at its end with all of its members, of which botocore shows the message."""
    connection = plane.http()
    connection.request("POST", "/endpoints/search/invocations-response-stream", b"body")
    buffer = EventStreamBuffer()
    buffer.add_data(connection.getresponse().read())
    connection.close()
    *parts, last = (each.to_response_dict() for each in buffer)
    return [each["body"] for each in parts], last["headers"][":exception-type"], json.loads(last["body"])


def closes(connection: Connection) -> None:
    """Closes the connection where the next part should come."""
    connection.request()
    connection.send(CHUNKED + chunk(b"one"))


def closes_in_a_part(connection: Connection) -> None:
    """Closes the connection inside of a part."""
    connection.request()
    connection.send(CHUNKED + chunk(b"one") + b"ff\r\n")


def sends_less_than_announced(connection: Connection) -> None:
    """Closes the connection before all has come that was announced."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\none")


@pytest.mark.parametrize("serve", [closes, closes_in_a_part, sends_less_than_announced])
def test_a_container_that_dies_breaks_the_stream(serve: Serve) -> None:
    """After the parts that came."""
    with Container(serve) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        parts, code, members = ending(plane)
        record = plane.record()
    assert parts == [b"one"]
    assert (code, members["ErrorCode"]) == ("ModelStreamError", "StreamBroken")
    assert (
        'from ranker with message "Container ranker did not complete its response: '
        'the connection was closed before the end of the body."'
    ) in members["Message"]
    assert (record.status, record.error) == (200, f"ModelStreamError: {members['Message']}")
    assert [(each.hostname, each.status) for each in record.hops] == [("ranker", 200)]


def test_a_container_that_is_killed_breaks_the_stream() -> None:
    """Its system resets the connection then, and a client raises what it raises at AWS."""
    received = threading.Event()

    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(CHUNKED + chunk(b"one"))
        assert received.wait(DEADLINE)
        connection.reset()

    with (
        Container(serve) as container,
        served(endpoint("search", "Serial", ranker=container.url)) as plane,
        streamed(plane) as stream,
    ):
        events = iter(stream)
        assert next(events)["PayloadPart"]["Bytes"] == b"one"
        received.set()
        with pytest.raises(EventStreamError) as raised:
            next(events)
    assert answer_to(raised.value)["Error"]["Code"] == "ModelStreamError"


def test_a_container_that_takes_too_long_ends_the_stream() -> None:
    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(CHUNKED + chunk(b"one"))
        connection.wait_for_close()

    with (
        Container(serve) as container,
        served(endpoint("search", "Serial", ranker=container.url), timeouts=Timeouts(stream=1.0)) as plane,
    ):
        parts, code, members = ending(plane)
    assert parts == [b"one"]
    assert (code, members["ErrorCode"]) == ("ModelStreamError", "ModelInvocationTimeExceeded")
    assert "Your invocation timed out while waiting for a response from container ranker." in members["Message"]


def test_a_stream_may_take_longer_than_an_invocation() -> None:
    """Each kind of response has a limit of its own."""
    with (
        answering(response(b"slow")) as (url, _),
        served(endpoint("search", "Serial", ranker=url), timeouts=Timeouts(invocation=0.0)) as plane,
    ):
        client = plane.client()
        with streamed(plane) as stream:
            assert parts_of(stream) == [b"slow"]
        with pytest.raises(client.exceptions.ModelError, match="timed out"):
            client.invoke_endpoint(EndpointName="search", Body=b"")


def test_a_stream_is_not_fetched_faster_than_it_is_read() -> None:
    """What the container can send is bounded by what the connections hold, and all of it arrives in the end."""
    content = bytes(range(256)) * (256 * 1024)
    taken = threading.Event()
    amounts = []

    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        amounts.append(connection.send_while_taken(content))
        taken.set()
        connection.send(content[amounts[0] :])

    with (
        Container(serve) as container,
        served(endpoint("search", "Serial", ranker=container.url)) as plane,
        streamed(plane) as stream,
    ):
        assert taken.wait(DEADLINE)
        received = b"".join(parts_of(stream))
    assert amounts[0] < len(content) / 2
    assert received == content

"""What callers are told of containers that fail, and that nothing hangs meanwhile."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sagemaker_multi_container.local.dataplane import Timeouts, api
from sagemaker_multi_container.local.dataplane.aiohttp_client import AiohttpContainers, to_containers

from .container import CHUNKED, DEADLINE, Answers, Connection, Container, Request, Serve, chunk, response
from .serving import Served, endpoint, served

LOG = (
    "See https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
    "#logEventViewer:group=/aws/sagemaker/Endpoints/search in account 123456789012 for more information."
)
SHORT = Timeouts(invocation=0.3, stream=0.3)


def failure(plane: Served, *, streams: bool = False, body: bytes = b"") -> dict[str, Any]:
    """The error that a call ends with."""
    service = plane.client()
    call = service.invoke_endpoint_with_response_stream if streams else service.invoke_endpoint
    with pytest.raises(ClientError) as raised:
        call(EndpointName="search", Body=body)
    return dict(raised.value.response)


def failure_of(
    serve: Serve, *, streams: bool = False, body: bytes = b"", timeouts: Timeouts | None = None
) -> dict[str, Any]:
    """The error that a call of such a container ends with."""
    with (
        Container(serve) as container,
        served(endpoint("search", "Serial", ranker=container.url), timeouts=timeouts) as plane,
    ):
        return failure(plane, streams=streams, body=body)


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, "unexpected status"),
        (304, "unexpected status"),
        (400, "client error"),
        (415, "client error"),
        (499, "client error"),
        (500, "server error"),
        (503, "server error"),
        (599, "server error"),
    ],
)
def test_an_error_of_a_container_is_a_model_error(status: int, kind: str, streams: bool) -> None:
    """With the words of SageMaker. A redirect is not followed."""
    said = b"" if status == 304 else b"kaboom"
    answer = failure_of(Answers(response(said, status=status, headers={"Location": "/other"})), streams=streams)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert answer["Error"]["Code"] == "ModelError"
    assert answer["Error"]["Message"] == f'Received {kind} ({status}) from ranker with message "{said.decode()}". {LOG}'
    assert answer["OriginalStatusCode"] == status
    assert answer["OriginalMessage"] == said.decode()
    assert answer["LogStreamArn"] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/search"


def test_what_a_container_says_is_cut_to_what_the_api_allows() -> None:
    """And the message still says where the log is. What is no text is shown as such."""
    said = "€" * 5_000_000
    answer = failure_of(Answers(response(b"\xff" + said.encode(), status=500)))
    assert answer["OriginalMessage"] == "\ufffd" + said[: api.MAX_MESSAGE - 1]
    assert len(answer["Error"]["Message"]) == api.MAX_MESSAGE
    assert answer["Error"]["Message"].startswith('Received server error (500) from ranker with message "\ufffd€€')
    assert answer["Error"]["Message"].endswith(f'€". {LOG}')


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streamed"])
def test_a_container_that_accepts_no_connection_is_unavailable(streams: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with served(endpoint("search", "Serial", ranker=f"http://127.0.0.1:{port}")) as plane:
        answer = failure(plane, streams=streams)
        record = plane.record()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert answer["Error"]["Code"] == "ServiceUnavailable"
    assert answer["Error"]["Message"] == "Container ranker accepts no connection: connection refused."
    assert [(each.hostname, each.status) for each in record.hops] == [("ranker", None)]


def closes(connection: Connection) -> None:
    """Reads the request and closes."""
    connection.request()


def resets(connection: Connection) -> None:
    """Reads the request and resets the connection."""
    connection.request()
    connection.reset()


def says_garbage(connection: Connection) -> None:
    """Answers what is no HTTP."""
    connection.request()
    connection.send(b"\x16\x03\x01 SSH-2.0 hello\r\n\r\n")


def says_half_a_head(connection: Connection) -> None:
    """Answers the beginning of a head."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Le")


def says_a_huge_head(connection: Connection) -> None:
    """Answers a header that is larger than any may be."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"a" * 1_000_000 + b"\r\n\r\n")
    connection.wait_for_close()


def says_a_wrong_length(connection: Connection) -> None:
    """Announces no number."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nbody")
    connection.wait_for_close()


def truncates(connection: Connection) -> None:
    """Sends less than it announced."""
    connection.request()
    connection.send(response(b"0123456789")[:-1])


def truncates_chunks(connection: Connection) -> None:
    """Ends without the last chunk."""
    connection.request()
    connection.send(CHUNKED + chunk(b"one"))


def truncates_a_chunk(connection: Connection) -> None:
    """Ends inside of a chunk."""
    connection.request()
    connection.send(CHUNKED + chunk(b"one") + b"ff\r\ntwo")


def garbles_chunks(connection: Connection) -> None:
    """Sends a chunk that has no length."""
    connection.request()
    connection.send(CHUNKED + b"what\r\nis this\r\n")
    connection.wait_for_close()


BREAKS_HEAD = [closes, resets, says_garbage, says_half_a_head, says_a_huge_head, says_a_wrong_length]
BREAKS_BODY = [truncates, truncates_chunks, truncates_a_chunk, garbles_chunks]


@pytest.mark.parametrize("serve", [*BREAKS_HEAD, *BREAKS_BODY])
def test_a_container_that_breaks_off_is_a_model_error(serve: Serve) -> None:
    answer = failure_of(serve, body=b"body")
    assert answer["Error"]["Code"] == "ModelError"
    assert answer["OriginalStatusCode"] == 0
    assert answer["OriginalMessage"].startswith("Container ranker did not complete its response: ")
    assert answer["OriginalMessage"].count("\n") == 0
    assert (
        answer["Error"]["Message"]
        == f'Received server error (0) from ranker with message "{answer["OriginalMessage"]}". {LOG}'
    )


@pytest.mark.parametrize("serve", BREAKS_HEAD)
def test_a_stream_that_has_not_begun_fails_in_the_same_way(serve: Serve) -> None:
    answer = failure_of(serve, streams=True)
    assert (answer["Error"]["Code"], answer["OriginalStatusCode"]) == ("ModelError", 0)


def test_an_error_that_breaks_off_is_still_known_by_its_status() -> None:
    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(response(b"kaboom", status=500)[:-1])

    answer = failure_of(serve)
    assert answer["OriginalStatusCode"] == 500
    assert answer["Error"]["Message"] == (
        f"Received server error (500) from ranker and could not load the entire response body. {LOG}"
    )


def never_answers(connection: Connection) -> None:
    """Reads the request, and waits for the other side."""
    connection.request()
    connection.wait_for_close()


def never_ends(connection: Connection) -> None:
    """Begins a response and does not end it."""
    connection.request()
    connection.send(CHUNKED + chunk(b"one"))
    connection.wait_for_close()


def never_ends_an_error(connection: Connection) -> None:
    """Begins to say what is wrong and does not end it."""
    connection.request()
    connection.send(response(b"kaboom", status=500)[:-1])
    connection.wait_for_close()


@pytest.mark.parametrize("serve", [never_answers, never_ends, never_ends_an_error])
def test_a_container_that_takes_too_long_is_a_model_error(serve: Serve) -> None:
    """Of the status 0, with the words of SageMaker."""
    answer = failure_of(serve, timeouts=SHORT)
    said = (
        "Your invocation timed out while waiting for a response from container ranker. Review the latency metrics for "
        "each container in Amazon CloudWatch, resolve the issue, and try again."
    )
    assert answer["Error"]["Code"] == "ModelError"
    assert answer["OriginalStatusCode"] == 0
    assert answer["OriginalMessage"] == said
    assert answer["Error"]["Message"] == f'Received server error (0) from ranker with message "{said}". {LOG}'


def test_a_container_that_never_reads_takes_too_long() -> None:
    released = threading.Event()

    def serve(connection: Connection) -> None:
        connection.head()
        assert released.wait(DEADLINE)

    with (
        Container(serve) as container,
        served(endpoint("search", "Serial", ranker=container.url), timeouts=SHORT) as plane,
    ):
        answer = failure(plane, body=b"x" * api.MAX_BODY)
        released.set()
    assert answer["OriginalMessage"].startswith("Your invocation timed out")


def test_a_container_may_answer_before_it_has_read_the_body() -> None:
    """If it goes on reading, as a server does that lets the connection linger."""

    def serve(connection: Connection) -> None:
        connection.head()
        connection.send(response(b"too large", status=413, headers={"Connection": "close"}))
        connection.wait_for_close()

    answer = failure_of(serve, body=b"x" * api.MAX_BODY)
    assert (answer["OriginalStatusCode"], answer["OriginalMessage"]) == (413, "too large")


def test_what_a_container_does_not_read_ends_with_the_data_plane() -> None:
    """The connection would wait for ever to send the rest of the body."""
    release = threading.Event()

    def serve(connection: Connection) -> None:
        connection.head()
        connection.send(response(b"too large", status=413, headers={"Connection": "close"}))
        release.wait(DEADLINE)

    with Container(serve) as container:
        with served(endpoint("search", "Serial", ranker=container.url)) as plane:
            failure(plane, body=b"x" * api.MAX_BODY)
        gc.collect()  # finds, and pytest refuses, what was not closed
        release.set()


def test_a_container_that_resets_before_it_has_read_the_body_is_a_model_error() -> None:
    def serve(connection: Connection) -> None:
        connection.head()
        connection.send(response(b"too large", status=413))

    answer = failure_of(serve, body=b"x" * api.MAX_BODY)
    assert answer["Error"]["Code"] == "ModelError"
    assert answer["OriginalStatusCode"] in {0, 413}


CONTROLS = """
from tests.local.dataplane.container import answering
from tests.local.dataplane.serving import endpoint, served

HEAD = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nContent-Type: text/\\x1b[31mred\\x7f\\r\\n\\r\\n"
with answering(HEAD + b"ok") as (url, _), served(endpoint("search", "Serial", ranker=url)) as plane:
    service = plane.client()
    for call in service.invoke_endpoint, service.invoke_endpoint_with_response_stream:
        try:
            call(EndpointName="search", Body=b"")
        except service.exceptions.ModelError as error:
            print(error.response["OriginalMessage"])
"""


def test_control_characters_in_a_header_are_a_model_error() -> None:
    """With which a container could deceive the terminal of a caller. aiohttp refuses them when it is debugged."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONASYNCIODEBUG"}
    ended = subprocess.run(
        [sys.executable, "-c", CONTROLS], env=environment, capture_output=True, text=True, check=True, timeout=DEADLINE
    )

    said = "Container ranker did not complete its response: it is not HTTP (a header holds control characters).\n"
    assert (ended.stdout, ended.stderr) == (said * 2, "")


def test_a_container_may_close_idle_connections() -> None:
    """Each request is served, and each once."""
    requests: list[Request] = []

    def serve(connection: Connection) -> None:
        request = connection.request()
        if request:
            requests.append(request)
            connection.send(response(request.body))

    with Container(serve) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        service = plane.client()
        bodies = [str(number).encode() for number in range(30)]
        answers = [service.invoke_endpoint(EndpointName="search", Body=each)["Body"].read() for each in bodies]
    assert answers == bodies
    assert [each.body for each in requests] == bodies


def test_a_request_that_met_a_closing_connection_is_sent_again() -> None:
    """That the container did not read it is certain: its system says so."""
    requests: list[Request] = []

    def serve(connection: Connection) -> None:
        request = connection.request()
        if request:
            requests.append(request)
            connection.send(response(request.body))
            connection.wait_for_bytes()
            connection.reset()

    with Container(serve) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        service = plane.client()
        for body in (b"one", b"two", b"three"):
            assert service.invoke_endpoint(EndpointName="search", Body=body)["Body"].read() == body
    assert [each.body for each in requests] == [b"one", b"two", b"three"]


@pytest.mark.parametrize("size", [3, 3_000_000])
def test_a_request_is_sent_again_if_the_connection_had_been_closed_unseen(size: int) -> None:
    """Nothing of it was read, although the end of the connection is all that the system shows at first."""
    requests: list[Request] = []
    leaves, has_left = threading.Event(), threading.Event()

    def serve(connection: Connection) -> None:
        request = connection.request()
        if request:
            requests.append(request)
            connection.send(response())
            leaves.wait(DEADLINE)
            connection.close()
            has_left.set()

    async def post(containers: AiohttpContainers, body: bytes) -> None:
        async with containers.post(container.url, {}, body) as answer:
            while await answer.part():
                pass

    async def post_twice() -> None:
        async with to_containers() as containers:
            await post(containers, b"first")
            leaves.set()
            assert has_left.wait(DEADLINE)  # Meanwhile the event loop sees nothing.
            await post(containers, bytes(size))

    with Container(serve) as container:
        asyncio.run(post_twice())
    assert [each.body for each in requests] == [b"first", bytes(size)]


def test_a_request_that_was_read_is_not_sent_again() -> None:
    """A worker that dies of a request would die again."""
    requests: list[Request] = []

    def serve(connection: Connection) -> None:
        while request := connection.request():
            requests.append(request)
            if request.body == b"deadly":
                return
            connection.send(response())

    with Container(serve) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        plane.client().invoke_endpoint(EndpointName="search", Body=b"harmless")
        answer = failure(plane, body=b"deadly")
    assert answer["OriginalStatusCode"] == 0
    assert [each.body for each in requests] == [b"harmless", b"deadly"]


def test_a_request_on_a_new_connection_is_sent_once() -> None:
    requests: list[Request | None] = []

    def serve(connection: Connection) -> None:
        requests.append(connection.request())
        connection.reset()

    assert failure_of(serve)["OriginalStatusCode"] == 0
    assert len(requests) == 1


def test_connections_to_containers_are_kept() -> None:
    with (
        Container(Answers(response())) as container,
        served(endpoint("search", "Serial", ranker=container.url)) as plane,
    ):
        service = plane.client()
        for _ in range(10):
            service.invoke_endpoint(EndpointName="search", Body=b"")
        assert container.connections < 10

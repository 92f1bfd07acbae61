"""Stubs, asked over real sockets."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sagemaker_multi_container.local import Stub, StubRequest, StubResponse, stub
from sagemaker_multi_container.local.engines.stubs import StubEngine
from sagemaker_multi_container.local.running import RunningContainer, silent

from .builders import DEADLINE, ask, container


@pytest.fixture(name="engine")
def _engine() -> Iterator[StubEngine]:
    engine = StubEngine()
    yield engine
    engine.stop()


def run(engine: StubEngine, *stubs: Stub) -> list[RunningContainer]:
    containers = [container(f"stub-{index}", each) for index, each in enumerate(stubs)]
    return engine.start(containers, {}, silent)


def test_a_stub_answers_pings_and_invocations(engine: StubEngine) -> None:
    """With what it was given, and nothing that it was not."""
    (running,) = run(engine, stub(b"1.5", content_type="text/csv"))

    assert ask(running.url, "GET", "/ping").status == 200
    response = ask(running.url, "POST", "/invocations", b"{}")
    assert (response.status, response.body) == (200, b"1.5")
    assert response.headers == {"Content-Type": "text/csv", "Content-Length": "3"}
    assert running.ended() is None


def test_it_remembers_what_it_was_asked(engine: StubEngine) -> None:
    """The body and the headers, by their names in lower case."""
    asked = stub()
    (running,) = run(engine, asked)

    ask(running.url, "POST", "/invocations", b"\x00\xff", **{"Content-Type": "text/csv", "Accept": "image/png"})

    (request,) = asked.requests
    assert (request.body, request.content_type, request.accept) == (b"\x00\xff", "text/csv", "image/png")


def test_a_function_gets_the_request(engine: StubEngine) -> None:
    """It answers bytes, or a whole response."""
    (upper, teapot) = run(
        engine,
        stub(lambda request: request.body.upper()),
        stub(lambda request: StubResponse(status=418, body=request.body, content_type=None, headers={"X-Pot": "tea"})),
    )

    assert ask(upper.url, "POST", "/invocations", b"abc").body == b"ABC"
    response = ask(teapot.url, "POST", "/invocations", b"abc")
    assert (response.status, response.body) == (418, b"abc")
    assert response.headers == {"X-Pot": "tea", "Content-Length": "3"}


def test_chunked_bodies_arrive_whole(engine: StubEngine) -> None:
    """Whatever parts they are sent in."""
    asked = stub()
    (running,) = run(engine, asked)

    ask(running.url, "POST", "/invocations", iter([b"a" * 100_000, b"b"]))

    assert asked.requests[0].body == b"a" * 100_000 + b"b"


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/invocations"), ("POST", "/ping")])
def test_there_is_nothing_else(engine: StubEngine, method: str, path: str) -> None:
    """As with containers, which need no other path."""
    (running,) = run(engine, stub())

    assert ask(running.url, method, path).status == 404


def test_a_ping_can_fail(engine: StubEngine) -> None:
    """With the status that the stub was given."""
    (running,) = run(engine, stub(ping_status=503))

    assert ask(running.url, "GET", "/ping").status == 503


def test_a_connection_serves_many_requests(engine: StubEngine) -> None:
    """Connecting anew costs more than an answer."""
    (running,) = run(engine, stub(b"[]"))
    connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=DEADLINE)
    connection.connect()
    before = connection.sock

    for _ in range(3):
        connection.request("POST", "/invocations", b"{}")
        assert connection.getresponse().read() == b"[]"

    assert connection.sock is before
    connection.close()


def test_an_exception_is_a_500_with_its_text(engine: StubEngine) -> None:
    """And its traceback is in the log; the connection lives on."""

    def fail(_: StubRequest) -> bytes:
        raise ValueError("kaboom")

    (running,) = run(engine, stub(fail))

    for _ in range(2):
        response = ask(running.url, "POST", "/invocations", b"{}")
        assert (response.status, response.body) == (500, b"ValueError: kaboom")
    assert "in fail" in running.logs()
    assert running.logs(lines=1) == "ValueError: kaboom"


def test_a_failed_test_within_a_stub_is_a_500(engine: StubEngine) -> None:
    """`pytest.fail()` raises what is no Exception."""
    (running,) = run(engine, stub(lambda _: pytest.fail("not this one")))

    assert ask(running.url, "POST", "/invocations", b"{}").body == b"Failed: not this one"


def test_text_is_no_answer(engine: StubEngine) -> None:
    """A body is bytes."""

    def answer(_request: StubRequest) -> Any:
        return "text"

    (running,) = run(engine, stub(answer))

    response = ask(running.url, "POST", "/invocations", b"{}")
    assert (response.status, response.body) == (
        500,
        b"TypeError: a stub answered str; bytes or a StubResponse is expected",
    )


def test_parts_arrive_one_by_one(engine: StubEngine) -> None:
    """The second is made only when the first was read."""
    first_was_read = threading.Event()

    def parts() -> Iterator[bytes]:
        yield b"first"
        assert first_was_read.wait(DEADLINE)
        yield b""
        yield b"second"

    (running,) = run(engine, stub(lambda _: StubResponse(parts=parts())))
    connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=DEADLINE)
    connection.request("POST", "/invocations", b"{}")
    response = connection.getresponse()

    assert response.read1() == b"first"
    first_was_read.set()
    assert response.read() == b"second"
    connection.close()


@pytest.mark.parametrize(
    "answer",
    [
        StubResponse(body=b"half", breaks_off=True),
        StubResponse(parts=[b"ha", b"lf"], delay_between_parts=0.001, breaks_off=True),
    ],
    ids=["body", "parts"],
)
def test_a_response_can_break_off(engine: StubEngine, answer: StubResponse) -> None:
    """The connection is closed where the response should end."""
    (running,) = run(engine, stub(answer))
    connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=DEADLINE)
    connection.request("POST", "/invocations", b"{}")

    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    connection.close()


def test_parts_that_raise_break_off(engine: StubEngine) -> None:
    """The status is out already."""

    def parts() -> Iterator[bytes]:
        yield b"first"
        pytest.fail("kaboom")

    (running,) = run(engine, stub(StubResponse(parts=parts())))

    with pytest.raises(http.client.IncompleteRead):
        ask(running.url, "POST", "/invocations", b"{}")
    while "kaboom" not in running.logs(lines=1):
        pass


def test_requests_are_answered_at_the_same_time(engine: StubEngine) -> None:
    """Each function waits for the other."""
    both = threading.Barrier(2, timeout=DEADLINE)

    def wait(_: StubRequest) -> bytes:
        both.wait()
        return b"met"

    (running,) = run(engine, stub(wait))
    bodies: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: bodies.append(ask(running.url, "POST", "/invocations", b"").body))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)

    assert bodies == [b"met", b"met"]


def test_stopping_ends_requests_and_threads(engine: StubEngine) -> None:
    """Those that wait out a delay, too."""
    before = threading.active_count()
    (running,) = run(engine, stub(delay=DEADLINE * 10))
    asked = socket.create_connection(("127.0.0.1", int(running.url.rpartition(":")[2])), timeout=DEADLINE)
    asked.sendall(b"POST /invocations HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    stubbed = running.plan.workload
    assert isinstance(stubbed, Stub)
    while not stubbed.requests:
        pass

    engine.stop()
    engine.stop()

    assert asked.recv(1) == b""
    asked.close()
    assert running.ended() == "stopped"
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        ask(running.url, "GET", "/ping")

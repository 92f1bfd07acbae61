"""Callers that leave, and data planes that stop: whatever was begun ends, at the containers too."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from sagemaker_multi_container.local.served import RequestRecord

from .container import CHUNKED, DEADLINE, Connection, Container, chunk
from .serving import Served, endpoint, parts_of, served, streamed

PATHS = {
    "InvokeEndpoint": "/endpoints/search/invocations",
    "InvokeEndpointWithResponseStream": "/endpoints/search/invocations-response-stream",
}


class Watched:
    """A container that says when a request has reached it, and whether it saw the other side leave."""

    def __init__(self, *, begins: bool) -> None:
        self._begins = begins
        self.reached = threading.Event()
        self.was_left = threading.Event()

    def __call__(self, connection: Connection) -> None:
        connection.request()
        if self._begins:
            connection.send(CHUNKED + chunk(b"one"))
        self.reached.set()
        if connection.wait_for_close():
            self.was_left.set()


def assert_was_cut(record: RequestRecord) -> None:
    """The record of a request that nobody got the answer of."""
    assert record.status == 499
    assert record.error == "the connection was closed before the answer was complete"


@pytest.mark.parametrize("begins", [False, True], ids=["waiting", "answering"])
@pytest.mark.parametrize("operation", PATHS)
def test_the_call_of_a_caller_that_leaves_is_cancelled(operation: str, begins: bool) -> None:
    """The container sees its connection close."""
    watched = Watched(begins=begins)
    with Container(watched) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        connection = plane.http()
        connection.request("POST", PATHS[operation], b"body")
        assert watched.reached.wait(DEADLINE)
        connection.close()
        assert watched.was_left.wait(DEADLINE)
        record = plane.record()
    assert_was_cut(record)
    assert [(each.hostname, each.status) for each in record.hops] == [("ranker", 200 if begins else None)]


def test_a_caller_may_leave_in_the_middle_of_a_stream() -> None:
    watched = Watched(begins=True)
    with Container(watched) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        with streamed(plane) as stream:
            assert next(iter(stream))["PayloadPart"]["Bytes"] == b"one"
        assert watched.was_left.wait(DEADLINE)
        record = plane.record()
    assert_was_cut(record)
    assert record.response_bytes == 3


def test_a_caller_may_leave_while_a_container_sends_more_than_it_reads() -> None:
    ended = threading.Event()

    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(CHUNKED)
        try:
            while True:
                connection.send(chunk(b"x" * 65536))
        except ConnectionError:
            ended.set()

    with Container(serve) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        with streamed(plane) as stream:
            next(iter(stream))
        assert ended.wait(DEADLINE)
        assert_was_cut(plane.record())


def test_a_caller_may_leave_before_it_has_sent_the_body() -> None:
    with served(endpoint("search", "Serial", ranker="http://127.0.0.1:1")) as plane:
        connection = plane.http()
        connection.putrequest("POST", PATHS["InvokeEndpoint"])
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"some")
        connection.close()
        assert_was_cut(plane.record())


@pytest.mark.parametrize("begins", [False, True], ids=["waiting", "answering"])
@pytest.mark.parametrize("operation", PATHS)
def test_stopping_ends_what_runs(operation: str, begins: bool) -> None:
    """For the caller and for the container."""
    watched = Watched(begins=begins)
    failures: list[Exception] = []

    def call(plane: Served) -> None:
        try:
            if operation == "InvokeEndpoint":
                plane.client().invoke_endpoint(EndpointName="search", Body=b"")
            else:
                with streamed(plane) as stream:
                    parts_of(stream)
        except (BotoCoreError, HTTPError) as error:
            failures.append(error)

    with Container(watched) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        caller = threading.Thread(target=call, args=(plane,))
        caller.start()
        assert watched.reached.wait(DEADLINE)
        plane.plane.stop()
        caller.join(DEADLINE)
        assert not caller.is_alive()
        assert watched.was_left.wait(DEADLINE)
        record = plane.record()
    assert len(failures) == 1
    assert_was_cut(record)


def sockets() -> set[str]:
    """The sockets of this process."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(each.readlink()))
        except FileNotFoundError:
            continue
    return {each for each in found if each.startswith("socket:")}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells which sockets a process has")
def test_nothing_is_left_behind() -> None:
    """Neither threads nor sockets, though callers and a container keep their connections and a request runs."""
    threads, before = set(threading.enumerate()), sockets()
    watched = Watched(begins=True)
    with Container(watched) as container, served(endpoint("search", "Serial", ranker=container.url)) as plane:
        idle, busy = plane.http(), plane.http()
        idle.request("GET", "/")
        assert idle.getresponse().read()
        busy.request("POST", PATHS["InvokeEndpoint"], b"body")
        assert watched.reached.wait(DEADLINE)
        mine = set(threading.enumerate()), sockets()
        plane.plane.stop()
        theirs = set(threading.enumerate()), sockets()
        idle.close()
        busy.close()
    assert [each.name for each in mine[0] - theirs[0] if each.name == "data plane"] == ["data plane"]
    # Of what is closed now: the listener, two callers, one container, and what wakes the loop.
    assert len(mine[1] - theirs[1]) >= 4
    assert set(threading.enumerate()) <= threads
    assert sockets() <= before

"""The seam: all that is said of HTTP, implemented in memory. So our own mistakes can be shown, too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from botocore.eventstream import EventStreamBuffer

from sagemaker_multi_container.local.dataplane import DataPlane, Timeouts
from sagemaker_multi_container.local.dataplane.service import Service
from sagemaker_multi_container.local.served import RequestRecord

from .serving import endpoint


@dataclass
class Caller:
    """Asks for one thing, and keeps what it gets."""

    path: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: {"host": "localhost"})
    status: int = 0
    received: bytes = b""

    async def body(self, limit: int) -> bytes | None:
        return b"body"[:limit]

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        assert headers
        self.status, self.received = status, body

    async def begin(self, headers: Mapping[str, str]) -> None:
        assert headers
        self.status = 200

    async def send(self, part: bytes) -> None:
        self.received += part

    async def end(self) -> None:
        """Nothing is left to do."""


@dataclass
class Response:
    """A response in parts, in whose place an error may come."""

    parts: list[bytes | Exception]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    async def part(self) -> bytes:
        part = self.parts.pop(0) if self.parts else b""
        if isinstance(part, Exception):
            raise part
        return part


@dataclass
class Containers:
    """Answer everything in the same way."""

    parts: list[bytes | Exception]

    @asynccontextmanager
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> AsyncIterator[Response]:
        assert (url, body) == ("http://ranker", b"body")
        assert "host" not in headers
        yield Response(list(self.parts))


def answered(caller: Caller, *parts: bytes | Exception) -> RequestRecord:
    """The record of a request to a container that responds with these parts."""
    records: list[RequestRecord] = []
    service = Service(observer=records.append, timeouts=Timeouts(), random=lambda: 0)
    service.endpoints = {"search": endpoint("search", "Serial", ranker="http://ranker")}
    asyncio.run(service.answer(caller, Containers(list(parts))))
    [record] = records
    return record


def test_an_adapter_may_be_replaced() -> None:
    """Without a socket: what an adapter gets is a service and a port."""
    callers: list[Caller] = []

    @asynccontextmanager
    async def adapter(service: Service, port: int) -> AsyncIterator[int]:
        callers.append(Caller("/endpoints/search/invocations"))
        await service.answer(callers[0], Containers([b"an", b"swer"]))
        yield port

    with DataPlane([endpoint("search", "Serial", ranker="http://ranker")], port=4321, adapter=adapter) as plane:
        assert plane.url == "http://127.0.0.1:4321"
    assert (callers[0].status, callers[0].received) == (200, b"answer")


@pytest.mark.parametrize("path", ["/endpoints/search/invocations", "/endpoints/search/invocations-response-stream"])
def test_answers_do_not_depend_on_the_adapter(path: str) -> None:
    caller = Caller(path)
    record = answered(caller, b"an", b"swer")
    assert (record.status, record.response_bytes, caller.status) == (200, 6, 200)


@dataclass
class Leaving(Caller):
    """Leaves when the first part is sent."""

    async def send(self, part: bytes) -> None:  # noqa: ARG002
        raise ConnectionResetError


def test_a_caller_may_be_gone_before_that_is_known() -> None:
    record = answered(Leaving("/endpoints/search/invocations-response-stream"), b"an", b"swer")
    assert (record.status, record.error) == (499, "the connection was closed before the answer was complete")


def test_a_mistake_of_ours_is_an_internal_failure(caplog: pytest.LogCaptureFixture) -> None:
    """And the log says where."""
    caller = Caller("/endpoints/search/invocations")
    record = answered(caller, b"an", ZeroDivisionError())
    assert (caller.status, record.status) == (500, 500)
    assert record.error is not None
    assert record.error.startswith("InternalFailure: ")
    assert json.loads(caller.received)["Message"] in record.error
    assert [each.exc_info is not None for each in caplog.records if each.levelname == "ERROR"] == [True]
    caplog.clear()


def test_a_mistake_of_ours_in_a_stream_is_an_internal_stream_failure(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller("/endpoints/search/invocations-response-stream")
    record = answered(caller, b"an", ZeroDivisionError())
    buffer = EventStreamBuffer()
    buffer.add_data(caller.received)
    part, error = (each.to_response_dict() for each in buffer)
    assert part["body"] == b"an"
    assert error["headers"][":exception-type"] == "InternalStreamFailure"
    assert record.status == 200
    assert record.error == f"InternalStreamFailure: {json.loads(error['body'])['Message']}"
    assert [each.exc_info is not None for each in caplog.records if each.levelname == "ERROR"] == [True]
    caplog.clear()

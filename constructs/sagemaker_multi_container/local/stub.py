"""Containers in Python, for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StubRequest:
    """A request to `/invocations` as a container gets it."""

    body: bytes
    headers: Mapping[str, str]
    """By their names in lower case."""

    @property
    def content_type(self) -> str | None:
        """What the body is said to be."""
        return self.headers.get("content-type")

    @property
    def accept(self) -> str | None:
        """What the response should be."""
        return self.headers.get("accept")


@dataclass(frozen=True, slots=True, kw_only=True)
class StubResponse:
    """What a stub answers."""

    body: bytes = b""
    status: int = 200
    content_type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[bytes] | Iterator[bytes] | None = None
    """The parts of a streamed body, in place of `body`."""
    delay: float = 0.0
    """Seconds before the response."""
    delay_between_parts: float = 0.0
    """Seconds before each part but the first."""
    breaks_off: bool = False
    """Whether the connection is cut where the response should end."""


Answer = Callable[[StubRequest], StubResponse | bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Stub:
    """A container that a test writes: what it answers, and what it was asked."""

    answer: Answer
    ping_status: int = 200
    requests: list[StubRequest] = field(default_factory=list)
    """What it was asked, in order."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def respond(self, request: StubRequest) -> StubResponse:
        """Remember a request and answer it."""
        with self._lock:
            self.requests.append(request)
        answer = self.answer(request)
        return answer if isinstance(answer, StubResponse) else StubResponse(body=answer)

    def __str__(self) -> str:
        return "stub"


def stub(
    answer: Answer | StubResponse | bytes = b"{}",
    *,
    status: int = 200,
    content_type: str | None = "application/json",
    delay: float = 0.0,
    ping_status: int = 200,
) -> Stub:
    """A container for tests that answers without an image or a process.

    Args:
        answer: The body; or a whole response; or a function that gets the request and returns either.
        status: The HTTP status, if `answer` is a body.
        content_type: The content type, if `answer` is a body.
        delay: Seconds before the response, if `answer` is a body.
        ping_status: The HTTP status of `/ping`.
    """
    if callable(answer):
        return Stub(answer, ping_status)
    response = (
        answer
        if isinstance(answer, StubResponse)
        else StubResponse(body=answer, status=status, content_type=content_type, delay=delay)
    )
    return Stub(lambda _request: response, ping_status)

"""What is remembered of a request while it is answered, for the observer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from ..served import Hop, Observer, RequestRecord

CALLER_GONE: Final = 499
"""The status of a request whose caller closed the connection before it was answered, as nginx logs it."""


@dataclass(slots=True, kw_only=True)
class OpenHop:
    """A request to a container that is on its way."""

    hostname: str
    status: int | None = None
    content_type: str | None = None


@dataclass(slots=True, kw_only=True)
class OpenRecord:
    """A request that is being answered."""

    observer: Observer
    operation: str
    endpoint: str = ""
    variant: str | None = None
    status: int = CALLER_GONE
    error: str | None = None
    request_bytes: int = 0
    response_bytes: int = 0
    hops: list[Hop] = field(default_factory=list)
    _started: float = field(default_factory=time.perf_counter)
    _is_told: bool = False

    @contextmanager
    def hop(self, hostname: str) -> Iterator[OpenHop]:
        """Remember a request to a container, and how long it takes."""
        started = time.perf_counter()
        hop = OpenHop(hostname=hostname)
        try:
            yield hop
        finally:
            self.hops.append(
                Hop(
                    hostname=hostname,
                    status=hop.status,
                    seconds=time.perf_counter() - started,
                    content_type=hop.content_type,
                )
            )

    def tell(self) -> None:
        """Tell the observer, once: before the caller has all of the answer, so that whoever has it finds the record."""
        if self._is_told:
            return
        self._is_told = True
        self.observer(
            RequestRecord(
                endpoint=self.endpoint,
                variant=self.variant,
                operation=self.operation,
                status=self.status,
                error=self.error,
                seconds=time.perf_counter() - self._started,
                request_bytes=self.request_bytes,
                response_bytes=self.response_bytes,
                hops=tuple(self.hops),
            )
        )

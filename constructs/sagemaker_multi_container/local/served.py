"""What the data plane serves: endpoints whose containers run, and what it tells of each request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .plan import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedContainer:
    """A container and where it answers."""

    hostname: str
    url: str
    default_accept: str | None = None
    """The container's `SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedVariant:
    """A production variant."""

    name: str
    weight: float
    mode: Mode
    containers: tuple[ServedContainer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedEndpoint:
    """An endpoint."""

    name: str
    variants: tuple[ServedVariant, ...]
    region: str = "us-east-1"
    account: str = "123456789012"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A request to one container."""

    hostname: str
    status: int | None
    """None if there was no response."""
    seconds: float
    content_type: str | None = None
    """What the container called its response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """A request that was answered."""

    endpoint: str
    variant: str | None
    operation: str
    """`InvokeEndpoint` or `InvokeEndpointWithResponseStream`; method and path of a request that is no operation."""
    status: int
    """What the caller got; 499 if the connection was closed before."""
    error: str | None = None
    """The code and the message of the error that the caller got."""
    seconds: float
    request_bytes: int
    response_bytes: int
    hops: tuple[Hop, ...] = field(default=())


Observer = Callable[[RequestRecord], None]
"""Is told of each request, also of refused ones, just before the caller has all of the answer. It is called in the
thread of the data plane, so it should be quick."""

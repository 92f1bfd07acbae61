"""What of an endpoint a request is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The part of an endpoint that shall answer; what is None is left to SageMaker."""

    hostname: str | None = None
    """The container, in Direct mode."""
    variant: str | None = None

    def __str__(self) -> str:
        """For people, such as `ranker`, `ranker of canary` or `endpoint`."""
        container = self.hostname or "endpoint"
        return f"{container} of {self.variant}" if self.variant else container

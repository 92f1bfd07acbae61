"""How long containers may take."""

from __future__ import annotations

from dataclasses import dataclass

from . import api


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long containers may take, in seconds."""

    invocation: float = api.INVOCATION_TIMEOUT
    """For a response that is not streamed. Each container of a pipeline has that long."""
    stream: float = api.STREAM_TIMEOUT
    """For a streamed response, from the request to its end."""

"""What the unit tests share."""

from __future__ import annotations

from typing import Any

import pytest
from jsii._kernel.providers import process


@pytest.fixture(name="messages")
def _messages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to Node: each message costs time."""
    sent: list[str] = []
    send = process._NodeProcess.send  # noqa: SLF001 - there is no public way to count

    def sends(self: Any, request: Any, response_type: Any) -> Any:
        sent.append(str(request))
        return send(self, request, response_type)

    monkeypatch.setattr(process._NodeProcess, "send", sends)  # noqa: SLF001
    return sent

"""What all tests share. The CDK's built-in validator costs seconds in each process, so it is on in one test only."""

import os

# Node reads it when `aws_cdk` is imported, so it must be set before.
os.environ.setdefault("CDK_VALIDATION", "false")

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import hypothesis
import pytest
from jsii._kernel.providers import process

# How long an example takes says more of what else the machine does than of us.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent
RECOMMENDED_FLAGS: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]


@pytest.fixture(autouse=True, scope="session")
def _signals_reach_what_tests_start() -> Iterator[None]:
    """However the tests were started: `nohup` and shells pass on to processes what they have to ignore."""
    ignored = [each for each in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, lambda *_: None)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(name="flags", params=["no flags", "recommended flags"])
def _flags(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The CDK's feature flags: a library must work with none and with all of them."""
    return RECOMMENDED_FLAGS if request.param == "recommended flags" else {}


@pytest.fixture(name="app")
def _app(flags: dict[str, Any]) -> cdk.App:
    """An app with and without the recommended feature flags."""
    return cdk.App(context=flags)


@pytest.fixture(name="stack")
def _stack(app: cdk.App) -> cdk.Stack:
    """An environment-agnostic stack."""
    return cdk.Stack(app, "Stack")


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

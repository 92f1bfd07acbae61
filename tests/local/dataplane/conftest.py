"""What each test of the data plane is held to: it ends, and nothing is logged that nobody expects."""

import faulthandler
import logging
import sys
from collections.abc import Iterator

import pytest

GIVE_UP_AFTER = 180


@pytest.fixture(autouse=True)
def _deadline() -> Iterator[None]:
    """A test that hangs ends its process, and shows where each thread is."""
    faulthandler.dump_traceback_later(GIVE_UP_AFTER, exit=True, file=sys.__stderr__ or sys.stderr)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True)
def _nothing_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What asyncio has to complain of with its debug mode on, and what anybody logs as an error, fails the test."""
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    yield
    errors = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
    assert errors == []

"""Waits until an endpoint is at rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from ..rules.description import Properties
from .status import is_pending, pending

LONGEST_PAUSE: Final = 15.0
"""Seconds between two looks at an endpoint: deployments take minutes, and AWS limits calls."""

Tell = Callable[[str], object]
"""Is told what is pending, at each look."""


def at_rest(describe: Callable[[], Properties], timeout: float, tell: Tell) -> Properties:
    """The endpoint once nothing is pending, or the time is over.

    Args:
        describe: Looks at it.
        timeout: Seconds.
        tell: What is told what is pending.
    """
    deadline, pause = time.monotonic() + timeout, 0.5
    while is_pending(endpoint := describe()) and (left := deadline - time.monotonic()) > 0:
        tell(pending(endpoint))
        time.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)
    return endpoint

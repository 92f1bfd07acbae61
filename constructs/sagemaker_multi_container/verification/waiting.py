"""Waits until a deployment is at its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

LONGEST_PAUSE: Final = 15.0
"""Seconds between two looks: deployments take minutes, and AWS limits calls."""

Tell = Callable[[str], object]
"""Is told what is pending, at each look."""

_Seen = TypeVar("_Seen")


def at_rest(look: Callable[[], _Seen], pending: Callable[[_Seen], str | None], deadline: float, tell: Tell) -> _Seen:
    """What is seen once nothing is pending, or the time is over.

    Args:
        look: Looks at it.
        pending: What is pending, in a line; None if nothing is.
        deadline: When the time is over, by the monotonic clock.
        tell: What is told what is pending.
    """
    pause = 0.5
    while (busy := pending(seen := look())) and (left := deadline - time.monotonic()) > 0:
        tell(busy)
        time.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)
    return seen

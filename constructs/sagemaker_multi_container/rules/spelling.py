"""What somebody who wrote a name that nobody knows is likely to have meant."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Final

LIKELY: Final = 0.5
"""How alike two names are, from 0 to 1, if one may be a slip for the other."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like another one, if any is like it."""
    pairs = _pairs(name)
    alike = ((_likeness(pairs, _pairs_of_known(each)), each) for each in known)
    likeness, found = max(alike, default=(0, ""))
    return found if likeness >= LIKELY else None


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Which part of their pairs of letters two names share."""
    return 2 * len(one & other) / (len(one) + len(other) or 1)


def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[start : start + 2] for start in range(len(name) - 1))


_pairs_of_known = functools.cache(_pairs)

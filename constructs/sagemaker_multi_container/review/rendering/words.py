"""Small pieces of the language of a review."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Final

from ..changes import BeforeAfter
from ..quoting import LONGEST, code

ARROW: Final = " → "
NONE: Final = "-"
"""In place of what is not there."""
_MOST_ITEMS: Final = 25
_LONGEST_CONTEXT: Final = LONGEST // 2
_SHORT_DIGEST: Final = len("sha256:") + 12
_PLACEHOLDER: Final = re.compile(r"(?:<[^<>]*>|[^\s,<>])*(?:<[^<>]*>|@)(?:<[^<>]*>|[^\s,<>])*")


def cell(value: BeforeAfter[str | None], unknown: str = NONE, quote: Callable[[str], str] = code) -> str:
    """A value, or both if they differ; of long ones, above all where they do."""
    sides = (
        _around_difference(value.before, value.after) if value.before and value.after else (value.before, value.after)
    )
    before, after = (unknown if each is None else quote(each) for each in sides)
    return f"{before}{ARROW}{after}" if value.differs else after


def counted(number: int, one: str, many: str) -> str:
    """A number of things."""
    return f"{number} {one if number == 1 else many}"


def capped(items: Iterable[str], most: int = _MOST_ITEMS) -> list[str]:
    """The items, of a long list only the first ones."""
    every = list(items)
    return every if len(every) <= most else [*every[:most], f"and {len(every) - most} more"]


def sentence(text: str) -> str:
    """A text as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def advice(fix: str) -> str:
    """What a rule says to do. A placeholder such as `ml.<size>` is quoted, or Markdown would take it for HTML."""
    return sentence(_PLACEHOLDER.sub(lambda found: code(found[0]), fix))


def short_image(image: str) -> str:
    """An image without its registry, and with as much of its digest as tells it from others."""
    return short_digest(image.rpartition("/")[2])


def short_digest(image: str) -> str:
    """An image with as much of its digest as tells it from others."""
    name, at, digest = image.partition("@")
    return f"{name}@{digest[:_SHORT_DIGEST]}…" if at and len(digest) > _SHORT_DIGEST else image


def _around_difference(before: str, after: str) -> tuple[str, str]:
    """Two texts, without most of a long beginning that is the same: what is quoted has no room for it."""
    pairs = zip(before, after, strict=False)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = max(0, same - _LONGEST_CONTEXT)
    is_cut = start > 0 and before != after and max(len(before), len(after)) > LONGEST
    return (f"…{before[start:]}", f"…{after[start:]}") if is_cut else (before, after)

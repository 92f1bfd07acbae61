"""Small pieces of the language of a review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from ..changes import BeforeAfter
from ..quoting import code

ARROW: Final = " → "
NONE: Final = "-"
"""In place of what is not there."""
_MOST_ITEMS: Final = 25
_SHORT_DIGEST: Final = len("sha256:") + 12
_PLACEHOLDER: Final = re.compile(r"(?:<[^<>]*>|[^\s,<>])*(?:<[^<>]*>|@)(?:<[^<>]*>|[^\s,<>])*")


def cell(value: BeforeAfter[str | None], unknown: str = NONE, quote: Callable[[str], str] = code) -> str:
    """A value, or both if they differ."""
    before, after = (unknown if each is None else quote(each) for each in (value.before, value.after))
    return after if before == after else f"{before}{ARROW}{after}"


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
    name, at, digest = image.rpartition("/")[2].partition("@")
    return f"{name}@{digest[:_SHORT_DIGEST]}…" if at and len(digest) > _SHORT_DIGEST else name + at + digest

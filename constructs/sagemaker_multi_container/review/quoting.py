"""How text that comes from a template is quoted, so that it can be nothing but text wherever it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ..check.printable import printable

LONGEST: Final = 100
_FIGURE: Final = re.compile(r"\d[\d.]*(?: (?:\d[\d.]*|%|GB|to|x|ml\.[a-z0-9-]+\.[a-z0-9]+))*", re.ASCII)


def code(text: str, longest: int = LONGEST) -> str:
    """A text between backticks, which Markdown shows as it is: no link, no mention of a user, no HTML.

    What would end the quotation, break the line or not be seen is replaced, and the middle of a long text left out.
    """
    return f"`{plain(text, longest).replace('`', chr(39)) or ' '}`"


def figure(text: str) -> str:
    """A figure such as `2 x ml.m5.xlarge` or `100 %`, which needs no quotation, and anything else between backticks."""
    return text if _FIGURE.fullmatch(text) else code(text)


def plain(text: str, longest: int = LONGEST) -> str:
    """A text in one line, all of whose characters can be seen, without the middle if it is long."""
    seen = printable(text)
    if len(seen) <= longest:
        return seen
    end = (longest - 1) // 3
    return f"{seen[: longest - 1 - end]}…{seen[-end:]}"


def listed(texts: Iterable[str], conjunction: str, most: int = 10) -> str:
    """Some texts, each quoted, as an enumeration."""
    quoted = [code(each) for each in texts]
    return joined(quoted if len(quoted) <= most else [*quoted[:most], f"{len(quoted) - most} more"], conjunction)


def joined(texts: Sequence[str], conjunction: str) -> str:
    """An enumeration."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {conjunction} {texts[-1]}"

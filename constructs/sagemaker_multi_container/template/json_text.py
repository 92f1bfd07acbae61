"""Templates as JSON text."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from typing import Any, Final, NoReturn, TypeAlias

from .lines import Steps

DEEPEST: Final = 100
"""The levels of lists and mappings that are read, so that whoever walks a template may recur."""
LONGEST_NUMBER: Final = 300
"""The digits of a number; a longer one stays text, for Python cannot handle it everywhere."""

_Children: TypeAlias = dict[str | int, tuple[int, int]]


def parse(text: str) -> object:
    """The data in a JSON text.

    Raises:
        ValueError: If it is no JSON.
    """
    try:
        content = _DECODER.decode(text)
    except json.JSONDecodeError as reason:
        msg = f"line {reason.lineno}: {reason.msg[:1].lower()}{reason.msg[1:]}"
        raise ValueError(msg) from reason
    except RecursionError as reason:
        raise _too_deep() from reason
    if _is_deep(content):
        raise _too_deep()
    return content


class JsonLines:
    """The lines of a JSON text. Only those values are looked into that hold what is asked for."""

    def __init__(self, text: str) -> None:
        parse(text)
        self._text = text
        self._found: dict[int, _Children] = {}
        self._line_ends = [end.start() for end in re.finditer("\n", text)]

    def line(self, steps: Steps) -> int:
        """The line of a part of the template, as in `Lines`."""
        place = start = self._after_space(0)
        for step in steps:
            children = self._found.get(start)
            if children is None:
                children = self._found[start] = self._children(start)
            if step not in children:
                break
            place, start = children[step]
        return bisect_left(self._line_ends, place) + 1

    def _children(self, start: int) -> _Children:
        """Where each member of an object and its value, or each element of a list, begins."""
        children: _Children = {}
        opening = self._text[start]
        if opening not in "{[":
            return children
        place = self._after_space(start + 1)
        while self._text[place] not in "]}":
            key: Any = len(children)
            value = place
            if opening == "{":
                key, colon = _DECODER.raw_decode(self._text, place)
                value = self._after_space(self._after_space(colon) + 1)
            children[key] = place, value
            _, end = _DECODER.raw_decode(self._text, value)
            place = self._after_space(end)
            if self._text[place] == ",":
                place = self._after_space(place + 1)
        return children

    def _after_space(self, place: int) -> int:
        while self._text[place] in " \t\r\n":
            place += 1
        return place


def _is_deep(content: object) -> bool:
    """Whether the content has lists and objects on too many levels."""
    level = [content] if isinstance(content, dict | list) else []
    for _ in range(DEEPEST):
        level = [
            inner
            for holder in level
            for inner in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _refuse(constant: str) -> NoReturn:
    msg = f"{constant} is no value of JSON"
    raise ValueError(msg)


def _too_deep() -> ValueError:
    return ValueError(f"it is nested deeper than {DEEPEST} levels")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_constant=_refuse)

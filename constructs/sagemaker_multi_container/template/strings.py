"""Strings that are known only in part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ..rules import DynamicReference, Reference, Unknown

LONGEST: Final = 1 << 16
"""The characters of a string that is put together; one that would be longer is unknown."""

_DYNAMIC = "{{resolve:"
_END = "}}"


def text_of(value: object) -> str | Unknown:
    """A value as CloudFormation writes it into a string; unknown if it is no scalar."""
    match value:
        case str() | Unknown():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
    return Unknown()


def joined(pieces: Iterable[object]) -> str | Unknown:
    """The string that pieces make up: around its unknown parts, what is known of it.

    If its only unknown part is a reference, it is that reference with a prefix and a suffix.
    """
    whole: str | Unknown = ""
    length = 0
    for piece in map(text_of, pieces):
        length += len(piece) if isinstance(piece, str) else len(piece.prefix) + len(piece.suffix)
        if length > LONGEST:
            return Unknown()
        match whole, piece:
            case str(), str():
                whole += piece
            case str(), Unknown():
                whole = replace(piece, prefix=whole + piece.prefix)
            case Unknown(), str():
                whole = replace(whole, suffix=whole.suffix + piece)
            case Unknown(), Unknown():
                dynamic = next((each for each in (whole, piece) if isinstance(each, DynamicReference)), Unknown())
                whole = replace(dynamic, prefix=whole.prefix, suffix=piece.suffix)
    return known(whole)


def known(text: str | Unknown) -> str | Unknown:
    """What is known of a string that may hold dynamic references, `{{resolve:...}}`, which SSM and others fill in."""
    match text:
        case str() if _DYNAMIC in text:
            prefix, _, rest = text.partition(_DYNAMIC)
            return DynamicReference(prefix, rest.rpartition(_END)[2] if _END in rest else "", service=_service(rest))
        case Unknown(prefix=prefix, suffix=suffix) if _DYNAMIC in prefix + "\0" + suffix:
            before, start, rest = prefix.partition(_DYNAMIC)
            service = _service(rest if start else suffix.partition(_DYNAMIC)[2])
            return DynamicReference(before, suffix.rpartition(_END)[2], service=service)
        case DynamicReference(suffix=suffix):
            # Another piece may have ended it.
            return replace(text, suffix=suffix.rpartition(_END)[2])
    return text


def _service(reference: str) -> str:
    return reference.partition(":")[0]


def elsewhere(value: object) -> str | Unknown:
    """A value of one template as another sees it, whose resources are not the same."""
    text = text_of(value)
    return Unknown(text.prefix, text.suffix) if isinstance(text, Reference) else text

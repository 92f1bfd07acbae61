"""Telling CDK tokens from literals without asking the CDK, which would cost a round trip to Node for each value."""

from __future__ import annotations

import os
import re
import struct
from typing import Any

from .rules import Unknown

TOKEN = r"[$#]\{Token\[[^\]]*\]\}"  # noqa: S105 - a CDK token, no secret
"""The regular expression of a token inside a string."""
_MARKER = re.compile(TOKEN)
# The first two bytes of the doubles that stand for number tokens.
_NUMBER_MARKER = b"\xfb\xff"


def is_token(value: object) -> bool:
    """Whether a string, a number or a list of strings stands for a value that is only known at deployment."""
    if isinstance(value, str):
        return _MARKER.search(value) is not None
    if isinstance(value, float):
        return struct.pack(">d", value).startswith(_NUMBER_MARKER)
    if isinstance(value, list):
        return len(value) == 1 and isinstance(value[0], str) and value[0].startswith("#{Token[")
    # What jsii hands out for an IResolvable has no common class. A path can be resolved, too.
    return hasattr(value, "resolve") and not isinstance(value, os.PathLike)


def with_unknowns(value: Any) -> Any:
    """A property tree in which every token has become an `Unknown`, with the literal text around it."""
    if isinstance(value, str):
        return _unknown_string(value) if "Token[" in value else value
    if isinstance(value, dict):
        return {key: with_unknowns(inner) for key, inner in value.items()}
    if isinstance(value, list) and not is_token(value):
        return [with_unknowns(inner) for inner in value]
    return Unknown() if is_token(value) else value


def _unknown_string(value: str) -> str | Unknown:
    markers = list(_MARKER.finditer(value))
    if not markers:
        return value
    return Unknown(prefix=value[: markers[0].start()], suffix=value[markers[-1].end() :])

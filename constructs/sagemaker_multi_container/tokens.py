"""Telling CDK tokens from literals without asking the CDK, which would cost a round trip to Node for each value."""

from __future__ import annotations

import enum
import re
import struct
from typing import Any

import aws_cdk as cdk

from .rules import Unknown

TOKEN = r"[$#]\{Token\[[^\]]*\]\}"  # noqa: S105 - a CDK token, no secret
"""The regular expression of a token inside a string."""
_MARKER = re.compile(TOKEN)
_IN_EACH = "{Token["
# How the only item of an encoded list begins.
_ITEM_OF_LIST = "#{Token["
# The first two bytes of the doubles that stand for number tokens.
_NUMBER_MARKER = b"\xfb\xff"
# A class says what its objects are.
_NEVER_TOKENS = (int, Unknown, type)


class TokenKind(enum.StrEnum):
    """What stands for a value that is only known at deployment, in the words of error messages."""

    STRING = "a string"
    NUMBER = "a number"
    LIST = "a list"
    RESOLVABLE = "a value"
    """The token itself, an `IResolvable`, which can be encoded as each of the others."""


def kind_of_token(value: object) -> TokenKind | None:
    """How a value is encoded that is only known at deployment; None for a literal."""
    if isinstance(value, str):
        if _IN_EACH not in value:
            return None
        if value.startswith(_ITEM_OF_LIST):
            return TokenKind.LIST
        return None if _MARKER.search(value) is None else TokenKind.STRING
    if isinstance(value, float):
        return TokenKind.NUMBER if struct.pack(">d", value).startswith(_NUMBER_MARKER) else None
    if isinstance(value, list):
        is_list = len(value) == 1 and isinstance(value[0], str) and value[0].startswith(_ITEM_OF_LIST)
        return TokenKind.LIST if is_list else None
    # Not only by `resolve`, which a stack and a path have, too.
    is_resolvable = not isinstance(value, _NEVER_TOKENS) and cdk.IResolvable in getattr(value, "__jsii_ifaces__", ())
    return TokenKind.RESOLVABLE if is_resolvable else None


def is_token(value: object) -> bool:
    """Whether a value is only known at deployment, or a string is in part."""
    return kind_of_token(value) is not None


def with_unknowns(value: Any) -> Any:
    """A property tree in which every token has become an `Unknown`, with the literal text around it."""
    if isinstance(value, str):
        return _unknown_string(value) if _IN_EACH in value else value
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

"""From CloudFormation's property names to those of the CDK's L1 classes.

L1 takes plain dictionaries, and silently drops every nested key that it does not know. So the names are made in one
place, and a test holds them against the installed L1.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from .rules import Reference

Attributes = Mapping[Reference, str]
"""What stands for a reference to another resource of the endpoint: the token that L1 gave for it."""

_IRREGULAR = {
    "EnableSSMAccess": "enableSsmAccess",
    "MaxPayloadInMB": "maxPayloadInMb",
    "MemorySizeInMB": "memorySizeInMb",
    "VolumeSizeInGB": "volumeSizeInGb",
}
# Keys below these belong to the user.
_VERBATIM = frozenset({"Environment"})


def keywords(properties: Mapping[str, Any], attributes: Attributes) -> dict[str, Any]:
    """Keyword arguments of a `Cfn*` class that give a resource these CloudFormation properties."""
    return {snake_case(key): _value(key, inner, attributes) for key, inner in properties.items()}


def _value(key: str, value: Any, attributes: Attributes) -> Any:
    if key in _VERBATIM:
        return value
    if isinstance(value, dict):
        return {camel_case(name): _value(name, inner, attributes) for name, inner in value.items()}
    if isinstance(value, list):
        return [_value("", item, attributes) for item in value]
    return attributes[value] if isinstance(value, Reference) else value


@functools.cache
def camel_case(key: str) -> str:
    """The name that L1 gives a nested CloudFormation property."""
    return _IRREGULAR.get(key, key[:1].lower() + key[1:])


@functools.cache
def snake_case(key: str) -> str:
    """The keyword that L1 has for a CloudFormation property."""
    return re.sub(r"(?<!^)([A-Z])", lambda capital: "_" + capital[0], key).lower()

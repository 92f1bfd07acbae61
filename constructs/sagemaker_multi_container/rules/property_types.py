"""The types of the CloudFormation properties that the rules look at, and what CloudFormation makes of other values.

The table is a data file beside this module. `.ci/refresh_property_types.py` makes it; it is read when it is needed for
the first time.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Final, TypeAlias

from .description import Path as PropertyPath
from .description import ResourceType, Unknown
from .limits import compiled

DATA: Final = Path(__file__).with_name("property_types.json")

PropertyType: TypeAlias = "str | list[PropertyType] | dict[str, PropertyType]"
"""`string`, `integer`, `number` or `boolean`; `json` for a map of anything; for a list, its elements' type in a list;
for an object, the types of its properties by name."""

_INTEGER = r"[+-]?[0-9]{1,300}"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_FITTING = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "json": (dict, str),
}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@functools.cache
def _tables() -> dict[str, dict[str, PropertyType]]:
    tables: dict[str, dict[str, PropertyType]] = json.loads(DATA.read_text())["resources"]
    return tables


def properties_of(resource: ResourceType) -> dict[str, PropertyType]:
    """The types of the properties that a template may give to a resource, by name."""
    return _tables()[resource]


def type_at(resource: ResourceType, path: PropertyPath) -> PropertyType | None:
    """The type of a property, or of what is inside it. None if CloudFormation knows nothing there."""
    found: PropertyType | None = properties_of(resource)
    for step in path:
        match found, step:
            case dict(), str():
                found = found.get(step)
            case list(), int():
                found = found[0]
            case _:
                return None
    return found


def converted(value: Any, type: PropertyType) -> Any:
    """What CloudFormation makes of a value: it takes `"2"` for an integer, 2 for a string, `"true"` for a boolean.

    Whatever it cannot convert stays as it is.
    """
    match type, value:
        case dict(), dict():
            return {key: converted(inner, type[key]) if key in type else inner for key, inner in value.items()}
        case list(), list():
            return [converted(inner, type[0]) for inner in value]
        case str(), str() | int() | float():
            return _converted_scalar(value, type)
    return value


def _converted_scalar(value: str | float, type: str) -> str | float:
    match type, value:
        case "string", bool():
            value = str(value).lower()
        case "string", int() | float():
            value = str(value)
        case "boolean", str():
            value = _BOOLEANS.get(value, value)
        case "integer", float() if value.is_integer():
            value = int(value)
        case "integer" | "number", str() if compiled(_INTEGER).fullmatch(value):
            value = int(value)
        case "number", str() if compiled(_NUMBER).fullmatch(value):
            value = float(value)
    return value


def fits(value: object, type: PropertyType) -> bool:
    """Whether a value and all that is inside it is known to CloudFormation, and needs no conversion."""
    if isinstance(type, str):
        return value.__class__ in _FITTING[type] or isinstance(value, Unknown)
    if isinstance(type, dict) and isinstance(value, dict):
        for name, inner in value.items():
            if name not in type or not fits(inner, type[name]):
                return False
    elif isinstance(type, list) and isinstance(value, list):
        for inner in value:
            if not fits(inner, type[0]):
                return False
    else:
        return isinstance(value, Unknown)
    return True


def is_of_type(value: object, type: PropertyType) -> bool:
    """Whether a value has this type, regardless of what is inside it. CloudFormation also takes JSON as a string."""
    match type:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "json":
            return isinstance(value, dict | str)
    return isinstance(value, list if isinstance(type, list) else dict)

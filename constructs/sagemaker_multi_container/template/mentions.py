"""What the values of a template mention: the parameters, resources, conditions and mappings that they depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ..rules import Path, Unknown
from .intrinsics import NO_VALUE, PARTITION, PLACEHOLDER, REGION, SHARED, URL_SUFFIX, section
from .lines import written
from .template import Template

_OF_REGIONS: Final = {PARTITION: REGION, URL_SUFFIX: REGION}
"""What follows from the region."""


def names_in(written: Any) -> Iterator[str]:
    """The parameters, resources, conditions and mappings that a value as it is written refers to."""
    match written:
        case {"Ref": str(name)} | {"Condition": str(name)} if len(written) == 1:
            yield name
        case {"Fn::GetAtt": str(name) | [str(name), *_]}:
            yield name.partition(".")[0]
        case {"Fn::Sub": str(text) | [str(text), *_]}:
            yield from (name.partition(".")[0] for name in PLACEHOLDER.split(text)[1::2] if not name.startswith("!"))
        case {"Fn::If": [str(name), *_]} | {"Fn::FindInMap": [str(name), *_]}:
            yield name
    if isinstance(written, list | dict):
        for each in written.values() if isinstance(written, dict) else written:
            yield from names_in(each)


def missing_values(template: Template, logical_id: str, path: Path) -> tuple[str, ...]:
    """The parameters and pseudo parameters that must be known for a property to be known, by name.

    It is empty if they would not be enough.
    """
    properties = template.document["Resources"][logical_id].get("Properties")
    _, value = written(properties, path, template.resolver)
    missing = {name for name in _parameters_behind(template, value) if _is_missing(template, name)}
    values = {**template.resolver.values, **{name: _example(template, name) for name in missing}}
    if isinstance(replace(template.resolver, values=values).resolve(value), Unknown):
        return ()
    return tuple(sorted({_OF_REGIONS.get(name, name) for name in missing}))


def _example(template: Template, name: str) -> str:
    """A value that a parameter may have, since there are mappings that have an entry for nothing else."""
    match section(template.document, "Parameters").get(name):
        case {"AllowedValues": [str(first), *_]}:
            return first
    return "us-east-1" if name == REGION else "example"


def _parameters_behind(template: Template, value: Any) -> set[str]:
    """The parameters and pseudo parameters that a value and the conditions in it depend on."""
    conditions, parameters = (section(template.document, name) for name in ("Conditions", "Parameters"))
    mentioned: set[str] = set()
    pending = [value]
    while pending:
        for name in {*names_in(pending.pop())} - mentioned:
            mentioned.add(name)
            pending.append(conditions.get(name))
    return {name for name in mentioned if name in parameters or (name.startswith("AWS::") and name != NO_VALUE)}


def _is_missing(template: Template, name: str) -> bool:
    """Whether somebody could say the value, which nested stacks get from the stack around them."""
    can_be_given = name in SHARED or not template.origin.nested_in
    return can_be_given and isinstance(template.resolver.resolve({"Ref": name}), Unknown)

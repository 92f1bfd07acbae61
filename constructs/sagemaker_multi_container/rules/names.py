"""The check that one resource names another as the service wants it: by its name, while `Ref` returns the ARN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .checks import quoted
from .description import Reference, ResourceType, Unknown
from .limits import Pattern
from .rule import Check, Place, Problems

NAMES: Final[Mapping[ResourceType, str]] = {
    "Model": "ModelName",
    "EndpointConfig": "EndpointConfigName",
    "Endpoint": "EndpointName",
}
"""The property that gives a resource a name of its own, and the attribute that is its name."""

_NOUNS = {"Model": ("a", "model"), "EndpointConfig": ("an", "endpoint config"), "Endpoint": ("an", "endpoint")}


def name_of(guards: str, type: ResourceType, pattern: Pattern) -> Check:
    """A resource must be given by its name."""
    article, noun = _NOUNS[type]

    def find(value: str | Unknown, place: Place) -> Problems:
        if isinstance(value, str):
            if value not in pattern:
                yield place.problem(f"{quoted(value)} cannot be the name of {article} {noun}")
        elif isinstance(value, Reference):
            if value.attribute != NAMES[type] and place.description.referred(value, type) is not None:
                way = "Ref" if value.attribute is None else f"Fn::GetAtt {value.attribute}"
                yield place.problem(f"{way} of {value.logical_id} is not the {noun}'s name but its ARN")
        elif value.prefix.startswith("arn:"):
            yield place.problem(f"{quoted(value)} is an ARN; the {noun}'s name is asked for")

    return Check(guards, (str, Unknown), find)

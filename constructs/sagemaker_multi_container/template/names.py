"""Resources that others name by the names that they were given, rather than by reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from ..rules import Path, Reference, Resource
from ..rules.description import ResourceType, dicts
from ..rules.names import NAMES
from ..rules.scaling import BEFORE_ENDPOINT, BEFORE_VARIANT
from .intrinsics import NO_VALUE
from .spelling import MARK

_VARIANT = re.compile(rf"{BEFORE_ENDPOINT}(?P<endpoint>.+)(?P<after>{BEFORE_VARIANT}[^/{MARK}]+)", re.DOTALL)


class Written(Protocol):
    """What is written of the resources of a template."""

    def spelled(self, logical_id: str, path: Path) -> str | None:
        """A text that is the same for properties that are the same at deployment; None if that cannot be told."""
        ...

    def exists_with(self, logical_id: str, other: str) -> bool:
        """Whether a resource is certain to exist if another one does."""
        ...


def with_references(resources: Mapping[str, Resource], written: Written) -> dict[str, Resource]:
    """The resources with a reference wherever one gives the name of another one, in the same words.

    A name that several resources were given, each under a condition of its own, may be that of any of them.
    """
    owners = _owners(resources, written)
    if not owners:
        return dict(resources)

    def references(logical_id: str, resource: Resource) -> Iterator[tuple[Path, Reference]]:
        for path, its_type in _names_in(resource):
            before, name, after = _parts(written.spelled(logical_id, path) or "", its_type)
            owner = owners.get((its_type, name))
            if owner is not None and written.exists_with(owner, logical_id):
                yield path, Reference(before, after, logical_id=owner, attribute=NAMES[its_type])

    followed = dict(resources)
    for logical_id, resource in resources.items():
        found = dict(references(logical_id, resource))
        if found:
            followed[logical_id] = Resource(resource.type, _replaced(resource.properties, found))
    return followed


def _owners(resources: Mapping[str, Resource], written: Written) -> dict[tuple[ResourceType, str], str | None]:
    """The logical id of the only resource of a type that has a name, by that name."""
    owners: dict[tuple[ResourceType, str], str | None] = {}
    for logical_id, resource in resources.items():
        key = NAMES.get(resource.type)
        name = written.spelled(logical_id, (key,)) if key is not None else None
        # One that is left out after all is made by CloudFormation, another one for each resource.
        if name and NO_VALUE not in name:
            owners[resource.type, name] = None if (resource.type, name) in owners else logical_id
    return owners


def _names_in(resource: Resource) -> Iterator[tuple[Path, ResourceType]]:
    """Where a resource may name others, and of which type they are."""
    match resource.type:
        case "Endpoint":
            yield ("EndpointConfigName",), "EndpointConfig"
        case "ScalableTarget" | "ScalingPolicy":
            yield ("ResourceId",), "Endpoint"
        case "EndpointConfig":
            for variants in ("ProductionVariants", "ShadowProductionVariants"):
                for index, variant in enumerate(dicts(resource.properties.get(variants))):
                    yield (variants, index, "ModelName"), "Model"
                    for pool, _ in enumerate(dicts(variant.get("InstancePools"))):
                        yield (variants, index, "InstancePools", pool, "ModelNameOverride"), "Model"


def _parts(text: str, its_type: ResourceType) -> tuple[str, str, str]:
    """A name and what stands around it, which of an endpoint's name in the id of a variant is something."""
    if its_type != "Endpoint":
        return "", text, ""
    found = _VARIANT.fullmatch(text)
    return (BEFORE_ENDPOINT, found["endpoint"], found["after"]) if found is not None else ("", "", "")


def _replaced(value: Any, references: Mapping[Path, Reference], path: Path = ()) -> Any:
    """A value with references at some paths inside it."""
    if path in references:
        return references[path]
    match value:
        case dict():
            return {key: _replaced(inner, references, (*path, key)) for key, inner in value.items()}
        case list():
            return [_replaced(inner, references, (*path, index)) for index, inner in enumerate(value)]
    return value

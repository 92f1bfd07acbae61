"""The endpoints of a template, each with the resources that it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import final

from ..rules import Reference
from ..rules.description import Properties, ResourceType, dicts, text
from ..rules.scaling import scaled_variant
from .template import Template

PRODUCTION = "ProductionVariants"
SHADOW = "ShadowProductionVariants"


Targets = Mapping[str, tuple[str, Properties]]
"""What scales the variants of an endpoint, by the variant's name: the logical id and the properties."""


@final
@dataclass(frozen=True, eq=False)
class Scaling:
    """What scales the endpoints of a template."""

    template: Template

    @cached_property
    def targets(self) -> Mapping[str, Targets]:
        """What scales variants, by the logical id of their endpoint."""
        description = self.template.description
        found: dict[str, dict[str, tuple[str, Properties]]] = {}
        for logical_id, resource in description.resources.items():
            scaled = scaled_variant(resource.properties, description) if resource.type == "ScalableTarget" else None
            if scaled is not None:
                endpoint = resource.properties["ResourceId"].logical_id
                found.setdefault(endpoint, {})[scaled.name] = (logical_id, resource.properties)
        return found

    @cached_property
    def policies(self) -> Mapping[str, list[str]]:
        """The logical ids of scaling policies, by that of the target that they name."""
        found: dict[str, list[str]] = {}
        for logical_id, resource in self.template.description.resources.items():
            target = resource.properties.get("ScalingTargetId")
            if resource.type == "ScalingPolicy" and isinstance(target, Reference):
                found.setdefault(target.logical_id, []).append(logical_id)
        return found


@final
@dataclass(frozen=True, eq=False)
class Endpoint:
    """An endpoint as its template declares it. What is declared elsewhere is None, and its properties are empty."""

    template: Template
    logical_id: str
    scaling: Scaling

    @cached_property
    def properties(self) -> Properties:
        """Those of the Endpoint resource."""
        return properties_of(self.template, self.logical_id)

    @cached_property
    def name(self) -> str | None:
        """Its fixed name. None if CloudFormation generates one, or it is only known at deployment."""
        return text(self.properties, "EndpointName")

    @cached_property
    def spelled_name(self) -> str | None:
        """Its fixed name in a text that is the same for the same name. None if CloudFormation generates one."""
        return self.template.spelled(self.logical_id, ("EndpointName",)) or self.name

    @property
    def title(self) -> str:
        """What people know it by."""
        return self.name or self.template.known_as(self.logical_id)

    @cached_property
    def config_id(self) -> str | None:
        """The logical id of its config."""
        return _referred(self.template, self.properties.get("EndpointConfigName"), "EndpointConfig")

    @cached_property
    def config(self) -> Properties:
        """The properties of its config."""
        return properties_of(self.template, self.config_id)

    @cached_property
    def model_ids(self) -> tuple[str, ...]:
        """The logical ids of its models, in the order of the variants that they serve."""
        found = (self.model_id(variant) for _, _, variant in self.variants())
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def variants(self) -> Iterator[tuple[str, int, Properties]]:
        """Its variants: the name of the list that holds each, its place there, and its properties."""
        for kind in (PRODUCTION, SHADOW):
            for index, variant in enumerate(dicts(self.config.get(kind))):
                yield kind, index, variant

    def model_id(self, variant: Properties) -> str | None:
        """The logical id of a variant's model."""
        return _referred(self.template, variant.get("ModelName"), "Model")

    @property
    def targets(self) -> Targets:
        """What scales its variants."""
        return self.scaling.targets.get(self.logical_id, {})

    @cached_property
    def logical_ids(self) -> frozenset[str]:
        """All resources that it is made of."""
        targets = [logical_id for logical_id, _ in self.targets.values()]
        policies = (policy for target in targets for policy in self.scaling.policies.get(target, ()))
        config = (self.config_id,) if self.config_id is not None else ()
        return frozenset({self.logical_id, *config, *self.model_ids, *targets, *policies})


def endpoints_of(template: Template) -> list[Endpoint]:
    """The endpoints that a template declares, by logical id."""
    resources, scaling = template.description.resources, Scaling(template)
    return [Endpoint(template, each, scaling) for each in sorted(resources) if resources[each].type == "Endpoint"]


def properties_of(template: Template, logical_id: str | None) -> Properties:
    """The properties of a resource that the rules look at; none if there is none."""
    return {} if logical_id is None else template.description.resources[logical_id].properties


def _referred(template: Template, value: object, type: ResourceType) -> str | None:
    if isinstance(value, Reference) and template.description.referred(value, type) is not None:
        return value.logical_id
    return None

"""What the rules look at: the CloudFormation properties of an endpoint's resources, as plain Python data.

The construct renders this description from its value objects, the template reader reads it from a template. Strings,
numbers, booleans, lists and dictionaries stand for themselves; whatever is only known at deployment (a CDK token,
`Ref`, `Fn::*`) is an `Unknown`. What one resource calls another of the same description is a `Reference`, however it is
written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

ResourceType = Literal["Model", "EndpointConfig", "Endpoint", "ScalableTarget", "ScalingPolicy"]
Properties = Mapping[str, Any]
Path = tuple[str | int, ...]
"""The way from a resource's properties to a value, such as `("Containers", 0, "Image")`."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is only known at deployment, with the literal text around it if it is part of a string.

    `s3://${Bucket}/model.tar.gz` is `Unknown(prefix="s3://", suffix="/model.tar.gz")`.
    """

    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Reference(Unknown):
    """A reference to another resource of the same template: `Ref` if `attribute` is None, else `Fn::GetAtt`."""

    logical_id: str = field(kw_only=True)
    attribute: str | None = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class DynamicReference(Unknown):
    """What CloudFormation looks up in another service at deployment: `{{resolve:<service>:...}}`."""

    service: str = field(kw_only=True)
    """Such as `ssm` or `secretsmanager`."""


TEXT: Final = (str, Unknown)
"""The types of a string, wholly known or not."""
_NUMBER: Final = (int, float)


@dataclass(frozen=True, slots=True)
class Resource:
    """A Model, EndpointConfig or Endpoint, or what scales one, and its properties, named as in CloudFormation."""

    type: ResourceType
    properties: Properties


@dataclass(frozen=True)
class Description:
    """The resources that make up one or more endpoints, by logical id, and where they go, as far as known."""

    resources: Mapping[str, Resource]
    region: str | None = None
    account: str | None = None
    fits_schema: bool = False
    """Whether it is certain to fit CloudFormation's schemas in the end, as the resources of the construct are."""

    def referred(self, value: object, type: ResourceType) -> Properties | None:
        """The properties of the resource that `value` refers to, or None if that is not in this description."""
        if not isinstance(value, Reference):
            return None
        resource = self.resources.get(value.logical_id)
        return resource.properties if resource is not None and resource.type == type else None

    def models(self, endpoint_config: Properties) -> Iterator[tuple[str, Properties]]:
        """The models that a config's variants host and this description holds, with their logical ids."""
        for name in ("ProductionVariants", "ShadowProductionVariants"):
            for variant in dicts(endpoint_config.get(name)):
                pools = dicts(variant.get("InstancePools"))
                for value in (variant.get("ModelName"), *(pool.get("ModelNameOverride") for pool in pools)):
                    model = self.referred(value, "Model")
                    if isinstance(value, Reference) and model is not None:
                        yield value.logical_id, model

    @cached_property
    def hosted(self) -> frozenset[str]:
        """The logical ids of all models that variants host."""
        configs = (each.properties for each in self.resources.values() if each.type == "EndpointConfig")
        return frozenset(logical_id for config in configs for logical_id, _ in self.models(config))


def dicts(value: object) -> list[Mapping[str, Any]]:
    """The elements of a list, with an empty one for each that is no dictionary, so that positions stay."""
    if not isinstance(value, list):
        return []
    return [item if isinstance(item, dict) else {} for item in value]


def text(properties: object, *path: str) -> str | None:
    """The known string at a path below `properties`, else None."""
    for key in path:
        if not isinstance(properties, dict):
            return None
        properties = properties.get(key)
    return properties if isinstance(properties, str) else None


def number(properties: Properties, key: str) -> float | None:
    """The known number of that name in `properties`, else None."""
    value = properties.get(key)
    return value if isinstance(value, _NUMBER) and not isinstance(value, bool) else None


def is_set(properties: Properties, key: str) -> bool:
    """Whether a property is given, known or not. CloudFormation takes `null` for not given."""
    return properties.get(key) is not None


def is_any_set(properties: Properties, *keys: str) -> bool:
    """Whether at least one of several properties is given, known or not."""
    for key in keys:  # noqa: SIM110 - a generator would take three times as long
        if properties.get(key) is not None:
            return True
    return False


def is_certain(value: object) -> bool:
    """Whether a value is there for certain, known or not.

    An unknown one that is neither a reference of any kind nor a part of a string may turn out to be `AWS::NoValue`, as
    if it had not been given.
    """
    if isinstance(value, Unknown):
        return bool(value.prefix or value.suffix) or isinstance(value, Reference | DynamicReference)
    return value is not None


def starts_otherwise(value: str | Unknown, *beginnings: str) -> bool:
    """Whether a string, as far as known, can start with none of these."""
    if isinstance(value, str):
        return not value.startswith(beginnings)
    prefix = value.prefix
    return bool(prefix) and not any(prefix.startswith(each) or each.startswith(prefix) for each in beginnings)


def ends_otherwise(value: str | Unknown, ending: str) -> bool:
    """Whether a string, as far as known, cannot end with this."""
    if isinstance(value, str):
        return not value.endswith(ending)
    return not (value.suffix.endswith(ending) or ending.endswith(value.suffix))


def written(value: str | Unknown) -> str:
    """A string as its author wrote it, with `…` in place of what is not known."""
    return value if isinstance(value, str) else f"{value.prefix}…{value.suffix}"


def known(value: str | Unknown) -> str:
    """What is known of a string."""
    return value if isinstance(value, str) else value.prefix + value.suffix


def containers_of(model: Properties) -> list[Mapping[str, Any]]:
    """The containers of a model, whether it has one or several, with an empty one for each that is not known."""
    primary = model.get("PrimaryContainer")
    return [primary] if isinstance(primary, dict) else dicts(model.get("Containers"))


def is_multi_container(model: Properties) -> bool:
    """Whether a model has several containers for certain."""
    containers = model.get("Containers")
    return isinstance(containers, list) and sum(map(is_certain, containers)) > 1


def mode_of(model: Properties) -> str | None:
    """How the containers are called: `Serial` unless the model says otherwise, None if that is not known."""
    config = model.get("InferenceExecutionConfig")
    return "Serial" if config is None else text(config, "Mode")

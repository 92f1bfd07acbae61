"""Rules about what CloudFormation demands of any template: properties by their names, values of their types."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from .checks import quoted, required
from .description import Path, Unknown
from .limits import CLOUDFORMATION
from .property_types import PropertyType, converted, fits, is_of_type, properties_of
from .rule import RULES, Place, Problems, Severity, declare, rule
from .spelling import nearest

RESOURCES = ("Model", "EndpointConfig", "Endpoint", "ScalableTarget", "ScalingPolicy")
TYPES_OF_RESOURCES = CLOUDFORMATION + "template-resource-type-ref.html"

_NOUNS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "json": "a map",
}


@rule(
    "MCE-T02",
    guards=RESOURCES,
    about_schema=True,
    source=TYPES_OF_RESOURCES,
    fix="give a value of the property's type; CloudFormation converts text to numbers and booleans, and back",
)
def values_have_their_types(properties: dict[str, Any], place: Place) -> Problems:
    """Every value is of its property's type, or is one that CloudFormation converts to it."""
    types = _types(place)
    for path, value, its_type in () if fits(properties, types) else _values(properties, types, ()):
        if value is None:
            yield place.problem("got null, which a template cannot hold", *path)
        elif not is_of_type(value, its_type) and not is_of_type(converted(value, its_type), its_type):
            yield place.problem(f"got {_given(value, its_type)}; it must be {_noun(its_type)}", *path)


@rule(
    "MCE-T03",
    guards=RESOURCES,
    about_schema=True,
    source=TYPES_OF_RESOURCES,
    fix="write the property in PascalCase, letter by letter as CloudFormation does",
)
def properties_are_in_pascal_case(properties: dict[str, Any], place: Place) -> Problems:
    """Properties are written as CloudFormation does, in PascalCase, not in snake_case or camelCase."""
    for path, name, known in _unknown_properties(properties, place):
        meant = {_letters(each): each for each in known}.get(_letters(name))
        if meant is not None:
            yield place.problem(f"{quoted(name)} is not the property's name; CloudFormation writes {meant!r}", *path)


@rule(
    "MCE-T04",
    severity=Severity.WARNING,
    guards=RESOURCES,
    about_schema=True,
    source=TYPES_OF_RESOURCES,
    fix="correct or remove the property; one that is newer than this release may be right all the same",
)
def properties_are_known(properties: dict[str, Any], place: Place) -> Problems:
    """A resource has only properties that CloudFormation knows."""
    for path, name, known in _unknown_properties(properties, place):
        if _letters(name) not in map(_letters, known):
            meant = nearest(name, known)
            hint = f"did you mean {meant!r}?" if meant else f"it knows {', '.join(known)}"
            yield place.problem(f"{quoted(name)} is no property that CloudFormation knows here; {hint}", *path)


_S3_DATA_SOURCE = "Container.ModelDataSource.S3DataSource"
_TRACKING = "ScalingPolicy.TargetTrackingScalingPolicyConfiguration"


declare(
    "MCE-T05",
    "Whatever CloudFormation requires is given.",
    required("Endpoint", EndpointConfigName="endpoint config"),
    required("Endpoint.DeploymentConfig.AutoRollbackConfiguration", Alarms="alarms"),
    required("Endpoint.DeploymentConfig.BlueGreenUpdatePolicy", TrafficRoutingConfiguration="traffic routing"),
    required("Container.ModelDataSource", S3DataSource="data source in Amazon S3"),
    required(f"{_S3_DATA_SOURCE}.HubAccessConfig", HubContentArn="ARN of a model in a hub"),
    required(f"{_S3_DATA_SOURCE}.ModelAccessConfig", AcceptEula="word on whether the licence is accepted"),
    required("Variant.CoreDumpConfig", DestinationS3Uri="destination in Amazon S3"),
    required("Variant.ManagedInstanceScaling.ScaleInPolicy", Strategy="strategy"),
    required("Variant.ServerlessConfig", MemorySizeInMB="memory size", MaxConcurrency="maximum concurrency"),
    required(
        "ScalableTarget",
        ResourceId="resource id",
        ServiceNamespace="service namespace",
        ScalableDimension="scalable dimension",
        MinCapacity="minimum capacity",
        MaxCapacity="maximum capacity",
    ),
    required("ScalableTarget.ScheduledActions[]", ScheduledActionName="name", Schedule="schedule"),
    required("ScalableTarget.Tags[]", Key="key", Value="value"),
    required("ScalingPolicy", PolicyName="name", PolicyType="type"),
    required("ScalingPolicy.StepScalingPolicyConfiguration.StepAdjustments[]", ScalingAdjustment="adjustment"),
    required(_TRACKING, TargetValue="target value"),
    required(f"{_TRACKING}.PredefinedMetricSpecification", PredefinedMetricType="metric"),
    required(f"{_TRACKING}.CustomizedMetricSpecification.Dimensions[]", Name="name", Value="value"),
    about_schema=True,
    source=TYPES_OF_RESOURCES,
    fix="add the property",
)


def _types(place: Place) -> dict[str, PropertyType]:
    return properties_of(place.description.resources[place.resource].type)


def _values(value: object, its_type: PropertyType, path: Path) -> Iterator[tuple[Path, object, PropertyType]]:
    """A value and every value inside it whose property is known, with the way to it and its type."""
    if isinstance(value, Unknown):
        return
    yield path, value, its_type
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(its_type, dict) and name in its_type:
                yield from _values(inner, its_type[name], (*path, name))
    elif isinstance(value, list) and isinstance(its_type, list):
        for index, inner in enumerate(value):
            yield from _values(inner, its_type[0], (*path, index))


def _unknown_properties(properties: dict[str, Any], place: Place) -> Iterator[tuple[Path, str, list[str]]]:
    """The properties that CloudFormation does not know, with the way to each and those known beside it."""
    types = _types(place)
    for path, value, its_type in () if fits(properties, types) else _values(properties, types, ()):
        if isinstance(value, dict) and isinstance(its_type, dict):
            for name in value:
                if name not in its_type and isinstance(name, str):
                    way = (*path, name)
                    if not _has_a_rule_of_its_own(way, place):
                        yield way, name, list(its_type)


def _has_a_rule_of_its_own(path: Path, place: Place) -> bool:
    """Whether another rule says that CloudFormation does not know a property."""
    steps = ("[]" if isinstance(step, int) else f".{step}" for step in path)
    return place.description.resources[place.resource].type + "".join(steps) in _guarded()


@functools.cache
def _guarded() -> frozenset[str]:
    return frozenset(path for each in RULES.values() for path in each.guards)


def _letters(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _noun(its_type: PropertyType) -> str:
    if isinstance(its_type, str):
        return _NOUNS[its_type]
    return "a list" if isinstance(its_type, list) else "a map"


def _given(value: object, its_type: PropertyType) -> str:
    """A value in words: a string as it is where it should be a number, so that no text of containers is shown."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case str():
            return quoted(value) if its_type in ("integer", "number", "boolean") else "a string"
        case list():
            return "a list"
        case dict():
            return "a map"
    return f"a {type(value).__name__}"

"""Rules about the automatic scaling of variants: what is scaled, between which numbers of instances, and on what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from .checks import quoted
from .description import (
    TEXT,
    Description,
    Properties,
    Reference,
    Unknown,
    dicts,
    is_certain,
    is_multi_container,
    is_set,
    mode_of,
    number,
    starts_otherwise,
    text,
)
from .instance_types import is_burstable
from .limits import GUIDE, compiled
from .rule import Place, Problems, Severity, rule

NAMESPACE: Final = "sagemaker"
"""The namespace of Application Auto Scaling that endpoints are in."""
DIMENSION: Final = "sagemaker:variant:DesiredInstanceCount"
"""What is scaled of a variant that runs on instances."""
INVOCATIONS: Final = "SageMakerVariantInvocationsPerInstance"
"""The predefined metric of the invocations of an instance in a minute."""

CONCURRENCY: Final = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
"""The predefined metric of the requests that an instance works on at the same time."""
BEFORE_ENDPOINT: Final = "endpoint/"
"""How the id of a variant begins: the endpoint's name follows."""
BEFORE_VARIANT: Final = "/variant/"
"""What stands between the names of the endpoint and of the variant in the variant's id."""

PREREQUISITES = GUIDE + "endpoint-auto-scaling-prerequisites.html"
TARGET = "ScalableTarget"
TRACKED_METRIC = (
    "ScalingPolicy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType"
)

_RESOURCE_ID = r"endpoint/([^/]+)/variant/([^/]+)"
_SUFFIX = r"/variant/[^/]+"
_MEANING = "endpoint/<endpoint name>/variant/<variant name>"


class ScaledVariant(NamedTuple):
    """What a scalable target scales, as far as the description holds it."""

    endpoint: Properties
    config: Properties | None
    name: str

    def variant(self) -> Properties | None:
        """The variant's properties. None if they are not known, or there is no such variant."""
        named = (each for each in self.variants() if text(each, "VariantName") == self.name)
        return next(named, None)

    def variants(self) -> list[Properties]:
        """All production variants of the endpoint, as far as they are known."""
        return dicts(self.config.get("ProductionVariants")) if self.config is not None else []


def is_scaled_instance_count(target: Properties) -> bool:
    """Whether a scalable target is meant to scale a variant's instances, and nothing else that can be scaled."""
    dimension = target.get("ScalableDimension")
    if isinstance(dimension, str):
        return dimension == DIMENSION or (_names_an_endpoint(target) and not dimension.startswith("sagemaker:"))
    return _names_an_endpoint(target)


def target_of(policy: Properties, description: Description) -> Properties:
    """What a scaling policy scales: the target that it names, or else itself, for it may say by itself what that is."""
    target = description.referred(policy.get("ScalingTargetId"), "ScalableTarget")
    return policy if target is None else target


def scaled_variant(target: Properties, description: Description) -> ScaledVariant | None:
    """The variant that a scalable target scales. None if that is not known, or is in another description."""
    value = target.get("ResourceId")
    if not is_scaled_instance_count(target):
        return None
    endpoint = description.referred(value, "Endpoint")
    if endpoint is None or not isinstance(value, Reference):
        return None
    if value.prefix != BEFORE_ENDPOINT or not value.suffix.startswith(BEFORE_VARIANT):
        return None
    return ScaledVariant(endpoint, _config_of(endpoint, description), value.suffix.removeprefix(BEFORE_VARIANT))


@rule(
    "MCE-A01",
    guards=TARGET,
    source=GUIDE + "endpoint-scaling-cloudformation.html",
    fix=f"use the namespace {NAMESPACE}, the dimension {DIMENSION} and the resource id {_MEANING} of a variant",
)
def names_a_variant(target: dict[str, Any], place: Place) -> Problems:
    """What scales a variant names it by its endpoint's name and its own, with SageMaker's namespace and dimension."""
    if not is_scaled_instance_count(target):
        return
    for key, expected in (("ServiceNamespace", NAMESPACE), ("ScalableDimension", DIMENSION)):
        value = text(target, key)
        if value is not None and value != expected:
            yield place.problem(f"got {quoted(value)}; it must be {expected!r}", key)
    value = target.get("ResourceId")
    if isinstance(value, TEXT) and not _may_be_resource_id(value):
        yield place.problem(f"{quoted(value)} is not valid; expected {_MEANING}", "ResourceId")
    elif isinstance(value, Reference) and value.attribute is None and place.description.referred(value, "Endpoint"):
        yield place.problem("holds the endpoint's ARN; Ref gives that, and GetAtt EndpointName its name", "ResourceId")
    scaled = scaled_variant(target, place.description)
    if scaled is not None and scaled.variants():
        names = [text(variant, "VariantName") for variant in scaled.variants()]
        if None not in names and scaled.name not in names:
            listed = ", ".join(map(repr, names))
            yield place.problem(f"scales {quoted(scaled.name)}, and the endpoint's variants are {listed}", "ResourceId")


@rule(
    "MCE-A02",
    severity=Severity.WARNING,
    guards=TARGET,
    source=PREREQUISITES,
    fix="start with a number of instances between the minimum and the maximum",
)
def starts_within_capacity(target: dict[str, Any], place: Place) -> Problems:
    """A scaled variant starts with a number of instances that scaling would leave as it is."""
    scaled = scaled_variant(target, place.description)
    variant = scaled.variant() if scaled is not None else None
    count = number(variant, "InitialInstanceCount") if variant is not None else None
    if count is None:
        return
    low, high = number(target, "MinCapacity"), number(target, "MaxCapacity")
    if low is not None and count < low:
        yield place.problem(f"the minimum is {low:g}, and the variant starts with {count:g}", "MinCapacity")
    if high is not None and count > high:
        yield place.problem(f"the maximum is {high:g}, and the variant starts with {count:g}", "MaxCapacity")


@rule(
    "MCE-A05",
    guards=TARGET,
    source=PREREQUISITES,
    fix="choose a minimum of 1 or more, or of 0 for an asynchronous endpoint, and no smaller maximum",
)
def capacity(target: dict[str, Any], place: Place) -> Problems:
    """A variant is scaled between 1 instance or more and a maximum that is not smaller.

    Only an asynchronous endpoint can be without instances: its requests wait in a queue.
    """
    if not is_scaled_instance_count(target):
        return
    least = _least_instances(scaled_variant(target, place.description))
    for bounds, path in _capacities(target):
        low, high = number(bounds, "MinCapacity"), number(bounds, "MaxCapacity")
        if low is not None and low < least:
            yield place.problem(f"got {low:g}; it must be at least {least}", *path, "MinCapacity")
        if high is not None and high < 0:
            yield place.problem(f"got {high:g}; it must be at least 0", *path, "MaxCapacity")
        elif low is not None and high is not None and low > high:
            yield place.problem(f"the minimum of {low:g} is above the maximum of {high:g}", *path, "MinCapacity")


@rule(
    "MCE-V14",
    guards=f"{TARGET}.ResourceId",
    source=GUIDE + "endpoint-auto-scaling-add-console.html",
    fix="choose a type that is not burstable, such as ml.m5.large",
)
def burstable_types_are_not_scaled(_: str | Unknown, place: Place) -> Problems:
    """A variant on burstable instances is not scaled."""
    scaled = scaled_variant(place.properties, place.description)
    variant = scaled.variant() if scaled is not None else None
    if variant is not None:
        pools = [text(pool, "InstanceType") for pool in dicts(variant.get("InstancePools"))]
        for instance_type in (text(variant, "InstanceType"), *pools):
            if instance_type is not None and is_burstable(instance_type):
                yield place.problem(f"the variant's instances are {quoted(instance_type)}, which are burstable")
                return


@rule(
    "MCE-P17",
    severity=Severity.WARNING,
    guards=f"{TARGET}.ResourceId",
    source=GUIDE + "endpoint-scaling-update.html",
    fix="retain the variants' instance counts: RetainAllVariantProperties true, with DesiredInstanceCount not excluded",
)
def scaled_counts_are_retained(_: str | Unknown, place: Place) -> Problems:
    """An update of an endpoint leaves the instance counts of scaled variants as they are."""
    scaled = scaled_variant(place.properties, place.description)
    if scaled is not None and _resets_counts(scaled.endpoint):
        yield place.problem("each update of the endpoint sets the scaled variant back to its initial instance count")


@rule(
    "MCE-A04",
    severity=Severity.WARNING,
    guards=TRACKED_METRIC,
    source=GUIDE + "multi-container-auto-scaling.html",
    fix="scale on CPU utilization, unless the containers need about the same time and CPU for a request",
)
def invocations_mix_containers(metric: str, place: Place) -> Problems:
    """What scales on invocations has containers that cost about the same, or scales on what they use instead."""
    scaled = _scaled_by_policy(place) if metric == INVOCATIONS else None
    variant = scaled.variant() if scaled is not None else None
    model = place.description.referred(variant.get("ModelName"), "Model") if variant is not None else None
    if model is not None and mode_of(model) == "Direct" and is_multi_container(model):
        yield place.problem("counts the invocations of all containers alike, whatever each of them costs")


@rule(
    "MCE-A06",
    severity=Severity.WARNING,
    guards=TRACKED_METRIC,
    source=GUIDE + "async-inference-monitor.html",
    fix="scale on the metric ApproximateBacklogSizePerInstance or on utilization",
)
def asynchronous_endpoints_have_no_invocations(metric: str, place: Place) -> Problems:
    """An asynchronous endpoint is scaled on a metric that it has: it publishes no invocations per instance."""
    scaled = _scaled_by_policy(place) if metric == INVOCATIONS else None
    if scaled is not None and scaled.config is not None and is_certain(scaled.config.get("AsyncInferenceConfig")):
        yield place.problem("an asynchronous endpoint does not publish its invocations, so that this never scales it")


def _names_an_endpoint(target: Properties) -> bool:
    value = target.get("ResourceId")
    return (value if isinstance(value, str) else value.prefix if isinstance(value, Unknown) else "").startswith(
        BEFORE_ENDPOINT
    )


def _may_be_resource_id(value: str | Unknown) -> bool:
    if isinstance(value, str):
        return compiled(_RESOURCE_ID).fullmatch(value) is not None
    if isinstance(value, Reference) and value.suffix and not compiled(_SUFFIX).fullmatch(value.suffix):
        return False
    return not starts_otherwise(value, BEFORE_ENDPOINT)


def _config_of(endpoint: Properties, description: Description) -> Properties | None:
    return description.referred(endpoint.get("EndpointConfigName"), "EndpointConfig")


def _scaled_by_policy(place: Place) -> ScaledVariant | None:
    """The variant that a scaling policy scales."""
    return scaled_variant(target_of(place.properties, place.description), place.description)


def _least_instances(scaled: ScaledVariant | None) -> int:
    """The smallest minimum, as far as known: 0 unless the endpoint is certain to be a real-time one."""
    is_real_time = (
        scaled is not None and scaled.config is not None and not is_set(scaled.config, "AsyncInferenceConfig")
    )
    variant = scaled.variant() if scaled is not None else None
    return 1 if is_real_time and variant is not None and is_certain(variant.get("ModelName")) else 0


def _capacities(target: Properties) -> Iterator[tuple[Properties, tuple[str | int, ...]]]:
    """The target's own bounds, and those that it is given at certain times, with the way to them."""
    yield target, ()
    for index, action in enumerate(dicts(target.get("ScheduledActions"))):
        bounds = action.get("ScalableTargetAction")
        if isinstance(bounds, dict):
            yield bounds, ("ScheduledActions", index, "ScalableTargetAction")


def _resets_counts(endpoint: Properties) -> bool:
    """Whether an update certainly gives the variants the instance counts of the config."""
    if endpoint.get("RetainAllVariantProperties") in (None, False):
        return True
    excluded = (text(each, "VariantPropertyType") for each in dicts(endpoint.get("ExcludeRetainedVariantProperties")))
    return endpoint.get("RetainAllVariantProperties") is True and "DesiredInstanceCount" in excluded

"""Rules about the variants of an endpoint config: their names, their models, their size and how they are reached."""

from __future__ import annotations

from typing import Any

from .checks import chosen, counted, fits, quoted, required, unsupported, within
from .description import containers_of, dicts, is_any_set, is_certain, is_multi_container, is_set, number, text
from .limits import (
    API,
    CLOUDFORMATION,
    CONCURRENCY_THRESHOLD,
    GUIDE,
    HEALTH_CHECK_SECONDS,
    MODEL_DOWNLOAD_SECONDS,
    MODEL_NAME,
    PREFIX_LENGTH,
    ROUTING,
    VARIANT_NAME,
    VARIANT_WEIGHT,
    VARIANTS,
)
from .names import name_of
from .rule import Confidence, Place, Problems, Severity, declare, rule

PRODUCTION_VARIANT = API + "ProductionVariant.html"
CREATE_ENDPOINT_CONFIG = API + "CreateEndpointConfig.html"

declare(
    "MCE-V01",
    "An endpoint config has 1 to 10 production variants.",
    counted("EndpointConfig.ProductionVariants", VARIANTS, "production variants"),
    required("EndpointConfig", ProductionVariants="production variants"),
    source=CREATE_ENDPOINT_CONFIG,
    fix="declare 1 to 10 production variants, or split them over several endpoints",
)


@rule(
    "MCE-V02",
    guards=("EndpointConfig.ProductionVariants", "EndpointConfig.ShadowProductionVariants"),
    source=CREATE_ENDPOINT_CONFIG,
    fix="give each production and shadow variant its own name",
    confidence=Confidence.INFERRED,
)
def variant_names_are_unique(variants: list[Any], place: Place) -> Problems:
    """The variants of an endpoint config, shadow variants among them, have different names."""
    is_shadow = place.path == ("ShadowProductionVariants",)
    others = dicts(place.properties.get("ProductionVariants")) if is_shadow else []
    seen = {text(variant, "VariantName") for variant in others}
    for index, variant in enumerate(variants):
        name = text(variant, "VariantName")
        if name is not None and name in seen:
            yield place.problem(f"{quoted(name)} is already the name of another variant", index, "VariantName")
        seen.add(name)


declare(
    "MCE-V03",
    "A variant has a name of at most 63 letters, digits and inner hyphens.",
    required("Variant", VariantName="name"),
    fits("Variant.VariantName", VARIANT_NAME),
    source=PRODUCTION_VARIANT,
    fix="use letters, digits and inner hyphens",
)


declare(
    "MCE-V06",
    "A variant's weight is not negative.",
    within("Variant.InitialVariantWeight", VARIANT_WEIGHT),
    source=PRODUCTION_VARIANT,
    fix="use a weight of 0 or more; it is 1 if left out",
)


@rule(
    "MCE-V07",
    guards="EndpointConfig.ProductionVariants",
    source=PRODUCTION_VARIANT,
    fix="give at least one production variant a weight above 0",
    confidence=Confidence.INFERRED,
)
def some_variant_has_weight(variants: list[Any], place: Place) -> Problems:
    """At least one production variant gets traffic."""
    if {number(each, "InitialVariantWeight") for each in dicts(variants)} == {0}:
        yield place.problem("every production variant has weight 0, so that none gets traffic")


declare(
    "MCE-V18",
    "Downloading the model data may take 60 to 3600 seconds.",
    within("Variant.ModelDataDownloadTimeoutInSeconds", MODEL_DOWNLOAD_SECONDS, "seconds"),
    source=PRODUCTION_VARIANT,
    fix="choose a time limit from 60 to 3600 seconds",
)

declare(
    "MCE-V19",
    "Starting up until the first health check passes may take 60 to 3600 seconds.",
    within("Variant.ContainerStartupHealthCheckTimeoutInSeconds", HEALTH_CHECK_SECONDS, "seconds"),
    source=PRODUCTION_VARIANT,
    fix="choose a time limit from 60 to 3600 seconds; it is 480 if left out",
)


@rule(
    "MCE-V20",
    guards="EndpointConfig.ProductionVariants[].ServerlessConfig",
    source=GUIDE + "serverless-endpoints.html",
    fix="use an instance type instead of the serverless configuration, or leave out what serverless endpoints lack",
)
def serverless_exclusions(_: dict[str, Any], place: Place) -> Problems:
    """A serverless variant hosts one container of one model, outside of VPCs, without isolation and data capture."""
    config = place.properties
    variants = config.get("ProductionVariants")
    capture = config.get("DataCaptureConfig")
    found = [
        (isinstance(capture, dict) and capture.get("EnableCapture") in (None, True), "data capture"),
        (isinstance(variants, list) and sum(map(is_certain, variants)) > 1, "several production variants"),
    ]
    model = place.description.referred(place.siblings.get("ModelName"), "Model")
    if model is not None:
        containers = containers_of(model)
        found += [
            (is_multi_container(model), "several containers"),
            (any(text(each, "Mode") == "MultiModel" for each in containers), "MultiModel mode"),
            (any(is_certain(each.get("ModelDataSource")) for each in containers), "model data sources"),
            (
                any(text(each, "ImageConfig", "RepositoryAccessMode") == "Vpc" for each in containers),
                "private registries",
            ),
            (is_certain(model.get("VpcConfig")), "VPC connections"),
            (model.get("EnableNetworkIsolation") is True, "network isolation"),
        ]
    excluded = [noun for is_there, noun in found if is_there]
    if excluded:
        yield place.problem(f"serverless endpoints do not support {' and '.join(excluded)}")


@rule(
    "MCE-V21",
    guards="Variant",
    source=PRODUCTION_VARIANT,
    fix="choose an instance type, instance pools or a serverless configuration",
)
def one_kind_of_compute(variant: dict[str, Any], place: Place) -> Problems:
    """A variant runs on instances or is serverless, one of the two."""
    if is_certain(variant.get("ServerlessConfig")):
        for key in ("InstanceType", "InstancePools", "InitialInstanceCount"):
            if is_certain(variant.get(key)):
                yield place.problem("is given for a serverless variant, which has no instances", key)
    elif not is_any_set(variant, "InstanceType", "InstancePools", "ServerlessConfig"):
        yield place.problem("has neither an instance type nor instance pools, and is not serverless")


declare(
    "MCE-V22",
    "A variant has no Elastic Inference accelerator.",
    unsupported("Variant.AcceleratorType", "is no longer supported: Elastic Inference has ended"),
    source=PRODUCTION_VARIANT,
    fix="remove the accelerator; use an instance type with a GPU or a Neuron chip",
)


@rule(
    "MCE-V23",
    guards="Variant.RoutingConfig",
    source=API + "ProductionVariantRoutingConfig.html",
    fix="choose a routing strategy that CloudFormation knows, and give prefix-aware settings with PREFIX_AWARE only",
    also=(
        chosen("Variant.RoutingConfig.RoutingStrategy", ROUTING),
        required("Variant.RoutingConfig", RoutingStrategy="routing strategy"),
        within("Variant.RoutingConfig.PrefixAwareRoutingConfig.PrefixLength", PREFIX_LENGTH),
        within("Variant.RoutingConfig.PrefixAwareRoutingConfig.ConcurrencyThreshold", CONCURRENCY_THRESHOLD),
    ),
)
def routing(config: dict[str, Any], place: Place) -> Problems:
    """Requests are routed by load, at random or, with a prefix length and a threshold, by their prefix."""
    strategy = text(config, "RoutingStrategy")
    settings = config.get("PrefixAwareRoutingConfig")
    if strategy == "PREFIX_AWARE":
        for key, noun in (("PrefixLength", "prefix length"), ("ConcurrencyThreshold", "concurrency threshold")):
            if settings is None or (isinstance(settings, dict) and settings.get(key) is None):
                yield place.problem(f"routing strategy PREFIX_AWARE needs a {noun}")
    elif strategy in ROUTING and is_certain(settings):
        message = f"gives settings for PREFIX_AWARE, but the routing strategy is {strategy}"
        yield place.problem(message, "PrefixAwareRoutingConfig")


@rule(
    "MCE-V28",
    guards="Variant",
    source=PRODUCTION_VARIANT,
    fix="name the model that the variant hosts, or give the config the execution role of inference components",
    confidence=Confidence.INFERRED,
)
def variant_hosts_a_model(variant: dict[str, Any], place: Place) -> Problems:
    """A variant hosts a model, unless inference components do."""
    # Endpoints of inference components have their role on the config; pools may name a model each.
    for_components = is_set(place.properties, "ExecutionRoleArn") or is_set(variant, "ManagedInstanceScaling")
    if not (is_any_set(variant, "ModelName", "InstancePools") or for_components):
        yield place.problem("names no model")


declare(
    "MCE-V29",
    "A variant names its model by the model's name, not by its ARN.",
    name_of("Variant.ModelName", "Model", MODEL_NAME),
    name_of("Variant.InstancePools[].ModelNameOverride", "Model", MODEL_NAME),
    source=CLOUDFORMATION + "resource-sagemaker-model.html",
    fix="use Fn::GetAtt ModelName (in the CDK attrModelName); Ref returns the ARN",
)


@rule(
    "MCE-V31",
    severity=Severity.INFO,
    guards="Variant.EnableSSMAccess",
    source=PRODUCTION_VARIANT,
    fix="turn it off when you have finished debugging",
)
def no_shell_access(enabled: bool, place: Place) -> Problems:
    """Nobody opens a shell on a variant's instances."""
    if enabled:
        yield place.problem("access with AWS Systems Manager is on; it opens a shell on the instances")

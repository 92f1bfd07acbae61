"""Rules about an endpoint config as a whole: shadow variants, asynchronous calls, capture, metrics, encryption."""

from __future__ import annotations

from typing import Any

from .checks import begins, chosen, counted, fits, quoted, required, unsupported, within
from .description import (
    Properties,
    Unknown,
    dicts,
    is_certain,
    is_multi_container,
    is_set,
    mode_of,
    text,
)
from .limits import (
    API,
    ASYNC_INVOCATIONS,
    ASYNC_RESPONSE_TOPIC,
    ASYNC_RESPONSES,
    CAPTURE_MODE,
    CAPTURE_OPTIONS,
    CLOUDFORMATION,
    CSV_CONTENT_TYPE,
    CSV_CONTENT_TYPES,
    DESTINATION_S3_URI,
    ENDPOINT_CONFIG_NAME,
    GUIDE,
    JSON_CONTENT_TYPE,
    JSON_CONTENT_TYPES,
    KMS_KEY,
    PUBLISH_SECONDS,
    S3_SCHEMES,
    SAMPLING_PERCENT,
    SNS_TOPIC_ARN,
)
from .rule import Confidence, Place, Problems, Severity, declare, rule

CREATE_ENDPOINT_CONFIG = API + "CreateEndpointConfig.html"
_ARN_PARTS_UP_TO_REGION = 4
ENDPOINT_CONFIG = CLOUDFORMATION + "resource-sagemaker-endpointconfig.html"

declare(
    "MCE-E01",
    "An endpoint config's name has at most 63 letters, digits and inner hyphens.",
    fits("EndpointConfig.EndpointConfigName", ENDPOINT_CONFIG_NAME),
    source=CREATE_ENDPOINT_CONFIG,
    fix="leave the name out, or use letters, digits and inner hyphens",
)


@rule(
    "MCE-E02",
    guards="EndpointConfig.ShadowProductionVariants",
    source=CREATE_ENDPOINT_CONFIG,
    fix="keep one production variant and one shadow variant",
)
def one_shadow_variant(shadows: list[Any], place: Place) -> Problems:
    """An endpoint with a shadow variant has exactly one of them, and exactly one production variant."""
    productions = place.properties.get("ProductionVariants")
    number = sum(map(is_certain, productions)) if isinstance(productions, list) else 1
    if number > 1 or sum(map(is_certain, shadows)) > 1 or not shadows:
        message = f"got {number} production and {len(shadows)} shadow variants; there must be one of each"
        yield place.problem(message)


@rule(
    "MCE-E15",
    guards="EndpointConfig.ShadowProductionVariants",
    source=GUIDE + "shadow-tests-exclusions.html",
    fix="test the new containers as a second production variant with a small weight",
    confidence=Confidence.INFERRED,
)
def no_shadow_of_several_containers(shadows: list[Any], place: Place) -> Problems:
    """Shadow variants are not for multi-container endpoints: AWS excludes them from shadow tests."""
    if any(map(is_certain, shadows)) and _hosts(place):
        yield place.problem("is a shadow of a multi-container endpoint, which AWS excludes from shadow tests")


@rule(
    "MCE-E03",
    guards="EndpointConfig.AsyncInferenceConfig",
    source=GUIDE + "async-inference.html",
    fix="use Serial mode, or an endpoint without asynchronous inference",
)
def no_asynchronous_calls_in_direct_mode(_: dict[str, Any], place: Place) -> Problems:
    """An asynchronous endpoint has no containers in Direct mode: InvokeEndpointAsync cannot name a container."""
    for _logical_id, model in place.description.models(place.properties):
        if mode_of(model) == "Direct":
            message = "asynchronous calls cannot name a container, and the model's containers are called in Direct mode"
            yield place.problem(message)
            return


_ASYNC = "EndpointConfig.AsyncInferenceConfig"

declare(
    "MCE-E04",
    "Asynchronous inference writes to Amazon S3, within the service's limits.",
    required(_ASYNC, OutputConfig="output configuration"),
    within(f"{_ASYNC}.ClientConfig.MaxConcurrentInvocationsPerInstance", ASYNC_INVOCATIONS),
    fits(f"{_ASYNC}.OutputConfig.S3OutputPath", DESTINATION_S3_URI),
    begins(f"{_ASYNC}.OutputConfig.S3OutputPath", *S3_SCHEMES, meaning=DESTINATION_S3_URI.meaning),
    fits(f"{_ASYNC}.OutputConfig.S3FailurePath", DESTINATION_S3_URI),
    begins(f"{_ASYNC}.OutputConfig.S3FailurePath", *S3_SCHEMES, meaning=DESTINATION_S3_URI.meaning),
    fits(f"{_ASYNC}.OutputConfig.NotificationConfig.SuccessTopic", SNS_TOPIC_ARN),
    fits(f"{_ASYNC}.OutputConfig.NotificationConfig.ErrorTopic", SNS_TOPIC_ARN),
    counted(f"{_ASYNC}.OutputConfig.NotificationConfig.IncludeInferenceResponseIn", ASYNC_RESPONSES, "topics"),
    chosen(f"{_ASYNC}.OutputConfig.NotificationConfig.IncludeInferenceResponseIn[]", ASYNC_RESPONSE_TOPIC),
    source=API + "AsyncInferenceConfig.html",
    fix="give an output configuration with s3:// paths and the ARNs of SNS topics",
)

_CAPTURE = "EndpointConfig.DataCaptureConfig"

declare(
    "MCE-E05",
    "Data capture says what it captures, how much of it and where to.",
    required(
        _CAPTURE,
        DestinationS3Uri="destination in Amazon S3",
        InitialSamplingPercentage="sampling percentage",
        CaptureOptions="capture options",
    ),
    within(f"{_CAPTURE}.InitialSamplingPercentage", SAMPLING_PERCENT, "percent"),
    fits(f"{_CAPTURE}.DestinationS3Uri", DESTINATION_S3_URI),
    begins(f"{_CAPTURE}.DestinationS3Uri", *S3_SCHEMES, meaning=DESTINATION_S3_URI.meaning),
    counted(f"{_CAPTURE}.CaptureOptions", CAPTURE_OPTIONS, "capture options"),
    counted(f"{_CAPTURE}.CaptureContentTypeHeader.CsvContentTypes", CSV_CONTENT_TYPES, "content types"),
    fits(f"{_CAPTURE}.CaptureContentTypeHeader.CsvContentTypes[]", CSV_CONTENT_TYPE),
    counted(f"{_CAPTURE}.CaptureContentTypeHeader.JsonContentTypes", JSON_CONTENT_TYPES, "content types"),
    fits(f"{_CAPTURE}.CaptureContentTypeHeader.JsonContentTypes[]", JSON_CONTENT_TYPE),
    source=API + "DataCaptureConfig.html",
    fix="give an s3:// destination, a percentage from 0 to 100 and at least one capture option",
)


@rule(
    "MCE-E06",
    severity=Severity.INFO,
    guards="EndpointConfig.DataCaptureConfig",
    source=GUIDE + "model-monitor.html",
    fix="have a container log what it gets if you need to see between containers",
)
def capture_is_for_the_pipeline(capture: dict[str, Any], place: Place) -> Problems:
    """Data capture records what goes into a pipeline and what comes out of it, not what passes between containers."""
    if capture.get("EnableCapture") is not False and _hosts(place, "Serial"):
        yield place.problem("captures the input and output of the whole pipeline, not of each container")


@rule(
    "MCE-E07",
    guards="EndpointConfig.DataCaptureConfig.CaptureOptions",
    source=API + "CaptureOption.html",
    fix="name each capture mode once",
    confidence=Confidence.INFERRED,
    also=(
        required("EndpointConfig.DataCaptureConfig.CaptureOptions[]", CaptureMode=f"capture mode ({CAPTURE_MODE})"),
        chosen("EndpointConfig.DataCaptureConfig.CaptureOptions[].CaptureMode", CAPTURE_MODE),
    ),
)
def capture_modes(options: list[Any], place: Place) -> Problems:
    """Data capture names each of its modes once."""
    seen = set()
    for index, option in enumerate(options):
        mode = text(option, "CaptureMode")
        if mode is not None and mode in seen:
            yield place.problem(f"{quoted(mode)} is captured already", index, "CaptureMode")
        seen.add(mode)


declare(
    "MCE-E08",
    "Metrics are published at one of the intervals that SageMaker offers.",
    chosen("EndpointConfig.MetricsConfig.MetricPublishFrequencyInSeconds", PUBLISH_SECONDS),
    source=API + "MetricsConfig.html",
    fix="choose one of these numbers of seconds",
)


@rule(
    "MCE-E09",
    severity=Severity.INFO,
    guards="EndpointConfig.MetricsConfig.EnableEnhancedMetrics",
    source=GUIDE + "monitoring-cloudwatch-enhanced-metrics.html",
    fix="use the metrics with the dimension ContainerName for single containers",
)
def enhanced_metrics(enabled: bool, place: Place) -> Problems:
    """Enhanced metrics of a multi-container endpoint tell instances apart, not containers."""
    if enabled and _hosts(place):
        yield place.problem(
            "enhanced metrics tell instances apart, but not the containers of a multi-container endpoint"
        )


_ONLY_IN_API = "is known to the SageMaker API but not to CloudFormation"

declare(
    "MCE-E10",
    "An endpoint config has only properties that CloudFormation knows.",
    unsupported("EndpointConfig.CrossRegionTrafficConfig", _ONLY_IN_API),
    unsupported("Variant.AcceleratorPartitionLayouts", _ONLY_IN_API),
    source=ENDPOINT_CONFIG,
    fix="remove the property; it cannot be deployed with CloudFormation",
)


@rule(
    "MCE-E11",
    severity=Severity.INFO,
    guards="EndpointConfig",
    source="https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-endpoint-configuration-kms-key-configured.html",
    fix="give a KMS key if a policy asks for one; without it SageMaker encrypts the volumes with a key of its own",
)
def key_for_volumes(config: dict[str, Any], place: Place) -> Problems:
    """Storage volumes are encrypted with a KMS key of yours (AWS Config, cdk-nag HIPAA, NIST and PCI)."""
    if is_set(config, "KmsKeyId"):
        return
    variants = config.get("ProductionVariants")
    if isinstance(variants, list) and any(
        isinstance(variant, dict) and not is_set(variant, "ServerlessConfig") for variant in variants
    ):
        yield place.problem("no KMS key is given for the storage volumes")


@rule(
    "MCE-E14",
    guards="EndpointConfig.KmsKeyId",
    source=CREATE_ENDPOINT_CONFIG,
    fix="use a KMS key of the endpoint's region, by its id, alias or ARN",
    also=(fits("EndpointConfig.KmsKeyId", KMS_KEY),),
)
def key_of_the_region(key: str | Unknown, place: Place) -> Problems:
    """The key that encrypts the storage volumes is a KMS key of the endpoint's region."""
    region = place.description.region
    parts = (key if isinstance(key, str) else key.prefix).split(":")
    if region is not None and parts[0] == "arn" and len(parts) > _ARN_PARTS_UP_TO_REGION:
        found = parts[_ARN_PARTS_UP_TO_REGION - 1]
        if found and found != region:
            yield place.problem(f"{quoted(key)} is in {found}, but the endpoint is in {region}")


@rule(
    "MCE-E13",
    severity=Severity.WARNING,
    guards="EndpointConfig.ProductionVariants",
    source="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html",
    fix="give every production variant the same hostnames, or have callers name the variant, too",
    confidence=Confidence.INFERRED,
)
def variants_have_the_same_hostnames(variants: list[Any], place: Place) -> Problems:
    """Production variants that are called in Direct mode have containers of the same hostnames."""
    if len(variants) < 2:  # noqa: PLR2004 - nothing to compare
        return
    hostnames: dict[int, set[str]] = {}
    for index, variant in enumerate(dicts(variants)):
        model = place.description.referred(variant.get("ModelName"), "Model")
        names = _hostnames(model) if model is not None and mode_of(model) == "Direct" else None
        if names is not None:
            hostnames[index] = names
    every = set().union(*hostnames.values())
    for index, names in hostnames.items():
        missing = ", ".join(quoted(name) for name in sorted(every - names))
        if missing:
            message = f"lacks {missing}, which another variant has; requests to it that land here fail"
            yield place.problem(message, index, "ModelName")


@rule(
    "MCE-M11",
    guards=("EndpointConfig.VpcConfig", "EndpointConfig.EnableNetworkIsolation"),
    source="https://github.com/hashicorp/terraform-provider-aws/pull/48738",
    fix="connect the model to the VPC, or isolate it, instead of the endpoint config",
    confidence=Confidence.INFERRED,
)
def network_is_set_on_the_model(value: dict[str, Any] | bool, place: Place) -> Problems:
    """The network of a variant that hosts a model is set on the model; the config's is for inference components."""
    variants = dicts(place.properties.get("ProductionVariants"))
    if value is not False and any(is_certain(variant.get("ModelName")) for variant in variants):
        yield place.problem("is for inference components, but the variants host models, which have their own")


def _hosts(place: Place, mode: str | None = None) -> bool:
    """Whether a variant hosts a model of several containers, in this mode if one is given."""
    return any(
        is_multi_container(model) and mode in (None, mode_of(model))
        for _logical_id, model in place.description.models(place.properties)
    )


def _hostnames(model: Properties) -> set[str] | None:
    """The hostnames of a model's containers, None if one is not known."""
    containers = model.get("Containers")
    names = [text(container, "ContainerHostname") for container in containers] if isinstance(containers, list) else []
    return None if not names or None in names else {name for name in names if name is not None}

"""The service's limits: each stands here once, with the shape of the SageMaker API that has it.

Read on 2026-11-22 in botocore 1.44.5 and in the CloudFormation schemas of 2026-10-20. A test compares them with the
botocore and the schemas that are installed.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

API: Final = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_"
GUIDE: Final = "https://docs.aws.amazon.com/sagemaker/latest/dg/"
CLOUDFORMATION: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-"

compiled = functools.cache(re.compile)
"""Compiles a regular expression when it is first needed: most are not, and importing the rules must stay fast."""


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and the largest value, length or number of elements, both allowed."""

    minimum: int
    maximum: int | None
    shape: str
    """The shape of the SageMaker API that has these bounds, as botocore names it."""

    def __contains__(self, value: float) -> bool:
        return self.minimum <= value and (self.maximum is None or value <= self.maximum)

    def __str__(self) -> str:
        return f"at least {self.minimum}" if self.maximum is None else f"{self.minimum} to {self.maximum}"


@dataclass(frozen=True)
class Pattern:
    """What a string must look like, and how long it may be."""

    regex: str
    longest: int
    shape: str
    """The shape of the SageMaker API that has this pattern, as botocore names it."""
    meaning: str
    """The pattern in words."""
    shortest: int = 0
    characters: str = r"[\s\S]"
    """What each character must be, as far as that can be said: it judges strings that are only known in part."""

    def __contains__(self, value: str) -> bool:
        return self.shortest <= len(value) <= self.longest and self._whole.fullmatch(value) is not None

    def matches(self, value: str) -> bool:
        """Whether the whole string looks like this, however long it is."""
        return self._whole.fullmatch(value) is not None

    def may_hold(self, part: str) -> bool:
        """Whether a string that fits may have this part."""
        return self._part.fullmatch(part) is not None

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(self.regex)

    @cached_property
    def _part(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.characters})*")


@dataclass(frozen=True, slots=True)
class Choice:
    """The values that a property may have."""

    values: tuple[str | int, ...]
    shape: str
    """The shape of the SageMaker API that has these values, as botocore names it."""

    def __contains__(self, value: object) -> bool:
        return value in self.values

    def __str__(self) -> str:
        *others, last = map(str, self.values)
        return f"{', '.join(others)} or {last}" if others else last


S3_SCHEMES: Final = ("s3://", "https://")
"""How an address in Amazon S3 begins."""
_S3_URI = r"(https|s3)://([^/]+)/?(.*)"
_S3_MEANING = "s3:// or https:// and a bucket"


def _name(shape: str, *, shortest: int = 0, regex: str = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}") -> Pattern:
    """The pattern of a name: most of SageMaker's look alike."""
    return Pattern(
        regex, 63, shape, "letters, digits and inner hyphens only", shortest=shortest, characters=r"[a-zA-Z0-9-]"
    )


# Models and their containers
CONTAINERS: Final = Range(2, 15, "ContainerDefinitionList")
"""Containers of a multi-container model. The API itself takes 0 and 1, too."""
EXECUTION_MODE: Final = Choice(("Serial", "Direct"), "InferenceExecutionMode")
CONTAINER_HOSTNAME: Final = _name("ContainerHostname")
CONTAINER_MODE: Final = Choice(("SingleModel", "MultiModel"), "ContainerMode")
MODEL_CACHE: Final = Choice(("Enabled", "Disabled"), "ModelCacheSetting")
IMAGE: Final = Pattern(r"[\S]+", 255, "ContainerImage", "no white space")
REPOSITORY_ACCESS: Final = Choice(("Platform", "Vpc"), "RepositoryAccessMode")
MODEL_DATA_URL: Final = Pattern(_S3_URI, 1024, "Url", _S3_MEANING)
S3_MODEL_URI: Final = Pattern(_S3_URI, 1024, "S3ModelUri", _S3_MEANING)
S3_DATA_TYPE: Final = Choice(("S3Prefix", "S3Object"), "S3ModelDataType")
COMPRESSION: Final = Choice(("None", "Gzip"), "ModelCompressionType")
ENVIRONMENT: Final = Range(0, 100, "EnvironmentMap")
ENVIRONMENT_NAME: Final = Pattern(
    r"[a-zA-Z_][a-zA-Z0-9_]*", 1024, "EnvironmentKey", "letters, digits and underscores, and no digit first"
)
ENVIRONMENT_VALUE_BYTES: Final = Range(0, 1024, "EnvironmentValue")
ENVIRONMENT_TOTAL_BYTES: Final = 32 * 1024
"""All names and values of all containers of a model; the API says it in its documentation of `ContainerDefinition`."""
MODEL_PACKAGE: Final = Pattern(
    r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)(\/[0-9]{1,9})?",
    176,
    "VersionedArnOrName",
    "the name or the ARN of a model package",
    shortest=1,
)
INFERENCE_SPECIFICATION: Final = _name("InferenceSpecificationName", shortest=1)
ROLE_ARN: Final = Pattern(
    r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
    2048,
    "RoleArn",
    "the ARN of an IAM role",
    shortest=20,
)
MODEL_NAME: Final = _name("ModelName", regex=r"[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?")
SECURITY_GROUPS: Final = Range(1, 5, "VpcSecurityGroupIds")
SECURITY_GROUP: Final = Pattern(r"[-0-9a-zA-Z]+", 32, "SecurityGroupId", "the id of a security group")
SUBNETS: Final = Range(1, 16, "Subnets")
SUBNET: Final = Pattern(r"[-0-9a-zA-Z]+", 32, "SubnetId", "the id of a subnet")

# Endpoint configs and their variants
KMS_KEY: Final = Pattern(
    r"[a-zA-Z0-9:/_-]*", 2048, "KmsKeyId", "the id, the alias or the ARN of a KMS key", characters=r"[a-zA-Z0-9:/_-]"
)
ENDPOINT_CONFIG_NAME: Final = _name("EndpointConfigName")
VARIANTS: Final = Range(1, 10, "ProductionVariantList")
VARIANT_NAME: Final = _name("VariantName")
INSTANCE_COUNT: Final = Range(1, None, "InitialTaskCount")
VARIANT_WEIGHT: Final = Range(0, None, "VariantWeight")
VOLUME_SIZE_GB: Final = Range(1, 512, "ProductionVariantVolumeSizeInGB")
MODEL_DOWNLOAD_SECONDS: Final = Range(60, 3600, "ProductionVariantModelDataDownloadTimeoutInSeconds")
HEALTH_CHECK_SECONDS: Final = Range(60, 3600, "ProductionVariantContainerStartupHealthCheckTimeoutInSeconds")
INSTANCE_POOLS: Final = Range(1, 5, "InstancePoolList")
INSTANCE_POOL_PRIORITY: Final = Range(1, 5, "InstancePoolPriority")
PROVISION_SECONDS: Final = Range(300, 3600, "VariantInstanceProvisionTimeoutInSeconds")
ROUTING: Final = Choice(("LEAST_OUTSTANDING_REQUESTS", "RANDOM", "PREFIX_AWARE"), "RoutingStrategy")
"""What CloudFormation takes. The API takes `KV_AWARE`, too."""
PREFIX_LENGTH: Final = Range(1024, 65536, "PrefixAwareRoutingPrefixLength")
CONCURRENCY_THRESHOLD: Final = Range(1, 1024, "PrefixAwareRoutingConcurrencyThreshold")
INFERENCE_AMI: Final = Choice(
    (
        "al2-ami-sagemaker-inference-gpu-2",
        "al2-ami-sagemaker-inference-gpu-2-1",
        "al2-ami-sagemaker-inference-gpu-3-1",
        "al2-ami-sagemaker-inference-neuron-2",
        "al2023-ami-sagemaker-inference-gpu-4-1",
    ),
    "ProductionVariantInferenceAmiVersion",
)
CAPACITY_RESERVATION: Final = Choice(("capacity-reservations-only",), "CapacityReservationPreference")
ML_RESERVATION_ARN: Final = Pattern(
    r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z0-9\-]{1,14}/.*",
    258,
    "MlReservationArn",
    "the ARN of an ML capacity reservation",
    shortest=20,
)
DESTINATION_S3_URI: Final = Pattern(r"(https|s3)://([^/])/?(.*)", 512, "DestinationS3Uri", _S3_MEANING)
SNS_TOPIC_ARN: Final = Pattern(
    r"arn:aws[a-z\-]*:sns:[a-z0-9\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+", 2048, "SnsTopicArn", "the ARN of an SNS topic"
)
ASYNC_INVOCATIONS: Final = Range(1, 1000, "MaxConcurrentInvocationsPerInstance")
ASYNC_RESPONSES: Final = Range(0, 2, "AsyncNotificationTopicTypeList")
ASYNC_RESPONSE_TOPIC: Final = Choice(
    ("SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC"), "AsyncNotificationTopicTypes"
)
SAMPLING_PERCENT: Final = Range(0, 100, "SamplingPercentage")
CAPTURE_OPTIONS: Final = Range(1, 32, "CaptureOptionList")
CAPTURE_MODE: Final = Choice(("Input", "Output", "InputAndOutput"), "CaptureMode")
CSV_CONTENT_TYPES: Final = Range(1, 10, "CsvContentTypes")
JSON_CONTENT_TYPES: Final = Range(1, 10, "JsonContentTypes")
CSV_CONTENT_TYPE: Final = Pattern(
    r"[a-zA-Z0-9](-*[a-zA-Z0-9])*\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*",
    256,
    "CsvContentType",
    "a media type such as text/csv",
    shortest=1,
)
JSON_CONTENT_TYPE: Final = Pattern(
    CSV_CONTENT_TYPE.regex, 256, "JsonContentType", "a media type such as application/json", shortest=1
)
EXPLANATIONS: Final = Pattern(r".*", 64, "ClarifyEnableExplanations", "a JMESPath expression", shortest=1)
FEATURES_ATTRIBUTE: Final = Pattern(r".*", 64, "ClarifyFeaturesAttribute", "a JMESPath expression", shortest=1)
CONTENT_TEMPLATE: Final = Pattern(r".*", 64, "ClarifyContentTemplate", "a template", shortest=1)
PROBABILITY_ATTRIBUTE: Final = Pattern(r".*", 64, "ClarifyProbabilityAttribute", "a JMESPath expression", shortest=1)
LABEL_ATTRIBUTE: Final = Pattern(r".*", 64, "ClarifyLabelAttribute", "a JMESPath expression", shortest=1)
HEADER: Final = Pattern(r".*", 64, "ClarifyHeader", "a name", shortest=1)
RECORDS: Final = Range(1, None, "ClarifyMaxRecordCount")
EXPLAINED_PAYLOAD_MB: Final = Range(1, 25, "ClarifyMaxPayloadInMB")
PROBABILITY_INDEX: Final = Range(0, None, "ClarifyProbabilityIndex")
LABEL_INDEX: Final = Range(0, None, "ClarifyLabelIndex")
LABEL_HEADERS: Final = Range(1, 16, "ClarifyLabelHeaders")
FEATURE_HEADERS: Final = Range(1, 256, "ClarifyFeatureHeaders")
FEATURE_TYPES: Final = Range(1, 256, "ClarifyFeatureTypes")
FEATURE_TYPE: Final = Choice(("numerical", "categorical", "text"), "ClarifyFeatureType")
SHAP_SAMPLES: Final = Range(1, None, "ClarifyShapNumberOfSamples")
SHAP_BASELINE: Final = Pattern(r"[\s\S]+", 4096, "ClarifyShapBaseline", "one or more records", shortest=1)
SHAP_MIME_TYPE: Final = Pattern(
    r"[a-zA-Z0-9](-*[a-zA-Z0-9])*\/[a-zA-Z0-9](-*[a-zA-Z0-9+.])*",
    255,
    "ClarifyMimeType",
    "a media type such as text/csv",
)
TEXT_GRANULARITY: Final = Choice(("token", "sentence", "paragraph"), "ClarifyTextGranularity")
_LANGUAGES = """
    af ar bg bn ca cs da de el en es et eu fa fi fr ga gu he hi hr hu hy id is it kn ky lb lij lt lv mk ml mr nb ne nl
    pl pt ro ru sa si sk sl sq sr sv ta te tl tn tr tt uk ur xx yo zh
"""
TEXT_LANGUAGE: Final = Choice(tuple(_LANGUAGES.split()), "ClarifyTextLanguage")
PUBLISH_SECONDS: Final = Choice((10, 30, 60, 120, 180, 240, 300), "MetricPublishFrequencyInSeconds")

# Endpoints and their deployment
ENDPOINT_NAME: Final = _name("EndpointName")
TRAFFIC_ROUTING: Final = Choice(("ALL_AT_ONCE", "CANARY", "LINEAR"), "TrafficRoutingConfigType")
CAPACITY_TYPE: Final = Choice(("INSTANCE_COUNT", "CAPACITY_PERCENT"), "CapacitySizeType")
CAPACITY_SIZE: Final = Range(1, None, "CapacitySizeValue")
CANARY_PERCENT: Final = Range(1, 50, "TrafficRoutingConfig.CanarySize")
LINEAR_STEP_PERCENT: Final = Range(10, 50, "TrafficRoutingConfig.LinearStepSize")
ROLLBACK_PERCENT: Final = Range(1, 100, "RollingUpdatePolicy.RollbackMaximumBatchSize")
BATCH_PERCENT: Final = Range(5, 50, "RollingUpdatePolicy.MaximumBatchSize")
"""These stand in the documentation of the shape's member only."""
WAIT_SECONDS: Final = Range(0, 3600, "WaitIntervalInSeconds")
TERMINATION_WAIT_SECONDS: Final = Range(0, 3600, "TerminationWaitInSeconds")
EXECUTION_SECONDS: Final = Range(600, 28800, "MaximumExecutionTimeoutInSeconds")
ALARMS: Final = Range(1, 10, "AlarmList")
ALARM_NAME: Final = Pattern(r"(?!\s*$).+", 255, "AlarmName", "something other than white space", shortest=1)
RETAINED_PROPERTIES: Final = Range(0, 3, "VariantPropertyList")
RETAINED_PROPERTY: Final = Choice(("DesiredInstanceCount", "DesiredWeight"), "VariantPropertyType")
"""The API also has `DataCaptureConfig`, which it calls not currently supported."""

# Tags
TAGS: Final = Range(0, 50, "TagList")
_TAG = r"([\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000.:/=+\-@]*)"
"""The API's `[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*`, as far as Python can say it."""
_TAG_MEANING = "letters, digits, spaces and _ . : / = + - @ only"
TAG_KEY: Final = Pattern(_TAG, 128, "TagKey", _TAG_MEANING, shortest=1)
TAG_VALUE: Final = Pattern(_TAG, 256, "TagValue", _TAG_MEANING)

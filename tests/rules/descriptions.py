"""Valid descriptions, and how a test changes them."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from sagemaker_multi_container.rules import Description, Reference, Resource

ACCOUNT = "123456789012"
REGION = "us-east-1"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
DIGEST = "sha256:" + "0123456789abcdef" * 4
ROLE = f"arn:aws:iam::{ACCOUNT}:role/models/execution"
CREDENTIALS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:registry-credentials"
ABSENT = object()
"""In place of a value: remove the property."""


def container(hostname: str, **properties: Any) -> dict[str, Any]:
    """A container with a pinned image and an archive of model data."""
    return {
        "ContainerHostname": hostname,
        "Image": f"{REGISTRY}/{hostname}@{DIGEST}",
        "ModelDataUrl": f"s3://models/{hostname}/model.tar.gz",
        **properties,
    }


def containers(number: int) -> list[dict[str, Any]]:
    """As many containers, with different hostnames."""
    return [container(f"container{index}") for index in range(number)]


def name_of(logical_id: str) -> Reference:
    """The name of a model or a config."""
    return Reference(logical_id=logical_id, attribute="EndpointConfigName" if logical_id == "Config" else "ModelName")


def variant(name: str = "AllTraffic", model: str = "Model", **properties: Any) -> dict[str, Any]:
    """A production variant on two instances."""
    return {
        "VariantName": name,
        "ModelName": name_of(model),
        "InstanceType": "ml.m5.xlarge",
        "InitialInstanceCount": 2,
        **properties,
    }


def description(**resources: Resource) -> Description:
    """A description of an endpoint in the test's region and account."""
    return Description(resources, region=REGION, account=ACCOUNT)


DIRECT = description(
    Model=Resource(
        "Model",
        {
            "Containers": [
                container(
                    "ranker",
                    Environment={"LOG_LEVEL": "info", "WORKERS": "2", "HF_MODEL_ID": "org/ranker"},
                    Mode="SingleModel",
                    ImageConfig={"RepositoryAccessMode": "Platform"},
                ),
                {
                    "ContainerHostname": "tagger",
                    "Image": f"{REGISTRY}/models/tagger:2.1",
                    "ModelDataSource": {
                        "S3DataSource": {
                            "S3Uri": "s3://models/tagger/",
                            "S3DataType": "S3Prefix",
                            "CompressionType": "None",
                            "ModelAccessConfig": {"AcceptEula": True},
                        }
                    },
                },
                {
                    "ContainerHostname": "scorer",
                    "ModelPackageName": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/scorer/3",
                    "InferenceSpecificationName": "large",
                },
            ],
            "InferenceExecutionConfig": {"Mode": "Direct"},
            "ExecutionRoleArn": ROLE,
            "EnableNetworkIsolation": True,
            "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]},
            "Tags": [{"Key": "team", "Value": "search"}, {"Key": "Größe", "Value": ""}],
        },
    ),
    Config=Resource(
        "EndpointConfig",
        {
            "ProductionVariants": [
                variant(
                    InitialVariantWeight=1.0,
                    VolumeSizeInGB=50,
                    ModelDataDownloadTimeoutInSeconds=600,
                    ContainerStartupHealthCheckTimeoutInSeconds=600,
                    EnableSSMAccess=False,
                    RoutingConfig={
                        "RoutingStrategy": "PREFIX_AWARE",
                        "PrefixAwareRoutingConfig": {"PrefixLength": 2048, "ConcurrencyThreshold": 8},
                    },
                    CoreDumpConfig={"DestinationS3Uri": "s3://dumps/endpoint"},
                    CapacityReservationConfig={
                        "CapacityReservationPreference": "capacity-reservations-only",
                        "MlReservationArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-plan/plan",
                    },
                )
            ],
            "KmsKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "MetricsConfig": {"MetricPublishFrequencyInSeconds": 60, "EnableEnhancedMetrics": False},
            "DataCaptureConfig": {
                "DestinationS3Uri": "s3://captured/data",
                "InitialSamplingPercentage": 10,
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
                "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
            },
            "ExplainerConfig": {
                "ClarifyExplainerConfig": {"ShapConfig": {"ShapBaselineConfig": {"ShapBaseline": "1,2,3"}}}
            },
            "Tags": [{"Key": "team", "Value": "search"}],
        },
    ),
    Endpoint=Resource(
        "Endpoint",
        {
            "EndpointName": "search-models",
            "EndpointConfigName": name_of("Config"),
            "RetainAllVariantProperties": True,
            "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredWeight"}],
            "DeploymentConfig": {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {
                        "Type": "CANARY",
                        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
                        "WaitIntervalInSeconds": 600,
                    },
                    "TerminationWaitInSeconds": 120,
                    "MaximumExecutionTimeoutInSeconds": 3600,
                },
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}, {"AlarmName": "latency"}]},
            },
            "Tags": [{"Key": "team", "Value": "search"}],
        },
    ),
    Target=Resource(
        "ScalableTarget",
        {
            "ServiceNamespace": "sagemaker",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "ResourceId": Reference(
                prefix="endpoint/", suffix="/variant/AllTraffic", logical_id="Endpoint", attribute="EndpointName"
            ),
            "MinCapacity": 2,
            "MaxCapacity": 8,
            "ScheduledActions": [
                {
                    "ScheduledActionName": "night",
                    "Schedule": "cron(0 22 * * ? *)",
                    "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 2},
                }
            ],
        },
    ),
    Policy=Resource(
        "ScalingPolicy",
        {
            "PolicyName": "concurrency",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": Reference(logical_id="Target", attribute=None),
            "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "SageMakerVariantConcurrentRequestsPerModelHighResolution"
                },
                "TargetValue": 5,
            },
        },
    ),
)
"""An endpoint whose containers are called in Direct mode, with as many properties as go together."""

SERIAL = description(
    Model=Resource(
        "Model",
        {
            "Containers": [
                container("preprocess"),
                {
                    "ContainerHostname": "models",
                    "Image": "registry.example.com:5000/models:1.0",
                    "ImageConfig": {
                        "RepositoryAccessMode": "Vpc",
                        "RepositoryAuthConfig": {"RepositoryCredentialsProviderArn": CREDENTIALS},
                    },
                    "ModelDataUrl": "s3://models/many/",
                    "Mode": "MultiModel",
                    "MultiModelConfig": {"ModelCacheSetting": "Enabled"},
                },
            ],
            "InferenceExecutionConfig": {"Mode": "Serial"},
            "ExecutionRoleArn": ROLE,
            "EnableNetworkIsolation": False,
            "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]},
        },
    ),
    Config=Resource(
        "EndpointConfig",
        {
            "ProductionVariants": [
                {
                    "VariantName": "AllTraffic",
                    "ModelName": name_of("Model"),
                    "InitialInstanceCount": 4,
                    "InstancePools": [
                        {"InstanceType": "ml.m5.xlarge", "Priority": 1},
                        {"InstanceType": "ml.m5.2xlarge", "Priority": 2, "ModelNameOverride": name_of("Model")},
                    ],
                    "VariantInstanceProvisionTimeoutInSeconds": 600,
                    "RoutingConfig": {"RoutingStrategy": "RANDOM"},
                }
            ],
            "KmsKeyId": "alias/volumes",
            "AsyncInferenceConfig": {
                "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
                "OutputConfig": {
                    "S3OutputPath": "s3://results/good",
                    "S3FailurePath": "s3://results/bad",
                    "NotificationConfig": {
                        "SuccessTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:good",
                        "ErrorTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:bad",
                        "IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC"],
                    },
                },
            },
        },
    ),
    Endpoint=Resource(
        "Endpoint",
        {
            "EndpointConfigName": name_of("Config"),
            "DeploymentConfig": {
                "RollingUpdatePolicy": {
                    "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 2},
                    "WaitIntervalInSeconds": 300,
                    "MaximumExecutionTimeoutInSeconds": 3600,
                },
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
            },
        },
    ),
)
"""An asynchronous pipeline with a multi-model container of a private registry, and instance pools."""

SINGLE = description(
    Model=Resource(
        "Model",
        {
            "PrimaryContainer": {
                "Image": f"{REGISTRY}/only:1.0",
                "ModelDataUrl": "s3://models/only.tar.gz",
                "Environment": {"SAGEMAKER_BIND_TO_PORT": "8080"},
            },
            "ExecutionRoleArn": ROLE,
        },
    ),
    Config=Resource(
        "EndpointConfig",
        {
            "ProductionVariants": [
                {
                    "VariantName": "AllTraffic",
                    "ModelName": name_of("Model"),
                    "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5},
                }
            ]
        },
    ),
    Endpoint=Resource("Endpoint", {"EndpointConfigName": name_of("Config")}),
)
"""A serverless endpoint with one container, as an author of a hand-written template would write it."""

COMPONENTS = description(
    Config=Resource(
        "EndpointConfig",
        {
            "ProductionVariants": [
                {
                    "VariantName": "AllTraffic",
                    "InstanceType": "ml.g5.xlarge",
                    "InitialInstanceCount": 1,
                    "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 2},
                }
            ],
            "ExecutionRoleArn": ROLE,
            "EnableNetworkIsolation": True,
            "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]},
        },
    ),
    Endpoint=Resource("Endpoint", {"EndpointConfigName": name_of("Config")}),
)
"""An endpoint for inference components."""


def steps(path: str) -> tuple[str | int, ...]:
    """The steps of a path such as `Model.Containers[0].Image`."""
    return tuple(int(step) if step.isdigit() else step for step in re.split(r"[.\[\]]+", path) if step)


def changed(base: Description, changes: Mapping[str, Any]) -> Description:
    """A copy of a description with other values at these paths, `region` and `account` among them."""
    resources = {
        name: Resource(each.type, copy.deepcopy(dict(each.properties))) for name, each in base.resources.items()
    }
    around: dict[str, Any] = {"region": base.region, "account": base.account}
    for path, value in changes.items():
        if path in around:
            around[path] = value
        elif isinstance(value, Resource):
            resources[path] = value
        else:
            name, *way, last = steps(path)
            inside: Any = resources[str(name)].properties
            for step in way:
                inside = inside[step]
            if value is ABSENT:
                del inside[last]
            else:
                inside[last] = value
    return Description(resources, **around)

"""Valid endpoints of other kinds get no finding that is about multi-container ones, and no error at all."""

from __future__ import annotations

from typing import Any

import pytest

from sagemaker_multi_container.rules import Description, Reference, Resource, Unknown, evaluate
from tests.rules.descriptions import ABSENT, COMPONENTS, REGION, REGISTRY, ROLE, SINGLE, changed, description, name_of

ONE = {"Image": f"{REGISTRY}/only:1.0", "ModelDataUrl": "s3://models/only/model.tar.gz"}
PACKAGE = f"arn:aws:sagemaker:{REGION}:123456789012:model-package/forecast/1"
V = "Config.ProductionVariants[0]"
NO_ISOLATION, NO_KEY, ONE_INSTANCE = "MCE-M09", "MCE-E11", "MCE-V30"
ON_INSTANCES = {NO_ISOLATION, NO_KEY, ONE_INSTANCE}


def model(**properties: Any) -> Resource:
    """A model with a role, and a single container unless it has a list of them."""
    container = {} if "Containers" in properties else {"PrimaryContainer": ONE}
    return Resource("Model", {**container, "ExecutionRoleArn": ROLE, **properties})


def config(*variants: dict[str, Any], **properties: Any) -> Resource:
    """A config of these variants or, if there are none, of one on an instance."""
    return Resource("EndpointConfig", {"ProductionVariants": list(variants or [on_instances()]), **properties})


def on_instances(name: str = "AllTraffic", **properties: Any) -> dict[str, Any]:
    """A variant on one instance."""
    return {
        "VariantName": name,
        "ModelName": name_of("Model"),
        "InstanceType": "ml.m5.xlarge",
        "InitialInstanceCount": 1,
        **properties,
    }


def target(resource_id: Unknown | str, **properties: Any) -> Resource:
    """What scales something of SageMaker."""
    return Resource(
        "ScalableTarget",
        {"ServiceNamespace": "sagemaker", "ResourceId": resource_id, "MaxCapacity": 4, **properties},
    )


ENDPOINT = Resource("Endpoint", {"EndpointConfigName": name_of("Config")})
RETAINING = Resource("Endpoint", {**ENDPOINT.properties, "RetainAllVariantProperties": True})
MANY = {"Image": f"{REGISTRY}/many:1.0", "ModelDataUrl": "s3://models/many/", "Mode": "MultiModel"}
OUTPUT = {"OutputConfig": {"S3OutputPath": "s3://results/out"}}
VARIANT_ID = Reference(
    prefix="endpoint/", suffix="/variant/AllTraffic", logical_id="Endpoint", attribute="EndpointName"
)

OTHERS = {
    "a primary container": (description(Model=model(), Config=config(), Endpoint=ENDPOINT), ON_INSTANCES),
    "a list of one container": (
        description(Model=model(Containers=[ONE]), Config=config(), Endpoint=ENDPOINT),
        ON_INSTANCES,
    ),
    "a list whose second container may not be there": (
        description(Model=model(Containers=[ONE, Unknown()]), Config=config()),
        ON_INSTANCES,
    ),
    "a list of containers that is not known": (
        description(Model=model(Containers=Unknown()), Config=config()),
        ON_INSTANCES,
    ),
    "a model without an endpoint": (description(Model=model()), {NO_ISOLATION}),
    "a model without a role, for inference components": (
        description(Model=Resource("Model", {"PrimaryContainer": ONE})),
        {NO_ISOLATION},
    ),
    "a model package": (
        description(Model=model(PrimaryContainer={"ModelPackageName": PACKAGE}), Config=config()),
        ON_INSTANCES,
    ),
    "an isolated product of the AWS Marketplace": (
        description(
            Model=model(Containers=[{"ModelPackageName": PACKAGE}], EnableNetworkIsolation=True),
            Config=config(),
        ),
        {NO_KEY, ONE_INSTANCE},
    ),
    "several models in one container": (
        description(Model=model(PrimaryContainer=MANY), Config=config(), Endpoint=ENDPOINT),
        ON_INSTANCES,
    ),
    "several models in a list of one container": (
        description(
            Model=model(
                Containers=[{**MANY, "MultiModelConfig": {"ModelCacheSetting": "Disabled"}}],
            ),
            Config=config(),
        ),
        ON_INSTANCES,
    ),
    "a port of the container's own": (
        description(
            Model=model(PrimaryContainer={**ONE, "Environment": {"SAGEMAKER_BIND_TO_PORT": "8080"}}), Config=config()
        ),
        ON_INSTANCES,
    ),
    "a model that is a parameter": (
        description(Config=config(on_instances(ModelName=Unknown()))),
        {NO_KEY, ONE_INSTANCE},
    ),
    "a model of another stack": (
        description(Config=config(on_instances(ModelName="forecast")), Endpoint=ENDPOINT),
        {NO_KEY, ONE_INSTANCE},
    ),
    "a config of another stack": (
        description(Endpoint=Resource("Endpoint", {"EndpointConfigName": "forecast"})),
        set(),
    ),
    "a config that is imported": (description(Endpoint=Resource("Endpoint", {"EndpointConfigName": Unknown()})), set()),
    "asynchronous calls": (
        description(Model=model(), Config=config(AsyncInferenceConfig=OUTPUT), Endpoint=ENDPOINT),
        ON_INSTANCES,
    ),
    "asynchronous calls, scaled down to nothing": (
        description(
            Model=model(),
            Config=config(AsyncInferenceConfig=OUTPUT),
            Endpoint=RETAINING,
            Target=target(VARIANT_ID, MinCapacity=0, ScalableDimension="sagemaker:variant:DesiredInstanceCount"),
        ),
        ON_INSTANCES,
    ),
    "captured data and enhanced metrics": (
        description(
            Model=model(),
            Config=config(
                DataCaptureConfig={
                    "EnableCapture": True,
                    "InitialSamplingPercentage": 100,
                    "DestinationS3Uri": "s3://captured/",
                    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
                },
                MetricsConfig={"EnableEnhancedMetrics": True},
            ),
        ),
        ON_INSTANCES,
    ),
    "a shadow": (
        description(
            Model=model(),
            Config=config(on_instances(), ShadowProductionVariants=[on_instances("Shadow", InitialVariantWeight=0.5)]),
        ),
        ON_INSTANCES,
    ),
    "a variant without traffic": (
        description(
            Model=model(),
            Config=config(on_instances(), on_instances("New", InitialVariantWeight=0)),
            Endpoint=ENDPOINT,
        ),
        ON_INSTANCES,
    ),
    "a GPU": (
        description(Model=model(), Config=config(on_instances(InstanceType="ml.g5.xlarge")), Endpoint=ENDPOINT),
        ON_INSTANCES,
    ),
    "a scaled variant": (
        description(
            Model=model(),
            Config=config(),
            Endpoint=RETAINING,
            Target=target(VARIANT_ID, MinCapacity=1, ScalableDimension="sagemaker:variant:DesiredInstanceCount"),
            Policy=Resource(
                "ScalingPolicy",
                {
                    "PolicyName": "invocations",
                    "PolicyType": "TargetTrackingScaling",
                    "ScalingTargetId": Reference(logical_id="Target", attribute=None),
                    "TargetTrackingScalingPolicyConfiguration": {
                        "TargetValue": 70.0,
                        "PredefinedMetricSpecification": {
                            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
                        },
                    },
                },
            ),
        ),
        ON_INSTANCES,
    ),
    "serverless": (SINGLE, {NO_ISOLATION}),
    "serverless with provisioned concurrency": (
        changed(SINGLE, {f"{V}.ServerlessConfig.ProvisionedConcurrency": 2}),
        {NO_ISOLATION},
    ),
    "serverless with scaled concurrency": (
        changed(
            SINGLE,
            {
                f"{V}.ServerlessConfig.ProvisionedConcurrency": 2,
                "Target": target(
                    VARIANT_ID, MinCapacity=1, ScalableDimension="sagemaker:variant:DesiredProvisionedConcurrency"
                ),
            },
        ),
        {NO_ISOLATION},
    ),
    "serverless with data capture that is off": (
        changed(
            SINGLE,
            {
                "Config.DataCaptureConfig": {
                    "EnableCapture": False,
                    "InitialSamplingPercentage": 0,
                    "DestinationS3Uri": "s3://captured/",
                    "CaptureOptions": [{"CaptureMode": "Input"}],
                }
            },
        ),
        {NO_ISOLATION},
    ),
    "inference components": (COMPONENTS, {NO_KEY, ONE_INSTANCE}),
    "inference components, scaled without a range": (
        changed(
            COMPONENTS, {f"{V}.ManagedInstanceScaling": {"Status": "ENABLED"}, f"{V}.InitialInstanceCount": ABSENT}
        ),
        {NO_KEY},
    ),
    "inference components that are scaled": (
        changed(
            COMPONENTS,
            {
                "Target": target(
                    "inference-component/forecast",
                    MinCapacity=0,
                    ScalableDimension="sagemaker:inference-component:DesiredCopyCount",
                )
            },
        ),
        {NO_KEY, ONE_INSTANCE},
    ),
}


@pytest.mark.parametrize(("endpoint", "notes"), OTHERS.values(), ids=OTHERS)
def test_valid_endpoints_of_other_kinds_get_general_notes_only(endpoint: Description, notes: set[str]) -> None:
    """That network isolation is off, volumes have no key, or there is one instance: whatever the endpoint is."""
    assert {each.rule.id for each in evaluate(endpoint)} == notes

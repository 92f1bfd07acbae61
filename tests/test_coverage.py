"""Every property of the three CloudFormation resources can be reached, or is listed with the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from sagemaker_multi_container import (
    AsyncInference,
    AsyncNotification,
    ClarifyExplainer,
    ContainerDefinition,
    ContainerImage,
    CoreDump,
    DataCapture,
    Deployment,
    FeatureType,
    InstancePool,
    MetricsConfig,
    ModelData,
    MultiContainerEndpoint,
    ProductionVariant,
    RoutingStrategy,
    ShapBaseline,
    TextGranularity,
)

RESOURCES = ("Model", "EndpointConfig", "Endpoint")
DOCUMENT = Path(__file__).parent.parent / "docs" / "coverage.md"


def test_every_property_is_reachable_or_listed() -> None:
    """A property that a new schema brings is neither, and fails here."""
    unreachable = set(_in_schemas()) - _in_template()

    assert sorted(unreachable) == sorted(_expanded(_listed()))


def test_nothing_is_made_up() -> None:
    """What the construct renders is in the schemas."""
    assert _in_template() <= set(_in_schemas())


def _listed() -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", DOCUMENT.read_text(), re.MULTILINE)


def _expanded(listed: list[str]) -> list[str]:
    """The properties that are listed, and those below them."""
    return [path for path in set(_in_schemas()) if any(path == each or path.startswith(f"{each}.") for each in listed)]


def _in_schemas() -> Iterator[str]:
    for resource in RESOURCES:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", f"AWS::SageMaker::{resource}").schema
        made_by_aws = {pointer.rpartition("/")[2] for pointer in schema["readOnlyProperties"]}
        for name, node in schema["properties"].items():
            if name not in made_by_aws:
                yield from _below(f"{resource}.{name}", node, schema)


def _below(path: str, node: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    yield path
    while "$ref" in node or "items" in node:
        node = schema["definitions"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node["items"]
    for name, inner in node.get("properties", {}).items():
        yield from _below(f"{_as_production(path)}.{name}", inner, schema)


@cache
def _in_template() -> set[str]:
    template = _everything()
    return {
        path
        for name in RESOURCES
        for resource in template.find_resources(f"AWS::SageMaker::{name}").values()
        for path in _rendered(name, resource["Properties"])
    }


def _rendered(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _rendered(path, item)
    elif isinstance(value, dict) and not path.endswith(".Environment"):
        for name, inner in value.items():
            if name != "Ref" and not name.startswith("Fn::"):
                yield f"{path}.{name}"
                yield from _rendered(_as_production(f"{path}.{name}"), inner)


def _as_production(path: str) -> str:
    """A shadow variant is a `ProductionVariant`, too."""
    return path.replace("ShadowProductionVariants", "ProductionVariants")


def _everything() -> Template:
    """Three endpoints that use all that there is."""
    stack = cdk.Stack(cdk.App(), "Stack")
    bucket = s3.Bucket(stack, "Bucket")
    key = kms.Key(stack, "Key")
    topic = sns.Topic(stack, "Topic")
    alarm = cloudwatch.Alarm.from_alarm_name(stack, "Alarm", "errors")
    credentials = lambda_.Function.from_function_name(stack, "Credentials", "credentials")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, restrict_default_security_group=False)
    image = ContainerImage.from_uri(f"123456789012.dkr.ecr.{cdk.Aws.REGION}.amazonaws.com/model:1")
    gated = "s3://models/gated/model.tar.gz"
    hub = f"arn:aws:sagemaker:{cdk.Aws.REGION}:123456789012:hub-content/hub/Model/model/1.0.0"
    pipeline = MultiContainerEndpoint(
        stack,
        "Pipeline",
        endpoint_name="everything",
        vpc=vpc,
        encryption_key=key,
        network_isolation=True,
        containers=[
            ContainerDefinition(
                hostname="first",
                image=image,
                environment={"A": "1"},
                model_data=ModelData.from_s3_uri(gated, accept_eula=True, hub_content_arn=hub),
            ),
            ContainerDefinition(hostname="second", model_package="package/1", inference_specification_name="fast"),
            ContainerDefinition(
                hostname="third",
                image=image,
                multi_model=True,
                model_cache=False,
                model_data=ModelData.from_prefix(bucket, "many/"),
            ),
        ],
        variants=[
            ProductionVariant(
                name="main",
                instance_type="ml.g6.xlarge",
                initial_instance_count=4,
                routing_strategy=RoutingStrategy.prefix_aware(prefix_length=2048, concurrency_threshold=4),
                inference_ami_version="al2-ami-sagemaker-inference-gpu-3-1",
                model_data_download_timeout=cdk.Duration.minutes(10),
                container_startup_health_check_timeout=cdk.Duration.minutes(10),
                core_dump=CoreDump(bucket=bucket, prefix="dumps", encryption_key=key),
                enable_ssm_access=True,
                capacity_reservation_arn=f"arn:aws:sagemaker:{cdk.Aws.REGION}:123456789012:training-plan/ours",
            )
        ],
        shadow_variant=ProductionVariant(
            name="shadow", instance_type="ml.m5.xlarge", volume_size=cdk.Size.gibibytes(100)
        ),
        deployment=Deployment.canary(
            percent=10,
            wait=cdk.Duration.minutes(5),
            termination_wait=cdk.Duration.minutes(5),
            maximum_execution_timeout=cdk.Duration.hours(1),
        ),
        rollback_alarms=[alarm],
        retain_instance_counts=True,
        data_capture=DataCapture(
            bucket=bucket,
            encryption_key=key,
            csv_content_types=["text/csv"],
            json_content_types=["application/json"],
        ),
        async_inference=AsyncInference(
            bucket=bucket,
            failure_prefix="failures",
            encryption_key=key,
            success_topic=topic,
            error_topic=topic,
            include_response_in=[AsyncNotification.SUCCESS],
            max_concurrent_invocations_per_instance=4,
        ),
        explainer=ClarifyExplainer(
            baseline=ShapBaseline.from_text("1,2,3", mime_type="text/csv"),
            enable_explanations="`true`",
            number_of_samples=50,
            use_logit=True,
            seed=1,
            text_language="en",
            text_granularity=TextGranularity.TOKEN,
            features_attribute="features",
            content_template='{"f": $features}',
            max_record_count=10,
            max_payload=cdk.Size.mebibytes(6),
            probability_index=0,
            label_index=1,
            probability_attribute="p",
            label_attribute="l",
            label_headers=["yes", "no"],
            feature_headers=["text"],
            feature_types=[FeatureType.TEXT],
        ),
        metrics_config=MetricsConfig(
            enhanced_metrics=True, detailed_observability=True, publish_frequency=cdk.Duration.minutes(1)
        ),
        acknowledged_rules={"MCE-E15": "to see the property"},
    )
    cdk.Tags.of(pipeline).add("team", "search")
    container = ContainerDefinition(hostname="first", image=image)
    registry = ContainerImage.from_registry("registry.example.com/second:1", credentials=credentials)
    pools = [
        InstancePool(instance_type="ml.m5.xlarge", priority=1),
        InstancePool(
            instance_type="ml.c5.xlarge",
            priority=2,
            containers=[container, ContainerDefinition(hostname="second", image=registry)],
        ),
    ]
    explainer = ClarifyExplainer(baseline=ShapBaseline.from_bucket(bucket, "baseline.csv"))
    for name, deployment in {
        "Rolling": Deployment.rolling(
            percent=50,
            wait=cdk.Duration.minutes(5),
            rollback_percent=100,
            maximum_execution_timeout=cdk.Duration.hours(1),
        ),
        "Linear": Deployment.linear(percent=50, wait=cdk.Duration.minutes(5)),
    }.items():
        variant = ProductionVariant(
            name="main",
            initial_instance_count=2,
            instance_pools=pools,
            instance_provision_timeout=cdk.Duration.minutes(10),
        )
        MultiContainerEndpoint(
            stack,
            name,
            vpc=vpc,
            containers=[container, ContainerDefinition(hostname="second", image=registry)],
            variants=[variant],
            deployment=deployment,
            explainer=explainer,
        )
    return Template.from_stack(stack)

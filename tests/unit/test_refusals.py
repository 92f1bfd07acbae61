"""Every error of the rule table that the construct can express, as its user sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from sagemaker_multi_container import (
    AsyncInference,
    CaptureMode,
    ClarifyExplainer,
    ContainerImage,
    DataCapture,
    Deployment,
    EndpointConfigurationError,
    InstancePool,
    MetricsConfig,
    ModelData,
    ProductionVariant,
    RoutingStrategy,
    ShapBaseline,
)
from sagemaker_multi_container.rules import RULES, Severity

from .builders import DIRECT, SERIAL, container, containers, endpoint, image
from .test_scaling import REFUSALS as REFUSALS_TO_SCALE


@dataclass(frozen=True)
class Refusal:
    """Arguments that break one rule, and what is said."""

    rule: str
    where: str
    message: str
    arguments: Callable[[cdk.Stack], dict[str, Any]]
    environment: cdk.Environment = field(default_factory=cdk.Environment)


def refusal(rule: str, where: str, message: str, **arguments: Any) -> Refusal:
    """A refusal of arguments that need no stack."""
    return Refusal(rule, where, message, lambda _: arguments)


def of_container(rule: str, where: str, message: str, **arguments: Any) -> Refusal:
    """A refusal of the first of two containers."""
    return refusal(rule, f"containers[0]{where}", message, containers=[container(**arguments), container("b")])


def of_variant(rule: str, where: str, message: str, **arguments: Any) -> Refusal:
    """A refusal of the only variant."""
    variant = ProductionVariant(**{"name": "main", "instance_type": "ml.m5.large"} | arguments)
    return refusal(rule, f"variants[0]{where and '.'}{where}", message, instance_type=None, variants=[variant])


def many_variants(count: int) -> dict[str, Any]:
    """Variants with different names."""
    variants = [ProductionVariant(name=f"v{number}", instance_type="ml.m5.large") for number in range(count)]
    return {"instance_type": None, "variants": variants}


def from_prefix(stack: cdk.Stack) -> dict[str, Any]:
    """A prefix that may be the beginning of other prefixes, too."""
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "models")
    return {"containers": [container(model_data=ModelData.from_prefix(bucket, "no-slash")), container("b")]}


def six_security_groups(stack: cdk.Stack) -> dict[str, Any]:
    """One more than SageMaker takes."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, restrict_default_security_group=False)
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"G{number}", f"sg-{number}") for number in range(6)]
    return {"vpc": vpc, "security_groups": groups}


def isolated_with_credentials(stack: cdk.Stack) -> dict[str, Any]:
    """A registry that asks for credentials, and containers without a network."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:credentials"
    registry = ContainerImage.from_registry(
        "registry.example.com/ranker:1", credentials=lambda_.Function.from_function_arn(stack, "Credentials", arn)
    )
    return {
        "vpc": ec2.Vpc(stack, "Vpc", max_azs=2, restrict_default_security_group=False),
        "network_isolation": True,
        "containers": [container(image=registry), container("b")],
    }


def role(arn: str) -> Callable[[cdk.Stack], dict[str, Any]]:
    """An imported role."""
    return lambda stack: {"role": iam.Role.from_role_arn(stack, "Role", arn)}


def in_bucket(kind: Callable[..., Any], **arguments: Any) -> Callable[[cdk.Stack], Any]:
    """A value object that writes to a bucket."""
    return lambda stack: kind(bucket=s3.Bucket.from_bucket_name(stack, "Bucket", "results"), **arguments)


def with_bucket(argument: str, kind: Callable[..., Any], **arguments: Any) -> Callable[[cdk.Stack], dict[str, Any]]:
    """An argument that is a value object that writes to a bucket."""
    return lambda stack: {argument: in_bucket(kind, **arguments)(stack)}


def gradual(deployment: Deployment) -> dict[str, Any]:
    """A deployment of an endpoint with instances enough to go by steps."""
    return {"deployment": deployment, "initial_instance_count": 20}


def eleven_alarms(stack: cdk.Stack) -> dict[str, Any]:
    """One more than SageMaker takes."""
    names = [f"alarm-{number}" for number in range(11)]
    return {"rollback_alarms": [cloudwatch.Alarm.from_alarm_name(stack, name, name) for name in names]}


MINUTE = cdk.Duration.minutes(1)
POOL = InstancePool(instance_type="ml.m5.large", priority=1)
IRELAND = cdk.Environment(account="123456789012", region="eu-west-1")
ARCHIVE = ModelData.from_s3_uri("s3://models/a/model.tar.gz")
PREFIX = ModelData.from_s3_uri("s3://models/many/")
LONG = "a" * 64

REFUSALS = [
    refusal("MCE-C01", "containers", "16", containers=containers(*(f"c{number}" for number in range(16)))),
    refusal("MCE-C02", "containers", "1", containers=containers("only")),
    refusal("MCE-C03", "containers", "empty", containers=[]),
    refusal("MCE-C04", "containers[1]", "hostname", mode=DIRECT, containers=[container("a"), container(hostname=None)]),
    refusal("MCE-C05", "containers[1]", "hostname", mode=SERIAL, containers=[container("a"), container(hostname=None)]),
    refusal("MCE-C06", "containers[1].hostname", "'same'", containers=containers("same", "same")),
    of_container("MCE-C08", ".hostname", "'my_model'", hostname="my_model"),
    of_container("MCE-C09", ".hostname", "64", hostname=LONG),
    of_container("MCE-C15", "", "neither an image nor a model package", image=None),
    of_container("MCE-C16", ".image", "white space", image=image("with space")),
    of_container("MCE-C17", ".image", "'ranker'", image=ContainerImage.from_uri("ranker")),
    of_container(
        "MCE-C18", ".image", "'docker.io/library/nginx:1'", image=ContainerImage.from_uri("docker.io/library/nginx:1")
    ),
    Refusal(
        "MCE-C19",
        "containers[0].image",
        "us-west-2",
        lambda _: {
            "containers": [
                container(image=ContainerImage.from_uri("123456789012.dkr.ecr.us-west-2.amazonaws.com/a:1")),
                container("b"),
            ]
        },
        IRELAND,
    ),
    of_container("MCE-C23", ".image", "VPC", image=ContainerImage.from_registry("registry.example.com/ranker:1")),
    of_container("MCE-C25", ".model_data", "1024", model_data=ModelData.from_s3_uri(f"s3://b/{'a' * 1024}.tar.gz")),
    of_container("MCE-C26", ".model_data", "model.zip", model_data=ModelData.from_s3_uri("s3://models/model.zip")),
    Refusal("MCE-C28", "containers[0].model_data", "no-slash", from_prefix),
    refusal(
        "MCE-C31",
        "containers[1].multi_model",
        "container 0 is already in MultiModel mode",
        containers=[container(name, multi_model=True, model_data=PREFIX) for name in ("a", "b")],
    ),
    of_container("MCE-C33", ".model_data", "model.tar.gz", multi_model=True, model_data=ARCHIVE),
    of_container("MCE-C34", ".model_cache", "multi-model", model_cache=True),
    of_container("MCE-C35", ".environment['MY-VAR']", "MY-VAR", environment={"MY-VAR": "1"}),
    of_container("MCE-C36", ".environment['A']", "1025", environment={"A": "x" * 1025}),
    of_container("MCE-C37", ".environment", "101", environment={f"V{number}": "" for number in range(101)}),
    refusal(
        "MCE-C38",
        "containers",
        "32768",
        containers=[container(name, environment={f"V{n}": "x" * 1000 for n in range(17)}) for name in ("a", "b")],
    ),
    of_container("MCE-C41", ".model_package", "'bad name'", model_package="bad name"),
    of_container("MCE-C42", ".inference_specification_name", "model package", inference_specification_name="fast"),
    refusal("MCE-C12", "mode", "'DIRECT'", mode="DIRECT"),
    Refusal("MCE-M01", "role", "arn:aws:iam::123:role/short", role("arn:aws:iam::123:role/short")),
    Refusal("MCE-M02", "role", "999999999999", role("arn:aws:iam::999999999999:role/other"), IRELAND),
    Refusal("MCE-M12", "containers[0].image", "network isolation", isolated_with_credentials),
    Refusal("MCE-M06", "security_groups", "6", six_security_groups),
    refusal("MCE-V01", "variants", "11", **many_variants(11)),
    refusal("MCE-V02", "variants[1].name", "'v0'", instance_type=None, variants=many_variants(1)["variants"] * 2),
    of_variant("MCE-V03", "name", "'All_Traffic'", name="All_Traffic"),
    refusal("MCE-V05", "initial_instance_count", "0", initial_instance_count=0),
    of_variant("MCE-V06", "weight", "-1", weight=-1),
    refusal(
        "MCE-V07",
        "variants",
        "0",
        instance_type=None,
        variants=[ProductionVariant(name="main", instance_type="ml.m5.large", weight=0)],
    ),
    refusal("MCE-V08", "instance_type", "'c5.xlarge'", instance_type="c5.xlarge"),
    of_variant("MCE-V16", "volume_size", "600", volume_size=cdk.Size.gibibytes(600)),
    of_variant(
        "MCE-V17", "volume_size", "local disks", instance_type="ml.g5.xlarge", volume_size=cdk.Size.gibibytes(100)
    ),
    of_variant("MCE-V18", "model_data_download_timeout", "30", model_data_download_timeout=cdk.Duration.seconds(30)),
    of_variant(
        "MCE-V19",
        "container_startup_health_check_timeout",
        "7200",
        container_startup_health_check_timeout=cdk.Duration.hours(2),
    ),
    Refusal(
        "MCE-E14",
        "encryption_key",
        "us-east-1",
        lambda stack: {
            "encryption_key": kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/1")
        },
        IRELAND,
    ),
    refusal(
        "MCE-E02",
        "shadow_variant",
        "2 production and 1 shadow",
        **many_variants(2),
        shadow_variant=ProductionVariant(name="shadow", instance_type="ml.m5.large"),
    ),
    refusal(
        "MCE-E15",
        "shadow_variant",
        "multi-container",
        shadow_variant=ProductionVariant(name="shadow", instance_type="ml.m5.large"),
    ),
    Refusal(
        "MCE-E03",
        "async_inference",
        "Direct",
        lambda stack: {"mode": DIRECT, "async_inference": in_bucket(AsyncInference)(stack)},
    ),
    Refusal(
        "MCE-E04",
        "async_inference.max_concurrent_invocations_per_instance",
        "1001",
        with_bucket("async_inference", AsyncInference, max_concurrent_invocations_per_instance=1001),
    ),
    Refusal(
        "MCE-E05",
        "data_capture.sampling_percentage",
        "101",
        with_bucket("data_capture", DataCapture, sampling_percentage=101),
    ),
    Refusal(
        "MCE-E07",
        "data_capture.capture",
        "captured already",
        with_bucket("data_capture", DataCapture, capture=[CaptureMode.INPUT, CaptureMode.INPUT]),
    ),
    refusal(
        "MCE-E08",
        "metrics_config.publish_frequency",
        "45",
        metrics_config=MetricsConfig(publish_frequency=cdk.Duration.seconds(45)),
    ),
    refusal(
        "MCE-E16",
        "explainer.number_of_samples",
        "0",
        explainer=ClarifyExplainer(baseline=ShapBaseline.from_text("1,2"), number_of_samples=0),
    ),
    of_variant(
        "MCE-V23",
        "routing_strategy.prefix_length",
        "10",
        routing_strategy=RoutingStrategy.prefix_aware(prefix_length=10, concurrency_threshold=1),
    ),
    of_variant("MCE-V21", "", "neither an instance type nor instance pools", instance_type=None),
    of_variant("MCE-V25", "instance_pools", "instance type", instance_pools=[POOL]),
    of_variant("MCE-V26", "inference_ami_version", "GPU", inference_ami_version="al2-ami-sagemaker-inference-gpu-2"),
    of_variant("MCE-V27", "capacity_reservation_arn", "'mine'", capacity_reservation_arn="mine"),
    refusal("MCE-P05", "deployment", "canary size", **gradual(Deployment.canary(wait=MINUTE))),
    refusal("MCE-P06", "deployment.wait", "7200", **gradual(Deployment.canary(percent=10, wait=cdk.Duration.hours(2)))),
    refusal("MCE-P07", "deployment.percent", "60", **gradual(Deployment.canary(percent=60, wait=MINUTE))),
    refusal("MCE-P08", "deployment.percent", "5", **gradual(Deployment.linear(percent=5, wait=MINUTE))),
    refusal("MCE-P09", "deployment.percent", "60", **gradual(Deployment.rolling(percent=60, wait=MINUTE))),
    refusal("MCE-P10", "deployment.instances", "1 of 1", deployment=Deployment.canary(instances=1, wait=MINUTE)),
    refusal("MCE-P11", "deployment", "2", **many_variants(2), deployment=Deployment.rolling(percent=50, wait=MINUTE)),
    refusal(
        "MCE-P12",
        "deployment.maximum_execution_timeout",
        "600",
        **gradual(
            Deployment.canary(
                percent=10, wait=cdk.Duration.minutes(30), maximum_execution_timeout=cdk.Duration.minutes(10)
            )
        ),
    ),
    refusal(
        "MCE-P13",
        "deployment.termination_wait",
        "7200",
        deployment=Deployment.all_at_once(termination_wait=cdk.Duration.hours(2)),
    ),
    Refusal("MCE-P14", "rollback_alarms", "11", eleven_alarms),
    refusal("MCE-P01", "endpoint_name", "'under_score'", endpoint_name="under_score"),
]

CANNOT_BE_EXPRESSED = {
    "MCE-C11": "there is no primary container beside the list",
    "MCE-C14": "there is no primary container instead of the list",
    "MCE-C21": "from_registry says where the registry is",
    "MCE-C22": "only from_registry takes credentials",
    "MCE-C24": "the credentials come from an IFunction",
    "MCE-C27": "a container has one model_data",
    "MCE-C29": "the factories of ModelData choose type and compression together",
    "MCE-C30": "a multi-model container's prefix is given as a URL",
    "MCE-C43": "there are no such arguments",
    "MCE-M04": "models have no name",
    "MCE-M11": "VPC and isolation go to the model only",
    "MCE-V20": "there are no serverless variants",
    "MCE-V22": "there are no accelerator types",
    "MCE-V28": "each variant is given its model",
    "MCE-V29": "the name comes from the model itself",
    "MCE-E01": "endpoint configs have no name",
    "MCE-E10": "there are no such arguments",
    "MCE-P03": "the name comes from the config itself",
    "MCE-A01": "auto_scale names the variant itself",
    "MCE-T01": "tags come from Tags.of, after the endpoint is declared",
    "MCE-T02": "arguments are checked where they are given",
    "MCE-T03": "the construct writes the properties",
    "MCE-T05": "the construct gives all that is required",
    "MCE-E12": "the factories of ShapBaseline give text or an object",
    "MCE-P04": "a deployment is made by one factory",
    "MCE-P16": "two arguments say what is retained, each True or False",
    "MCE-P18": "there is no such argument",
    "MCE-V24": "there is no such argument",
}


@pytest.mark.parametrize("expected", REFUSALS, ids=lambda each: each.rule)
def test_refuses_with_the_rule_the_argument_and_the_reason(expected: Refusal) -> None:
    """The rule's id and source, the argument as the user wrote it, what was given and what to do."""
    stack = cdk.Stack(cdk.App(), "Stack", env=expected.environment)

    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, **expected.arguments(stack))

    (problem,) = (problem for problem in refused.value.problems if problem.rule == expected.rule)
    assert problem.where.partition(" (")[0] == expected.where
    assert expected.message in problem.message
    assert problem.fix
    assert problem.source == RULES[expected.rule].source
    assert f"[{expected.rule}]" in str(refused.value)


def test_every_error_is_refused_here_or_cannot_be_expressed() -> None:
    """So that a new rule or argument asks for its test."""
    errors = {key for key, rule in RULES.items() if rule.severity is Severity.ERROR}

    refused = {expected.rule for expected in REFUSALS} | ({expected.rule for expected in REFUSALS_TO_SCALE} & errors)
    assert refused | set(CANNOT_BE_EXPRESSED) == errors
    assert not refused & set(CANNOT_BE_EXPRESSED)

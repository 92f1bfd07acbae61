"""The endpoint inside other people's apps."""

from __future__ import annotations

import socket
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.assertions import Template
from constructs import Construct, IConstruct

from sagemaker_multi_container import ContainerImage, ModelData, MultiContainerEndpoint

from .builders import container, containers, endpoint, properties, resources


def test_works_twice_in_one_stack(stack: cdk.Stack) -> None:
    """Also with the same value objects."""
    shared = containers()
    endpoint(stack, "One", containers=shared)
    endpoint(stack, "Two", containers=shared)

    assert len(resources(stack, "SageMaker::Endpoint")) == 2


def test_works_in_nested_stacks_and_stages(app: cdk.App) -> None:
    """With the resources in the stack that the endpoint is in."""
    stage = cdk.Stage(app, "Prod", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    outer = cdk.Stack(stage, "Outer")
    nested = cdk.NestedStack(outer, "Nested")
    made = endpoint(nested)
    cdk.CfnOutput(outer, "Name", value=made.endpoint_name)
    stage.synth()

    assert len(resources(nested, "SageMaker::Model")) == 1
    assert resources(outer, "SageMaker::Model") == {}


def test_takes_everything_from_another_stack(app: cdk.App) -> None:
    """Role, bucket, repository, VPC and key, with strong and with weak references."""
    shared, own = cdk.Stack(app, "Shared"), cdk.Stack(app, "Own")
    key = kms.Key(shared, "Key")
    bucket = s3.Bucket(shared, "Bucket", encryption=s3.BucketEncryption.KMS, encryption_key=key)
    repository = ecr.Repository(shared, "Repository")
    endpoint(
        own,
        role=iam.Role(shared, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com")),
        vpc=ec2.Vpc(shared, "Vpc", max_azs=2, restrict_default_security_group=False),
        encryption_key=key,
        containers=[
            container(
                name,
                image=ContainerImage.from_ecr_repository(repository, tag=name),
                model_data=ModelData.from_bucket(bucket, f"{name}/model.tar.gz"),
            )
            for name in ("a", "b")
        ],
    )
    assembly = app.synth()

    template = assembly.get_stack_by_name("Own").template
    types = [resource["Type"] for resource in template["Resources"].values()]
    assert sorted(types) == [
        "AWS::EC2::SecurityGroup",
        "AWS::IAM::Policy",
        "AWS::SageMaker::Endpoint",
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Model",
    ]


def test_is_referred_to_from_another_stack(app: cdk.App) -> None:
    """By name and by ARN."""
    producer, consumer = cdk.Stack(app, "Producer"), cdk.Stack(app, "Consumer")
    made = endpoint(producer)
    cdk.CfnOutput(consumer, "Name", value=made.endpoint_name)
    cdk.CfnOutput(consumer, "Arn", value=made.endpoint_arn)

    outputs = Template.from_stack(consumer).to_json()["Outputs"]
    assert all("EndpointEEF1FD8F" in str(output) for output in outputs.values())


def test_takes_tokens_everywhere(stack: cdk.Stack) -> None:
    """Nothing that is only known at deployment trips a check."""
    text = cdk.CfnParameter(stack, "Text").value_as_string
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    endpoint(
        stack,
        mode=text,
        endpoint_name=text,
        instance_type=text,
        initial_instance_count=number,
        containers=[
            container(text, environment={"A": text}, image=ContainerImage.from_uri(text)),
            container(f"b-{text}", model_data=ModelData.from_s3_uri(text), model_package=text),
        ],
    )

    (first, second) = properties(stack, "SageMaker::Model")["Containers"]
    token = {"Ref": "Text"}
    assert first == {"ContainerHostname": token, "Environment": {"A": token}, "Image": token}
    assert second["ModelDataUrl"] == {"Ref": "Text"}
    (variant,) = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["InitialInstanceCount"] == {"Ref": "Number"}


def test_takes_environment_values_from_intrinsic_functions(stack: cdk.Stack) -> None:
    """Conditions are tokens that are not strings."""
    condition = cdk.CfnCondition(stack, "IsProd", expression=cdk.Fn.condition_equals(cdk.Aws.REGION, "eu-west-1"))
    value: Any = cdk.Fn.condition_if(condition.logical_id, "warn", "debug")
    endpoint(stack, containers=[container("a", environment={"LOG_LEVEL": value}), container("b")])

    written = properties(stack, "SageMaker::Model")["Containers"][0]["Environment"]
    assert written == {"LOG_LEVEL": {"Fn::If": ["IsProd", "warn", "debug"]}}


@jsii.implements(cdk.IAspect)
class DemandTwoInstances:
    """An organisation's rule, as an Aspect on L1."""

    def visit(self, node: IConstruct) -> None:
        """Change what the construct made."""
        if isinstance(node, sagemaker.CfnEndpointConfig):
            node.add_property_override("ProductionVariants.0.InitialInstanceCount", 2)


def test_aspects_see_typed_resources(stack: cdk.Stack) -> None:
    """As cdk-nag and the mixins do."""
    endpoint(stack)
    cdk.Aspects.of(stack).add(DemandTwoInstances())

    (variant,) = properties(stack, "SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["InitialInstanceCount"] == 2


class _Retained(cdk.Mixin):
    """Keeps old models and configs, to roll back to."""

    def supports(self, construct: IConstruct) -> bool:
        return isinstance(construct, sagemaker.CfnModel)

    def apply_to(self, construct: IConstruct) -> None:
        assert isinstance(construct, sagemaker.CfnModel)
        construct.apply_removal_policy(cdk.RemovalPolicy.RETAIN)


def test_takes_mixins(stack: cdk.Stack) -> None:
    """With `.with_()`, as every construct."""
    made = endpoint(stack).with_(_Retained())

    assert isinstance(made, MultiContainerEndpoint)
    (model,) = resources(stack, "SageMaker::Model").values()
    assert model["UpdateReplacePolicy"] == "Retain"


class HouseEndpoint(MultiContainerEndpoint):
    """An organisation's defaults."""

    def __init__(self, scope: Construct, id: str, **arguments: Any) -> None:
        super().__init__(scope, id, **{"network_isolation": True, "initial_instance_count": 2} | arguments)


@pytest.mark.parametrize("isolation", [True, False])
def test_is_a_base_of_other_constructs(stack: cdk.Stack, *, isolation: bool) -> None:
    """A subclass fixes defaults, and callers still override them."""
    HouseEndpoint(stack, "Endpoint", containers=containers(), instance_type="ml.m5.large", network_isolation=isolation)

    assert ("EnableNetworkIsolation" in properties(stack, "SageMaker::Model")) is isolation


def test_calls_nobody_and_leaves_the_stack_its_description(app: cdk.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it write a word about itself into the template."""
    monkeypatch.delattr(socket, "socket")
    described, plain = cdk.Stack(app, "Described", description="Search"), cdk.Stack(app, "Plain")
    endpoint(described)
    endpoint(plain)

    template = Template.from_stack(plain).to_json()
    assert Template.from_stack(described).to_json()["Description"] == "Search"
    assert not {"Description", "Metadata"} & set(template)
    assert not any("Metadata" in resource for resource in template["Resources"].values())

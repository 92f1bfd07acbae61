"""Our property names against the installed L1, which drops what it does not know without a word."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any, get_args

import aws_cdk as cdk
import pytest
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import cloudformation_include
from aws_cdk.assertions import Template
from botocore.loaders import Loader

from sagemaker_multi_container import l1
from sagemaker_multi_container.rules.description import ResourceType
from sagemaker_multi_container.rules.property_types import properties_of

RESOURCES: dict[ResourceType, tuple[type, str, str]] = {
    "Model": (sagemaker.CfnModel, "sagemaker", "CreateModelInput"),
    "EndpointConfig": (sagemaker.CfnEndpointConfig, "sagemaker", "CreateEndpointConfigInput"),
    "Endpoint": (sagemaker.CfnEndpoint, "sagemaker", "UpdateEndpointInput"),
    "ScalableTarget": (appscaling.CfnScalableTarget, "application-autoscaling", "ScalableTarget"),
    "ScalingPolicy": (appscaling.CfnScalingPolicy, "application-autoscaling", "PutScalingPolicyRequest"),
}


def names_in_l1(resource: type) -> set[str]:
    """The nested property names of an L1 class, as Python writes them."""
    structs = [inner for name, inner in inspect.getmembers(resource, inspect.isclass) if name.endswith("Property")]
    return {name for struct in structs for name in inspect.signature(struct.__init__).parameters} - {"self"}


def names_in_api(service: str, shape: str) -> set[str]:
    """The nested member names of a shape of a service's API."""
    shapes: dict[str, Any] = Loader().load_service_model(service, "service-2")["shapes"]
    found: set[str] = set()
    waiting, seen = [shape], set()
    while waiting:
        current = shapes[name] if (name := waiting.pop()) not in seen else {}
        seen.add(name)
        members = current.get("members", {})
        found |= set(members) if name != shape else set()
        waiting += [inner["shape"] for inner in (*members.values(), current.get("member")) if inner]
    return found


def snake_case(camel: str) -> str:
    """As jsii turns the names of L1 into Python's."""
    return "".join("_" + character.lower() if character.isupper() else character for character in camel)


def test_every_resource_that_the_rules_look_at_is_here() -> None:
    assert set(RESOURCES) == set(get_args(ResourceType))


@pytest.mark.parametrize("name", RESOURCES)
def test_every_property_that_l1_knows_has_l1s_keyword(name: ResourceType) -> None:
    """Python itself would refuse a wrong one, but only where it is used."""
    known = set(inspect.signature(vars(RESOURCES[name][0])["__init__"]).parameters)
    without_separators = {each.replace("_", "") for each in known}

    used = {key for key in properties_of(name) if key.lower() in without_separators}
    assert used
    assert {l1.snake_case(key) for key in used} <= known


@pytest.mark.parametrize("name", RESOURCES)
def test_every_name_of_the_api_that_l1_knows_becomes_l1s(name: ResourceType) -> None:
    """Where CloudFormation has the property, we spell it as L1 does."""
    resource, service, shape = RESOURCES[name]
    known = names_in_l1(resource)
    without_separators = {each.replace("_", "") for each in known}

    misspelt = {
        member
        for member in names_in_api(service, shape)
        if member.lower() in without_separators and snake_case(l1.camel_case(member)) not in known
    }
    assert misspelt == set()


def test_unknown_names_vanish_in_l1() -> None:
    """Why all this: should the CDK change that, this module is no longer needed."""
    stack = cdk.Stack(cdk.App(), "Stack")
    sagemaker.CfnModel(stack, "Model", containers=[{"container_hostname": "ranker", "image": "ranker:1"}])

    (model,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Model").values()
    assert model["Properties"]["Containers"] == [{"Image": "ranker:1"}]


def test_keys_of_the_user_stay_as_they_are() -> None:
    """Below Environment every name is the user's."""
    keywords = l1.keywords({"Containers": [{"Environment": {"VolumeSizeInGB": "1"}}]}, {})

    assert keywords == {"containers": [{"environment": {"VolumeSizeInGB": "1"}}]}


def test_finds_resources_that_no_python_made(tmp_path: Path) -> None:
    """Such as those of an included template."""
    file = tmp_path / "template.json"
    properties = {"PolicyName": "Load", "PolicyType": "TargetTrackingScaling", "ResourceId": "endpoint/a/variant/b"}
    policy = {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": properties}
    topic = {"Type": "AWS::SNS::Topic"}
    file.write_text(json.dumps({"Resources": {"Policy": policy, "Topic": topic}}))
    stack = cdk.Stack(cdk.App(), "Stack")
    cloudformation_include.CfnInclude(stack, "Template", template_file=str(file))

    assert [kind for _, kind in l1.resources(stack)] == ["ScalingPolicy"]

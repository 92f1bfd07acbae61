"""Our property names against the installed L1, which drops what it does not know without a word."""

from __future__ import annotations

import inspect
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.assertions import Template
from botocore.loaders import Loader

from sagemaker_multi_container import l1

RESOURCES = {
    "Model": (sagemaker.CfnModel, "CreateModelInput"),
    "EndpointConfig": (sagemaker.CfnEndpointConfig, "CreateEndpointConfigInput"),
    "Endpoint": (sagemaker.CfnEndpoint, "UpdateEndpointInput"),
}


def names_in_l1(resource: type) -> set[str]:
    """The nested property names of an L1 class, as Python writes them."""
    structs = [inner for name, inner in inspect.getmembers(resource, inspect.isclass) if name.endswith("Property")]
    return {name for struct in structs for name in inspect.signature(struct.__init__).parameters} - {"self"}


def names_in_api(shape: str) -> set[str]:
    """The nested member names of a shape of the SageMaker API."""
    shapes: dict[str, Any] = Loader().load_service_model("sagemaker", "service-2")["shapes"]
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


@pytest.mark.parametrize("name", RESOURCES)
def test_every_name_of_the_api_that_l1_knows_becomes_l1s(name: str) -> None:
    """Where CloudFormation has the property, we spell it as L1 does."""
    resource, shape = RESOURCES[name]
    known = names_in_l1(resource)
    without_separators = {each.replace("_", "") for each in known}

    misspelt = {
        member
        for member in names_in_api(shape)
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

"""What an assembly says of an endpoint, where it is deployed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.rules import Unknown
from sagemaker_multi_container.template import read
from sagemaker_multi_container.template.choice import UnclearEndpointError
from sagemaker_multi_container.template.endpoints import Endpoint, endpoints_of
from sagemaker_multi_container.verification.expected import as_deployed, declared_endpoint, way_to
from sagemaker_multi_container.verification.stacks import Stack

from .examples import ARN, container, declared, model, template

STACK = Stack(id=ARN, name="Search", status="CREATE_COMPLETE", parameters={}, resources={})


def image_of(endpoint: Endpoint) -> object:
    """The image of the only container."""
    return endpoint.template.description.resources["Model"].properties["Containers"][0]["Image"]


def with_image(folder: Path, image: Any, **parameters: Any) -> Endpoint:
    """An endpoint whose only container has this image."""
    return declared(folder, template(Model=model(container("a", Image=image)), more={"Parameters": parameters}))


def test_account_and_region_are_those_of_the_endpoint(tmp_path: Path) -> None:
    """So that images of an environment-agnostic app are known in whole."""
    registry = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
    endpoint = with_image(tmp_path, {"Fn::Sub": f"{registry}/a:1"})

    assert image_of(as_deployed(endpoint, ARN, STACK)) == "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"


def test_parameters_are_those_of_the_deployment(tmp_path: Path) -> None:
    """Which may be others than the template's defaults, and are unknown where nobody says them."""
    endpoint = with_image(tmp_path, {"Ref": "Tag"}, Tag={"Type": "String", "Default": "1"})
    deployed_with = replace(STACK, parameters={"Tag": "2"})

    assert image_of(as_deployed(endpoint, ARN, deployed_with)) == "2"
    assert image_of(as_deployed(endpoint, ARN, None)) == Unknown()


def test_a_secret_parameter_is_never_taken_for_what_it_is_masked_with(tmp_path: Path) -> None:
    endpoint = with_image(tmp_path, {"Ref": "Tag"}, Tag={"Type": "String", "NoEcho": True})

    assert image_of(as_deployed(endpoint, ARN, replace(STACK, parameters={"Tag": "****"}))) == Unknown()


def nested(folder: Path) -> Path:
    """An assembly with an endpoint in a stack that is nested in another one."""
    (folder / "inner.json").write_text(json.dumps(template()))
    holder = {"Type": "AWS::CloudFormation::Stack", "Properties": {}, "Metadata": {"aws:asset:path": "inner.json"}}
    (folder / "outer.json").write_text(json.dumps({"Resources": {"Inner": holder}}))
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://123456789012/us-east-1",
        "properties": {"templateFile": "outer.json", "stackName": "Outer"},
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "38.0.0", "artifacts": {"Outer": artifact}}))
    return folder


def test_the_way_to_a_nested_stack(tmp_path: Path) -> None:
    """Is by the stack around it."""
    templates = read(nested(tmp_path))
    inner = next(each for each in templates if endpoints_of(each))

    assert way_to(inner, templates) == ("Outer", "Inner")


def test_a_template_in_a_file_is_of_no_stack(tmp_path: Path) -> None:
    endpoint = declared(tmp_path, template())

    assert way_to(endpoint.template, [endpoint.template]) is None


def several(folder: Path) -> Path:
    """A template with two endpoints, one of which has a name."""
    document = template()
    document["Resources"]["Other"] = {
        "Type": "AWS::SageMaker::Endpoint",
        "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}},
    }
    file = folder / "several.json"
    file.write_text(json.dumps(document))
    return file


@pytest.mark.parametrize(
    ("name", "id", "logical_id"),
    [
        ("search", None, "Endpoint"),
        (None, "search", "Endpoint"),
        (None, "Other", "Other"),
        ("search", "Other", "Other"),
    ],
)
def test_an_endpoint_is_chosen_by_its_name_or_id(
    tmp_path: Path, name: str | None, id: str | None, logical_id: str
) -> None:
    file = several(tmp_path)

    assert declared_endpoint(file, read(file), name=name, id=id).logical_id == logical_id


def test_an_endpoint_is_never_guessed(tmp_path: Path) -> None:
    """A name that CloudFormation has generated does not tell which it is."""
    file = several(tmp_path)

    with pytest.raises(UnclearEndpointError, match="declares several endpoints"):
        declared_endpoint(file, read(file), name="Search-Other-123")

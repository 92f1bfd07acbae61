"""What somebody knows of parameters and pseudo parameters, in place of what a template says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker

from sagemaker_multi_container.rules import Unknown
from sagemaker_multi_container.template import read

TEMPLATE = {
    "Parameters": {
        "Tag": {"Type": "String", "Default": "1.0"},
        "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
        "Looked": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/images/tag"},
        "Secret": {"Type": "String", "NoEcho": True},
    },
    "Conditions": {"IsNew": {"Fn::Equals": [{"Ref": "Tag"}, "2.0"]}},
    "Resources": {
        "Always": {"Type": "AWS::S3::Bucket"},
        "New": {"Type": "AWS::S3::Bucket", "Condition": "IsNew"},
    },
}


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    file = tmp_path / "app.json"
    file.write_text(json.dumps(TEMPLATE))
    return file


@pytest.mark.parametrize(
    ("name", "given", "found"),
    [
        ("Tag", "2.0", "2.0"),
        ("Tag", "", ""),
        ("Subnets", "a, b", ["a", "b"]),
        ("Looked", "3.0", "3.0"),
        ("Secret", "hush", "hush"),
        ("AWS::AccountId", "111122223333", "111122223333"),
        ("AWS::StackName", "search", "search"),
        ("AWS::StackId", "arn:aws:cloudformation:eu-west-1:111122223333:stack/search/1", None),
    ],
)
def test_a_given_value_counts(file: Path, name: str, given: str, found: object) -> None:
    (template,) = read(file, values={name: given})

    assert template.resolver.resolve({"Ref": name}) == (given if found is None else found)


def test_without_values_a_template_is_read_as_it_stands(file: Path) -> None:
    (template,) = read(file)

    names = ["Tag", "Subnets", "Looked", "Secret", "AWS::Region"]
    assert [template.resolver.resolve({"Ref": name}) for name in names] == ["1.0", *[Unknown()] * 4]


def test_conditions_follow_from_given_values(file: Path) -> None:
    (template,) = read(file, values={"Tag": "2.0"})

    assert [logical_id for logical_id, _ in template.resources()] == ["Always", "New"]


def test_the_partition_and_its_domain_follow_from_a_given_region(file: Path) -> None:
    (template,) = read(file, values={"AWS::Region": "cn-north-1"})

    domain = template.resolver.resolve({"Fn::Sub": "${AWS::Partition} ${AWS::Region} ${AWS::URLSuffix}"})
    assert (template.region, domain) == ("cn-north-1", "aws-cn cn-north-1 amazonaws.com.cn")


def test_a_resource_is_not_a_parameter(file: Path) -> None:
    """Its name at deployment is not for the user to say: a reference to it stays one."""
    (template,) = read(file, values={"Always": "my-bucket"})

    assert template.resolver.resolve({"Ref": "Always"}) != "my-bucket"


def test_nested_stacks_get_values_through_the_stack_around_them(tmp_path: Path) -> None:
    """A parameter of theirs that has the same name is another one; their region and account are the same."""
    app = cdk.App(outdir=str(tmp_path / "assembly"))
    outer = cdk.Stack(app, "Outer")
    tag = cdk.CfnParameter(outer, "Tag")
    inner = cdk.NestedStack(outer, "Inner")
    own = cdk.CfnParameter(inner, "Own", default="own")
    environment: dict[str, Any] = {"TAG": tag.value_as_string, "OWN": own.value_as_string, "REGION": cdk.Aws.REGION}
    container = sagemaker.CfnModel.ContainerDefinitionProperty(image="i", environment=environment)
    sagemaker.CfnModel(inner, "Model", primary_container=container)
    app.synth()

    _, nested = read(tmp_path / "assembly", values={"Tag": "2.0", "Own": "another", "AWS::Region": "eu-west-1"})

    (model,) = nested.description.resources.values()
    assert model.properties["PrimaryContainer"]["Environment"] == {"TAG": "2.0", "OWN": "own", "REGION": "eu-west-1"}

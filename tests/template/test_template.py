"""What a template says about its resources."""

from __future__ import annotations

from typing import Any

import pytest

from sagemaker_multi_container.rules import Reference, Resource, Unknown
from tests.template.conftest import Reads


def test_describes_the_endpoints_of_a_template_that_no_cdk_wrote(template: Reads) -> None:
    found = template("""
        Parameters:
          Type: {Type: String, Default: ml.m5.large}
        Resources:
          Model:
            Type: AWS::SageMaker::Model
            Properties:
              ExecutionRoleArn: !GetAtt Role.Arn
              PrimaryContainer: {Image: !ImportValue Image}
          Config:
            Type: AWS::SageMaker::EndpointConfig
            Properties:
              ProductionVariants:
                - {ModelName: !GetAtt Model.ModelName, InstanceType: !Ref Type, InitialInstanceCount: 1}
          Role:
            Type: AWS::IAM::Role
    """)

    assert (found.stack, found.region, found.account) == ("app", None, None)
    assert found.description.resources == {
        "Model": Resource(
            "Model",
            {
                "ExecutionRoleArn": Reference(logical_id="Role", attribute="Arn"),
                "PrimaryContainer": {"Image": Unknown()},
            },
        ),
        "Config": Resource(
            "EndpointConfig",
            {
                "ProductionVariants": [
                    {
                        "ModelName": Reference(logical_id="Model", attribute="ModelName"),
                        "InstanceType": "ml.m5.large",
                        "InitialInstanceCount": 1,
                    }
                ]
            },
        ),
    }


def test_values_are_as_cloudformation_converts_them(template: Reads) -> None:
    found = template("""
        Parameters:
          Count: {Type: Number, Default: 2}
        Resources:
          Model:
            Type: AWS::SageMaker::Model
            Properties: {EnableNetworkIsolation: "true", Containers: [{ContainerHostname: 12}]}
          Config:
            Type: AWS::SageMaker::EndpointConfig
            Properties:
              ProductionVariants:
                - {InitialInstanceCount: !Ref Count, InitialVariantWeight: "0.5", VolumeSizeInGB: many}
          Topic:
            Type: AWS::SNS::Topic
            Properties: {FifoTopic: "true"}
    """)

    assert found.properties("Model") == {"EnableNetworkIsolation": True, "Containers": [{"ContainerHostname": "12"}]}
    assert found.properties("Config") == {
        "ProductionVariants": [{"InitialInstanceCount": 2, "InitialVariantWeight": 0.5, "VolumeSizeInGB": "many"}]
    }
    assert found.properties("Topic") == {"FifoTopic": "true"}


def test_a_resource_whose_condition_fails_does_not_exist(template: Reads) -> None:
    found = template("""
        Conditions:
          Holds: !Equals [a, a]
          Fails: !Equals [a, b]
          Maybe: !Equals [!Ref AWS::Region, a]
        Resources:
          One: {Type: AWS::SageMaker::Model, Condition: Holds}
          Two: {Type: AWS::SageMaker::Model, Condition: Fails}
          Three: {Type: AWS::SageMaker::Model, Condition: Maybe}
          Four: {Type: AWS::SageMaker::Model, Condition: Nowhere}
    """)

    assert [logical_id for logical_id, _ in found.resources()] == ["One", "Three", "Four"]
    assert list(found.description.resources) == ["One", "Three", "Four"]
    assert {each: found.exists(each) for each in ("One", "Two", "Three", "Four", "Five")} == {
        "One": True,
        "Two": False,
        "Three": None,
        "Four": None,
        "Five": False,
    }


CONDITIONS = """
    A: !Equals [!Ref Stage, prod]
    Turned: !Equals [prod, !Ref Stage]
    Named: !Condition A
    Substituted: !Equals [!Sub "${Stage}", !Sub "pro${Letter}"]
    Both: !And [!Condition A, !Equals [!Ref Other, b]]
    BothNamed: !And [!Condition Named, !Equals [!Ref Other, b]]
    OneOf: !Or [!Condition A, !Equals [!Ref Other, b]]
    Not: !Not [!Condition A]
    Dev: !Equals [!Ref Stage, dev]
    Chicken: !Not [!Condition Egg]
    Egg: !Not [!Condition Chicken]
    Odd: [5]
"""
SAME_CONDITIONS = {"A": "A", "Turned": "A", "Substituted": "A", "Both": "Both", "BothNamed": "Both"}


def test_what_a_resource_depends_on_can_be_compared(template: Reads) -> None:
    """Whatever its condition is called, and in another template as well."""
    alone = ["OneOf", "Not", "Dev", "Chicken", "Egg", "Odd", "Nowhere"]
    names = [*SAME_CONDITIONS, *alone]
    resources = "\n".join(f"  {name}: {{Type: T, Condition: {name}}}" for name in names)
    parameters = "Parameters: {Stage: {Type: String}, Other: {Type: String}, Letter: {Type: String, Default: d}}"
    text = f"{parameters}\nConditions:{CONDITIONS}\nResources:\n{resources}\n  Always: {{Type: T}}"

    found, again = template(text), template(text.replace("Named", "Renamed"))

    assert found.condition("Always") is None
    first: dict[str | None, str] = {}
    alike = {name: first.setdefault(found.condition(name), name) for name in names}
    assert alike == {name: SAME_CONDITIONS.get(name, name) for name in names}
    assert [again.condition(name) for name in names if name != "BothNamed"] == [
        found.condition(name) for name in names if name != "BothNamed"
    ]


def test_conditions_that_grow_with_each_other_are_compared_soon(template: Reads) -> None:
    """Spelled out, the last of them would be longer than any memory."""
    conditions: dict[str, object] = {"C0": {"Fn::Equals": [{"Ref": "AWS::StackName"}, "a"]}}
    for number in range(100):
        conditions[f"C{number + 1}"] = {"Fn::And": [{"Condition": f"C{number}"}] * 10}
    resources = {name: {"Type": "T", "Condition": name} for name in conditions}

    found = template({"Conditions": conditions, "Resources": resources})

    assert len({found.condition(name) for name in conditions}) == len(conditions)


@pytest.mark.parametrize(
    ("transform", "macros"),
    [
        ("MyMacro", ("MyMacro",)),
        (["AWS::LanguageExtensions", "MyMacro", "123456789012::Other"], ("MyMacro", "123456789012::Other")),
        ({"Name": "MyMacro", "Parameters": {"A": "b"}}, ("MyMacro",)),
        (["AWS::Serverless-2016-10-31", {"Name": "AWS::Include"}], ()),
        ([5, {"Fn::Sub": "MyMacro"}, [], {}], ()),
        (None, ()),
    ],
)
def test_tells_which_macros_may_change_it(transform: object, macros: tuple[str, ...], template: Reads) -> None:
    assert template({"Transform": transform, "Resources": {}}).macros == macros
    assert template({"Resources": {}}).macros == ()


ODD: dict[str, Any] = {
    "a number": 5,
    "nothing": None,
    "a list": [],
    "no type": {"Properties": {}},
    "a type that is no text": {"Type": ["AWS::SageMaker::Model"]},
    "a list for properties": {"Type": "AWS::SageMaker::Model", "Properties": []},
    "nothing for properties": {"Type": "AWS::SageMaker::Model", "Properties": None},
    "properties of a macro": {"Type": "AWS::SageMaker::Model", "Properties": {"Fn::Transform": {"Name": "A"}}},
    "properties with those of a macro": {
        "Type": "AWS::SageMaker::Model",
        "Properties": {"Fn::Transform": {"Name": "AWS::Include"}, "ModelName": "a"},
    },
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_malformed_resource_does_not_hide_the_others(odd: object, template: Reads) -> None:
    loop = [["a"], "b", {}]
    model = {"Type": "AWS::SageMaker::Model", "Properties": {"ModelName": "a"}}

    found = template({"Resources": {"Odd": odd, "Fn::ForEach::Loop": loop, "Model": model}})

    assert found.description.resources == {"Model": Resource("Model", {"ModelName": "a"})}
    assert "Model" in dict(found.resources())


def test_metadata_is_as_it_is_written(template: Reads) -> None:
    metadata = {"aws:cdk:path": "Search/Endpoint/Model", "mce": {"ignore": {"MCE-C06": "tested"}}}
    found = template(
        {
            "Resources": {
                "Model": {"Type": "AWS::SageMaker::Model", "Metadata": metadata},
                "Odd": {"Type": "AWS::SageMaker::Model", "Metadata": ["a"]},
                "None": {"Type": "AWS::SageMaker::Model"},
            }
        }
    )

    assert [found.metadata(each) for each in ("Model", "Odd", "None")] == [metadata, {}, {}]
    assert [found.construct_path(each) for each in ("Model", "Odd", "None")] == ["Search/Endpoint/Model", None, None]


def test_types_are_asked_for(template: Reads) -> None:
    found = template({"Resources": {"A": {"Type": "T::A"}, "B": {"Type": "T::B"}, "C": {"Type": "T::A"}}})

    assert [logical_id for logical_id, _ in found.resources("T::A")] == ["A", "C"]
    assert [logical_id for logical_id, _ in found.resources("T::A", "T::B")] == ["A", "B", "C"]

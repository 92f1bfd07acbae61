"""Resources that others name by the names that they were given: they are followed as references are."""

from __future__ import annotations

from typing import Any

import pytest

from sagemaker_multi_container.rules import Reference, Unknown, evaluate
from sagemaker_multi_container.template import Template
from tests.template.conftest import Reads

PARAMETERS = {"Name": {"Type": "String"}, "Stage": {"Type": "String"}, "Known": {"Type": "String", "Default": "m"}}
CONDITIONS = {
    "Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
    "Other": {"Fn::Not": [{"Condition": "Prod"}]},
    "Never": {"Fn::Equals": ["a", "b"]},
}


def sub(text: str, **variables: object) -> dict[str, Any]:
    """A string with something in its placeholders."""
    return {"Fn::Sub": [text, variables] if variables else text}


def endpoint(model_name: object, called: object, **of_the_model: object) -> dict[str, Any]:
    """A template with a model of a name, and an endpoint whose config calls its model something."""
    return {
        "Parameters": PARAMETERS,
        "Conditions": CONDITIONS,
        "Resources": {
            "Model": {"Type": "AWS::SageMaker::Model", "Properties": {"ModelName": model_name}, **of_the_model},
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"EndpointConfigName": sub("${AWS::StackName}-c"), "ProductionVariants": [called]},
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {"EndpointName": "search", "EndpointConfigName": sub("${AWS::StackName}-c")},
            },
        },
    }


def model_of(template: Template) -> Any:
    """What the first variant says of its model."""
    return template.description.resources["Config"].properties["ProductionVariants"][0]["ModelName"]


MODEL = Reference(logical_id="Model", attribute="ModelName")
MAYBE = {"Fn::If": ["Prod", "a", {"Ref": "AWS::NoValue"}]}
SAME: dict[str, tuple[object, object]] = {
    "a literal": ("m", "m"),
    "a number": (12, "12"),
    "a parameter that is known": ({"Ref": "Known"}, "m"),
    "a parameter": ({"Ref": "Name"}, {"Ref": "Name"}),
    "a string with the stack's name": (sub("${AWS::StackName}-m"), sub("${AWS::StackName}-m")),
    "several unknown parts": (sub("${AWS::StackName}-${Stage}-m"), sub("${AWS::StackName}-${Stage}-m")),
    "strings joined and substituted": (
        sub("${AWS::StackName}-${Stage}-m"),
        {"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, {"Ref": "Stage"}, {"Ref": "AWS::NoValue"}, "m"]]},
    ),
    "a variable of the string": (sub("${A}-m", A={"Ref": "Stage"}), sub("${Stage}-m")),
    "an attribute": (sub("${Bucket.Name}-m"), sub("${A}-m", A={"Fn::GetAtt": ["Bucket", "Name"]})),
    "a placeholder that is none": (sub("${!A}${Stage}"), sub("${!A}${Stage}")),
    "another service's value": ("{{resolve:ssm:/name}}", "{{resolve:ssm:/name}}"),
    "a function that is not known": ({"Fn::ImportValue": "name"}, {"Fn::ImportValue": "name"}),
    "a choice": ({"Fn::If": ["Prod", "a", "b"]}, {"Fn::If": ["Prod", "a", "b"]}),
}
OTHER: dict[str, tuple[object, object]] = {
    "another literal": ("m", "n"),
    "another parameter": ({"Ref": "Name"}, {"Ref": "Stage"}),
    "another end": (sub("${AWS::StackName}-m"), sub("${AWS::StackName}-n")),
    "another service's other value": ("{{resolve:ssm:/name}}", "{{resolve:ssm:/other}}"),
    "maybe no name at all": (MAYBE, MAYBE),
    "a string too long to spell out": (sub("${A}" * 300 + "${Stage}", A="a" * 300), "a" * 90_000),
    "nothing of the kind": ({"Ref": "AWS::NoValue"}, ["m"]),
}


@pytest.mark.parametrize(("name", "called"), SAME.values(), ids=SAME)
def test_a_name_in_the_same_words_is_a_reference(name: object, called: object, template: Reads) -> None:
    assert model_of(template(endpoint(name, {"ModelName": called}))) == MODEL


@pytest.mark.parametrize(("name", "called"), OTHER.values(), ids=OTHER)
def test_a_name_in_other_words_is_what_it_is(name: object, called: object, template: Reads) -> None:
    assert model_of(template(endpoint(name, {"ModelName": called}))) != MODEL


def test_every_way_to_name_a_resource_is_followed(template: Reads) -> None:
    pool = {"ModelNameOverride": "m"}
    document = endpoint("m", {"Fn::If": ["Never", {}, {"ModelName": "m", "InstancePools": [{}, pool]}]})
    document["Resources"]["Config"]["Properties"]["ShadowProductionVariants"] = [
        {"Ref": "AWS::NoValue"},
        {"ModelName": "m"},
    ]
    scaled = {"Properties": {"ResourceId": "endpoint/search/variant/main"}}
    document["Resources"]["Target"] = {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", **scaled}
    document["Resources"]["Policy"] = {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", **scaled}

    resources = template(document).description.resources

    config = resources["Config"].properties
    variant = Reference("endpoint/", "/variant/main", logical_id="Endpoint", attribute="EndpointName")
    assert config["ProductionVariants"] == [
        {"ModelName": MODEL, "InstancePools": [{}, {"ModelNameOverride": MODEL}]},
    ]
    assert config["ShadowProductionVariants"] == [{"ModelName": MODEL}]
    assert resources["Endpoint"].properties["EndpointConfigName"] == Reference(
        logical_id="Config", attribute="EndpointConfigName"
    )
    assert [resources[each].properties["ResourceId"] for each in ("Target", "Policy")] == [variant, variant]


@pytest.mark.parametrize(
    ("name", "resource_id", "is_followed"),
    [
        (sub("${Stage}-search"), sub("endpoint/${Stage}-search/variant/main"), True),
        ("search", {"Fn::Join": ["/", ["endpoint", "search", "variant", "main"]]}, True),
        (sub("${Stage}-search"), sub("endpoint/${Name}-search/variant/main"), False),
        ("search", sub("endpoint/search/variant/${Name}"), False),
        ("search", "endpoint/search/variant/", False),
        ("search", "endpoint/search/variant/main/b", False),
        ("search", "endpoint/another/variant/main", False),
        ("search", "an-endpoint/search/variant/main", False),
    ],
)
def test_the_id_of_a_variant_holds_the_name_of_its_endpoint(
    name: object, resource_id: object, is_followed: bool, template: Reads
) -> None:
    document = {
        "Parameters": PARAMETERS,
        "Resources": {
            "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": name}},
            "Target": {
                "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
                "Properties": {"ResourceId": resource_id},
            },
        },
    }

    value = template(document).description.resources["Target"].properties["ResourceId"]

    assert isinstance(value, Reference) == is_followed


def test_properties_stay_as_they_are_written(template: Reads) -> None:
    """CloudFormation sees no reference, and another model of the same name is no change to it."""
    found = template(endpoint("m", {"ModelName": "m"}))

    assert model_of(found) == MODEL
    assert found.properties("Config")["ProductionVariants"] == [{"ModelName": "m"}]
    assert found.properties("Config")["EndpointConfigName"] == Unknown(suffix="-c")


def test_a_name_that_two_resources_have_is_not_followed(template: Reads) -> None:
    """Each under a condition of its own: which of them there will be is not known."""
    document = endpoint("m", {"ModelName": "m"}, Condition="Prod")
    document["Resources"]["Second"] = {**document["Resources"]["Model"], "Condition": "Other"}

    assert model_of(template(document)) == "m"

    document["Resources"]["Second"]["Condition"] = "Never"
    document["Resources"]["Config"]["Condition"] = "Prod"
    assert model_of(template(document)) == MODEL


def test_a_resource_that_may_not_exist_is_followed_from_where_it_does(template: Reads) -> None:
    """Else the name may be that of a model that somebody else made."""
    document = endpoint("m", {"ModelName": "m"}, Condition="Prod")
    assert model_of(template(document)) == "m"

    document["Conditions"]["Alike"] = {"Fn::Equals": ["prod", {"Ref": "Stage"}]}
    document["Resources"]["Config"]["Condition"] = "Alike"
    assert model_of(template(document)) == MODEL

    document["Resources"]["Config"]["Condition"] = "Other"
    assert model_of(template(document)) == "m"


def test_rules_look_at_what_is_named(template: Reads) -> None:
    """An asynchronous endpoint has no containers in Direct mode, and a model that is hosted has a role."""
    document = endpoint("m", {"ModelName": "m"})
    document["Resources"]["Model"]["Properties"]["InferenceExecutionConfig"] = {"Mode": "Direct"}
    document["Resources"]["Config"]["Properties"]["AsyncInferenceConfig"] = {}

    found = {(each.rule.id, each.resource) for each in evaluate(template(document).description)}

    assert {("MCE-E03", "Config"), ("MCE-M02", "Model")} <= found
    assert not {each for each, _ in found} & {"MCE-V29", "MCE-P03", "MCE-M04", "MCE-E01"}


@pytest.mark.parametrize("name", ["no_name", {"Fn::Sub": "${Stage}_name"}])
def test_a_name_that_cannot_be_one_is_told_once(name: object, template: Reads) -> None:
    """Where it is given, and not where it is used."""
    found = evaluate(template(endpoint(name, {"ModelName": name})).description)

    assert [each.resource for each in found if each.rule.id in ("MCE-M04", "MCE-V29")] == ["Model"]


def test_endpoints_that_share_a_name_are_not_held_against_what_scales_one(template: Reads) -> None:
    """Which of them there will be is not known, and neither is which variants it has."""
    document = {
        "Parameters": PARAMETERS,
        "Conditions": CONDITIONS,
        "Resources": {
            **{
                f"{kind}{name}": {"Type": f"AWS::SageMaker::{kind}", "Condition": name, "Properties": properties}
                for name in ("Prod", "Other")
                for kind, properties in {
                    "EndpointConfig": {"ProductionVariants": [{"VariantName": name}]},
                    "Endpoint": {
                        "EndpointName": "search",
                        "EndpointConfigName": {"Fn::GetAtt": [f"EndpointConfig{name}", "EndpointConfigName"]},
                    },
                }.items()
            },
            "Target": {
                "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
                "Properties": {"ResourceId": "endpoint/search/variant/Other"},
            },
        },
    }

    assert "MCE-A01" not in {each.rule.id for each in evaluate(template(document).description)}

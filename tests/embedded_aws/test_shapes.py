"""Requests are judged by the service's own model."""

import pytest

from embedded_aws.endpoint import Json
from embedded_aws.errors import ServiceError
from embedded_aws.shapes import check_request, from_template, problems


@pytest.mark.parametrize(
    ("request_members", "message"),
    [
        ({}, "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: Member must not be"),
        ({"ModelName": "a_b"}, "Value 'a_b' at 'modelName' failed to satisfy constraint: Member must satisfy regular"),
        ({"ModelName": "a" * 64}, "Member must have length less than or equal to 63"),
        ({"ModelName": 1}, "Value at 'modelName' must be of type string"),
        ({"ModelName": "a", "EnableNetworkIsolation": 1}, "must be of type boolean"),
        ({"ModelName": "a", "Containers": [{"Imago": "x"}]}, "Unknown member 'Imago' at 'containers.1.member'"),
        ({"ModelName": "a", "Containers": [{}] * 16}, "Member must have length less than or equal to 15"),
        (
            {"ModelName": "a", "InferenceExecutionConfig": {"Mode": "DIRECT"}},
            "satisfy enum value set: [Serial, Direct]",
        ),
        ({"ModelName": "a", "Containers": [{"Environment": {"A-B": "1"}}]}, "at 'containers.1.member.environment.key'"),
        ({"ModelName": "a", "Tags": [{"Key": "#", "Value": ""}]}, "at 'tags.1.member.key'"),
        ({"ModelName": "", "Nonsense": 1}, "2 validation errors detected: "),
    ],
)
def test_what_the_model_does_not_allow_is_named(request_members: Json, message: str) -> None:
    with pytest.raises(ServiceError) as refusal:
        check_request("CreateModel", request_members)
    assert message in refusal.value.message
    assert refusal.value.code == "ValidationException"


def test_numbers_have_bounds() -> None:
    variant = {"VariantName": "v", "InitialInstanceCount": 0, "InitialVariantWeight": 1}
    with pytest.raises(ServiceError, match="Member must have value greater than or equal to 1"):
        check_request("CreateEndpointConfig", {"EndpointConfigName": "c", "ProductionVariants": [variant]})


def test_a_good_request_passes() -> None:
    containers = [{"Image": "registry/image:1", "Environment": {"A_b": "1"}}] * 2
    tags = [{"Key": "aws:cloudformation:stack-name", "Value": "Ünïcode and more"}]
    check_request("CreateModel", {"ModelName": "a", "Containers": containers, "Tags": tags})


def test_other_services_have_models_too() -> None:
    target = {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/v \U0001f600"}
    policy = {"PolicyName": "träck", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"} | target
    with pytest.raises(ServiceError, match=r"^1 validation error detected: Value 'träck' at 'policyName'"):
        check_request("PutScalingPolicy", policy, service="application-autoscaling")
    assert problems("ScheduledAction", {}, service="application-autoscaling") != []


def test_templates_may_write_points_in_time() -> None:
    properties = {"StartTime": "2026-01-01T00:00:00Z", "EndTime": "tomorrow"}
    converted = from_template("PutScheduledAction", properties, service="application-autoscaling")
    assert converted == {"StartTime": 1767225600.0, "EndTime": "tomorrow"}


def test_templates_may_write_scalars_as_strings_and_strings_as_scalars() -> None:
    variant = {"InitialInstanceCount": "2", "InitialVariantWeight": "0.5", "EnableSSMAccess": "true", "ModelName": 7}
    converted = from_template("CreateEndpointConfig", {"ProductionVariants": [variant]})["ProductionVariants"][0]
    assert converted == {
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 0.5,
        "EnableSSMAccess": True,
        "ModelName": "7",
    }
    environment = {"Environment": {"DEBUG": True, "WORKERS": 2, "NAME": "x"}}
    converted = from_template("CreateModel", {"Containers": [environment]})["Containers"][0]
    assert converted == {"Environment": {"DEBUG": "true", "WORKERS": "2", "NAME": "x"}}


def test_what_cannot_be_converted_is_left_for_the_check() -> None:
    properties = {"ProductionVariants": [{"InitialInstanceCount": "two", "Nonsense": 1}]}
    assert from_template("CreateEndpointConfig", properties) == properties

"""The emulated resource types are what CloudFormation's own schemas declare."""

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from embedded_aws.cloudformation import RESOURCE_TYPES, Endpoint, Model, SageMakerType
from embedded_aws.endpoint import Json
from embedded_aws.resource_type import HandlerError
from embedded_aws.sagemaker import SageMaker
from embedded_aws.scaling_types import SCALING_TYPES, ScalableTarget, ScalingPolicy

ROLE = "arn:aws:iam::123456789012:role/role"
CONTAINERS = [{"Image": "registry/image:1"}] * 2


@pytest.mark.parametrize("kind", RESOURCE_TYPES)
def test_the_replacing_properties_are_those_of_the_public_schema(kind: type[SageMakerType]) -> None:
    resource_type = kind(SageMaker)
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type.type_name).schema
    declared = {pointer.removeprefix("/properties/") for pointer in schema["createOnlyProperties"]}
    assert set(resource_type.create_only) == declared
    assert schema["primaryIdentifier"] == [f"/properties/{kind.kind}Arn"]
    assert resource_type.name_property in schema["properties"]


@pytest.mark.parametrize("kind", RESOURCE_TYPES)
def test_system_tags_go_where_the_public_schema_sends_them(kind: type[SageMakerType]) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", f"AWS::SageMaker::{kind.kind}").schema
    assert kind.system_tags == schema["tagging"].get("cloudFormationSystemTags", True)


@pytest.mark.parametrize("kind", SCALING_TYPES)
def test_scaling_types_are_those_of_the_public_schema(kind: type[ScalableTarget | ScalingPolicy]) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind.type_name).schema
    declared = {pointer.removeprefix("/properties/") for pointer in schema["createOnlyProperties"]}
    assert set(kind.create_only) == declared
    assert kind.taggable == schema["tagging"]["taggable"]
    assert not schema["tagging"]["cloudFormationSystemTags"]


def test_the_update_only_properties_are_those_that_the_public_schema_cannot_read() -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::SageMaker::Endpoint").schema
    declared = {pointer.removeprefix("/properties/") for pointer in schema["writeOnlyProperties"]}
    assert set(Endpoint.update_only) == declared


def test_a_generated_name_fits_and_tells_where_it_comes_from() -> None:
    sagemaker = SageMaker()
    models = Model(lambda: sagemaker)
    arn, attributes = models.create("Model" * 20, {"Containers": CONTAINERS}, "Stack")
    name = attributes["ModelName"]
    assert len(name) == 63
    assert name.startswith("Stack-ModelModel")
    assert attributes["ModelArn"] == arn == f"arn:aws:sagemaker:us-east-1:123456789012:model/{name.lower()}"


def test_a_refusal_of_the_service_is_the_reason_of_the_failure() -> None:
    with pytest.raises(HandlerError, match=r'^Resource handler returned message: "Specify either PrimaryContainer or'):
        Model(SageMaker).create("Model", {}, "Stack")


def test_tags_change_in_place() -> None:
    sagemaker = SageMaker()
    models = Model(lambda: sagemaker)
    old: Json = {"Containers": CONTAINERS, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}
    new: Json = {"Containers": CONTAINERS, "Tags": [{"Key": "b", "Value": "3"}]}
    arn, attributes = models.create("Model", old, "Stack")
    assert models.update(arn, old, new) == (arn, attributes)
    assert sagemaker.call("ListTags", {"ResourceArn": arn}) == {"Tags": [{"Key": "b", "Value": "3"}]}


@pytest.mark.parametrize("kind", RESOURCE_TYPES)
def test_deleting_what_is_gone_already_is_fine(kind: type[SageMakerType]) -> None:
    sagemaker = SageMaker()
    sagemaker.call("CreateModel", {"ModelName": "there", "ExecutionRoleArn": ROLE, "Containers": CONTAINERS})
    kind(lambda: sagemaker).delete("arn:aws:sagemaker:us-east-1:123456789012:model/gone")
    assert [model["ModelName"] for model in sagemaker.call("ListModels", {})["Models"]] == ["there"]


def test_updating_what_is_gone_is_not() -> None:
    with pytest.raises(HandlerError, match="was not found"):
        Endpoint(SageMaker).update("arn:aws:sagemaker:us-east-1:123456789012:endpoint/gone", {}, {})

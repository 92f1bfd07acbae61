"""The SageMaker API as a judge: what it would say of the requests that CloudFormation makes of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.session import get_session
from botocore.validate import ParamValidator

from embedded_aws.shapes import from_template, problems

from .site import ACCOUNT, REGION

_OPERATIONS = {
    "AWS::SageMaker::Model": ("ModelName", ["CreateModel"]),
    "AWS::SageMaker::EndpointConfig": ("EndpointConfigName", ["CreateEndpointConfig"]),
    "AWS::SageMaker::Endpoint": ("EndpointName", ["CreateEndpoint", "UpdateEndpoint"]),
}
"""The name that CloudFormation makes up for a resource, and the requests that it sends."""
_IN_ONE_OPERATION = {
    "CreateEndpoint": {"RetainAllVariantProperties", "ExcludeRetainedVariantProperties", "RetainDeploymentConfig"},
    "UpdateEndpoint": {"Tags"},
}
"""The properties that CloudFormation leaves out of a request, because they are for another one."""

_INPUTS = {
    "Model": ["CreateModelInput"],
    "EndpointConfig": ["CreateEndpointConfigInput"],
    "Endpoint": ["CreateEndpointInput", "UpdateEndpointInput"],
}
"""The requests in which the API sees a resource's properties."""
_PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
_ATTRIBUTES = {
    "AWS::CloudWatch::Alarm": "errors",
    "AWS::EC2::SecurityGroup.GroupId": "sg-0123456789abcdef0",
    "AWS::ECR::Repository.Arn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/images",
    "AWS::ECR::Repository": "images",
    "AWS::IAM::Role.Arn": f"arn:aws:iam::{ACCOUNT}:role/role",
    "AWS::KMS::Key.Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "AWS::S3::Bucket": "models",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic",
    "AWS::SageMaker::EndpointConfig.EndpointConfigName": "config",
    "AWS::SageMaker::Model.ModelName": "model",
}


@cache
def service() -> ServiceModel:
    """The SageMaker API's own model."""
    return get_session().get_service_model("sagemaker")


def steps_of(guarded: str) -> list[str]:
    """The steps to a property, resource first: `[]` is an element, `{key}` and `{value}` are those of a map."""
    return guarded.replace("[]", ".[]").replace("{", ".{").split(".")


def _member(shape: Shape, step: str) -> Shape | None:
    if isinstance(shape, ListShape) and step == "[]":
        return shape.member
    if isinstance(shape, MapShape) and step in {"{key}", "{value}"}:
        return shape.key if step == "{key}" else shape.value
    return shape.members.get(step) if isinstance(shape, StructureShape) else None


def shape_of(guarded: str) -> Shape:
    """The API's shape of a property such as `Model.Containers[].Image`."""
    resource, *steps = steps_of(guarded)
    for name in _INPUTS[resource]:
        shape: Shape | None = service().shape_for(name)
        for step in steps:
            shape = None if shape is None else _member(shape, step)
        if shape is not None:
            return shape
    pytest.fail(f"the API does not know {guarded}")


def refusals(template: Mapping[str, Any]) -> list[str]:
    """Why the API would refuse the requests that make a template's SageMaker resources."""
    return [refusal for resource in template["Resources"].values() for refusal in _refusals(template, resource)]


def _refusals(template: Mapping[str, Any], resource: Mapping[str, Any]) -> Iterator[str]:
    name, operations = _OPERATIONS.get(resource["Type"], ("", []))
    for operation in operations:
        left_out = _IN_ONE_OPERATION.get(operation, set())
        properties = {key: value for key, value in resource["Properties"].items() if key not in left_out}
        request = {name: "made-up", **from_template(operation, resolve(template, properties))}
        shape = service().operation_model(operation).input_shape
        assert shape is not None
        report = ParamValidator().validate(request, shape)
        if report.has_errors():
            yield report.generate_report()
        yield from problems(shape.name, request)


def resolve(template: Mapping[str, Any], value: Any) -> Any:
    """A value of a template as it might be at deployment."""
    if isinstance(value, list):
        return [resolve(template, inner) for inner in value]
    if not isinstance(value, dict):
        return value
    name, argument = next(iter(value.items()), ("", None))
    if name == "Ref" or name.startswith("Fn::"):
        return _called(template, name, argument)
    return {key: resolve(template, inner) for key, inner in value.items()}


def _called(template: Mapping[str, Any], function: str, argument: Any) -> Any:
    arguments = argument if function in {"Ref", "Fn::GetAtt"} else resolve(template, argument)
    match function, arguments:
        case "Ref", name:
            result = _referred(template, name, "")
        case "Fn::GetAtt", [name, attribute]:
            result = _referred(template, name, f".{attribute}")
        case "Fn::Join", [separator, parts]:
            result = separator.join(parts)
        case "Fn::Split", [separator, text]:
            result = text.split(separator)
        case "Fn::Select", [index, items]:
            result = items[int(index)]
        case "Fn::FindInMap", [mapping, first, second]:
            result = template["Mappings"][mapping][first][second]
        case "Fn::Sub", str(text):
            result = re.sub(r"\$\{([^}]+)\}", lambda found: str(_PSEUDO_PARAMETERS[found[1]]), text)
        case _:
            pytest.fail(f"this judge does not know {function}")
    return result


def _referred(template: Mapping[str, Any], name: str, attribute: str) -> Any:
    if name in _PSEUDO_PARAMETERS:
        return _PSEUDO_PARAMETERS[name]
    if name in template.get("Parameters", {}):
        return template["Parameters"][name]["Default"]
    resource = template["Resources"][name]
    if resource["Type"] == "AWS::SSM::Parameter":
        return resource["Properties"]["Value"]
    return _ATTRIBUTES[resource["Type"] + attribute]

"""From CloudFormation's property names to those of the CDK's L1 classes.

L1 takes plain dictionaries, and silently drops every nested key that it does not know. So the names are made in one
place, and a test holds them against the installed L1.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs import IConstruct

from .rules import Reference
from .rules.description import ResourceType

Attributes = Mapping[Reference, str]
"""What stands for a reference to another resource of the endpoint: the token that L1 gave for it."""

_IRREGULAR = {
    "EnableSSMAccess": "enableSsmAccess",
    "MaxPayloadInMB": "maxPayloadInMb",
    "MemorySizeInMB": "memorySizeInMb",
    "VolumeSizeInGB": "volumeSizeInGb",
}
# Keys below these belong to the user.
_VERBATIM = frozenset({"Environment"})


def resources(scope: IConstruct) -> Iterator[tuple[cdk.CfnResource, ResourceType]]:
    """The L1 resources at and below a construct that the rules look at."""
    types = _types()
    for construct in scope.node.find_all():
        for made_by, kind in types.items():
            if isinstance(construct, cdk.CfnResource) and isinstance(construct, made_by):
                yield construct, kind


def keywords(properties: Mapping[str, Any], attributes: Attributes) -> dict[str, Any]:
    """Keyword arguments of a `Cfn*` class that give a resource these CloudFormation properties."""
    return {snake_case(key): _value(key, inner, attributes) for key, inner in properties.items()}


@functools.cache
def _types() -> Mapping[type[cdk.CfnResource], ResourceType]:
    from aws_cdk import aws_applicationautoscaling as appscaling  # noqa: PLC0415 - most apps never need it

    return {
        sagemaker.CfnModel: "Model",
        sagemaker.CfnEndpointConfig: "EndpointConfig",
        sagemaker.CfnEndpoint: "Endpoint",
        appscaling.CfnScalableTarget: "ScalableTarget",
        appscaling.CfnScalingPolicy: "ScalingPolicy",
    }


def _value(key: str, value: Any, attributes: Attributes) -> Any:
    if key in _VERBATIM:
        return value
    if isinstance(value, dict):
        return {camel_case(name): _value(name, inner, attributes) for name, inner in value.items()}
    if isinstance(value, list):
        return [_value("", item, attributes) for item in value]
    return attributes[value] if isinstance(value, Reference) else value


@functools.cache
def camel_case(key: str) -> str:
    """The name that L1 gives a nested CloudFormation property."""
    return _IRREGULAR.get(key, key[:1].lower() + key[1:])


@functools.cache
def snake_case(key: str) -> str:
    """The keyword that L1 has for a CloudFormation property."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", key).lower()

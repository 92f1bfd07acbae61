"""Shorthands of the tests: containers and endpoints of which only what matters is said."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    MultiContainerEndpoint,
)

DIRECT = InferenceExecutionMode.DIRECT
SERIAL = InferenceExecutionMode.SERIAL


def wrong(value: object) -> Any:
    """A value of a type that a type checker would refuse, and Python lets pass."""
    return value


def image(name: str = "model") -> ContainerImage:
    """An image in ECR, in whichever region the stack is."""
    return ContainerImage.from_uri(f"123456789012.dkr.ecr.{cdk.Aws.REGION}.amazonaws.com/{name}:1.0")


def container(hostname: str | None = "first", **arguments: Any) -> ContainerDefinition:
    """A container with an image, and whatever else is said."""
    defaults: dict[str, Any] = {"hostname": hostname, "image": image(hostname or "unnamed")}
    return ContainerDefinition(**defaults | arguments)


def containers(*hostnames: str) -> list[ContainerDefinition]:
    """Containers with these hostnames; by default two."""
    return [container(hostname) for hostname in hostnames or ("first", "second")]


def endpoint(scope: Construct, id: str = "Endpoint", **arguments: Any) -> MultiContainerEndpoint:
    """A valid endpoint, and whatever else is said. `instance_type=None` leaves that out."""
    defaults: dict[str, Any] = {"containers": containers(), "instance_type": "ml.m5.xlarge"}
    return MultiContainerEndpoint(scope, id, **defaults | arguments)


def resources(stack: cdk.Stack, type: str) -> dict[str, Any]:
    """The stack's resources of a type, such as `SageMaker::Model`, by logical id."""
    return dict(Template.from_stack(stack).find_resources(f"AWS::{type}"))


def properties(stack: cdk.Stack, type: str) -> dict[str, Any]:
    """The properties of the stack's only resource of a type."""
    (resource,) = resources(stack, type).values()
    inner: dict[str, Any] = resource["Properties"]
    return inner


def statements(stack: cdk.Stack) -> dict[str, dict[str, Any]]:
    """The statements of the stack's only policy, each by its first action."""
    found = properties(stack, "IAM::Policy")["PolicyDocument"]["Statement"]
    return {_first(statement["Action"]): statement for statement in found}


def _first(action: str | list[str]) -> str:
    return action if isinstance(action, str) else action[0]

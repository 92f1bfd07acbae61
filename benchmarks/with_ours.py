"""An endpoint of our construct."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from sagemaker_multi_container import ContainerDefinition, ContainerImage, ModelData, MultiContainerEndpoint

from . import roles, wanted
from .peers import Declare
from .shared import Shared, import_shared

# Made once, as what endpoints have in common is.
_LATENCY = cdk.Duration.millis(wanted.LATENCY_MILLISECONDS)


def own_role(_stack: cdk.Stack) -> Declare:
    """The endpoint, with images and model data by URI as in what is written by hand, and the role that it makes."""
    return lambda stack, name, number: _endpoint(stack, name, _by_uri(number))


def given_role(stack: cdk.Stack) -> Declare:
    """The same, with a role that is there already."""
    role = iam.Role.from_role_arn(stack, "Role", roles.GIVEN.arn)
    return lambda stack, name, number: _endpoint(stack, name, _by_uri(number), role)


def watched(_stack: cdk.Stack) -> Declare:
    """The endpoint with its own role, scaling and three alarms."""
    return lambda stack, name, number: _watch(_endpoint(stack, name, _by_uri(number)))


def of_objects(stack: cdk.Stack) -> Declare:
    """The endpoint, with images of repositories and model data of a bucket, as the alpha package has them."""
    shared = import_shared(stack)
    return lambda stack, name, number: _endpoint(stack, name, _by_object(number, shared))


def of_objects_watched(stack: cdk.Stack) -> Declare:
    """The same, with scaling and three alarms."""
    shared = import_shared(stack)
    return lambda stack, name, number: _watch(_endpoint(stack, name, _by_object(number, shared)))


def with_most_containers(_stack: cdk.Stack) -> Declare:
    """The endpoint with 15 containers."""
    return lambda stack, name, number: _endpoint(stack, name, _by_uri(number, count=15))


def with_more_variables(_stack: cdk.Stack) -> Declare:
    """The endpoint with twenty environment variables in each container."""
    variables = {f"VARIABLE_{index}": "on" for index in range(20)}
    return lambda stack, name, number: _endpoint(stack, name, _by_uri(number, environment=variables))


def with_tags(stack: cdk.Stack) -> Declare:
    """The endpoint in a stack with five tags."""
    for index in range(5):
        cdk.Tags.of(stack).add(f"tag{index}", "value")
    return own_role(stack)


def _by_uri(number: int, count: int = 2, environment: dict[str, str] | None = None) -> list[ContainerDefinition]:
    return [
        ContainerDefinition(
            hostname=stage.hostname,
            image=ContainerImage.from_uri(stage.image),
            model_data=ModelData.from_s3_uri(f"s3://{wanted.BUCKET}/{stage.key}"),
            environment=environment or wanted.ENVIRONMENT,
        )
        for stage in wanted.stages(number, count)
    ]


def _by_object(number: int, shared: Shared) -> list[ContainerDefinition]:
    return [
        ContainerDefinition(
            hostname=stage.hostname,
            image=ContainerImage.from_ecr_repository(shared.repositories[stage.repository], tag=stage.tag),
            model_data=ModelData.from_bucket(shared.bucket, stage.key),
            environment=wanted.ENVIRONMENT,
        )
        for stage in wanted.stages(number)
    ]


def _endpoint(
    scope: Construct, id: str, containers: list[ContainerDefinition], role: iam.IRole | None = None
) -> MultiContainerEndpoint:
    return MultiContainerEndpoint(
        scope,
        id,
        containers=containers,
        instance_type=wanted.INSTANCE_TYPE,
        initial_instance_count=wanted.INSTANCES,
        role=role,
    )


def _watch(endpoint: MultiContainerEndpoint) -> None:
    scaling = endpoint.auto_scale(min_capacity=wanted.LEAST_INSTANCES, max_capacity=wanted.MOST_INSTANCES)
    scaling.scale_on_invocations("Load", max_requests_per_second=wanted.REQUESTS_PER_SECOND)
    endpoint.add_alarms(
        latency_p99=_LATENCY,
        error_rate_5xx=wanted.ERROR_RATE,
        error_rate_4xx=False,
        cpu_utilization=wanted.CPU,
        memory_utilization=False,
        disk_utilization=False,
    )

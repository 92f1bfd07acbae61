"""An endpoint of `aws-cdk.aws-sagemaker-alpha`, as its README writes it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_sagemaker_alpha as alpha
from constructs import Construct

from . import wanted
from .peers import Declare
from .shared import Shared, import_shared


def own_role(stack: cdk.Stack) -> Declare:
    """Model with its role and policy, config and endpoint."""
    shared = import_shared(stack)
    return lambda stack, name, number: _endpoint(stack, name, number, shared)


def watched(stack: cdk.Stack) -> Declare:
    """The same, with scaling and three alarms."""
    shared = import_shared(stack)
    return lambda stack, name, number: _watch(stack, name, _endpoint(stack, name, number, shared))


def importing(_stack: cdk.Stack) -> Declare:
    """The same, of images and model data that are known by their URIs: the package takes none."""
    return lambda stack, name, number: _endpoint(stack, name, number, import_shared(stack, name))


def importing_watched(_stack: cdk.Stack) -> Declare:
    """That with scaling and three alarms."""
    return lambda stack, name, number: _watch(stack, name, _endpoint(stack, name, number, import_shared(stack, name)))


def _endpoint(scope: Construct, id: str, number: int, shared: Shared) -> alpha.Endpoint:
    model = alpha.Model(
        scope,
        f"{id}Model",
        containers=[
            alpha.ContainerDefinition(
                container_hostname=stage.hostname,
                image=alpha.ContainerImage.from_ecr_repository(shared.repositories[stage.repository], stage.tag),
                model_data=alpha.ModelData.from_bucket(shared.bucket, stage.key),
                environment=wanted.ENVIRONMENT,
            )
            for stage in wanted.stages(number)
        ],
    )
    config = alpha.EndpointConfig(
        scope,
        f"{id}Config",
        instance_production_variants=[
            alpha.InstanceProductionVariantProps(
                variant_name=wanted.VARIANT,
                model=model,
                instance_type=alpha.InstanceType.of(wanted.INSTANCE_TYPE),
                initial_instance_count=wanted.INSTANCES,
            )
        ],
    )
    return alpha.Endpoint(scope, id, endpoint_config=config)


def _watch(scope: Construct, id: str, endpoint: alpha.Endpoint) -> None:
    variant = endpoint.find_instance_production_variant(wanted.VARIANT)
    scaling = variant.auto_scale_instance_count(min_capacity=wanted.LEAST_INSTANCES, max_capacity=wanted.MOST_INSTANCES)
    scaling.scale_on_invocations("Load", max_requests_per_second=wanted.REQUESTS_PER_SECOND)
    variant.metric_model_latency(statistic="p99").create_alarm(
        scope,
        f"{id}Latency",
        threshold=wanted.LATENCY_MILLISECONDS * 1000,
        evaluation_periods=wanted.PERIODS,
        datapoints_to_alarm=wanted.PERIODS_TO_ALARM,
    )
    variant.metric_invocation_response_code(alpha.InvocationHttpResponseCode.INVOCATION_5XX_ERRORS).create_alarm(
        scope,
        f"{id}Errors",
        threshold=wanted.ERROR_RATE,
        evaluation_periods=wanted.PERIODS,
        datapoints_to_alarm=wanted.PERIODS_TO_ALARM,
    )
    variant.metric_cpu_utilization().create_alarm(
        scope,
        f"{id}Cpu",
        threshold=wanted.CPU_OF_INSTANCE,
        evaluation_periods=wanted.PERIODS,
        datapoints_to_alarm=wanted.PERIODS_TO_ALARM,
    )

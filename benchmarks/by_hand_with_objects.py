"""An endpoint of L1 resources, whose nested properties are `*Property` objects: what is safest to write by hand."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from . import roles, wanted
from .peers import Declare

_RETAINED = {
    "retain_all_variant_properties": True,
    "exclude_retained_variant_properties": [
        sagemaker.CfnEndpoint.VariantPropertyProperty(variant_property_type="DesiredWeight")
    ],
}


def own_role(_stack: cdk.Stack) -> Declare:
    """Role, policy, model, config and endpoint."""
    return lambda stack, name, number: _endpoint(stack, name, number, roles.with_l2)


def given_role(_stack: cdk.Stack) -> Declare:
    """Policy, model, config and endpoint."""
    return lambda stack, name, number: _endpoint(stack, name, number, roles.given)


def watched(_stack: cdk.Stack) -> Declare:
    """Role, policy, model, config and endpoint, with scaling and three alarms."""
    return _watched


def _watched(scope: Construct, id: str, number: int) -> None:
    name = _endpoint(scope, id, number, roles.with_l2, **_RETAINED).attr_endpoint_name
    _scaling(scope, id, name)
    _alarms(scope, id, name)


def _endpoint(
    scope: Construct, id: str, number: int, make_role: roles.MakeRole, **retention: Any
) -> sagemaker.CfnEndpoint:
    stages = wanted.stages(number)
    role = make_role(scope, f"{id}Role")
    policy = roles.allow(scope, f"{id}Policy", role, wanted.permissions(stages))
    model = sagemaker.CfnModel(
        scope,
        f"{id}Model",
        execution_role_arn=role.arn,
        inference_execution_config=sagemaker.CfnModel.InferenceExecutionConfigProperty(mode="Serial"),
        containers=[
            sagemaker.CfnModel.ContainerDefinitionProperty(
                container_hostname=stage.hostname,
                image=stage.image,
                model_data_url=f"s3://{wanted.BUCKET}/{stage.key}",
                environment=wanted.ENVIRONMENT,
            )
            for stage in stages
        ],
    )
    model.add_resource_dependency(policy)
    config = sagemaker.CfnEndpointConfig(
        scope,
        f"{id}Config",
        production_variants=[
            sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                variant_name=wanted.VARIANT,
                model_name=model.attr_model_name,
                instance_type=wanted.INSTANCE_TYPE,
                initial_instance_count=wanted.INSTANCES,
                initial_variant_weight=1,
            )
        ],
    )
    return sagemaker.CfnEndpoint(scope, id, endpoint_config_name=config.attr_endpoint_config_name, **retention)


def _scaling(scope: Construct, id: str, endpoint_name: str) -> None:
    target = appscaling.CfnScalableTarget(
        scope,
        f"{id}Scaling",
        service_namespace="sagemaker",
        scalable_dimension="sagemaker:variant:DesiredInstanceCount",
        resource_id=f"endpoint/{endpoint_name}/variant/{wanted.VARIANT}",
        min_capacity=wanted.LEAST_INSTANCES,
        max_capacity=wanted.MOST_INSTANCES,
        role_arn=wanted.SCALING_ROLE,
    )
    policy = appscaling.CfnScalingPolicy
    policy(
        scope,
        f"{id}Load",
        policy_name=f"{id}Load",
        policy_type="TargetTrackingScaling",
        scaling_target_id=target.ref,
        target_tracking_scaling_policy_configuration=policy.TargetTrackingScalingPolicyConfigurationProperty(
            predefined_metric_specification=policy.PredefinedMetricSpecificationProperty(
                predefined_metric_type="SageMakerVariantInvocationsPerInstance"
            ),
            target_value=wanted.CALLS_PER_MINUTE,
        ),
    )


def _alarms(scope: Construct, id: str, endpoint_name: str) -> None:
    dimensions = [
        cloudwatch.CfnAlarm.DimensionProperty(name="EndpointName", value=endpoint_name),
        cloudwatch.CfnAlarm.DimensionProperty(name="VariantName", value=wanted.VARIANT),
    ]
    cloudwatch.CfnAlarm(
        scope,
        f"{id}Latency",
        alarm_description=wanted.about_latency(endpoint_name),
        namespace="AWS/SageMaker",
        metric_name="ModelLatency",
        dimensions=dimensions,
        extended_statistic="p99",
        period=wanted.PERIOD,
        threshold=wanted.LATENCY_MILLISECONDS * 1000,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=wanted.PERIODS,
        datapoints_to_alarm=wanted.PERIODS_TO_ALARM,
        treat_missing_data="notBreaching",
    )
    cloudwatch.CfnAlarm(
        scope,
        f"{id}Errors",
        alarm_description=wanted.about_errors(endpoint_name),
        metrics=[
            cloudwatch.CfnAlarm.MetricDataQueryProperty(
                id="rate",
                expression=wanted.ERROR_RATE_EXPRESSION,
                label=wanted.ERROR_RATE_LABEL,
                return_data=True,
            ),
            _sum("failures", "Invocation5XXErrors", dimensions),
            _sum("all", "Invocations", dimensions),
        ],
        threshold=wanted.ERROR_RATE,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=wanted.PERIODS,
        datapoints_to_alarm=wanted.PERIODS_TO_ALARM,
        treat_missing_data="notBreaching",
    )
    cloudwatch.CfnAlarm(
        scope,
        f"{id}Cpu",
        alarm_description=wanted.about_cpu(endpoint_name),
        namespace="/aws/sagemaker/Endpoints",
        metric_name="CPUUtilization",
        dimensions=dimensions,
        statistic="Average",
        period=wanted.PERIOD,
        threshold=wanted.CPU_OF_INSTANCE,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=wanted.PERIODS,
        datapoints_to_alarm=wanted.PERIODS_TO_ALARM,
        treat_missing_data="missing",
    )


def _sum(
    id: str, metric: str, dimensions: list[cloudwatch.CfnAlarm.DimensionProperty]
) -> cloudwatch.CfnAlarm.MetricDataQueryProperty:
    return cloudwatch.CfnAlarm.MetricDataQueryProperty(
        id=id,
        metric_stat=cloudwatch.CfnAlarm.MetricStatProperty(
            metric=cloudwatch.CfnAlarm.MetricProperty(
                namespace="AWS/SageMaker", metric_name=metric, dimensions=dimensions
            ),
            period=wanted.PERIOD,
            stat="Sum",
        ),
        return_data=False,
    )

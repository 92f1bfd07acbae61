"""Two endpoints that together use all that there is: an asynchronous pipeline, and containers called by name."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk.aws_applicationautoscaling import ScalingInterval, Schedule

from sagemaker_multi_container import (
    AsyncInference,
    AsyncNotification,
    ClarifyExplainer,
    CoreDump,
    DataCapture,
    Deployment,
    InferenceExecutionMode,
    MetricsConfig,
    MultiContainerEndpoint,
    ProductionVariant,
    RoutingStrategy,
    ShapBaseline,
)

from .conftest import containers


class Everything:
    """What the endpoints share, and the endpoints themselves."""

    def __init__(self, stack: cdk.Stack, *, tag: str) -> None:
        self._stack = stack
        self._tag = tag
        self._key = kms.Key(stack, "Key", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
        self._bucket = s3.Bucket(
            stack, "Bucket", encryption_key=self._key, enforce_ssl=True, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        self._topic = sns.Topic(stack, "Topic", master_key=self._key)
        self._caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.pipeline = self._declare_pipeline()
        self.by_name = self._declare_by_name()

    def _declare_pipeline(self) -> MultiContainerEndpoint:
        endpoint = MultiContainerEndpoint(
            self._stack,
            "Pipeline",
            containers=containers("prepare", "predict", tag=self._tag),
            encryption_key=self._key,
            variants=[
                ProductionVariant(
                    name="live",
                    instance_type="ml.m5.xlarge",
                    initial_instance_count=2,
                    routing_strategy=RoutingStrategy.least_outstanding_requests(),
                    volume_size=cdk.Size.gibibytes(50),
                    core_dump=CoreDump(bucket=self._bucket, prefix="dumps"),
                    enable_ssm_access=True,
                )
            ],
            deployment=Deployment.rolling(percent=50, wait=cdk.Duration.minutes(1)),
            data_capture=DataCapture(bucket=self._bucket, prefix="captured", sampling_percentage=10),
            async_inference=AsyncInference(
                bucket=self._bucket,
                prefix="answers",
                input_bucket=self._bucket,
                success_topic=self._topic,
                include_response_in=[AsyncNotification.SUCCESS],
            ),
            explainer=ClarifyExplainer(baseline=ShapBaseline.from_bucket(self._bucket, "baseline.csv")),
            metrics_config=MetricsConfig(enhanced_metrics=True),
        )
        scaling = endpoint.auto_scale(min_capacity=0, max_capacity=4)
        scaling.scale_to_track_metric(
            "Backlog", metric=endpoint.metrics.approximate_backlog_size_per_instance(), target_value=5
        )
        endpoint.grants.invoke_async(self._caller)
        return endpoint

    def _declare_by_name(self) -> MultiContainerEndpoint:
        endpoint = MultiContainerEndpoint(
            self._stack,
            "ByName",
            endpoint_name="by-name",
            mode=InferenceExecutionMode.DIRECT,
            containers=containers("ranker", "tagger", tag=self._tag),
            variants=[
                ProductionVariant(name="live", instance_type="ml.m5.xlarge", initial_instance_count=2),
                ProductionVariant(name="next", instance_type="ml.m5.large", initial_instance_count=2, weight=0),
            ],
            deployment=Deployment.canary(
                percent=50, wait=cdk.Duration.minutes(5), termination_wait=cdk.Duration.minutes(5)
            ),
        )
        scaling = endpoint.auto_scale(variant="live", min_capacity=1, max_capacity=4)
        scaling.scale_on_utilization("Cpu", target_utilization_percent=60, container="ranker")
        scaling.scale_on_schedule("Night", schedule=Schedule.cron(hour="22", minute="0"), max_capacity=1)
        endpoint.auto_scale(variant="next", min_capacity=1, max_capacity=2).scale_on_metric(
            "Calls",
            metric=endpoint.metrics.invocations(variant="next"),
            scaling_steps=[ScalingInterval(lower=100, change=1), ScalingInterval(upper=10, change=-1)],
        )
        endpoint.add_alarms(actions=[actions.SnsAction(self._topic)], rollback=True)
        endpoint.add_dashboard()
        endpoint.add_log_group(
            retention=logs.RetentionDays.ONE_MONTH,
            encryption_key=self._key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        endpoint.on_state_change("Failed", statuses=["FAILED"], target=targets.SnsTopic(self._topic))
        endpoint.on_deployment_state_change("Deployed", target=targets.SnsTopic(self._topic))
        endpoint.grants.invoke(self._caller, containers=["ranker"])
        return endpoint

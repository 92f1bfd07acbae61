"""An endpoint with all that may come with one, deployed, updated and destroyed by the real CDK."""

from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns

from embedded_aws.cdk_cli import CdkCli
from embedded_aws.launcher import EmbeddedAws

pytestmark = pytest.mark.e2e

ENDPOINT = "everything"


class Everything(cdk.Stack):
    """An endpoint that is encrypted, captured, scaled, watched and announced."""

    def __init__(self, app: cdk.App, *, image: str) -> None:
        super().__init__(app, "Everything")
        self.key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
        self.topic = sns.Topic(self, "Topic", master_key=self.key)
        self.alarms = self._alarms()
        self._endpoint(self._config(image))
        self._scaling()
        self._around()

    def _alarms(self) -> list[cloudwatch.AlarmBase]:
        where = {"EndpointName": ENDPOINT, "VariantName": "live"}
        failed, invoked = (
            cloudwatch.Metric(namespace="AWS/SageMaker", metric_name=name, dimensions_map=where)
            for name in ("Invocation5XXErrors", "Invocations")
        )
        rate = cloudwatch.MathExpression(
            expression="failed / invoked", using_metrics={"failed": failed, "invoked": invoked}
        )
        errors = failed.create_alarm(self, "Errors", threshold=1, evaluation_periods=1)
        errors.add_alarm_action(actions.SnsAction(self.topic))
        share = rate.create_alarm(self, "Share", threshold=0.1, evaluation_periods=1)
        either = cloudwatch.AlarmRule.any_of(
            *(cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in (errors, share))
        )
        cloudwatch.Dashboard(self, "Dashboard", widgets=[[cloudwatch.GraphWidget(left=[failed, rate])]])
        return [errors, cloudwatch.CompositeAlarm(self, "Either", alarm_rule=either)]

    def _config(self, image: str) -> sagemaker.CfnEndpointConfig:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        bucket = s3.Bucket(
            self, "Bucket", encryption_key=self.key, enforce_ssl=True, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        bucket.grant_put(role)
        containers = [
            sagemaker.CfnModel.ContainerDefinitionProperty(container_hostname=name, image=f"registry/{name}:{image}")
            for name in ("first", "second")
        ]
        model = sagemaker.CfnModel(self, "Model", execution_role_arn=role.role_arn, containers=containers)
        pools = [sagemaker.CfnEndpointConfig.InstancePoolProperty(instance_type="ml.g5.xlarge", priority=1)]
        return sagemaker.CfnEndpointConfig(
            self,
            "Config",
            kms_key_id=self.key.key_arn,
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    variant_name="live",
                    model_name=model.attr_model_name,
                    instance_pools=pools,
                    initial_instance_count=2,
                    initial_variant_weight=1,
                )
            ],
            data_capture_config=sagemaker.CfnEndpointConfig.DataCaptureConfigProperty(
                enable_capture=True,
                initial_sampling_percentage=10,
                destination_s3_uri=bucket.s3_url_for_object("captured"),
                capture_options=[sagemaker.CfnEndpointConfig.CaptureOptionProperty(capture_mode="InputAndOutput")],
            ),
            async_inference_config=sagemaker.CfnEndpointConfig.AsyncInferenceConfigProperty(
                output_config=sagemaker.CfnEndpointConfig.AsyncInferenceOutputConfigProperty(
                    s3_output_path=bucket.s3_url_for_object("output"),
                    notification_config=sagemaker.CfnEndpointConfig.AsyncInferenceNotificationConfigProperty(
                        error_topic=self.topic.topic_arn
                    ),
                )
            ),
        )

    def _endpoint(self, config: sagemaker.CfnEndpointConfig) -> None:
        half = sagemaker.CfnEndpoint.CapacitySizeProperty(type="CAPACITY_PERCENT", value=50)
        watched = [sagemaker.CfnEndpoint.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in self.alarms]
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=ENDPOINT,
            endpoint_config_name=config.attr_endpoint_config_name,
            retain_all_variant_properties=True,
            deployment_config=sagemaker.CfnEndpoint.DeploymentConfigProperty(
                rolling_update_policy=sagemaker.CfnEndpoint.RollingUpdatePolicyProperty(
                    maximum_batch_size=half, wait_interval_in_seconds=60
                ),
                auto_rollback_configuration=sagemaker.CfnEndpoint.AutoRollbackConfigProperty(alarms=watched),
            ),
        )

    def _scaling(self) -> None:
        target = autoscaling.ScalableTarget(
            self,
            "Target",
            service_namespace=autoscaling.ServiceNamespace.SAGEMAKER,
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            resource_id=f"endpoint/{self.endpoint.attr_endpoint_name}/variant/live",
            min_capacity=1,
            max_capacity=4,
        )
        target.scale_to_track_metric(
            "Track",
            target_value=70,
            predefined_metric=autoscaling.PredefinedMetric.SAGEMAKER_VARIANT_INVOCATIONS_PER_INSTANCE,
        )
        backlog = cloudwatch.Metric(namespace="AWS/SageMaker", metric_name="HasBacklogWithoutCapacity")
        steps = [
            autoscaling.ScalingInterval(lower=1, change=1),
            autoscaling.ScalingInterval(upper=0, change=-1),
        ]
        target.scale_on_metric("Steps", metric=backlog, scaling_steps=steps)
        target.scale_on_schedule("Night", schedule=autoscaling.Schedule.cron(hour="22", minute="0"), max_capacity=1)

    def _around(self) -> None:
        group = logs.LogGroup(self, "Logs", retention=logs.RetentionDays.ONE_WEEK, encryption_key=self.key)
        function = functions.Function(
            self,
            "Function",
            runtime=functions.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=functions.Code.from_inline("def handler(event, context): pass"),
            log_group=group,
        )
        function.add_to_role_policy(iam.PolicyStatement(actions=["sagemaker:InvokeEndpoint"], resources=["*"]))
        state_change = events.EventPattern(source=["aws.sagemaker"], detail={"EndpointName": [ENDPOINT]})
        rule = events.Rule(self, "Rule", event_pattern=state_change)
        rule.add_target(targets.LambdaFunction(function))
        rule.add_target(targets.SnsTopic(self.topic))


@pytest.fixture(scope="module")
def bootstrapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmbeddedAws, CdkCli]]:
    with EmbeddedAws(transition_seconds=0) as aws:
        cli = CdkCli(aws.environment, tmp_path_factory.mktemp("cli"))
        prepared = cli.bootstrap(aws.account_id, aws.region)
        assert prepared.exit_code == 0, prepared.output
        yield aws, cli


def synthesized(folder: Path, image: str) -> Path:
    app = cdk.App(outdir=str(folder / image))
    Everything(app, image=image)
    app.synth()
    return folder / image


def test_everything_at_once(bootstrapped: tuple[EmbeddedAws, CdkCli], tmp_path: Path) -> None:
    aws, cli = bootstrapped
    service, scaling = aws.client("sagemaker"), aws.client("application-autoscaling")
    created = cli.deploy(synthesized(tmp_path, "1"))
    assert created.exit_code == 0, created.output
    before = service.describe_endpoint(EndpointName=ENDPOINT)
    assert len(before["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]) == 2
    scaled = [{"VariantName": "live", "DesiredInstanceCount": 3}]
    service.update_endpoint_weights_and_capacities(EndpointName=ENDPOINT, DesiredWeightsAndCapacities=scaled)

    updated = cli.deploy(synthesized(tmp_path, "2"))
    assert updated.exit_code == 0, updated.output
    after = service.describe_endpoint(EndpointName=ENDPOINT)
    assert after["EndpointConfigName"] != before["EndpointConfigName"]
    assert after["ProductionVariants"][0]["CurrentInstanceCount"] == 3
    assert len(scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]) == 3
    assert len(scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]) == 1

    alarm = after["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"][0]["AlarmName"]
    aws.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="test")
    failed = cli.deploy(synthesized(tmp_path, "3"))
    assert failed.exit_code == 1
    assert f'because alarm "{alarm}" is in ALARM' in " ".join(failed.output.split())
    assert service.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"] == after["EndpointConfigName"]

    destroyed = cli.destroy(tmp_path / "2")
    assert destroyed.exit_code == 0, destroyed.output
    assert service.list_endpoints()["Endpoints"] == service.list_models()["Models"] == []
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []

"""Instances that follow the load and the working day, with alarms and a dashboard."""

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
)


class AutoScaled(cdk.Stack):
    """2 to 12 instances on weekdays, at least one otherwise."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        models = s3.Bucket.from_bucket_name(self, "Models", "my-models")
        endpoint = MultiContainerEndpoint(
            self,
            "Endpoint",
            mode=InferenceExecutionMode.DIRECT,
            instance_type="ml.m5.xlarge",
            initial_instance_count=2,
            network_isolation=True,
            containers=[
                ContainerDefinition(
                    hostname=name,
                    image=ContainerImage.from_ecr_repository(
                        ecr.Repository.from_repository_name(self, name.capitalize(), name), tag="1.0.0"
                    ),
                    model_data=ModelData.from_bucket(models, f"{name}/model.tar.gz"),
                )
                for name in ("ranker", "tagger")
            ],
        )

        instances = endpoint.auto_scale(min_capacity=2, max_capacity=12)
        # Not on invocations: the ranker's calls cost more than the tagger's.
        instances.scale_on_utilization("Cpu", target_utilization_percent=60, scale_in_cooldown=cdk.Duration.minutes(10))
        berlin = cdk.TimeZone.EUROPE_BERLIN
        instances.scale_on_schedule(
            "Morning",
            schedule=appscaling.Schedule.cron(week_day="MON-FRI", hour="7", minute="30"),
            time_zone=berlin,
            min_capacity=2,
        )
        instances.scale_on_schedule(
            "Evening",
            schedule=appscaling.Schedule.cron(week_day="MON-FRI", hour="20", minute="0"),
            time_zone=berlin,
            min_capacity=1,
        )

        on_call = sns.Topic(self, "OnCall", enforce_ssl=True)
        endpoint.add_alarms(latency_p99=cdk.Duration.millis(300), actions=[actions.SnsAction(on_call)])
        endpoint.add_dashboard()
        cdk.CfnOutput(self, "EndpointName", value=endpoint.endpoint_name)
        cdk.Validations.of(endpoint).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="IAM knows no resources of ecr:GetAuthorizationToken and cloudwatch:PutMetricData.",
            ),
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:"
                "/aws/sagemaker/Endpoints/*]",
                reason="The endpoint's name, which its log group carries, is generated when the role exists already.",
            ),
        )


def build(app: cdk.App) -> None:
    """Fill the app."""
    AutoScaled(app, "AutoScaled")


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()

"""A pipeline for large requests that may wait: answers go to S3, and without requests there are no instances."""

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from sagemaker_multi_container import (
    AsyncInference,
    ContainerDefinition,
    ContainerImage,
    ModelData,
    MultiContainerEndpoint,
)


class AsyncPipeline(cdk.Stack):
    """OCR and extraction of documents, submitted in batches by a state machine."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        key = kms.Key(self, "Key", description="Documents, answers and notifications", enable_key_rotation=True)
        access_logs = s3.Bucket(
            self,
            "AccessLogs",
            # S3 writes access logs to no bucket with another kind of encryption.
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(90))],
        )
        documents = s3.Bucket(
            self,
            "Documents",
            encryption_key=key,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            server_access_logs_bucket=access_logs,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(30))],
        )
        endpoint = self._endpoint(documents, key)
        self._scale_to_zero(endpoint)
        batch = self._submit_batches(endpoint)
        cdk.CfnOutput(self, "BatchArn", value=batch.state_machine_arn)
        bucket = f"<{'.'.join(self.resolve(documents.bucket_arn)['Fn::GetAtt'])}>"
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
            *(
                cdk.Acknowledgment(
                    id=f"AwsSolutions-IAM5[Resource::{bucket}/{prefix}/*]",
                    reason="Callers and SageMaker choose the names of requests and answers below this prefix.",
                )
                for prefix in ("requests", "answers", "failures")
            ),
        )
        cdk.Validations.of(batch).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="IAM knows no resources of the X-Ray and log delivery actions that the state machine needs.",
            )
        )

    def _endpoint(self, documents: s3.IBucket, key: kms.IKey) -> MultiContainerEndpoint:
        models = s3.Bucket.from_bucket_name(self, "Models", "my-models")
        return MultiContainerEndpoint(
            self,
            "Endpoint",
            instance_type="ml.m5.2xlarge",
            network_isolation=True,
            encryption_key=key,
            async_inference=AsyncInference(
                bucket=documents,
                prefix="answers/",
                failure_prefix="failures/",
                input_bucket=documents,
                input_prefix="requests/",
                encryption_key=key,
                success_topic=sns.Topic(self, "Answered", master_key=key, enforce_ssl=True),
                error_topic=sns.Topic(self, "Failed", master_key=key, enforce_ssl=True),
                max_concurrent_invocations_per_instance=4,
            ),
            containers=[
                ContainerDefinition(
                    hostname=name,
                    image=ContainerImage.from_ecr_repository(
                        ecr.Repository.from_repository_name(self, name.capitalize(), name), tag="1.0.0"
                    ),
                    model_data=ModelData.from_bucket(models, f"{name}/model.tar.gz"),
                )
                for name in ("ocr", "extraction")
            ],
        )

    def _scale_to_zero(self, endpoint: MultiContainerEndpoint) -> None:
        instances = endpoint.auto_scale(min_capacity=0, max_capacity=5)
        instances.scale_to_track_metric(
            "Backlog", metric=endpoint.metrics.approximate_backlog_size_per_instance(), target_value=5
        )
        # Without an instance there is no backlog per instance, so that the first one needs a policy of its own.
        instances.scale_on_metric(
            "FirstInstance",
            metric=endpoint.metrics.has_backlog_without_capacity(period=cdk.Duration.minutes(1)),
            scaling_steps=[
                appscaling.ScalingInterval(lower=0, upper=1, change=0),
                appscaling.ScalingInterval(lower=1, change=1),
            ],
            evaluation_periods=2,
            cooldown=cdk.Duration.minutes(5),
        )

    def _submit_batches(self, endpoint: MultiContainerEndpoint) -> sfn.StateMachine:
        """Takes `{"requests": ["s3://.../requests/1.pdf", ...]}`."""
        submit = tasks.CallAwsService(
            self,
            "Submit",
            service="sagemakerruntime",
            action="invokeEndpointAsync",
            iam_action="sagemaker:InvokeEndpointAsync",
            iam_resources=[endpoint.endpoint_arn],
            parameters={
                "EndpointName": endpoint.endpoint_name,
                "InputLocation": sfn.JsonPath.entire_payload,
                "ContentType": "application/pdf",
            },
        )
        submit.add_retry(max_attempts=5, backoff_rate=2)
        each = sfn.Map(self, "EachRequest", items_path="$.requests", max_concurrency=10)
        return sfn.StateMachine(
            self,
            "Batch",
            definition_body=sfn.DefinitionBody.from_chainable(each.item_processor(submit)),
            logs=sfn.LogOptions(
                destination=logs.LogGroup(self, "BatchLogs", retention=logs.RetentionDays.ONE_MONTH),
                level=sfn.LogLevel.ALL,
            ),
            tracing_enabled=True,
        )


def build(app: cdk.App) -> None:
    """Fill the app."""
    AsyncPipeline(app, "AsyncPipeline")


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()

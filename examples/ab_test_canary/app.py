"""Two generations of models that share the traffic, updated by canary and rolled back by their alarms."""

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    Deployment,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
    ProductionVariant,
)


class AbTestCanary(cdk.Stack):
    """Two variants with their own containers: nine of ten calls go to the champion."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self._models = s3.Bucket.from_bucket_name(self, "Models", "my-models")
        self._repositories = {
            name: ecr.Repository.from_repository_name(self, name.capitalize(), name) for name in ("retriever", "ranker")
        }

        endpoint = MultiContainerEndpoint(
            self,
            "Endpoint",
            # Rollback alarms are made before the endpoint, so they must know its name.
            endpoint_name="recommendations",
            mode=InferenceExecutionMode.DIRECT,
            network_isolation=True,
            variants=[
                ProductionVariant(
                    name="champion",
                    instance_type="ml.m5.xlarge",
                    initial_instance_count=9,
                    weight=9,
                    containers=[self._container("retriever", "1.8.0"), self._container("ranker", "1.8.0")],
                ),
                ProductionVariant(
                    name="challenger",
                    instance_type="ml.m5.xlarge",
                    initial_instance_count=2,
                    weight=1,
                    containers=[self._container("retriever", "1.8.0"), self._container("ranker", "2.0.0")],
                ),
            ],
            deployment=Deployment.canary(
                instances=1,
                wait=cdk.Duration.minutes(10),
                termination_wait=cdk.Duration.minutes(5),
            ),
        )
        endpoint.add_alarms(latency_p99=cdk.Duration.millis(500), error_rate_5xx=1, rollback=True)
        cdk.CfnOutput(self, "EndpointName", value=endpoint.endpoint_name)
        cdk.Validations.of(endpoint).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="IAM knows no resources of ecr:GetAuthorizationToken and cloudwatch:PutMetricData.",
            ),
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:"
                "/aws/sagemaker/Endpoints/recommendations:*]",
                reason="These are the log streams of the endpoint's own log group, one for each container.",
            ),
        )

    def _container(self, name: str, version: str) -> ContainerDefinition:
        return ContainerDefinition(
            hostname=name,
            image=ContainerImage.from_ecr_repository(self._repositories[name], tag=version),
            model_data=ModelData.from_bucket(self._models, f"{name}/{version}/model.tar.gz"),
        )


def build(app: cdk.App) -> None:
    """Fill the app."""
    AbTestCanary(app, "AbTestCanary")


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()

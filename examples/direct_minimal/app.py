"""Two models that share instances, each called by its name."""

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
)


class DirectMinimal(cdk.Stack):
    """Two containers in Direct mode."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        models = s3.Bucket.from_bucket_name(self, "Models", "my-models")
        ranker = ecr.Repository.from_repository_name(self, "Ranker", "ranker")
        tagger = ecr.Repository.from_repository_name(self, "Tagger", "tagger")

        endpoint = MultiContainerEndpoint(
            self,
            "Endpoint",
            mode=InferenceExecutionMode.DIRECT,
            instance_type="ml.m5.xlarge",
            network_isolation=True,
            containers=[
                ContainerDefinition(
                    hostname="ranker",
                    image=ContainerImage.from_ecr_repository(ranker, tag="1.4.2"),
                    model_data=ModelData.from_bucket(models, "ranker/model.tar.gz", revision="7"),
                ),
                ContainerDefinition(
                    hostname="tagger",
                    image=ContainerImage.from_ecr_repository(tagger, tag="2.0.0"),
                    environment={"LOG_LEVEL": "info"},
                ),
            ],
        )
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
    DirectMinimal(app, "DirectMinimal")


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()

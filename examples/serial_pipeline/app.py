"""Preprocessing, model and postprocessing as one call."""

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3
from constructs import Construct

from sagemaker_multi_container import ContainerDefinition, ContainerImage, ModelData, MultiContainerEndpoint


class SerialPipeline(cdk.Stack):
    """Three containers in Serial mode, the default: each gets what the one before it answered."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        models = s3.Bucket.from_bucket_name(self, "Models", "my-models")
        features = ContainerImage.from_ecr_repository(
            ecr.Repository.from_repository_name(self, "Features", "features"), tag="3.1.0"
        )
        xgboost = ContainerImage.from_ecr_repository(
            ecr.Repository.from_repository_name(self, "XGBoost", "xgboost"), tag="1.7-1"
        )

        endpoint = MultiContainerEndpoint(
            self,
            "Endpoint",
            instance_type="ml.m5.xlarge",
            initial_instance_count=2,
            network_isolation=True,
            containers=[
                ContainerDefinition(
                    hostname="preprocess",
                    image=features,
                    model_data=ModelData.from_bucket(models, "features/encoder.tar.gz"),
                    environment={"STEP": "encode", "OUTPUT_TYPE": "text/csv"},
                ),
                ContainerDefinition(
                    hostname="model",
                    image=xgboost,
                    model_data=ModelData.from_bucket(models, "xgboost/model.tar.gz", revision="2026-11-01"),
                ),
                ContainerDefinition(
                    hostname="postprocess",
                    image=features,
                    environment={"STEP": "label", "OUTPUT_TYPE": "application/json"},
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
    SerialPipeline(app, "SerialPipeline")


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()

"""The reference app: one endpoint with three containers, each called by its name.

`cdk synth -c mode=Serial` makes an inference pipeline of the same containers, `-c revision=2` rolls out a retrained
classifier, and `-c max_tokens=256` another setting of the tokenizer. `make demo` deploys, updates and destroys it on an
embedded AWS; README.md says how to deploy it to AWS.
"""

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
)


class ReferenceEndpoint(cdk.Stack):
    """A text classifier in three containers: tokenizer, classifier and calibrator."""

    def __init__(
        self, scope: Construct, id: str, *, mode: str, revision: str, max_tokens: str, models_bucket: str
    ) -> None:
        super().__init__(scope, id, description="SageMaker multi-container endpoint: the reference app")
        models = s3.Bucket.from_bucket_name(self, "Models", models_bucket)
        key = kms.Key(
            self,
            "VolumeKey",
            description="Encrypts the storage volumes of the endpoint's instances",
            enable_key_rotation=True,
            # It encrypts nothing that outlives the instances.
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        endpoint = MultiContainerEndpoint(
            self,
            "Endpoint",
            mode=InferenceExecutionMode(mode),
            instance_type="ml.m5.xlarge",
            initial_instance_count=2,
            network_isolation=True,
            encryption_key=key,
            containers=[
                ContainerDefinition(
                    hostname="tokenizer",
                    image=self._image("tokenizer"),
                    environment={"MAX_TOKENS": max_tokens},
                ),
                ContainerDefinition(
                    hostname="classifier",
                    image=self._image("classifier"),
                    model_data=ModelData.from_bucket(models, "classifier/model.tar.gz", revision=revision),
                ),
                ContainerDefinition(
                    hostname="calibrator",
                    image=self._image("calibrator"),
                    model_data=ModelData.from_bucket(models, "calibrator/model.tar.gz"),
                ),
            ],
        )
        cdk.CfnOutput(self, "EndpointName", value=endpoint.endpoint_name)
        cdk.CfnOutput(self, "EndpointArn", value=endpoint.endpoint_arn)
        acknowledge_findings(endpoint)

    def _image(self, name: str) -> ContainerImage:
        repository = ecr.Repository.from_repository_name(self, name.capitalize(), name)
        return ContainerImage.from_ecr_repository(repository, tag="1.0.0")


def acknowledge_findings(endpoint: MultiContainerEndpoint) -> None:
    """What the cdk-nag packs find in the endpoint's role, and why it is right as it is."""
    reasons = {
        "AwsSolutions-IAM5[Resource::*]": "IAM knows no resources of ecr:GetAuthorizationToken and cloudwatch:"
        "PutMetricData. The token opens no repository that is not listed, and only SageMaker's namespaces are allowed.",
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:"
        "/aws/sagemaker/Endpoints/*]": "The log group carries the endpoint's generated name, which is not known before "
        "the endpoint exists, and the endpoint needs the policy to exist.",
    }
    for pack in ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321"):
        reasons[f"{pack}-IAMNoInlinePolicy"] = (
            "The policy names this endpoint's own images and artefacts, belongs to this one role, and goes with it."
        )
    for finding, reason in reasons.items():
        cdk.Validations.of(endpoint).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def build(app: cdk.App) -> cdk.App:
    """Fill the app from its context: `mode`, `revision`, `max_tokens` and `models_bucket`."""
    ReferenceEndpoint(
        app,
        "ReferenceEndpoint",
        mode=app.node.try_get_context("mode") or "Direct",
        revision=str(app.node.try_get_context("revision") or 1),
        max_tokens=str(app.node.try_get_context("max_tokens") or 512),
        models_bucket=app.node.try_get_context("models_bucket") or "models-of-the-reference-app",
    )
    return app


if __name__ == "__main__":
    build(cdk.App()).synth()

"""The app whose review is pictured: `app.py base FOLDER` synthesizes what is, `app.py head FOLDER` what is proposed."""

from __future__ import annotations

import sys

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    Deployment,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
)


def declare(stack: cdk.Stack, *, is_head: bool) -> None:
    """The endpoint: before the pull request, or after it."""
    models = s3.Bucket.from_bucket_name(stack, "Models", "models")

    def container(hostname: str, *, repository: str, tag: str, **environment: str) -> ContainerDefinition:
        source = ecr.Repository.from_repository_name(stack, f"{repository}-images", repository)
        return ContainerDefinition(
            hostname=hostname,
            image=ContainerImage.from_ecr_repository(source, tag=tag),
            model_data=ModelData.from_bucket(models, f"{repository}/model.tar.gz"),
            environment=environment,
        )

    endpoint = MultiContainerEndpoint(
        stack,
        "Endpoint",
        endpoint_name="search",
        mode=InferenceExecutionMode.DIRECT,
        instance_type="ml.g5.xlarge",
        initial_instance_count=2,
        containers=[
            container("embedder", repository="embedder", tag="3.1.0"),
            container(
                "ranker",
                repository="ranker",
                tag="1.5.0" if is_head else "1.4.2",
                **({"MAX_BATCH": "32", "LOG_LEVEL": "info"} if is_head else {"LOG_LEVEL": "debug"}),
            ),
            container("labeler" if is_head else "tagger", repository="tagger", tag="2.0.0"),
        ],
        deployment=Deployment.canary(percent=50, wait=cdk.Duration.minutes(10)) if is_head else None,
    )
    scaling = endpoint.auto_scale(min_capacity=2, max_capacity=12 if is_head else 6)
    scaling.scale_on_utilization("Cpu", target_utilization_percent=60)
    endpoint.add_alarms(latency_p99=cdk.Duration.millis(300), error_rate_5xx=1, rollback=is_head)
    endpoint.add_to_role_policy(
        iam.PolicyStatement(
            actions=["dynamodb:GetItem"],
            resources=["*" if is_head else "arn:aws:dynamodb:eu-west-1:123456789012:table/features"],
        )
    )


if __name__ == "__main__":
    side, folder = sys.argv[1:]
    app = cdk.App(outdir=folder)
    environment = cdk.Environment(account="123456789012", region="eu-west-1")
    declare(cdk.Stack(app, "Search", env=environment), is_head=side == "head")
    app.synth()

"""An app of other packages' constructs that make SageMaker endpoints: `.venv-peers/bin/python peers_app.py <folder>`.

Those packages need an older CDK than ours, so this runs in an environment of its own and imports nothing of ours. Each
stack shows one thing; the test beside it says what is to be found there.
"""

from __future__ import annotations

import sys

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker_alpha as alpha
from aws_solutions_constructs.aws_lambda_sagemakerendpoint import LambdaToSagemakerEndpoint
from constructs import Construct

DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
INSTANCE_TYPE = alpha.InstanceType.of("ml.c5.xlarge")


def container(
    scope: Construct, name: str, hostname: str | None = None, tag: str = "1.0.0"
) -> alpha.ContainerDefinition:
    """A container with model data in a bucket, as the alpha package declares it."""
    bucket = s3.Bucket.from_bucket_name(scope, f"{name}Bucket", "models")
    repository = ecr.Repository.from_repository_name(scope, f"{name}Repository", name.lower())
    return alpha.ContainerDefinition(
        image=alpha.ContainerImage.from_ecr_repository(repository, tag),
        model_data=alpha.ModelData.from_bucket(bucket, f"{name.lower()}/model.tar.gz"),
        container_hostname=hostname,
        environment={"LOG_LEVEL": "info"},
    )


def instances(model: alpha.Model, name: str = "main", count: int = 2) -> alpha.InstanceProductionVariantProps:
    """A variant on instances."""
    return alpha.InstanceProductionVariantProps(
        model=model, variant_name=name, instance_type=INSTANCE_TYPE, initial_instance_count=count
    )


def on_instances(stack: cdk.Stack, model: alpha.Model) -> alpha.Endpoint:
    """An endpoint with one variant on instances."""
    config = alpha.EndpointConfig(stack, "Config", instance_production_variants=[instances(model)])
    return alpha.Endpoint(stack, "Endpoint", endpoint_config=config)


def scaled_pipeline(stack: cdk.Stack) -> None:
    """Two containers in a VPC, encrypted, scaled on invocations."""
    containers = [container(stack, "Prepare", "prepare"), container(stack, "Predict", "predict")]
    model = alpha.Model(stack, "Model", containers=containers, vpc=ec2.Vpc(stack, "Vpc", max_azs=2))
    config = alpha.EndpointConfig(
        stack,
        "Config",
        encryption_key=kms.Key(stack, "Key"),
        instance_production_variants=[instances(model)],
    )
    endpoint = alpha.Endpoint(stack, "Endpoint", endpoint_config=config)
    scaling = endpoint.find_instance_production_variant("main").auto_scale_instance_count(max_capacity=4)
    scaling.scale_on_invocations("Invocations", max_requests_per_second=30)


def weighted_variants(stack: cdk.Stack) -> None:
    """Two models of one container behind one endpoint."""
    blue = alpha.Model(stack, "Blue", containers=[container(stack, "Blue")])
    green = alpha.Model(stack, "Green", containers=[container(stack, "Green")])
    variants = [instances(blue, "blue"), instances(green, "green", 1)]
    config = alpha.EndpointConfig(stack, "Config", instance_production_variants=variants)
    alpha.Endpoint(stack, "Endpoint", endpoint_config=config)


def serverless(stack: cdk.Stack) -> None:
    """One container without instances."""
    serve_without_instances(stack, alpha.Model(stack, "Model", containers=[container(stack, "Sole")]))


def serve_without_instances(stack: cdk.Stack, model: alpha.Model) -> None:
    """A serverless endpoint."""
    variant = alpha.ServerlessProductionVariantProps(
        model=model, variant_name="main", max_concurrency=10, memory_size_in_mb=2048
    )
    config = alpha.EndpointConfig(stack, "Config", serverless_production_variant=variant)
    alpha.Endpoint(stack, "Endpoint", endpoint_config=config)


def serverless_pipeline(stack: cdk.Stack) -> None:
    """Two containers without instances, in a VPC: the package lets them pass, SageMaker does not."""
    containers = [container(stack, "Prepare"), container(stack, "Predict")]
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    serve_without_instances(stack, alpha.Model(stack, "Model", containers=containers, vpc=vpc))


def half_named_pipeline(stack: cdk.Stack) -> None:
    """A hostname for one container of two."""
    containers = [container(stack, "Prepare", "prepare"), container(stack, "Predict")]
    on_instances(stack, alpha.Model(stack, "Model", containers=containers))


def digest_as_tag(stack: cdk.Stack) -> None:
    """An image by its digest, which the package puts behind a colon."""
    on_instances(stack, alpha.Model(stack, "Model", containers=[container(stack, "Sole", tag=DIGEST)]))


def lambda_pattern(stack: cdk.Stack) -> None:
    """A function that calls an endpoint, with the pattern's defaults and a VPC of its own."""
    image = f"{cdk.Aws.ACCOUNT_ID}.dkr.ecr.{cdk.Aws.REGION}.amazonaws.com/linear-learner:1"
    LambdaToSagemakerEndpoint(
        stack,
        "Pattern",
        model_props={"primaryContainer": {"image": image, "modelDataUrl": "s3://models/linear-learner/model.tar.gz"}},
        lambda_function_props=lambda_.FunctionProps(
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
        ),
        deploy_vpc=True,
    )


STACKS = {
    "ScaledPipeline": scaled_pipeline,
    "WeightedVariants": weighted_variants,
    "Serverless": serverless,
    "ServerlessPipeline": serverless_pipeline,
    "HalfNamedPipeline": half_named_pipeline,
    "DigestAsTag": digest_as_tag,
    "LambdaPattern": lambda_pattern,
}

if __name__ == "__main__":
    # As the CDK CLI asks for it: the templates say which construct made which resource.
    app = cdk.App(outdir=sys.argv[1], context={"aws:cdk:enable-path-metadata": True})
    for stack_name, declare in STACKS.items():
        declare(cdk.Stack(app, stack_name))
    app.synth()

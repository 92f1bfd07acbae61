"""One embedded AWS, bootstrapped, and what a test sees of an endpoint on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aws_cdk as cdk
import pytest

from embedded_aws.cdk_cli import CdkCli, Result
from embedded_aws.launcher import EmbeddedAws
from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
    ProductionVariant,
)

STACK = "EndToEnd"


@pytest.fixture(name="bootstrapped", scope="module")
def _bootstrapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmbeddedAws, CdkCli]]:
    with EmbeddedAws(transition_seconds=0) as aws:
        cli = CdkCli(aws.environment, tmp_path_factory.mktemp("cli"))
        prepared = cli.bootstrap(aws.account_id, aws.region)
        assert prepared.exit_code == 0, prepared.output
        yield aws, cli


@pytest.fixture(name="cloud")
def _cloud(bootstrapped: tuple[EmbeddedAws, CdkCli], tmp_path: Path) -> Iterator[Cloud]:
    """The embedded AWS, with nothing left of the stack after the test."""
    aws, cli = bootstrapped
    cloud = Cloud(aws, cli, tmp_path)
    yield cloud
    cloud.destroy()


@dataclass(frozen=True)
class Observed:
    """What boto3 says about the deployed endpoint."""

    name: str
    arn: str
    created: datetime
    status: str
    config: str
    models: list[str]
    mode: str
    hostnames: list[str]
    variants: dict[str, int]

    @property
    def identity(self) -> tuple[str, str, datetime]:
        """What callers hold on to."""
        return self.name, self.arn, self.created


class Cloud:
    """Deploys the stack of a test, and looks at the result."""

    def __init__(self, aws: EmbeddedAws, cli: CdkCli, folder: Path) -> None:
        self.aws = aws
        self._cli = cli
        self._folder = folder
        self.assembly = folder / "none"
        """What was deployed last."""
        self.calls: list[str] = []
        """What the last deployment asked of SageMaker."""

    def deploy(self, declare: Callable[[cdk.Stack], MultiContainerEndpoint]) -> Observed:
        """Deploy the stack with this endpoint, which must succeed."""
        result = self.try_to_deploy(declare)
        assert result.exit_code == 0, result.output
        return self.observe()

    def try_to_deploy(self, declare: Callable[[cdk.Stack], MultiContainerEndpoint]) -> Result:
        """Deploy the stack with this endpoint. It may fail."""
        self.assembly = self._folder / f"assembly-{len(list(self._folder.iterdir()))}"
        app = cdk.App(outdir=str(self.assembly))
        stack = cdk.Stack(app, STACK)
        cdk.CfnOutput(stack, "Name", value=declare(stack).endpoint_name)
        app.synth()
        self.aws.reset_calls()
        result = self._cli.deploy(self.assembly)
        self.calls = self.aws.calls()
        return result

    def destroy(self) -> Result:
        """Delete the stack."""
        return self._cli.destroy(self.assembly)

    def observe(self) -> Observed:
        """Ask CloudFormation for the endpoint's name, and SageMaker for the rest."""
        sagemaker = self.aws.client("sagemaker")
        (output,) = self.aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
        endpoint = sagemaker.describe_endpoint(EndpointName=output["OutputValue"])
        config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        models = [variant["ModelName"] for variant in config["ProductionVariants"]]
        model = sagemaker.describe_model(ModelName=models[0])
        return Observed(
            name=endpoint["EndpointName"],
            arn=endpoint["EndpointArn"],
            created=endpoint["CreationTime"],
            status=endpoint["EndpointStatus"],
            config=endpoint["EndpointConfigName"],
            models=models,
            mode=model["InferenceExecutionConfig"]["Mode"],
            hostnames=[container["ContainerHostname"] for container in model["Containers"]],
            variants={
                variant["VariantName"]: variant["CurrentInstanceCount"] for variant in endpoint["ProductionVariants"]
            },
        )


def containers(*hostnames: str, tag: str = "1", revision: str = "1") -> list[ContainerDefinition]:
    """Containers of these hostnames, whose images have the tag and whose artefacts the revision."""
    images = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    return [
        ContainerDefinition(
            hostname=hostname,
            image=ContainerImage.from_uri(f"{images}/{hostname}:{tag}"),
            model_data=ModelData.from_s3_uri(f"s3://models/{hostname}/model.tar.gz", revision=revision),
        )
        for hostname in hostnames
    ]


def declare(
    given: list[ContainerDefinition],
    *,
    mode: InferenceExecutionMode = InferenceExecutionMode.SERIAL,
    variants: list[ProductionVariant] | None = None,
) -> Callable[[cdk.Stack], MultiContainerEndpoint]:
    """An endpoint with these containers; on one instance unless there are variants."""
    return lambda stack: MultiContainerEndpoint(
        stack,
        "Endpoint",
        mode=mode,
        containers=given,
        instance_type=None if variants else "ml.m5.large",
        variants=variants,
    )

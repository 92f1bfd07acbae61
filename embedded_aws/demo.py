"""`make demo`: the reference app deployed, called, updated and destroyed by the real `cdk`, without an AWS account."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from embedded_aws import model_server
from embedded_aws.cdk_cli import CdkCli, Result
from embedded_aws.container_engine import NoEngineError, find_engine
from embedded_aws.launcher import ROOT, EmbeddedAws, EmbeddedAwsError
from sagemaker_multi_container.local import Command, LocalEndpoint, LocalEndpointError, NamedImage

STACK = "ReferenceEndpoint"
REQUEST = b"great service"
FINAL_ASSEMBLY = Path("cdk.out")
FIRST_ASSEMBLY = FINAL_ASSEMBLY / "before"


class DemoError(Exception):
    """A step did not do what it should."""


@dataclass(frozen=True)
class Deployment:
    """What boto3 says about the endpoint of the stack."""

    endpoint: str
    arn: str
    created: datetime
    status: str
    config: str
    model: str
    mode: str
    hostnames: list[str]
    containers: str
    instances: str

    @classmethod
    def describe(cls, aws: EmbeddedAws) -> "Deployment":
        """Ask CloudFormation for the name of the endpoint, and SageMaker for everything else."""
        stack = aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        sagemaker = aws.client("sagemaker")
        endpoint = sagemaker.describe_endpoint(EndpointName=outputs["EndpointName"])
        config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        variant = config["ProductionVariants"][0]
        model = sagemaker.describe_model(ModelName=variant["ModelName"])
        return cls(
            endpoint=endpoint["EndpointName"],
            arn=endpoint["EndpointArn"],
            created=endpoint["CreationTime"],
            status=endpoint["EndpointStatus"],
            config=endpoint["EndpointConfigName"],
            model=model["ModelName"],
            mode=model["InferenceExecutionConfig"]["Mode"],
            hostnames=[container["ContainerHostname"] for container in model["Containers"]],
            containers=", ".join(_container(container) for container in model["Containers"]),
            instances=f"{endpoint['ProductionVariants'][0]['CurrentInstanceCount']} x {variant['InstanceType']}",
        )


class Demo:
    """The steps of the demo, in their order."""

    def __init__(self, console: Console, folder: Path, aws: EmbeddedAws, model: NamedImage | Command) -> None:
        self._console = console
        self._folder = folder
        self._aws = aws
        self._model = model
        self._cdk = CdkCli(aws.environment, folder)

    def run(self) -> None:
        """Run every step, or raise the `DemoError` of the one that failed."""
        self._synth(FIRST_ASSEMBLY, mode="Serial")
        self._step("cdk bootstrap", lambda: self._cdk.bootstrap(self._aws.account_id, self._aws.region))
        self._deploy(FIRST_ASSEMBLY)
        before = Deployment.describe(self._aws)
        self._show(before)
        self._call(FIRST_ASSEMBLY, before)
        self._synth(FINAL_ASSEMBLY, mode="Direct", max_tokens="256")
        self._deploy(FINAL_ASSEMBLY)
        after = Deployment.describe(self._aws)
        self._compare(before, after)
        self._call(FINAL_ASSEMBLY, after)
        self._aws.reset_calls()
        self._step("cdk destroy", lambda: self._cdk.destroy(FINAL_ASSEMBLY))
        self._show_calls()
        self._check_nothing_left()

    def _synth(self, output: Path, **context: str) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in context.items())
        self._step(f"cdk synth {options}", lambda: self._cdk.synth(output, context=context))

    def _deploy(self, assembly: Path) -> None:
        self._aws.reset_calls()
        self._step(f"cdk deploy --app {assembly}", lambda: self._cdk.deploy(assembly))
        self._show_calls()

    def _call(self, assembly: Path, deployment: Deployment) -> None:
        """Run the containers of what was deployed, and call them by boto3 as the deployed endpoint is called."""
        started = time.monotonic()
        title = f"LocalEndpoint.from_assembly('{assembly}')"
        endpoint = LocalEndpoint.from_assembly(
            self._folder / assembly,
            endpoint_name=deployment.endpoint,
            containers=dict.fromkeys(deployment.hostnames, self._model),
            model_data={"classifier": None, "calibrator": None},
            environment={
                hostname: {"MODEL_NAME": hostname, "MODEL_ANSWER": "sign"} for hostname in deployment.hostnames
            },
        )
        with self._console.status(title), endpoint:
            answers = [
                (target, endpoint.client().invoke_endpoint(EndpointName=endpoint.name, Body=REQUEST, **target))
                for target in _targets(deployment)
            ]
            url = endpoint.url
            table = _table(f"invoke_endpoint({deployment.mode})", "answers")
            for target, answer in answers:
                asked = ", ".join(f"{name}={value}" for name, value in target.items())
                table.add_row(asked or f"Body={REQUEST.decode()}", answer["Body"].read().decode())
        self._console.print(f"[green]✓[/] {escape(title)} [dim]{time.monotonic() - started:.1f} s[/]")
        self._console.print(f"  AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME={url}", soft_wrap=True)
        self._console.print(table)

    def _step(self, title: str, command: Callable[[], Result]) -> None:
        started = time.monotonic()
        with self._console.status(title):
            result = command()
        if result.exit_code != 0:
            self._console.print(result.output, markup=False)
            raise DemoError(f"`{title}` failed with exit code {result.exit_code}; what it printed is above.")
        self._console.print(f"[green]✓[/] {escape(title)} [dim]{time.monotonic() - started:.1f} s[/]")

    def _show_calls(self) -> None:
        calls = ", ".join(self._aws.calls())
        self._console.print(f"  CloudFormation called {calls}", soft_wrap=True)

    def _show(self, deployment: Deployment) -> None:
        table = _table("boto3 says", "")
        for label, value in _rows(deployment):
            table.add_row(label, value)
        self._console.print(table)

    def _compare(self, before: Deployment, after: Deployment) -> None:
        table = _table("boto3 says", "before", "after")
        for (label, old), (_, new) in zip(_rows(before), _rows(after), strict=True):
            table.add_row(label, old, "[green]the same[/]" if old == new else f"[yellow]{new}[/]")
        self._console.print(table)
        if (before.endpoint, before.arn, before.created) != (after.endpoint, after.arn, after.created):
            raise DemoError("The update replaced the endpoint.")
        if before.config == after.config or before.model == after.model or before.mode == after.mode:
            raise DemoError("The update did not reach the endpoint.")
        self._console.print("  Model and configuration were replaced; the endpoint is still the same one.")

    def _check_nothing_left(self) -> None:
        sagemaker, cloudformation = self._aws.client("sagemaker"), self._aws.client("cloudformation")
        stacks = [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]]
        left = {
            "endpoints": len(sagemaker.list_endpoints()["Endpoints"]),
            "configurations": len(sagemaker.list_endpoint_configs()["EndpointConfigs"]),
            "models": len(sagemaker.list_models()["Models"]),
            "stacks": stacks.count(STACK),
        }
        counts = ", ".join(f"{count} {kind}" for kind, count in left.items())
        self._console.print(f"  Left over: {counts}")
        if any(left.values()):
            raise DemoError(f"`cdk destroy` left something behind: {counts}.")


def _targets(deployment: Deployment) -> list[dict[str, str]]:
    """Whom a call of boto3 names: nobody in a pipeline."""
    if deployment.mode == "Serial":
        return [{}]
    return [{"TargetContainerHostname": hostname} for hostname in deployment.hostnames]


@contextmanager
def _model(console: Console) -> Iterator[NamedImage | Command]:
    """The model server: in a container if an engine runs containers here, else as a process."""
    with tempfile.TemporaryDirectory() as settings:
        try:
            engine = find_engine(Path(settings))
        except NoEngineError as error:
            console.print("[yellow]![/] The containers are processes of this machine, since no container engine runs:")
            console.print(f"  {escape(str(error))}", soft_wrap=True, style="dim")
            yield Command(arguments=(sys.executable, model_server.__file__))
            return
        console.print(f"[green]✓[/] Containers run on {engine.program}")
        with engine.in_use():
            yield NamedImage(name=engine.image)


def main(folder: Path = ROOT) -> int:
    """Run the demo on the app in `folder` and return the exit code."""
    console = Console(highlight=False)
    started = time.monotonic()
    try:
        with EmbeddedAws(transition_seconds=0) as aws, _model(console) as model:
            console.print(f"[green]✓[/] An embedded AWS answers at {aws.url} (process {aws.pid})")
            Demo(console, folder, aws, model).run()
    except (DemoError, EmbeddedAwsError, LocalEndpointError) as error:
        console.print(f"[red]✗[/] {escape(str(error))}")
        return 1
    except KeyboardInterrupt:
        console.print("[red]✗[/] Interrupted.")
        return 130
    console.print("[green]✓[/] Stopped the embedded AWS")
    console.print(f"The synthesized stack is in {folder / FINAL_ASSEMBLY}.", soft_wrap=True)
    console.print(f"Done in {time.monotonic() - started:.0f} s.")
    return 0


def _container(container: dict[str, Any]) -> str:
    settings = [f"{name}={value}" for name, value in container.get("Environment", {}).items()]
    return " ".join([container.get("ContainerHostname", "-"), *settings])


def _table(*headers: str) -> Table:
    table = Table()
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def _rows(deployment: Deployment) -> list[tuple[str, str]]:
    return [
        ("Endpoint", deployment.endpoint),
        ("ARN", deployment.arn),
        ("Created", f"{deployment.created:%Y-%m-%d %H:%M:%S.%f}"),
        ("Status", deployment.status),
        ("Configuration", deployment.config),
        ("Model", deployment.model),
        ("Mode", deployment.mode),
        ("Containers", deployment.containers),
        ("Instances", deployment.instances),
    ]


if __name__ == "__main__":
    sys.exit(main())

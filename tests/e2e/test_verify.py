"""`mce verify` and `mce invoke` beside deployments by the real CDK, and what has become of them since."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from click.testing import CliRunner, Result

from embedded_aws.launcher import EmbeddedAws
from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    MultiContainerEndpoint,
    ProductionVariant,
)
from sagemaker_multi_container.cli.commands import mce
from sagemaker_multi_container.local import StubRequest, StubResponse, stub
from sagemaker_multi_container.local.endpoint import LocalEndpoint
from tests.invocation.server import Answered, data_plane

from .conftest import STACK, Cloud, Observed, containers, declare

pytestmark = pytest.mark.e2e

DIRECT = InferenceExecutionMode.DIRECT
VALUE = "nobody-may-read-this"
REASON = "The container a did not pass the ping health check."


class Shell:
    """Runs `mce` for those whom the embedded AWS is AWS."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.environment: dict[str, str] = dict(aws.environment)

    def run(self, *arguments: str | Path, body: bytes = b"") -> Result:
        """A command as it ends, whose output never has the value of an environment variable."""
        result = CliRunner().invoke(
            mce, [str(each) for each in arguments], env=self.environment, input=body, catch_exceptions=False
        )
        assert VALUE not in result.output
        return result

    def verify(self, *arguments: str | Path) -> tuple[int, dict[str, str]]:
        """The exit code, and what did not hold: what was found by `kind subject`."""
        result = self.run("verify", *arguments, "--format", "json")
        checks: list[dict[str, str]] = json.loads(result.stdout)["checks"]
        return result.exit_code, {
            f"{each['check']} {each['subject']}": each["says"] for each in checks if each["outcome"] == "failed"
        }

    def outcomes(self, *arguments: str | Path) -> dict[str, str]:
        """The outcome of each kind of check, if it is the same for all of them."""
        checks = json.loads(self.run("verify", *arguments, "--format", "json").stdout)["checks"]
        found: dict[str, set[str]] = {}
        for each in checks:
            found.setdefault(each["check"], set()).add(each["outcome"])
        return {check: outcomes.pop() if len(outcomes) == 1 else "mixed" for check, outcomes in found.items()}


@pytest.fixture(name="shell")
def _shell(cloud: Cloud) -> Shell:
    return Shell(cloud.aws)


def secret(stack: cdk.Stack) -> MultiContainerEndpoint:
    """A Direct endpoint whose containers have an environment, and images with and without digests."""
    registry = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    images = {"a": f"{registry}/a:1", "b": f"{registry}/b@sha256:{'b' * 64}"}
    return MultiContainerEndpoint(
        stack,
        "Endpoint",
        mode=DIRECT,
        instance_type="ml.m5.large",
        containers=[
            ContainerDefinition(hostname=each, image=ContainerImage.from_uri(image), environment={"TOKEN": VALUE})
            for each, image in images.items()
        ],
    )


def synthesized(folder: Path, made: Callable[[cdk.Stack], MultiContainerEndpoint]) -> Path:
    """The assembly of a stack that is not deployed."""
    app = cdk.App(outdir=str(folder))
    made(cdk.Stack(app, STACK))
    app.synth()
    return folder


def test_what_was_deployed_holds(cloud: Cloud, shell: Shell) -> None:
    """The assembly tells the name, by its stack; nothing is taken for checked that was not."""
    seen = cloud.deploy(secret)
    everything = {
        "status": "held",
        "stack": "held",
        "resource": "held",
        "settings": "held",
        "variant": "held",
        "capacity": "held",
        "model": "held",
        "container": "held",
        "image": "held",
        "answer": "not made",
    }

    assert shell.outcomes("--assembly", cloud.assembly) == everything
    assert shell.outcomes(seen.name, "--assembly", cloud.assembly) == everything
    assert shell.outcomes(seen.name) == {"status": "held", "image": "held", "answer": "not made"}
    assert shell.run("verify", "--assembly", cloud.assembly).exit_code == 0
    assert cloud.aws.calls()[-1].startswith("Describe")


def test_another_assembly_is_told(cloud: Cloud, shell: Shell, tmp_path: Path) -> None:
    """Whatever differs: images, environment, mode, instances."""
    seen = cloud.deploy(secret)
    other = synthesized(tmp_path / "other", declare(containers("a", "b", tag="2")))

    code, failed = shell.verify(seen.name, "--assembly", other)

    assert code == 1
    assert failed["container a"].startswith("Image is 123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1, the template")
    assert failed["image b"].startswith("123456789012.dkr.ecr.us-east-1.amazonaws.com/b@sha256:")
    assert "it is called in mode Direct, the template says Serial" in failed.values()


def test_an_update_that_was_rolled_back_is_told(cloud: Cloud, shell: Shell) -> None:
    """By CloudFormation, which then has the old config as well."""
    cloud.deploy(declare(containers("a", "b")))
    cloud.aws.fail_next("UpdateEndpoint", REASON)
    cloud.try_to_deploy(declare(containers("a", "b", tag="2")))

    code, failed = shell.verify("--assembly", cloud.assembly)

    assert code == 1
    assert REASON in failed["status endpoint"]
    assert failed[f"stack {STACK}"].startswith("UPDATE_ROLLBACK_COMPLETE")
    assert "a:2" in failed["container a"]
    assert "a:2" in failed["image a"]
    assert not [each for each in failed if each.startswith("resource")]


def another_config(cloud: Cloud, seen: Observed) -> str:
    """A copy of the config, under another name."""
    sagemaker = cloud.aws.client("sagemaker")
    config = sagemaker.describe_endpoint_config(EndpointConfigName=seen.config)
    sagemaker.create_endpoint_config(EndpointConfigName="by-hand", ProductionVariants=config["ProductionVariants"])
    return "by-hand"


@pytest.fixture(name="by_hand")
def _by_hand(cloud: Cloud) -> Iterator[tuple[Observed, str]]:
    """A deployed endpoint, and the name of another config of the same content, which is gone after the test."""
    seen = cloud.deploy(declare(containers("a", "b"), mode=DIRECT))
    yield seen, another_config(cloud, seen)
    sagemaker = cloud.aws.client("sagemaker")
    sagemaker.update_endpoint(EndpointName=seen.name, EndpointConfigName=seen.config)
    sagemaker.describe_endpoint(EndpointName=seen.name)
    sagemaker.delete_endpoint_config(EndpointConfigName="by-hand")


def test_a_config_of_another_deployment_is_told(cloud: Cloud, shell: Shell, by_hand: tuple[Observed, str]) -> None:
    """Though its content is the same, and its stack knows nothing of it."""
    seen, config = by_hand
    cloud.aws.client("sagemaker").update_endpoint(EndpointName=seen.name, EndpointConfigName=config)

    code, failed = shell.verify("--assembly", cloud.assembly)

    assert code == 1
    (says,) = failed.values()
    assert says.startswith("by-hand is served, and the stack has endtoend-endpoint")


def test_a_silent_rollback_is_told(cloud: Cloud, shell: Shell, by_hand: tuple[Observed, str]) -> None:
    """The endpoint is in service, and its config is the stack's."""
    seen, config = by_hand
    cloud.aws.fail_next("UpdateEndpoint", REASON)
    cloud.aws.client("sagemaker").update_endpoint(EndpointName=seen.name, EndpointConfigName=config)

    code, failed = shell.verify("--assembly", cloud.assembly)

    assert (code, list(failed)) == (1, ["status endpoint"])
    assert REASON in failed["status endpoint"]


def test_other_instances_than_declared_are_told(cloud: Cloud, shell: Shell) -> None:
    """Unless something scales them."""
    variants = [ProductionVariant(name="live", instance_type="ml.m5.large")]

    def scaled(stack: cdk.Stack) -> MultiContainerEndpoint:
        endpoint = declare(containers("a", "b"), variants=variants)(stack)
        endpoint.auto_scale(min_capacity=1, max_capacity=5)
        return endpoint

    seen = cloud.deploy(declare(containers("a", "b"), variants=variants))
    unscaled = cloud.assembly
    three = [{"VariantName": "live", "DesiredInstanceCount": 3}]
    sagemaker = cloud.aws.client("sagemaker")
    sagemaker.update_endpoint_weights_and_capacities(EndpointName=seen.name, DesiredWeightsAndCapacities=three)

    assert shell.verify("--assembly", unscaled) == (
        1,
        {"capacity live": "instances 3, the template says 1; weight 1"},
    )

    cloud.deploy(scaled)
    sagemaker.update_endpoint_weights_and_capacities(EndpointName=seen.name, DesiredWeightsAndCapacities=three)

    assert shell.verify("--assembly", cloud.assembly) == (0, {})


def test_cloudformation_need_not_be_asked(cloud: Cloud, shell: Shell) -> None:
    """Then it is said that the content alone is compared; and a name has to be given that it would know."""
    denied = Answered(
        status=403,
        content_type="text/xml",
        body=b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
    )
    seen = cloud.deploy(declare(containers("a", "b")))
    with data_plane(lambda _: denied) as refusing:
        shell.environment["AWS_ENDPOINT_URL_CLOUDFORMATION"] = refusing.url

        outcomes = shell.outcomes(seen.name, "--assembly", cloud.assembly)
        text = shell.run("verify", seen.name, "--assembly", cloud.assembly)
        unnamed = shell.run("verify", "--assembly", cloud.assembly)

    assert outcomes["stack"] == "not made"
    assert "resource" not in outcomes
    assert {outcomes[each] for each in ("settings", "variant", "model", "container", "image")} == {"held"}
    assert text.exit_code == 0
    assert "not allowed: cloudformation:DescribeStacks on stack EndToEnd" in text.stdout
    assert (unnamed.exit_code, unnamed.stdout) == (2, "")
    assert "give ENDPOINT" in unnamed.stderr


def test_what_is_not_there_is_told(cloud: Cloud, shell: Shell, tmp_path: Path) -> None:
    """With the endpoints that are; and a stack that was never deployed."""
    seen = cloud.deploy(declare(containers("a", "b")))

    code, failed = shell.verify("nowhere")
    invoked = shell.run("invoke", "nowhere", "--content-type", "text/csv", "--endpoint-url", cloud.aws.url)
    app = cdk.App(outdir=str(tmp_path / "never"))
    declare(containers("a", "b"))(cdk.Stack(app, "Never"))
    app.synth()
    never = shell.run("verify", "--assembly", tmp_path / "never")

    assert (code, failed) == (
        1,
        {"status endpoint": f"there is no endpoint nowhere in us-east-1; there is {seen.name}"},
    )
    assert invoked.exit_code == 2
    assert never.exit_code == 2
    assert "the endpoint's name, and there is no stack Never in us-east-1: give ENDPOINT" in never.stderr


def test_a_deployment_under_way_is_no_success() -> None:
    """Without waiting, or if the time is over: nothing is compared with what is about to change."""
    with EmbeddedAws(transition_seconds=3600) as aws:
        shell = Shell(aws)
        create(aws.client("sagemaker"))
        for arguments in (["--no-wait"], ["--timeout", "0.001"]):
            result = shell.run("verify", "search", *arguments, "--format", "json")

            assert result.exit_code == 1
            assert {(each["check"], each["outcome"]) for each in json.loads(result.stdout)["checks"]} == {
                ("status", "failed"),
                ("settings", "not made"),
                ("answer", "not made"),
            }


def test_a_deployment_under_way_is_waited_for() -> None:
    """In lines that say what is pending. What is being deleted does not come back."""
    with EmbeddedAws(transition_seconds=5) as aws:
        shell, sagemaker = Shell(aws), aws.client("sagemaker")
        create(sagemaker)

        created = shell.run("verify", "search")
        sagemaker.delete_endpoint(EndpointName="search")
        deleted = shell.run("verify", "search")

    assert (created.exit_code, created.stderr) == (0, "Creating: config search; live 0 of 1 instances\n")
    assert deleted.exit_code == 1
    assert "Deleting: it is being deleted" in deleted.stdout


def test_an_endpoint_that_failed_is_told() -> None:
    """With the reason that SageMaker gives."""
    with EmbeddedAws(transition_seconds=0) as aws:
        aws.fail_next("CreateEndpoint", REASON)
        create(aws.client("sagemaker"))

        code, failed = Shell(aws).verify("search")

    assert code == 1
    assert failed["status endpoint"].startswith("Failed: it could not be created")
    assert REASON in failed["status endpoint"]


def create(sagemaker: Any) -> None:
    """An endpoint by hand."""
    images = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    listed = [{"ContainerHostname": each, "Image": f"{images}/{each}:1"} for each in ("a", "b")]
    variant = {"VariantName": "live", "ModelName": "search", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_model(
        ModelName="search",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/search",
        Containers=listed,
        InferenceExecutionConfig={"Mode": "Direct"},
    )
    sagemaker.create_endpoint_config(EndpointConfigName="search", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="search", EndpointConfigName="search")


def only_csv(request: StubRequest) -> StubResponse:
    """Refuses all that is no CSV."""
    return StubResponse(status=200 if request.content_type == "text/csv" else 415, body=request.body)


def test_each_container_is_asked(cloud: Cloud, shell: Shell, tmp_path: Path) -> None:
    """With its own sample, or that of all; what it answers, and what it does not."""
    seen = cloud.deploy(secret)
    csv, query = tmp_path / "rows.csv", tmp_path / "query.json"
    csv.write_text("1,2")
    query.write_text("{}")
    stubs = {"a": stub(only_csv), "b": stub(b"{}")}
    with LocalEndpoint.from_containers(stubs, mode="Direct", name=seen.name) as here:
        shell.environment |= here.environment

        assert shell.outcomes(seen.name, "--body", csv)["answer"] == "held"
        assert shell.outcomes(seen.name, "--sample", f"a={csv}")["answer"] == "mixed"
        code, failed = shell.verify(seen.name, "--body", csv, "--sample", f"a={query}")
        stranger = shell.run("verify", seen.name, "--sample", f"c={csv}")

        everyone = shell.run("invoke", seen.name, "--all", "--body", csv)
        somebody = shell.run("invoke", seen.name, "--all", "--body", query)

    assert (code, list(failed)) == (1, ["answer a"])
    assert "container a of" in failed["answer a"]
    assert "answered 415" in failed["answer a"]
    assert stranger.exit_code == 2
    assert "has no container c; those that can be asked by name are a, b" in stranger.stderr
    assert [line.split()[0] for line in everyone.stdout.splitlines()] == ["container", "a", "b"]
    assert (everyone.exit_code, somebody.exit_code) == (0, 1)


def sessions() -> dict[str, str]:
    """What the document shows: output by command."""
    text = (Path(__file__).parents[2] / "docs" / "verify.md").read_text()
    shown = re.findall(r"^```console\n\$ mce (.*?)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return dict(shown)


def test_the_document_shows_what_is_printed(cloud: Cloud, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what differs from run to run, for which it has `...`."""

    def search(stack: cdk.Stack) -> MultiContainerEndpoint:
        return MultiContainerEndpoint(
            stack,
            "Endpoint",
            endpoint_name="search",
            mode=DIRECT,
            instance_type="ml.m5.large",
            containers=containers("ranker", "tagger"),
        )

    cloud.deploy(search)
    monkeypatch.chdir(cloud.assembly.parent)
    cloud.assembly.rename("cdk.out")
    Path("rows.csv").write_text("1,2\n")
    refusing = StubResponse(status=415, body=b"send application/json")
    stubs = {"ranker": stub(b"7,9\n", content_type="text/csv"), "tagger": stub(refusing)}
    with LocalEndpoint.from_containers(stubs, mode="Direct", name="search") as here:
        shell.environment |= here.environment
        printed = {command: shell.run(*command.split()).output for command in sessions()}
    Path("cdk.out").rename(cloud.assembly)

    assert len(printed) == 3
    for command, shown in sessions().items():
        pattern = r"\S*".join(map(re.escape, re.sub(" +", " ", shown).split("...")))
        assert re.fullmatch(pattern, re.sub(" +", " ", printed[command])), printed[command]


def test_samples_go_to_the_endpoint_that_is_verified(shell: Shell, tmp_path: Path) -> None:
    """Not to one on this machine, whose address is still set, while AWS is asked what is deployed."""
    sample = tmp_path / "rows.csv"
    sample.write_text("1,2")
    shell.environment["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] = "http://127.0.0.1:1"
    shell.environment["AWS_ENDPOINT_URL_SAGEMAKER"] = "https://sagemaker.invalid"

    result = shell.run("verify", "search", "--body", sample)

    assert result.exit_code == 2
    assert "unset AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME" in result.stderr

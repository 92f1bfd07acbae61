"""The README's commands. `make demo` has a test of its own, and `make test` is what runs this one."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest

from embedded_aws import model_server
from embedded_aws.cdk_cli import CdkCli
from embedded_aws.launcher import EmbeddedAws
from sagemaker_multi_container import InferenceExecutionMode, MultiContainerEndpoint

from .conftest import Cloud, containers

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parent.parent.parent
BLOCKS = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]


def test_there_is_a_test_of_every_command() -> None:
    """A new command in the README asks for its test."""
    assert COMMANDS == [
        "make demo",
        "make test",
        "source .venv/bin/activate",
        "cdk bootstrap",
        "cdk deploy -c models_bucket=<your bucket>",
        "pip install .",
        "pip install '.[cli,local,aws]'",
        "mce review base/cdk.out head/cdk.out --fail-on breaks-callers,replace,refused,error",
        "mce check cdk.out",
        "mce local cdk.out --check",
        "mce local cdk.out",
        "mce verify search --assembly cdk.out --body sample.json",
        "mce invoke search --target ranker --body sample.json",
    ]


def test_the_reference_app_deploys_with_the_plain_commands(tmp_path: Path) -> None:
    """As they stand there, but on the embedded AWS, with nobody to approve and into a folder of the test's own."""
    with EmbeddedAws(transition_seconds=0) as aws:
        cli = CdkCli(aws.environment, ROOT)
        for command in COMMANDS:
            program, *arguments = shlex.split(command.replace("<your bucket>", "my-models"))
            if program == "cdk":
                approval = ["--require-approval", "never"] if "deploy" in arguments else []
                finished = cli.run(*arguments, *approval, "--output", str(tmp_path))
                assert finished.exit_code == 0, finished.output
        (endpoint,) = aws.client("sagemaker").list_endpoints()["Endpoints"]
        (model,) = aws.client("sagemaker").list_models()["Models"]
        containers = aws.client("sagemaker").describe_model(ModelName=model["ModelName"])["Containers"]

    assert endpoint["EndpointStatus"] == "InService"
    assert containers[1]["ModelDataUrl"] == "s3://my-models/classifier/model.tar.gz"


def test_the_package_installs_from_a_checkout(tmp_path: Path) -> None:
    """Into a folder of its own here, without asking the network for what is installed already."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", tmp_path, "."], cwd=ROOT, check=True, capture_output=True)

    assert {path.name.split("-")[0] for path in tmp_path.iterdir()} == {"bin", "sagemaker_multi_container"}
    assert [path.name for path in (tmp_path / "bin").iterdir()] == ["mce"]


def test_the_command_has_extras(tmp_path: Path) -> None:
    """What they need is here already, so that nothing would be installed but the package."""
    report = tmp_path / "report.json"
    dry_run = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-build-isolation", "--report", str(report)]
    subprocess.run([*dry_run, ".[cli,local,aws]"], cwd=ROOT, check=True, capture_output=True)

    (package,) = json.loads(report.read_text())["install"]
    assert sorted(package["requested_extras"]) == ["aws", "cli", "local"]
    assert {"aiohttp", "boto3", "click", "pyyaml", "rich"} <= {
        re.split(r"\W", each)[0] for each in package["metadata"]["requires_dist"]
    }


def test_a_change_of_the_reference_app_is_reviewed_and_checked(tmp_path: Path) -> None:
    """Its callers must change when its mode does, which the README's command stops."""
    for folder, mode in {"base": "Serial", "head": "Direct"}.items():
        synthesis = {"CDK_OUTDIR": str(tmp_path / folder / "cdk.out"), "CDK_CONTEXT_JSON": json.dumps({"mode": mode})}
        environment = os.environ | synthesis | {"CDK_VALIDATION": "false"}
        subprocess.run([sys.executable, "app.py"], cwd=ROOT, check=True, env=environment)
    review, check = (command for command in COMMANDS if command.startswith(("mce review", "mce check")))

    reviewed = subprocess.run(shlex.split(review), cwd=tmp_path, capture_output=True, text=True, check=False)
    checked = subprocess.run(shlex.split(check), cwd=tmp_path / "head", capture_output=True, text=True, check=False)

    assert reviewed.returncode == 1, reviewed.stderr
    assert "TargetContainerHostname" in reviewed.stdout
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("no findings")


def test_an_endpoint_is_run_here_deployed_verified_and_invoked(cloud: Cloud) -> None:
    """With the model server in place of the images, and the embedded AWS in place of AWS."""
    cloud.deploy(_search)
    folder = cloud.assembly.parent
    cloud.assembly.rename(folder / "cdk.out")
    (folder / "sample.json").write_text('{"query": "shoes"}')
    server = shlex.join([sys.executable, model_server.__file__])
    here = [f"--container={hostname}={server}" for hostname in ("ranker", "tagger")]
    here += [f"--model-data={hostname}=" for hostname in ("ranker", "tagger")]
    check, run, *calls = [command for command in COMMANDS if re.match("mce (local|verify|invoke)", command)]

    checked = subprocess.run([*shlex.split(check), *here], cwd=folder, capture_output=True, text=True, check=False)
    with subprocess.Popen(
        [*shlex.split(run), *here, "--port=0"], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as local:
        exported = next(each for line in local.stdout or () if (each := re.match(r"  export (\w+)=(.*)", line)))
        environment = os.environ | dict(cloud.aws.environment) | {exported[1]: exported[2]}
        called = [
            subprocess.run(shlex.split(each), cwd=folder, env=environment, capture_output=True, text=True, check=False)
            for each in calls
        ]
        local.send_signal(signal.SIGINT)
        local.communicate()
    (folder / "cdk.out").rename(cloud.assembly)

    assert checked.returncode == 0, checked.stderr
    assert "all 2 containers answer pings on their own ports" in checked.stdout
    assert [each.returncode for each in called] == [0, 0], called
    assert json.loads(called[1].stdout)["body"] == '{"query": "shoes"}'
    assert local.returncode == 0


def _search(stack: cdk.Stack) -> MultiContainerEndpoint:
    return MultiContainerEndpoint(
        stack,
        "Endpoint",
        endpoint_name="search",
        mode=InferenceExecutionMode.DIRECT,
        instance_type="ml.m5.large",
        containers=containers("ranker", "tagger"),
    )

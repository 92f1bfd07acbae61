"""The README's commands. `make demo` has a test of its own, and `make test` is what runs this one."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from embedded_aws.cdk_cli import CdkCli
from embedded_aws.launcher import EmbeddedAws

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

    assert {path.name.split("-")[0] for path in tmp_path.iterdir()} == {"sagemaker_multi_container"}

"""docs/local.md: its test is one that users can copy. Its other Python is executed by the hook in the root's conftest.py."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
from click.testing import CliRunner

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    MultiContainerEndpoint,
)
from sagemaker_multi_container.cli.commands import mce

TEXT = (Path(__file__).parents[2] / "docs" / "local.md").read_text()
(USERS_TEST, _) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
OPTIONS = set(re.findall(r"`(--[a-z-]+)", TEXT))


def test_the_test_of_the_document_passes(tmp_path: Path) -> None:
    """In a folder where `cdk synth` has been run."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    MultiContainerEndpoint(
        cdk.Stack(app, "Search"),
        "Endpoint",
        endpoint_name="search",
        mode=InferenceExecutionMode.DIRECT,
        instance_type="ml.m5.large",
        containers=[
            ContainerDefinition(
                hostname=hostname,
                image=ContainerImage.from_uri(f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{hostname}:1"),
            )
            for hostname in ("ranker", "tagger")
        ],
    )
    app.synth()
    (tmp_path / "test_search.py").write_text(USERS_TEST)

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    assert "1 passed" in ended.stdout


def test_the_options_are_those_of_the_command() -> None:
    """All of them are explained, and no other."""
    said = CliRunner().invoke(mce, ["local", "--help"]).stdout

    assert set(re.findall(r"--[a-z-]+", said)) - {"--help", "--port"} | {"--port"} & OPTIONS == OPTIONS

"""docs/local.md: its test is one that users can copy. The hook in the root's conftest.py executes the other Python."""

from __future__ import annotations

import re
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

from .users_pytest import environment_without, run_pytest

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

    assert "1 passed" in run_pytest(tmp_path, environment_without())


def test_the_options_are_those_of_the_command() -> None:
    """All of them are explained, and no other."""
    said = CliRunner().invoke(mce, ["local", "--help"]).stdout

    assert set(re.findall(r"--[a-z-]+", said)) - {"--help"} == OPTIONS

"""What other packages' constructs synthesize is read, and only what they do wrong is called an error.

The packages are in an environment of their own, `.venv-peers`, since they need an older CDK.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sagemaker_multi_container.check import TemplateFinding, findings_of
from sagemaker_multi_container.rules import Severity
from sagemaker_multi_container.template import Template, read
from tests.conftest import ROOT

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
_ENDPOINT = {"Model", "EndpointConfig", "Endpoint"}
_SCALED = _ENDPOINT | {"ScalableTarget", "ScalingPolicy"}
_MODE_IS_LEFT_OUT = "MCE-C13"
_NO_ISOLATION = "MCE-M09"
_NO_KEY = "MCE-E11"
_ONE_INSTANCE = "MCE-V30"
_UPDATES_SCALE_BACK = "MCE-P17"

RIGHT = {
    "ScaledPipeline": (_SCALED, {_NO_ISOLATION, _MODE_IS_LEFT_OUT, _UPDATES_SCALE_BACK}),
    "WeightedVariants": (_ENDPOINT, {_NO_ISOLATION, _NO_KEY, _ONE_INSTANCE}),
    "Serverless": (_ENDPOINT, {_NO_ISOLATION}),
    "LambdaPattern": (_ENDPOINT, {_NO_ISOLATION, _ONE_INSTANCE}),
}
"""Stacks that deploy: which resources the rules look at there, and which rules have a remark."""

WRONG = {
    "ServerlessPipeline": ("MCE-V20", "serverless endpoints do not support several containers and VPC connections"),
    "HalfNamedPipeline": ("MCE-C05", "has no hostname, though another container has one ('prepare')"),
    "DigestAsTag": ("MCE-C17", "a digest follows @, not a colon"),
}
"""Stacks that aws-sagemaker-alpha synthesizes though SageMaker refuses them: the rule that says so, and its words."""


@pytest.fixture(name="templates", scope="module")
def _templates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Template]:
    """The stacks of the app beside this module, by name."""
    assembly = tmp_path_factory.mktemp("peers")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        [PYTHON, Path(__file__).with_name("peers_app.py"), assembly],
        env=os.environ | {"PATH": path, "CDK_VALIDATION": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return {template.stack: template for template in read(assembly)}


def test_each_stack_is_judged(templates: Mapping[str, Template]) -> None:
    """No stack of the app goes unnoticed."""
    assert templates.keys() == RIGHT.keys() | WRONG.keys()


@pytest.mark.parametrize("stack", RIGHT)
def test_what_they_do_right_is_no_error(templates: Mapping[str, Template], stack: str) -> None:
    """Of an endpoint that deploys the rules remark what is worth a thought, and nothing else."""
    resources, remarks = RIGHT[stack]
    found = findings_of(templates[stack])

    assert {resource.type for resource in templates[stack].description.resources.values()} == resources
    assert _errors(found) == []
    assert {each.rule.id for each in found} == remarks


@pytest.mark.parametrize("stack", WRONG)
def test_what_they_let_pass_is_an_error(templates: Mapping[str, Template], stack: str) -> None:
    """What SageMaker refuses is found, once, and with the construct that made it."""
    rule, message = WRONG[stack]

    (error,) = _errors(findings_of(templates[stack]))

    assert error.rule.id == rule
    assert message in error.message
    assert str(templates[stack].construct_path(error.logical_id)).startswith(f"{stack}/")


def _errors(found: list[TemplateFinding]) -> list[TemplateFinding]:
    return [each for each in found if each.rule.severity is Severity.ERROR]

"""The reference app before its judges: cfn-lint, the CDK's validator and cdk-nag; and two syntheses that agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import cloudformation_include as cfn_include
from cdk_nag import AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks
from cfnlint.api import lint_file

from app import build
from tests.conftest import RECOMMENDED_FLAGS, ROOT

STACK = "ReferenceEndpoint"
TEMPLATE = f"{STACK}.template.json"
PACKS = (AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks)
_REPORT = "validation-report.json"
_BINARIES = Path(sys.executable).parent


@pytest.fixture(name="mode", params=["Direct", "Serial"])
def _mode(request: pytest.FixtureRequest) -> str:
    """How the reference app's containers are called."""
    return str(request.param)


@pytest.fixture(name="reference")
def _reference(mode: str, tmp_path: Path) -> cdk.App:
    """The reference app, with the flags that it is synthesized with."""
    return build(cdk.App(context=RECOMMENDED_FLAGS | {"mode": mode}, outdir=str(tmp_path)))


def test_cfn_lint_has_nothing_to_say(reference: cdk.App) -> None:
    """There are neither errors nor warnings."""
    folder = Path(reference.synth().directory)

    assert lint_file(folder / TEMPLATE) == []


def test_the_cdk_validator_has_nothing_to_say(mode: str, tmp_path: Path) -> None:
    """`cdk synth` succeeds though it is strict, and the report shows that it did validate."""
    options = ["--strict", "--quiet", "--no-notices", "--context", f"mode={mode}", "--output", str(tmp_path)]
    run = _run(_BINARIES / "cdk", "synth", *options, CDK_VALIDATION="true")

    assert run.returncode == 0, run.stdout + run.stderr
    assert _violations(tmp_path) == []


def test_the_packs_find_nothing_but_what_is_acknowledged(reference: cdk.App) -> None:
    """All packs of rules together let the app pass."""
    assert _findings(reference) == set()


def test_each_acknowledgement_is_needed_and_has_a_reason(reference: cdk.App, tmp_path: Path) -> None:
    """In the bare template the packs find exactly what the app acknowledges."""
    reasons = _acknowledged(reference)

    found = _found_in(_template(reference), tmp_path / "bare")

    assert found == reasons.keys()
    assert min(len(reason.split()) for reason in reasons.values()) > 5


def test_without_its_key_the_packs_would_object(reference: cdk.App, tmp_path: Path) -> None:
    """The packs look at the endpoint config: its key is why they say nothing of it."""
    template = _template(reference)
    for resource in template["Resources"].values():
        resource["Properties"].pop("KmsKeyId", None)

    found = _found_in(template, tmp_path / "bare") - _acknowledged(reference).keys()

    rule = "SageMakerEndpointConfigurationKMSKeyConfigured"
    assert found == {f"{pack}-{rule}" for pack in ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")}


def test_two_syntheses_give_the_same_bytes(mode: str, tmp_path: Path) -> None:
    """The assembly depends on nothing but the app: on no clock, random number or order of a set."""
    context = json.dumps(RECOMMENDED_FLAGS | {"mode": mode})
    assemblies = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        run = _run(
            Path(sys.executable),
            "app.py",
            PYTHONHASHSEED=seed,
            CDK_VALIDATION="false",
            CDK_CONTEXT_JSON=context,
            CDK_OUTDIR=str(folder),
        )
        assert run.returncode == 0, run.stderr
        assemblies.append({file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()})

    assert assemblies[0].keys() == assemblies[1].keys()
    assert assemblies[0] == assemblies[1]
    assert Path(TEMPLATE) in assemblies[0]


def _run(program: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{_BINARIES}{os.pathsep}{os.environ['PATH']}"
    known = os.environ | {"PATH": path, "CDK_DISABLE_CLI_TELEMETRY": "true", "CI": "true"}
    return subprocess.run(
        [program, *arguments], cwd=ROOT, env=known | environment, capture_output=True, text=True, check=False
    )


def _template(app: cdk.App) -> dict[str, Any]:
    return dict(app.synth().get_stack_by_name(STACK).template)


def _acknowledged(app: cdk.App) -> Mapping[str, str]:
    """What the app acknowledges of the endpoint, with the reasons."""
    endpoint = app.node.find_child(STACK).node.find_child("Endpoint")
    return {
        finding.removeprefix("Annotation::"): reason
        for entry in endpoint.node.metadata
        if entry.type == "aws:cdk:acknowledged-rules"
        for finding, reason in entry.data.items()
    }


def _found_in(template: Mapping[str, Any], folder: Path) -> set[str]:
    """What the packs find in the resources of a template, of which nothing is acknowledged."""
    folder.mkdir()
    file = folder / "template.json"
    # Each stack brings the check of the bootstrap version along.
    file.write_text(json.dumps({"Resources": template["Resources"]}), encoding="utf-8")
    app = cdk.App(outdir=str(folder / "cdk.out"))
    cfn_include.CfnInclude(cdk.Stack(app, "Bare"), "Template", template_file=str(file))
    return _findings(app)


def _findings(app: cdk.App) -> set[str]:
    """What the packs of cdk-nag find in an app."""
    for pack in PACKS:
        cdk.Validations.of(app).add_plugins(pack(app))
    try:
        app.synth()
    except RuntimeError as failed:
        if "ValidationFailed" not in str(failed):
            raise
    return {violation["ruleName"] for violation in _violations(Path(app.outdir))}


def _violations(assembly: Path) -> list[dict[str, Any]]:
    report = json.loads((assembly / _REPORT).read_text(encoding="utf-8"))
    return [violation for plugin in report["pluginReports"] for violation in plugin["violations"]]

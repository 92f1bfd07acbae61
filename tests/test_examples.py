"""The examples before the judges of the reference app, each run as its README says."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import cloudformation_include as cfn_include
from cfnlint.api import ManualArgs, lint_file
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from embedded_aws.cdk_cli import CdkCli
from tests.conftest import ROOT
from tests.examples import FAULTY, FOLDER, NAMES, judge, stacks_begin_with

# The packs of cdk-nag that an example claims to pass, beside AwsSolutions.
FURTHER_PACKS = {"vpc_kms_isolation": ("HIPAA.Security-", "NIST.800.53.R5-")}
# The CDK says that a function waits for its role, and the construct that a model does, beside the reference.
NOT_LINTED = ["W3005"]


@pytest.fixture(name="assembly", scope="module")
def _assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All examples, judged by the CDK validator and by cdk-nag."""
    folder = tmp_path_factory.mktemp("examples")
    run = subprocess.run(
        [sys.executable, "-m", "tests.examples", folder, "--judged"],
        cwd=ROOT,
        env=os.environ | {"CDK_VALIDATION": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(name="bare", scope="module")
def _bare(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The resources of all examples, of which nothing is acknowledged, judged by cdk-nag."""
    folder = tmp_path_factory.mktemp("bare")
    app = cdk.App(outdir=str(folder))
    for file in assembly.glob("*.template.json"):
        # Each stack brings the check of the bootstrap version along.
        resources = json.loads(file.read_text(encoding="utf-8"), object_hook=_without_other_stacks)["Resources"]
        included = folder / file.name.replace("template", "included")
        included.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
        stack = cdk.Stack(app, file.name.partition(".")[0])
        cfn_include.CfnInclude(stack, "Template", template_file=str(included))
    judge(app)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_shows_and_how_to_run_it(name: str) -> None:
    """Each folder has an app, and a README that begins with a heading and a paragraph, and is in the index."""
    readme = (FOLDER / name / "README.md").read_text(encoding="utf-8")

    assert (FOLDER / name / "app.py").is_file()
    assert re.match(r"# .+\n\n\S", readme)
    assert _commands(readme) == ["source .venv/bin/activate", f'cdk synth --app "python examples/{name}/app.py"']
    assert f"| [{name}]({name}) | {readme.splitlines()[0].removeprefix('# ')} |" in _index()


def test_the_index_names_no_other() -> None:
    """Whoever removes an example removes its line."""
    assert sorted(re.findall(r"^\| \[(\w+)\]", _index(), re.MULTILINE)) == NAMES


@pytest.mark.e2e
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_as_its_readme_says(name: str, tmp_path: Path) -> None:
    """With the real CDK CLI, for which a warning is an error. The CDK validator has judged it already."""
    *_, command = _commands((FOLDER / name / "README.md").read_text(encoding="utf-8"))
    _, *arguments = shlex.split(command)

    run = CdkCli(os.environ | {"CDK_VALIDATION": "false"}, ROOT).run(*arguments, "--strict", "--output", str(tmp_path))

    assert run.exit_code == 0, run.output
    assert list(tmp_path.glob(f"{stacks_begin_with(name)}*.template.json"))


@pytest.mark.parametrize("name", NAMES)
def test_cfn_lint_has_nothing_to_say(assembly: Path, name: str) -> None:
    """There are neither errors nor warnings, but for what is not linted, with the reason."""
    options = ManualArgs(ignore_checks=NOT_LINTED)

    assert [found for template in _templates(assembly, name) for found in lint_file(template, options)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_judges_find_nothing_but_what_is_acknowledged(assembly: Path, name: str) -> None:
    """Neither the CDK validator nor the packs; and the construct warns of nothing."""
    assert set(_found(assembly, name)) == set()


def test_a_fault_is_found(assembly: Path) -> None:
    """The judges were asked: they do see the faulty stack beside the examples."""
    assert {"AwsSolutions-IAM5[Resource::*]", "F3034"} <= set(_found(assembly, FAULTY))


@pytest.mark.parametrize("name", NAMES)
def test_each_acknowledgement_is_needed_and_has_a_reason(assembly: Path, bare: Path, name: str) -> None:
    """In the bare templates, where nothing is acknowledged, the packs find all of it."""
    acknowledged = dict(_acknowledged(assembly, name))

    assert acknowledged.keys() <= set(_found(bare, name))
    assert min(len(reason.split()) for reason in acknowledged.values()) > 5


@pytest.mark.parametrize("name", NAMES)
def test_whole_templates(assembly: Path, snapshot: SnapshotAssertion, name: str) -> None:
    """As they are committed. Renew them with `pytest --snapshot-update`."""
    templates = {
        file.name.partition(".")[0]: json.loads(file.read_text(encoding="utf-8")) for file in _templates(assembly, name)
    }

    assert templates == snapshot.use_extension(JSONSnapshotExtension)


def _index() -> str:
    return (FOLDER / "README.md").read_text(encoding="utf-8")


def _commands(readme: str) -> list[str]:
    return [line for block in re.findall(r"```console\n(.*?)```", readme, re.DOTALL) for line in block.splitlines()]


def _without_other_stacks(node: dict[str, Any]) -> dict[str, Any] | str:
    """`CfnInclude` knows no references to other stacks."""
    return "of another stack" if "Fn::GetStackOutput" in node else node


def _templates(assembly: Path, name: str) -> list[Path]:
    return sorted(assembly.glob(f"{stacks_begin_with(name)}*.template.json"))


def _found(assembly: Path, name: str) -> Iterator[str]:
    """The rules that something in an example violates."""
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))
    not_claimed = tuple({"HIPAA.Security-", "NIST.800.53.R5-"} - set(FURTHER_PACKS.get(name, ())))
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            paths = [construct["constructPath"] for construct in violation["violatingConstructs"]]
            is_of_example = any(path.startswith(stacks_begin_with(name)) for path in paths)
            if is_of_example and not violation["ruleName"].startswith(not_claimed):
                yield violation["ruleName"]


def _acknowledged(assembly: Path, name: str) -> Iterator[tuple[str, str]]:
    """What the example acknowledges, with the reasons; not what the CDK acknowledges of its own resources."""
    for file in assembly.glob(f"{stacks_begin_with(name)}*.metadata.json"):
        metadata: dict[str, list[dict[str, Any]]] = json.loads(file.read_text(encoding="utf-8"))
        for entry in itertools.chain(*metadata.values()):
            if entry["type"] == "aws:cdk:acknowledged-rules":
                for rule, reason in entry["data"].items():
                    if rule.startswith("Annotation::"):
                        yield rule.removeprefix("Annotation::"), reason

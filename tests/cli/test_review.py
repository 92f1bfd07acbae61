"""`mce review`: its arguments, its exit codes, and what it says to bad input."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker
from click.testing import CliRunner, Result

from sagemaker_multi_container.cli.commands import mce
from sagemaker_multi_container.review import Kind, Outcome
from sagemaker_multi_container.review.refusals import CHANGE_RULES
from tests.review.scenes import AFTER, BEFORE
from tests.review.templates import DIRECT, REGISTRY, edited, moved

ROLLED = edited(DIRECT, {"Model.Containers[0].Image": f"{REGISTRY}/ranker:2"})
REFUSED = edited(DIRECT, {"Model.Containers[0].ContainerHostname": "my_ranker"})


def file(folder: Path, name: str, document: Mapping[str, Any]) -> str:
    """The path of a template."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document))
    return str(path)


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(mce, ["review", *arguments])


def reviewed(folder: Path, before: Mapping[str, Any], after: Mapping[str, Any], *options: str) -> Result:
    """Review the change of a template."""
    return run(file(folder, "before", before), file(folder, "after", after), *options)


def test_files_of_any_name_are_the_same_stack(tmp_path: Path) -> None:
    """There is only one on each side."""
    result = reviewed(tmp_path, DIRECT, ROLLED)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("search: rolls in place\n")


@pytest.mark.parametrize(
    ("form", "begins"), [("text", "search: rolls"), ("markdown", "<!-- mce review -->\n"), ("json", "{\n")]
)
def test_writes_in_every_form_to_a_file(tmp_path: Path, form: str, begins: str) -> None:
    """And then nothing to the terminal."""
    output = tmp_path / "review"
    result = reviewed(tmp_path, DIRECT, ROLLED, "--format", form, "--output", str(output))

    assert (result.exit_code, result.stdout) == (0, "")
    assert output.read_text().startswith(begins)


@pytest.mark.parametrize(
    ("after", "options", "exit_code"),
    [
        (ROLLED, [], 0),
        (ROLLED, ["--fail-on", "roll"], 1),
        (ROLLED, ["--fail-on", "replace,delete"], 0),
        (ROLLED, ["--fail-on", "replace,roll"], 1),
        (ROLLED, ["--fail-on", "replace", "--fail-on", " roll "], 1),
        (REFUSED, [], 1),
        (REFUSED, ["--fail-on", "never"], 0),
        (REFUSED, ["--fail-on", "breaks-callers"], 1),
        (edited(DIRECT, {"Endpoint.EndpointName": "Search"}), [], 1),
        (edited(DIRECT, {"Endpoint.EndpointName": "find"}), [], 0),
        (edited(DIRECT, {"Endpoint.EndpointName": "find"}), ["--fail-on", "replace"], 1),
        ({"Resources": {}}, ["--fail-on", "delete"], 1),
        (DIRECT, ["--fail-on", ",".join(Kind)], 0),
    ],
)
def test_fails_on_what_it_is_told_to_fail_on(
    tmp_path: Path, after: Mapping[str, Any], options: list[str], exit_code: int
) -> None:
    """Else on errors and on what will be refused, which nobody means."""
    assert reviewed(tmp_path, DIRECT, after, *options).exit_code == exit_code


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_can_be_named(tmp_path: Path, kind: Kind) -> None:
    """And the help names it."""
    is_in_scene = kind not in (Kind.CREATE, Kind.DELETE, Kind.REPLACE, Kind.IGNORES)

    assert reviewed(tmp_path, BEFORE, AFTER, "--fail-on", kind).exit_code == is_in_scene
    assert kind in " ".join(run("--help").stdout.split()).replace("- ", "-")


def test_an_empty_directory_is_nothing_yet(tmp_path: Path) -> None:
    """For the first deployment of an app."""
    (tmp_path / "nothing").mkdir()
    result = run(str(tmp_path / "nothing"), file(tmp_path, "after", DIRECT))

    assert result.exit_code == 0
    assert result.stdout.startswith("search: created")


def test_an_empty_directory_is_nothing_any_more(tmp_path: Path) -> None:
    """When the app is given up: nobody deletes its stack."""
    (tmp_path / "nothing").mkdir()
    result = run(file(tmp_path, "before", DIRECT), str(tmp_path / "nothing"))

    assert result.exit_code == 0
    assert result.stdout.startswith("search: left behind")


def test_a_macro_that_may_change_everything_is_told(tmp_path: Path) -> None:
    """Beside the review, which does not know what it makes."""
    result = reviewed(tmp_path, DIRECT, {**DIRECT, "Transform": "Rewrite"})

    note = f"Note: {tmp_path / 'after.json'}: a macro (Rewrite) may change this template, which is not seen\n"
    assert result.stderr == note


def test_another_config_is_no_reason_to_replace_an_endpoint(tmp_path: Path) -> None:
    """Another logical id is."""
    result = reviewed(tmp_path, DIRECT, moved(DIRECT, Endpoint="Other", Config="OtherConfig"))

    assert "replaced      another logical id of the Endpoint\n" in result.stdout
    assert "Config is replaced" not in result.stdout


def test_an_endpoint_that_is_retained_answers_on(tmp_path: Path) -> None:
    """Under its old name."""
    retained = edited(DIRECT, {"/Resources.Endpoint.UpdateReplacePolicy": "Retain"})
    result = reviewed(tmp_path, retained, edited(retained, {"Endpoint.EndpointName": "find"}))

    assert "All calls of search go on to the old endpoint, which is retained" in result.stdout
    assert "and leaves the old one" in result.stdout


def test_an_endpoint_that_is_left_behind_still_needs_its_config(tmp_path: Path) -> None:
    """Which the stack deletes, unless it is retained, too."""
    retained = edited(DIRECT, {"/Resources.Endpoint.DeletionPolicy": "Retain"})
    result = reviewed(tmp_path, retained, {"Resources": {}})

    assert "EndpointConfig is deleted, which AWS says must not be done while the endpoint is live" in result.stdout
    assert re.search(r"Endpoint +Endpoint → - +left behind", result.stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing", "after.json"], "missing: "),
        (["after.json", "broken.json"], "broken.json: "),
        (["after.json", "after.json", "--fail-on", "rolls"], "'rolls' is not one of create, delete, replace"),
        (["after.json", "after.json", "--fail-on", "never,roll"], "never cannot be combined"),
        (["after.json", "after.json", "--output", "no/such/folder"], "cannot write no/such/folder"),
        (["after.json", "after.json", "--config", "broken.json"], "broken.json"),
        (["after.json"], "Missing argument 'HEAD'"),
    ],
)
def test_says_in_a_line_what_it_cannot_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    """And ends with 2."""
    monkeypatch.chdir(tmp_path)
    file(tmp_path, "after", DIRECT)
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "nothing").mkdir()
    result = run(*arguments)

    assert result.exit_code == 2
    assert says in result.stderr.splitlines()[-1]
    assert result.stdout == ""


def test_ignores_what_the_configuration_ignores(tmp_path: Path) -> None:
    """As `mce check` does."""
    config = tmp_path / "pyproject.toml"
    config.write_text('[tool.mce.ignore]\nMCE-C08 = "tested against the service"\n')

    assert reviewed(tmp_path, DIRECT, REFUSED, "--config", str(config)).exit_code == 0


def assembly(folder: Path, image: str, stacks: tuple[str, ...]) -> str:
    """A cloud assembly of an app with an endpoint in each stack."""
    app = cdk.App(outdir=str(folder))
    for name in stacks:
        stack = cdk.Stack(app, name)
        container = sagemaker.CfnModel.ContainerDefinitionProperty(image=image, container_hostname="ranker")
        model = sagemaker.CfnModel(stack, "Model", containers=[container, container], execution_role_arn="arn")
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name="main", model_name=model.attr_model_name, initial_variant_weight=1
        )
        config = sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[variant])
        sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)
    app.synth()
    return str(folder)


def test_assemblies_are_compared_stack_by_stack(tmp_path: Path) -> None:
    """Stacks that come and go, too."""
    base = assembly(tmp_path / "base", "one", ("Gone", "Kept"))
    head = assembly(tmp_path / "head", "two", ("Kept", "New"))
    found = json.loads(run(base, head, "--format", "json", "--fail-on", "never").stdout)

    assert [(each["stack"], each["name"], each["outcome"]) for each in found["endpoints"]] == [
        ("Gone", "Endpoint", "left behind"),
        ("Kept", "Endpoint", "rolls in place"),
        ("New", "Endpoint", "created"),
    ]


def test_runs_as_a_process(tmp_path: Path) -> None:
    """Without the CDK."""
    paths = [file(tmp_path, "before", DIRECT), file(tmp_path, "after", REFUSED)]
    command = [sys.executable, "-X", "importtime", "-m", "sagemaker_multi_container.cli", "review", *paths]
    ended = subprocess.run(command, env={"PATH": ""}, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "breaks callers" in ended.stdout
    assert not {"aws_cdk", "jsii", "boto3"} & {line.split("|")[-1].strip() for line in ended.stderr.splitlines()}


def test_the_document_shows_what_is_said(tmp_path: Path) -> None:
    """Its example is the begin of a real review, and its tables have every kind, outcome and rule."""
    document = (Path(__file__).parents[2] / "docs" / "review.md").read_text()
    (example,) = re.findall(r"```text\n(.*?)```", document, re.DOTALL)
    renamed = {**DIRECT["Resources"]["Model"]["Properties"]["Containers"][1], "ContainerHostname": "labeller"}
    result = reviewed(tmp_path, DIRECT, edited(DIRECT, {"Model.Containers[1]": renamed}))

    assert result.stdout.startswith(example)
    assert [kind for kind in Kind if f"`{kind}`" not in document] == []
    assert [outcome for outcome in Outcome if outcome not in document] == []
    assert [rule for rule in CHANGE_RULES if f"| {rule} |" not in document] == []

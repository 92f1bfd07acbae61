"""What a cloud assembly says beside its templates: where in the app a resource was made, and what was acknowledged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct, IConstruct

from sagemaker_multi_container.template import Location, Template, read
from tests.unit.builders import endpoint

HERE = Path(__file__)
PREFIX = "sagemaker-multi-container::"
MODEL = "AWS::SageMaker::Model"


def model(scope: Construct, id: str = "Model") -> sagemaker.CfnModel:
    return sagemaker.CfnModel(scope, id, execution_role_arn="arn:aws:iam::111122223333:role/models")


def acknowledge(scope: IConstruct, **reasons: str) -> None:
    for rule, reason in reasons.items():
        cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=PREFIX + rule, reason=reason))


def synthesized(folder: Path, declare: Callable[[cdk.Stack], object]) -> Path:
    """A stack of an app, which is synthesized without the CDK CLI: templates have no paths of constructs."""
    app = cdk.App(outdir=str(folder))
    declare(cdk.Stack(app, "Search"))
    app.synth()
    return folder


@pytest.fixture(name="traced")
def _traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the CDK write down where the app's Python was."""
    monkeypatch.setenv("JSII_HOST_STACK_TRACES", "1")


def code(location: Location) -> str:
    return location.file.read_text().splitlines()[location.line - 1].strip()


def declared(template: Template, logical_id: str) -> list[str]:
    """The lines of this file that made a resource, the innermost first."""
    return [code(each) for each in template.declared_at(logical_id) if each.file == HERE]


def only(template: Template, *types: str) -> str:
    """The logical id of the only resource of some types."""
    ((logical_id, _),) = template.resources(*types)
    return logical_id


@pytest.mark.usefixtures("traced")
def test_a_resource_leads_to_the_lines_that_made_it(tmp_path: Path) -> None:
    """The innermost first, and none of libraries or of Python's own."""
    (template,) = read(synthesized(tmp_path, model))

    lines = template.declared_at("Model")

    assert lines[0].file == HERE
    assert code(lines[0]).startswith("return sagemaker.CfnModel(scope, id")
    assert code(lines[1]) == 'declare(cdk.Stack(app, "Search"))'
    assert not {"site-packages", "importlib"} & {part for each in lines for part in each.file.parts}
    assert template.declared_at("Nobody") == ()


def test_a_construct_is_known_by_its_path_without_the_cdk_cli(tmp_path: Path) -> None:
    """Which alone has the paths written into the Metadata of templates."""
    (template,) = read(synthesized(tmp_path, model))

    assert template.metadata("Model") == {}
    assert template.construct_path("Model") == "Search/Model"
    assert template.construct_path("Nobody") is None


@pytest.mark.usefixtures("traced")
def test_what_the_construct_makes_leads_to_the_line_that_made_the_construct(tmp_path: Path) -> None:
    """Not into this library."""
    (template,) = read(synthesized(tmp_path, lambda stack: endpoint(stack, "Endpoint")))

    lines = template.declared_at(only(template, MODEL))

    assert not any("sagemaker_multi_container" in each.file.parts for each in lines)
    assert code(next(each for each in lines if each.file == HERE)).startswith("(template,) = read(synthesized(")


@pytest.mark.usefixtures("traced")
def test_stacks_in_stages_and_nested_ones_have_theirs(tmp_path: Path) -> None:
    """Resources of different stacks may have the same logical id."""
    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.Stack(cdk.Stage(app, "Prod"), "Search")
    model(stack)
    outer = cdk.NestedStack(stack, "Outer")
    sagemaker.CfnModel(outer, "Model", execution_role_arn="outer")
    inner = cdk.NestedStack(outer, "Inner")
    sagemaker.CfnModel(inner, "Model", execution_role_arn="inner")
    acknowledge(stack, A="of the stack", B="of the stack")
    acknowledge(outer, B="of the outer")
    acknowledge(inner, C="of the inner")
    app.synth()

    templates = read(tmp_path)

    lines = [declared(each, "Model")[0] for each in templates]
    assert lines[0].startswith("return sagemaker.CfnModel(")
    assert lines[1:] == [
        'sagemaker.CfnModel(outer, "Model", execution_role_arn="outer")',
        'sagemaker.CfnModel(inner, "Model", execution_role_arn="inner")',
    ]
    known = [
        {rule.removeprefix(PREFIX): reason for rule, reason in each.acknowledged("Model").items()} for each in templates
    ]
    assert known == [
        {"A": "of the stack", "B": "of the stack"},
        {"A": "of the stack", "B": "of the outer"},
        {"A": "of the stack", "B": "of the outer", "C": "of the inner"},
    ]


def test_without_traces_there_are_no_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python app is seldom told to write them."""
    monkeypatch.delenv("JSII_HOST_STACK_TRACES", raising=False)
    (template,) = read(synthesized(tmp_path, model))

    assert template.declared_at("Model") == ()


def test_the_nearest_acknowledgement_counts(tmp_path: Path) -> None:
    """At one construct the last, and none of another construct."""

    def declare(stack: cdk.Stack) -> None:
        acknowledge(stack, A="stack", B="stack")
        acknowledge(model(stack), A="first")
        acknowledge(stack.node.find_child("Model"), A="last")
        acknowledge(model(stack, "Other"), C="other")

    (template,) = read(synthesized(tmp_path, declare))

    assert template.acknowledged("Model") == {
        f"{PREFIX}A": "last",
        f"{PREFIX}B": "stack",
    }


def written(folder: Path, metadata: object, *, beside: bool = True) -> Template:
    """The template of an assembly with one model, and with this metadata, beside its manifest or in it."""
    artifact: dict[str, Any] = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.json"}}
    artifact |= {"additionalMetadataFile": "a.metadata.json"} if beside else {"metadata": metadata}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"A": artifact}}))
    (folder / "a.json").write_text(json.dumps({"Resources": {"Model": {"Type": MODEL}}}))
    (folder / "a.metadata.json").write_text(metadata if isinstance(metadata, str) else json.dumps(metadata))
    (template,) = read(folder)
    return template


def entries(*frames: object) -> dict[str, Any]:
    """The metadata of a model that was made there, and that someone acknowledged."""
    return {
        "/A/Model": [
            {"type": "aws:cdk:logicalId", "data": "Model"},
            {"type": "aws:cdk:creationStack", "data": [*frames]},
            {"type": "aws:cdk:acknowledged-rules", "data": {"rule": "why"}},
        ]
    }


@pytest.mark.parametrize("beside", [True, False])
def test_metadata_stands_beside_the_manifest_or_in_it(tmp_path: Path, beside: bool) -> None:
    """As releases of the CDK have it."""
    template = written(tmp_path, entries("build (/app/app.py:12)"), beside=beside)

    assert template.declared_at("Model") == (Location(Path("/app/app.py"), 12),)
    assert template.acknowledged("Model") == {"rule": "why"}


def test_metadata_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    """It can be larger than the template, and most templates have no findings."""
    template = written(tmp_path, "")
    (tmp_path / "a.metadata.json").write_text(json.dumps(entries("build (/app/app.py:12)")))

    assert template.declared_at("Model") == (Location(Path("/app/app.py"), 12),)


@pytest.mark.parametrize(
    ("frame", "file", "line"),
    [
        ("<module> (/app/app.py:105)", "/app/app.py", 105),
        ("new Search (/app/lib/search.ts:12:5)", "/app/lib/search.ts", 12),
        ("<anonymous> (file:///my%20app/app.mjs:2:5)", "/my app/app.mjs", 2),
        ("build (/app (copy)/a:b.py:7)", "/app (copy)/a:b.py", 7),
    ],
)
def test_frames_of_python_and_javascript_are_read(tmp_path: Path, frame: str, file: str, line: int) -> None:
    assert written(tmp_path, entries(frame)).declared_at("Model") == (Location(Path(file), line),)


@pytest.mark.parametrize(
    "frame",
    [
        "...aws-cdk-lib, jsii runtime, node internals...",
        "(no user code in 10 frames, use --stack-trace-limit to capture more)",
        "wrapped (/app/.venv/lib/python3.11/site-packages/library/stack.py:3)",
        "wrapped (/usr/lib/python3/dist-packages/library/stack.py:3)",
        "inner (/opt/hostedtoolcache/Python/3.13.1/x64/lib/python3.13/contextlib.py:85)",
        "new Stack (/app/node_modules/library/stack.js:3:7)",
        "_create_model (/src/constructs/sagemaker_multi_container/endpoint.py:620)",
        "<module> (<string>:1)",
        "_call (<frozen importlib._bootstrap>:241)",
        "run (node:internal/main:1:1)",
        "<anonymous> (:)",
        "main (App.java:12)",
        "build (/app/app.py:0)",
        "build (/app/app.py:99999999999999999999)",
        "build (/app/a\x1b[31m.py:1)",
        "build (/app/a\ud800.py:1)",
        "build (file:///app/a%00.py:1)",
        "",
        None,
        ["build (/app/app.py:12)"],
    ],
)
def test_frames_that_are_not_the_users_are_left_out(tmp_path: Path, frame: object) -> None:
    """Nor those that are none, or could deceive a terminal."""
    template = written(tmp_path, entries(frame, "build (/app/app.py:12)"))

    assert template.declared_at("Model") == (Location(Path("/app/app.py"), 12),)


def acknowledged(data: object) -> Mapping[str, Any]:
    """Metadata in which a model was acknowledged so."""
    logical_id = {"type": "aws:cdk:logicalId", "data": "Model"}
    return {"/A/Model": [logical_id, {"type": "aws:cdk:acknowledged-rules", "data": data}]}


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "{",
        "[]",
        "[" * 10_000,
        {"/A/Model": 1},
        {"/A/Model": [1, None, {}, {"type": 1, "data": 1}, {"type": "aws:cdk:logicalId"}]},
        {"/A/Model": [{"type": "aws:cdk:logicalId", "data": ["Model"]}]},
        {"": [{"type": "aws:cdk:logicalId", "data": "Model"}]},
        {
            "A": [
                {"type": "aws:cdk:logicalId", "data": "Model"},
                {"type": "aws:cdk:creationStack", "data": "a (/a.py:1)"},
            ]
        },
        acknowledged(None),
        acknowledged("rule"),
        acknowledged(["rule"]),
        acknowledged({"rule": {"reason": "why"}}),
    ],
    ids=str,
)
@pytest.mark.parametrize("beside", [True, False])
def test_metadata_that_is_not_as_the_cdk_writes_it_says_nothing(tmp_path: Path, metadata: object, beside: bool) -> None:
    """The template is what counts."""
    template = written(tmp_path, metadata, beside=beside)

    assert template.declared_at("Model") == ()
    assert template.acknowledged("Model") == {}


@pytest.mark.parametrize("file", ["missing.json", "../outside.json", ".", "a\0b", 5])
def test_a_file_of_metadata_that_is_not_there_says_nothing(tmp_path: Path, file: object) -> None:
    """Nor one outside of the assembly."""
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    (tmp_path / "outside.json").write_text(json.dumps(entries("build (/app/app.py:12)")))
    written(folder, entries())
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"]["A"]["additionalMetadataFile"] = file
    (folder / "manifest.json").write_text(json.dumps(manifest))

    (template,) = read(folder)

    assert template.declared_at("Model") == ()
    assert template.acknowledged("Model") == {}


def test_a_template_in_a_file_has_no_app(tmp_path: Path) -> None:
    """Even if it lies in an assembly."""
    written(tmp_path, entries("build (/app/app.py:12)"))
    (template,) = read(tmp_path / "a.json")

    assert template.declared_at("Model") == ()
    assert template.acknowledged("Model") == {}

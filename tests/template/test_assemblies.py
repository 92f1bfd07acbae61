"""Cloud assemblies, as the CDK writes them and as nobody should, and files with nested stacks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from sagemaker_multi_container.rules import Unknown
from sagemaker_multi_container.template import UnreadableTemplateError, read

ROLE = "arn:aws:iam::111122223333:role/models"


class Hosting(cdk.NestedStack):
    """A model, the name of whose image comes from the stack that it is nested in."""

    def __init__(self, scope: Construct, id: str, *, depth: int, image: str) -> None:
        super().__init__(scope, id)
        container = sagemaker.CfnModel.ContainerDefinitionProperty(image=image)
        sagemaker.CfnModel(self, "Model", execution_role_arn=ROLE, primary_container=container)
        if depth:
            Hosting(self, "Inner", depth=depth - 1, image=image)


def fill(scope: Construct, **arguments: Any) -> None:
    """Add a stack with a stack nested in it, and one in that."""
    stack = cdk.Stack(scope, "Search", **arguments)
    image = cdk.CfnParameter(stack, "Image", default="ranker:1").value_as_string
    Hosting(stack, "Hosting", depth=1, image=image)


def synthesized(folder: Path, **context: Any) -> Path:
    """An app with stages in stages."""
    app = cdk.App(outdir=str(folder), context=context)
    fill(app)
    production = cdk.Stage(app, "Prod", env=cdk.Environment(account="111122223333", region="eu-west-1"))
    fill(production, stack_name="search")
    fill(cdk.Stage(production, "Canary"))
    cdk.Stack(app, "Empty")
    app.synth()
    return folder


@pytest.fixture(scope="module", name="app")
def _app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesized with the metadata that the CDK CLI asks for."""
    asks_for = {"aws:cdk:enable-asset-metadata": True, "aws:cdk:enable-path-metadata": True}
    return synthesized(tmp_path_factory.mktemp("assembly"), **asks_for)


def test_every_stack_of_every_stage_is_read_with_those_nested_in_it(app: Path) -> None:
    stacks = [(each.stack, each.account, each.region) for each in read(app)]

    assert stacks == [
        ("Search", None, None),
        ("Search/Hosting", None, None),
        ("Search/Hosting/Inner", None, None),
        ("Empty", None, None),
        ("Prod/Search", "111122223333", "eu-west-1"),
        ("Prod/Search/Hosting", "111122223333", "eu-west-1"),
        ("Prod/Search/Hosting/Inner", "111122223333", "eu-west-1"),
        ("Prod/Canary/Search", "111122223333", "eu-west-1"),
        ("Prod/Canary/Search/Hosting", "111122223333", "eu-west-1"),
        ("Prod/Canary/Search/Hosting/Inner", "111122223333", "eu-west-1"),
    ]


def test_nested_stacks_get_their_parameters(app: Path) -> None:
    for template in read(app):
        for model in template.description.resources.values():
            assert model.properties["PrimaryContainer"] == {"Image": "ranker:1"}
            assert (template.file.parent / "manifest.json").is_file()
    assert sum(len(each.description.resources) for each in read(app)) == 6


def test_the_name_of_a_stack_is_known(app: Path) -> None:
    names = {each.stack: each.resolver.resolve({"Ref": "AWS::StackName"}) for each in read(app)}

    assert names["Search"] == "Search"
    assert names["Prod/Search"] == "search"
    assert names["Search/Hosting"] == Unknown()


def test_a_stage_can_be_read_alone(app: Path) -> None:
    assert [each.stack for each in read(app / "assembly-Prod")] == [
        each.stack for each in read(app) if each.stack.startswith("Prod/")
    ]


def test_a_template_of_an_assembly_can_be_read_alone(app: Path) -> None:
    assert [each.stack for each in read(app / "Search.template.json")] == [
        "Search",
        "Search/Hosting",
        "Search/Hosting/Inner",
    ]


def test_without_metadata_the_lists_of_assets_say_where_nested_stacks_are(tmp_path: Path) -> None:
    """Such as under pytest, or wherever else no CDK CLI runs the app."""
    templates = read(synthesized(tmp_path / "assembly"))

    assert len(templates) == 10
    assert sum(len(each.description.resources) for each in templates) == 6


def test_manifests_of_other_versions_are_read(tmp_path: Path) -> None:
    """Without displayed names or environments, and with artifacts of kinds that are not known."""
    stacks = {
        "Old": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.json"}},
        "Odd": {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/eu-west-1",
            "displayName": "Shown",
            "properties": {"templateFile": "a.json"},
        },
        "tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
        "new": {"type": "cdk:not-made-yet"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"version": "0.33.0", "artifacts": stacks}))
    (tmp_path / "a.json").write_text("{}")

    assert [(each.stack, each.account, each.region) for each in read(tmp_path)] == [
        ("Old", None, None),
        ("Shown", None, "eu-west-1"),
    ]


def test_an_assembly_may_have_no_stacks(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"version": "55.0.0"}')

    assert read(tmp_path) == []


def stack(file: object) -> dict[str, Any]:
    """A manifest of one stack."""
    return {"artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": file}}}}


def stage(directory: object) -> dict[str, Any]:
    """A manifest of one stage."""
    return {"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": directory}}}}


NO_MANIFEST = "manifest.json: is no manifest of a cloud assembly:"
NO_TEMPLATE = "is no CloudFormation template: it holds a list instead of a mapping"
OUTSIDE = "outside of the cloud assembly"
BROKEN: dict[str, tuple[object, str]] = {
    "no JSON": ("{", "manifest.json: is no JSON: line 1: expecting property name enclosed in double quotes"),
    "nothing": ("", "manifest.json: is empty"),
    "a list": ([], "manifest.json: holds no JSON object"),
    "a list of artifacts": (
        {"artifacts": []},
        f"{NO_MANIFEST} its artifacts are no mapping",
    ),
    "no artifact": (
        {"artifacts": {"A": 1}},
        f"{NO_MANIFEST} an artifact has no file",
    ),
    "no file": (stack(5), f"{NO_MANIFEST} an artifact has no templateFile"),
    "no properties": (
        {"artifacts": {"A": {"type": "cdk:cloud-assembly"}}},
        f"{NO_MANIFEST} an artifact has no directoryName",
    ),
    "a missing template": (stack("a.json"), "a.json: no such file or directory"),
    "a directory for a template": (stack("."), ".: is a directory"),
    "no template": (
        stack("list.json"),
        f"list.json: {NO_TEMPLATE}",
    ),
    "a missing stage": (stage("a"), "a/manifest.json: no such file or directory"),
    "a way out": (
        stack("../outside.json"),
        f"manifest.json: names '{{folder}}/../outside.json', {OUTSIDE}",
    ),
    "a way out for a stage": (stage(".."), f"manifest.json: names '{{folder}}/..', {OUTSIDE}"),
    "an absolute way out": (stack("/etc/passwd"), f"manifest.json: names '/etc/passwd', {OUTSIDE}"),
    "a link out": (stack("link.json"), f"manifest.json: names '{{folder}}/link.json', {OUTSIDE}"),
    "a null byte": (stack("a\0b"), "'{folder}/a\\x00b': embedded null byte"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_assembly_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    manifest, reason = BROKEN[name]
    (tmp_path / "outside.json").write_text('{"Resources": {}}')
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    (folder / "list.json").write_text("[]")
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / "manifest.json").write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))

    with pytest.raises(UnreadableTemplateError) as refused:
        read(folder)

    expected = reason.format(folder=folder)
    assert str(refused.value).removeprefix(f"{folder}/") == expected.replace(".: is", f"{folder}: is")


@pytest.mark.parametrize("directory", [".", "../cdk.out", "inner"])
def test_stages_that_hold_each_other_are_read_once(directory: str, tmp_path: Path) -> None:
    folder = tmp_path / "cdk.out"
    (folder / "inner").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(stage(directory)))
    (folder / "inner" / "manifest.json").write_text(json.dumps(stage("..")))

    assert read(folder) == []


def test_a_lost_template_of_a_nested_stack_is_said(app: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cdk.out"
    shutil.copytree(app, folder)
    (lost,) = folder.glob("*Inner*.nested.template.json")
    lost.unlink()

    with pytest.raises(UnreadableTemplateError, match=r"Inner\w+.nested.template.json: no such file or directory"):
        read(folder)


def test_a_nested_stack_cannot_be_outside_of_its_assembly(tmp_path: Path) -> None:
    nested = {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "../outside.json"}}
    (tmp_path / "outside.json").write_text('{"Resources": {}}')
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(stack("a.json")))
    (folder / "a.json").write_text(json.dumps({"Resources": {"Nested": nested}}))

    with pytest.raises(UnreadableTemplateError, match="outside of the cloud assembly"):
        read(folder)


Files = Callable[[dict[str, str]], Path]


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> Files:
    """Writes files, and gives the first."""

    def written(files: dict[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path / next(iter(files))

    return written


def nested(url: str, **parameters: str) -> str:
    """A template in YAML with a nested stack."""
    given = "".join(f"        {name}: {value}\n" for name, value in parameters.items())
    return (
        "Resources:\n"
        "  Topic: {Type: AWS::SNS::Topic}\n"
        "  Nested:\n"
        "    Type: AWS::CloudFormation::Stack\n"
        "    Properties:\n"
        f"      TemplateURL: {url}\n" + (f"      Parameters:\n{given}" if given else "")
    )


MODEL = """
Parameters:
  Name: {Type: String, Default: ranker}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Model: {Type: AWS::SageMaker::Model, Properties: {ModelName: !Ref Name}}
"""


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "ranker"),
        ({"Name": "tagger"}, "tagger"),
        ({"Name": "!Sub 'a-${AWS::Region}'"}, Unknown("a-")),
        ({"Name": "!Ref Topic"}, Unknown()),
        ({"Name": "!Sub 'a-${Topic.TopicName}-b'"}, Unknown("a-", "-b")),
        ({"Name": "!Ref AWS::NoValue"}, "ranker"),
        ({"Other": "tagger"}, "ranker"),
        ({"Fn::Transform": "{Name: A}"}, Unknown()),
    ],
    ids=str,
)
def test_files_beside_a_template_are_its_nested_stacks(given: dict[str, str], name: object, files: Files) -> None:
    """A resource that the parent names is none of the nested stack's, even if that has one of the same name."""
    parent, child = read(files({"app.yaml": nested("stacks/model.yaml", **given), "stacks/model.yaml": MODEL}))

    assert (parent.stack, child.stack, child.file.name) == ("app", "app/Nested", "model.yaml")
    assert child.properties("Model") == {"ModelName": name}


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket.s3.amazonaws.com/model.yaml",
        "s3://bucket/model.yaml",
        "!Ref Url",
        "!Sub '${AWS::Region}/model.yaml'",
        "not-made-yet.yaml",
        "stacks",
        "[a]",
        "'a\\0b'",
        '"a\\0b"',
    ],
)
def test_nested_stacks_that_are_not_at_hand_are_left_out(url: str, files: Files) -> None:
    file = files({"app.yaml": nested(url), "stacks/model.yaml": MODEL})

    assert [each.stack for each in read(file)] == ["app"]


def test_a_nested_stack_that_cannot_be_read_is_said(files: Files) -> None:
    with pytest.raises(UnreadableTemplateError, match=r"model\.yaml: is empty"):
        read(files({"app.yaml": nested("model.yaml"), "model.yaml": ""}))


def test_stacks_that_hold_each_other_are_read_once(files: Files) -> None:
    assert [each.stack for each in read(files({"a.yaml": nested("a.yaml")}))] == ["a"]
    mutual = files({"a.yaml": nested("b.yaml"), "b.yaml": nested("./a.yaml")})
    assert [each.stack for each in read(mutual)] == ["a", "a/Nested"]


def test_nested_stacks_that_multiply_without_end_are_refused(files: Files) -> None:
    resources = "".join(
        f"  N{number}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: NEXT}}}}\n"
        for number in range(10)
    )
    levels = {f"l{level}.yaml": f"Resources:\n{resources}".replace("NEXT", f"l{level + 1}.yaml") for level in range(9)}

    with pytest.raises(UnreadableTemplateError, match="has more than 1,000 stacks, nested ones among them"):
        read(files(levels))


def test_one_template_can_be_nested_twice(files: Files) -> None:
    """With parameters of its own each time."""
    both = nested("model.yaml", Name="one") + nested("model.yaml", Name="two").partition("\n")[2].replace(
        "Nested", "Other"
    ).replace("Topic", "Another")

    _, one, other = read(files({"app.yaml": both, "model.yaml": MODEL}))

    assert [each.properties("Model") for each in (one, other)] == [{"ModelName": "one"}, {"ModelName": "two"}]

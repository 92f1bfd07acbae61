"""Whatever is in a file, it is read or refused, and soon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode import cfn_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_multi_container.rules import evaluate
from sagemaker_multi_container.template import Template, UnreadableTemplateError, read

CORPUS = Path(__file__).parents[1] / "corpus" / "templates"
SOON = settings(max_examples=300, deadline=timedelta(seconds=5), derandomize=True)

FUNCTIONS = ["Base64", "Equals", "FindInMap", "GetAtt", "If", "Join", "Length", "Not", "Select", "Split", "Sub", "Odd"]
PARTS = [
    *(f"!{function} " for function in FUNCTIONS),
    *("!Ref ", "!Condition ", "! ", "!!int ", "!!binary ", "&a ", "*a ", "<<: ", "- ", "? ", ": ", ", ", "|\n", ">-\n"),
    *("[", "]", "{", "}", '"', "'", "#", "%YAML 1.1\n", "---\n", "...\n", "\n", "\n  ", "\n    ", "\t", "\0", "\x85"),
    *("Resources", "Type", "AWS::SageMaker::Model", "Properties", "Containers", "a", "2010-09-09", "=", "1:2", ".inf"),
]


def use(template: Template) -> None:
    """Ask a template for everything that it can say."""
    assert isinstance(evaluate(template.description), list)
    for logical_id, resource in template.resources():
        assert isinstance(resource, dict)
        assert isinstance(template.metadata(logical_id), dict)
        assert template.exists(logical_id) is not False
        assert (template.condition(logical_id) is None) == (resource.get("Condition") is None)
        properties = template.properties(logical_id)
        for path in places(properties):
            assert template.line(logical_id, path) is not None


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to a value and to all that is inside it."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def use_file(file: Path, content: bytes) -> None:
    """Read a file, and use what is in it."""
    file.write_bytes(content)
    try:
        templates = read(file)
    except UnreadableTemplateError as reason:
        lines = len(str(reason).splitlines())
    else:
        lines = 1
        for each in templates:
            use(each)
    assert lines == 1


@pytest.fixture(scope="module", name="file")
def _file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed") / "app.yaml"


@SOON
@given(content=st.binary(max_size=200))
def test_bytes(content: bytes, file: Path) -> None:
    use_file(file, content)


@SOON
@given(parts=st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=30))
def test_pieces_of_yaml(parts: list[str], file: Path) -> None:
    use_file(file, "".join(parts).encode(errors="surrogatepass"))


@pytest.mark.parametrize("with_libyaml", [True, False])
def test_pieces_of_yaml_in_properties(with_libyaml: bool, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yaml.__with_libyaml__", with_libyaml)
    before = "Resources:\n  Model:\n    Type: AWS::SageMaker::Model\n    Properties:\n      Containers: "

    @SOON
    @given(parts=st.lists(st.sampled_from(PARTS), max_size=12))
    def use_parts(parts: list[str]) -> None:
        use_file(file, (before + "".join(parts)).encode())

    use_parts()


def functions(arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Intrinsic functions, rightly written or not."""
    names = [*(f"Fn::{function}" for function in FUNCTIONS), "Ref", "Condition"]
    return st.dictionaries(st.sampled_from(names), arguments, min_size=1, max_size=1)


TEXTS = st.sampled_from(["a", "", "A", "A.b", "${A}", "${A.b}-${!c}", "{{resolve:ssm:a}}", "AWS::NoValue", "B"]) | (
    st.text(st.characters(codec="utf-8"), max_size=5)
)
SCALARS = TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3) | functions(inner),
    max_leaves=12,
)


def known_resource(its_type: str, *names: str) -> st.SearchStrategy[dict[str, Any]]:
    """A resource that the rules look at, with anything for its properties."""
    properties = st.dictionaries(st.sampled_from(names), VALUES) | VALUES
    return st.fixed_dictionaries(
        {"Type": st.just(its_type)}, optional={"Properties": properties, "Condition": TEXTS, "Metadata": VALUES}
    )


RESOURCES = st.one_of(
    known_resource("AWS::SageMaker::Model", "Containers", "ExecutionRoleArn", "InferenceExecutionConfig", "ModelName"),
    known_resource("AWS::SageMaker::EndpointConfig", "ProductionVariants", "EndpointConfigName"),
    known_resource("AWS::SageMaker::Endpoint", "EndpointConfigName", "EndpointName"),
    known_resource("AWS::ApplicationAutoScaling::ScalableTarget", "ResourceId"),
    known_resource("AWS::CloudFormation::Stack", "TemplateURL", "Parameters"),
    VALUES,
)
DOCUMENTS = st.fixed_dictionaries(
    {"Resources": st.dictionaries(TEXTS, RESOURCES, max_size=4)},
    optional={
        "Parameters": st.dictionaries(
            TEXTS, st.fixed_dictionaries({"Type": TEXTS}, optional={"Default": VALUES, "NoEcho": VALUES}) | VALUES
        ),
        "Conditions": st.dictionaries(TEXTS, VALUES) | VALUES,
        "Mappings": st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES)) | VALUES,
        "Metadata": VALUES,
        "Transform": VALUES,
    },
)


@SOON
@given(document=DOCUMENTS)
def test_templates_with_anything_in_them(document: dict[str, Any], file: Path) -> None:
    use_file(file, json.dumps(document).encode())


@settings(SOON, max_examples=100)
@given(document=DOCUMENTS)
def test_json_and_yaml_and_yaml_with_short_forms_are_one(document: dict[str, Any], file: Path) -> None:
    texts = [json.dumps(document), yaml.safe_dump(document), yaml.serialize(short(document), Dumper=yaml.SafeDumper)]

    read_from = []
    for text in texts:
        file.write_text(text, encoding="utf-8")
        read_from.append(read(file)[0].document)

    assert read_from == [document, document, document]


def short(value: Any) -> yaml.Node:
    """A value with the short forms of functions, wherever there can be one."""
    tag = None
    members = list(value.items()) if isinstance(value, dict) else []
    if len(members) == 1 and _has_short_form(*members[0]):
        ((name, value),) = members
        tag = f"!{name.removeprefix('Fn::')}"
    if isinstance(value, dict):
        pairs = [(short(key), short(inner)) for key, inner in value.items()]
        return yaml.MappingNode(tag or "tag:yaml.org,2002:map", pairs)
    if isinstance(value, list):
        return yaml.SequenceNode(tag or "tag:yaml.org,2002:seq", [short(inner) for inner in value])
    plain = yaml.SafeDumper(StringIO()).represent_data(value)
    return yaml.ScalarNode(tag or plain.tag, plain.value)


def _has_short_form(name: str, argument: Any) -> bool:
    """Whether a member is a function that can be written as a tag: its argument has none, and is no number."""
    if not (name.startswith("Fn::") or name in ("Ref", "Condition")):
        return False
    if isinstance(argument, dict):
        return not (len(argument) == 1 and any(_has_short_form(*member) for member in argument.items()))
    return isinstance(argument, list) or (isinstance(argument, str) and name != "Fn::GetAtt")


def test_cfn_lint_reads_the_same() -> None:
    files = sorted(CORPUS.glob("*.yaml"))

    for file in files:
        theirs = cfn_yaml.loads(file.read_text(), str(file))
        assert read(file)[0].document == as_text(theirs)
    assert len(files) > 10


def as_text(value: Any) -> Any:
    """What cfn-lint reads, with its keys and dates as they are written."""
    if isinstance(value, dict):
        return {str(key): as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return value if isinstance(value, str | int | float | None) else str(value)

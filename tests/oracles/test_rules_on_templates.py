"""Every example of every rule as the text of a template, JSON and YAML: what is read of it breaks the same rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from sagemaker_multi_container.rules import Description, DynamicReference, Finding, Reference, Unknown, evaluate
from sagemaker_multi_container.rules.property_types import converted, properties_of
from sagemaker_multi_container.template import TYPES, read
from tests.rules.case import Case, ids_of
from tests.rules.cases import CASES
from tests.rules.descriptions import changed

PARAMETER = "Something"
"""Its value is given at deployment."""
_NAMES = {kind: name for name, kind in TYPES.items()}


def written(value: Any) -> Any:
    """A value as a template holds it, with the long forms of intrinsic functions."""
    match value:
        case Reference():
            return _reference(value)
        case DynamicReference(prefix=prefix, suffix=suffix, service=service):
            return f"{prefix}{{{{resolve:{service}:something}}}}{suffix}"
        case Unknown(prefix=prefix, suffix=suffix):
            return {"Fn::Sub": f"{prefix}${{{PARAMETER}}}{suffix}"} if prefix or suffix else {"Ref": PARAMETER}
        case dict():
            return {name: written(inner) for name, inner in value.items()}
        case list():
            return [written(inner) for inner in value]
    return value


def _reference(value: Reference) -> dict[str, Any]:
    logical_id, attribute = value.logical_id, value.attribute
    if value.prefix or value.suffix:
        name = logical_id if attribute is None else f"{logical_id}.{attribute}"
        return {"Fn::Sub": f"{value.prefix}${{{name}}}{value.suffix}"}
    return {"Ref": logical_id} if attribute is None else {"Fn::GetAtt": [logical_id, attribute]}


def references(value: Any) -> Iterator[str]:
    """The resources that a value refers to."""
    if isinstance(value, Reference):
        yield value.logical_id
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from references(inner)


def template_of(description: Description) -> dict[str, Any]:
    """A template with the resources of a description, and others that they refer to."""
    others = {name for each in description.resources.values() for name in references(dict(each.properties))}
    return {
        "Parameters": {PARAMETER: {"Type": "String"}},
        "Resources": {
            **{name: {"Type": "AWS::CloudFormation::WaitConditionHandle"} for name in sorted(others)},
            **{
                name: {"Type": _NAMES[each.type], "Properties": written(dict(each.properties))}
                for name, each in description.resources.items()
            },
        },
    }


class _ShortForms(yaml.CSafeDumper):
    """Writes YAML as people do: with tags for functions, and no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True


def _mapping(dumper: _ShortForms, data: dict[str, Any]) -> yaml.Node:
    match data:
        case {"Ref": str(name)}:
            return dumper.represent_scalar("!Ref", name)
        case {"Fn::GetAtt": [str(logical_id), str(attribute)]}:
            return dumper.represent_scalar("!GetAtt", f"{logical_id}.{attribute}")
        case {"Fn::Sub": str(text)}:
            return dumper.represent_scalar("!Sub", text, style='"')
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=False)


_ShortForms.add_representer(dict, _mapping)


def as_yaml(template: dict[str, Any]) -> str:
    """A template as YAML with the short forms of functions."""
    return yaml.dump(template, Dumper=_ShortForms, allow_unicode=True, sort_keys=False)


def assembly(folder: Path, description: Description, write: Callable[[dict[str, Any]], str]) -> Path:
    """A cloud assembly with a template of a description, for its account and its region."""
    environment = f"aws://{description.account or 'unknown-account'}/{description.region or 'unknown-region'}"
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "displayName": "Endpoints",
        "properties": {"templateFile": "Endpoints.template"},
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "53.0.0", "artifacts": {"Endpoints": stack}}))
    (folder / "Endpoints.template").write_text(write(template_of(description)), encoding="utf-8")
    return folder


def as_taken(description: Description) -> Description:
    """A description with the values that CloudFormation makes of those that are written otherwise."""
    resources = {
        name: replace(each, properties=converted(each.properties, properties_of(each.type)))
        for name, each in description.resources.items()
    }
    return replace(description, resources=resources)


def found(description: Description) -> list[tuple[str, str, Any, str]]:
    """What the rules find, in an order of its own."""
    return sorted(map(_key, evaluate(description)), key=repr)


def _key(finding: Finding) -> tuple[str, str, Any, str]:
    return finding.rule.id, finding.resource, finding.path, finding.message


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all examples: a thousand folders take longer than what is in them."""
    return tmp_path_factory.mktemp("assembly")


@pytest.mark.parametrize("write", [json.dumps, as_yaml], ids=["JSON", "YAML"])
@pytest.mark.parametrize("case", CASES, ids=ids_of(CASES))
def test_a_template_breaks_what_its_description_breaks(
    case: Case, write: Callable[[dict[str, Any]], str], folder: Path
) -> None:
    described = changed(case.base, case.changes)

    (template,) = read(assembly(folder, described, write))

    assert found(template.description) == found(as_taken(described))

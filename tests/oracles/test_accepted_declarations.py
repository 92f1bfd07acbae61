"""Whatever the construct accepts, the judges accept: the SageMaker API, cfn-lint and the CDK's own validator."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from cfnlint.api import lint_file
from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_multi_container import MultiContainerEndpoint
from sagemaker_multi_container.rules import Reference
from tests.conftest import ROOT

from .api import refusals
from .assembly import FAULTY
from .site import ENVIRONMENTS, Site
from .strategies import REPRODUCIBLE, declarations


@settings(REPRODUCIBLE, max_examples=25)
@given(st.data())
def test_the_api_takes_what_the_construct_takes(data: st.DataObject) -> None:
    """Each name, length, number and choice in a template is one that the API's own model allows."""
    stack = cdk.Stack(env=data.draw(st.sampled_from(ENVIRONMENTS)))
    MultiContainerEndpoint(stack, "Endpoint", **data.draw(declarations(Site(stack)), "endpoint"))

    template = Template.from_stack(stack).to_json()

    assert refusals(template) == []


def test_the_api_is_a_strict_judge() -> None:
    """It knows the properties, and what their values look like."""
    properties = {"Containers": [{"ContainerHostname": "a_b", "ContainerHostName": "a"}]}
    template = {"Resources": {"Model": {"Type": "AWS::SageMaker::Model", "Properties": properties}}}

    found = "\n".join(refusals(template))

    assert "'a_b' at 'containers.1.member.containerHostname' failed to satisfy constraint" in found
    assert "Unknown member 'ContainerHostName'" in found


@settings(REPRODUCIBLE, max_examples=25)
@given(st.data())
def test_the_template_holds_what_the_rules_judged(data: st.DataObject) -> None:
    """No property gets lost on its way through L1, which drops nested keys that it does not know."""
    stack = cdk.Stack(env=data.draw(st.sampled_from(ENVIRONMENTS)))
    endpoint = MultiContainerEndpoint(stack, "Endpoint", **data.draw(declarations(Site(stack)), "endpoint"))

    resources = Template.from_stack(stack).to_json()["Resources"]

    assert _judged(stack, endpoint) == {
        name: resource["Properties"] for name, resource in resources.items() if "::SageMaker::" in resource["Type"]
    }


def _judged(stack: cdk.Stack, endpoint: MultiContainerEndpoint) -> dict[str, Any]:
    """The properties that the rules judged, by logical id, as a template writes them."""
    described = endpoint._declaration.resources()  # noqa: SLF001 - what the rules see is nobody else's business
    made = [*endpoint.cfn_models, endpoint.cfn_endpoint_config, endpoint.cfn_endpoint]
    logical_ids = dict(zip(described, (stack.resolve(each.logical_id) for each in made), strict=True))

    def written(value: Any) -> Any:
        match value:
            case Reference(logical_id=name, attribute=attribute):
                return {"Fn::GetAtt": [logical_ids[name], attribute]}
            case dict():
                return {key: written(inner) for key, inner in value.items()}
            case list():
                return [written(inner) for inner in value]
        return value

    properties = {logical_ids[name]: written(resource.properties) for name, resource in described.items()}
    return dict(stack.resolve(properties))


@pytest.fixture(name="assembly", scope="module")
def _assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cloud assembly of many drawn declarations and a faulty one."""
    folder = tmp_path_factory.mktemp("assembly")
    command = [sys.executable, "-m", "tests.oracles.assembly", str(folder)]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"CDK_VALIDATION": "true"}, capture_output=True, text=True, check=False
    )
    assert "ValidationFailed" in run.stderr, run.stderr
    return folder


def test_cfn_lint_takes_what_the_construct_takes(assembly: Path) -> None:
    """The CloudFormation schema knows each property, and allows its value."""
    errors = [
        (template.name.partition(".")[0], f"{match.rule.id} {match.message} {getattr(match, 'path', '')}")
        for template in sorted(assembly.glob("*.template.json"))
        for match in lint_file(template)
        if match.rule.id.startswith("E")
    ]

    assert [where for where, _ in errors] == [FAULTY], _explained(assembly, errors)


def test_the_cdk_validator_takes_what_the_construct_takes(assembly: Path) -> None:
    """The validator that is built into the CDK finds no error."""
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))

    errors = [
        (construct["constructPath"].partition("/")[0], f"{found['description']} {construct['constructPath']}")
        for plugin in report["pluginReports"]
        for found in plugin["violations"]
        for construct in found["violatingConstructs"]
        if found["severity"] == "error"
    ]
    assert [where for where, _ in errors] == [FAULTY], _explained(assembly, errors)


def _explained(assembly: Path, errors: list[tuple[str, str]]) -> str:
    """The errors, each with the declaration that it is about."""
    lines = []
    for where, message in errors:
        lines.append(f"{where}: {message}")
        named = re.search(r"Declaration\d+", message)
        if named:
            lines.append((assembly / f"{named[0]}.txt").read_text(encoding="utf-8"))
    return "\n".join(lines)

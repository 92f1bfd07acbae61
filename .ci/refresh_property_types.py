"""Make the table of the CloudFormation properties that the rules look at, from the installed cfn-lint.

    python .ci/refresh_property_types.py

cfn-lint ships the schemas of the CloudFormation registry. Of them the table keeps the properties that a template may
give, their nesting and their types.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "constructs/sagemaker_multi_container/rules/property_types.json"
SCHEMAS = Path(str(metadata.distribution("cfn-lint").locate_file("cfnlint/data/schemas")))
RESOURCES = {
    "Model": "AWS::SageMaker::Model",
    "EndpointConfig": "AWS::SageMaker::EndpointConfig",
    "Endpoint": "AWS::SageMaker::Endpoint",
    "ScalableTarget": "AWS::ApplicationAutoScaling::ScalableTarget",
    "ScalingPolicy": "AWS::ApplicationAutoScaling::ScalingPolicy",
}
ANYTHING = "json"


def schema_of(resource: str) -> dict[str, Any]:
    """The schema of a CloudFormation resource."""
    digests = json.loads((SCHEMAS / "providers/us-east-1.json").read_bytes())
    schema: dict[str, Any] = json.loads((SCHEMAS / f"resources/{digests[resource]}.json").read_bytes())
    return schema


def type_of(node: dict[str, Any], definitions: dict[str, Any], *around: str) -> Any:
    """The type of a property: the name of a scalar one, the type of a list's elements in a list, or an object."""
    reference = node.get("$ref", "").rpartition("/")[2]
    if reference in around:
        return ANYTHING
    if reference:
        return type_of(definitions[reference], definitions, *around, reference)
    if node.get("type") == "array":
        return [type_of(node["items"], definitions, *around)]
    if "properties" in node:
        return {name: type_of(inner, definitions, *around) for name, inner in sorted(node["properties"].items())}
    return node["type"] if node["type"] in ("string", "integer", "number", "boolean") else ANYTHING


def properties_of(schema: dict[str, Any]) -> dict[str, Any]:
    """The types of the properties that a template may give to a resource."""
    only_read = {pointer.removeprefix("/properties/") for pointer in schema["readOnlyProperties"]}
    return {
        name: type_of(node, schema["definitions"])
        for name, node in sorted(schema["properties"].items())
        if name not in only_read
    }


def make() -> dict[str, Any]:
    """The content of the data file."""
    return {
        "made_by": ".ci/refresh_property_types.py",
        "made_from": {"cfn-lint": metadata.version("cfn-lint")},
        "resources": {name: properties_of(schema_of(resource)) for name, resource in RESOURCES.items()},
    }


def render(content: dict[str, Any]) -> str:
    """The file's text: one line for each property of a resource, so that a refresh makes a readable difference."""
    head = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items() if key != "resources"]
    resources = []
    for resource, properties in content["resources"].items():
        lines = (f"      {json.dumps(name)}: {json.dumps(its_type)}" for name, its_type in properties.items())
        resources.append(f"    {json.dumps(resource)}: {{\n" + ",\n".join(lines) + "\n    }")
    return "{\n" + ",\n".join([*head, '  "resources": {\n' + ",\n".join(resources) + "\n  }"]) + "\n}\n"


if __name__ == "__main__":
    DATA.write_text(render(make()))

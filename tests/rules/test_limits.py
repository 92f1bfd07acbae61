"""The limits are those of the installed botocore and of the CloudFormation schemas that cfn-lint ships."""

from __future__ import annotations

import gzip
import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.rules import RULES, limits, scaling
from sagemaker_multi_container.rules.description import ResourceType
from sagemaker_multi_container.rules.limits import Choice, Pattern, Range
from sagemaker_multi_container.rules.property_types import type_at

RANGES = {name: value for name, value in vars(limits).items() if isinstance(value, Range)}
PATTERNS = {name: value for name, value in vars(limits).items() if isinstance(value, Pattern)}
CHOICES = {name: value for name, value in vars(limits).items() if isinstance(value, Choice)}

UNLIKE_THE_API = {
    "CONTAINERS": "the API takes a list of one or none, which is no multi-container model",
    "PUBLISH_SECONDS": "the API has the values in its documentation only",
    "ROUTING": "CloudFormation does not know KV_AWARE",
    "RETAINED_PROPERTY": "the API calls DataCaptureConfig not currently supported",
    "TAG_KEY": "Python's regular expressions have no \\p{L}",
    "TAG_VALUE": "Python's regular expressions have no \\p{L}",
}
UNLIKE_CLOUDFORMATION = {
    "CONTAINERS": "the schema takes a list of one or none",
    "ENDPOINT_NAME": "the schema takes 64 characters, the API 63",
    "ENDPOINT_CONFIG_NAME": "the schema of the endpoint takes 64 characters, the API 63",
    "ALARMS": "the schema takes no alarms, the API wants one",
    "ENVIRONMENT": "the schema takes any JSON",
    "ENVIRONMENT_NAME": "the schema takes any JSON",
    "ENVIRONMENT_VALUE_BYTES": "the schema takes any JSON",
    "RETAINED_PROPERTIES": "the schema has no maximum",
    "RETAINED_PROPERTY": "the schema takes any string",
    "ML_RESERVATION_ARN": "the schema's pattern is open at its end",
    "CANARY_PERCENT": "the schema takes any number",
    "LINEAR_STEP_PERCENT": "the schema takes any number",
    "BATCH_PERCENT": "the schema takes any number",
    "ROLLBACK_PERCENT": "the schema takes any number",
    "TAG_KEY": "Python's regular expressions have no \\p{L}",
    "TAG_VALUE": "Python's regular expressions have no \\p{L}",
}


def installed(distribution: str, path: str) -> Any:
    """The content of a JSON file in an installed distribution."""
    file = Path(str(metadata.distribution(distribution).locate_file(path)))
    content = file.read_bytes()
    return json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)


SHAPES: dict[str, Any] = installed("botocore", "botocore/data/sagemaker/2017-07-24/service-2.json.gz")["shapes"]


def schema(type: str) -> dict[str, Any]:
    """The CloudFormation schema of a resource of SageMaker."""
    folder = "cfnlint/data/schemas"
    digest = installed("cfn-lint", f"{folder}/providers/us-east-1.json")[f"AWS::SageMaker::{type}"]
    found: dict[str, Any] = installed("cfn-lint", f"{folder}/resources/{digest}.json")
    return found


ROOTS = {"Model": "CreateModelInput", "EndpointConfig": "CreateEndpointConfigInput", "Endpoint": "UpdateEndpointInput"}
SCHEMAS = {kind: schema(kind) for kind in ROOTS}


SCALING: dict[str, ResourceType] = {"ScalableTarget": "ScalableTarget", "ScalingPolicy": "ScalingPolicy"}


def in_schemas(shape: str) -> list[dict[str, Any]]:
    """What the CloudFormation schemas say of every property that has this shape in the API."""
    found: list[dict[str, Any]] = []
    for kind, root in ROOTS.items():
        _collect(shape, root, SCHEMAS[kind], SCHEMAS[kind], found)
    return found


def _collect(shape: str, name: str, node: dict[str, Any], whole: dict[str, Any], found: list[dict[str, Any]]) -> None:
    reference = node.get("$ref", "").rpartition("/")[2]
    node = whole["definitions"][reference] if reference else node
    if name == shape:
        found.append(node)
    api = SHAPES[name]
    for member, its in api.get("members", {}).items():
        if member in node.get("properties", {}):
            _collect(shape, its["shape"], node["properties"][member], whole, found)
    if api["type"] == "list" and "items" in node:
        _collect(shape, api["member"]["shape"], node["items"], whole, found)


def bounds(node: dict[str, Any]) -> tuple[Any, Any]:
    """The bounds of a value, a length or a number of elements in a schema."""
    return (
        node.get("minimum", node.get("minItems", node.get("minLength"))),
        node.get("maximum", node.get("maxItems", node.get("maxLength"))),
    )


@pytest.mark.parametrize("name", [name for name in RANGES if "." not in RANGES[name].shape])
def test_ranges_are_those_of_the_api(name: str) -> None:
    limit, shape = RANGES[name], SHAPES[RANGES[name].shape]

    same = (limit.minimum, limit.maximum) == (shape.get("min"), shape.get("max"))

    assert same != (name in UNLIKE_THE_API)
    assert limit.maximum == shape.get("max")


@pytest.mark.parametrize("name", [name for name in RANGES if "." in RANGES[name].shape])
def test_percentages_are_those_of_the_documentation(name: str) -> None:
    limit = RANGES[name]
    shape, _, member = limit.shape.partition(".")
    documentation = SHAPES[shape]["members"][member]["documentation"]
    sentence = documentation.partition("must be")[2] or documentation
    smallest = SHAPES["CapacitySizeValue"]["min"]

    assert {limit.minimum, limit.maximum} - {smallest} == set(map(int, re.findall(r"\d+", sentence)))


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_are_those_of_the_api(name: str) -> None:
    limit, shape = PATTERNS[name], SHAPES[PATTERNS[name].shape]

    assert (limit.shortest, limit.longest) == (shape.get("min", 0), shape["max"])
    assert (limit.regex == shape["pattern"]) != (name in UNLIKE_THE_API)


@pytest.mark.parametrize("name", CHOICES)
def test_choices_are_those_of_the_api(name: str) -> None:
    limit, shape = CHOICES[name], SHAPES[CHOICES[name].shape]

    assert (set(limit.values) == set(shape.get("enum", ()))) != (name in UNLIKE_THE_API)
    assert set(limit.values) <= set(shape.get("enum", limit.values))


def test_metrics_intervals_are_those_of_the_documentation() -> None:
    member = SHAPES["MetricsConfig"]["members"]["MetricPublishFrequencyInSeconds"]

    assert f"Valid values: {', '.join(map(str, limits.PUBLISH_SECONDS.values))}" in re.sub(
        "<[^>]*>", "", member["documentation"]
    )


def test_total_of_environment_variables_is_that_of_the_documentation() -> None:
    documentation = SHAPES["ContainerDefinition"]["members"]["Environment"]["documentation"]

    assert f"is also {limits.ENVIRONMENT_TOTAL_BYTES // 1024} KB" in documentation


@pytest.mark.parametrize("name", [*RANGES, *PATTERNS, *CHOICES])
def test_limits_are_those_of_cloudformation(name: str) -> None:
    limit = getattr(limits, name)
    nodes = in_schemas(limit.shape)

    same = bool(nodes) and all(_agrees(limit, node) for node in nodes)

    assert same != (name in UNLIKE_CLOUDFORMATION), nodes


def _agrees(limit: Range | Pattern | Choice, node: dict[str, Any]) -> bool:
    if isinstance(limit, Range):
        return bounds(node) == (limit.minimum, limit.maximum)
    pattern = node.get("pattern", ".*").removeprefix("^").removesuffix("$")
    if isinstance(limit, Choice):
        return set(node.get("enum", pattern.split("|"))) == set(limit.values)
    minimum, maximum = bounds(node)
    # A name of no characters does not fit the pattern, whatever the bounds say.
    return (maximum, pattern) == (limit.longest, limit.regex) and minimum in (limit.shortest, 1)


@pytest.mark.parametrize(
    ("shape", "type", "definition", "only_in_the_api"),
    [
        pytest.param("ContainerDefinition", "Model", "ContainerDefinition", "MCE-C43", id="container"),
        pytest.param("S3ModelDataSource", "Model", "S3DataSource", "MCE-C43", id="model data"),
        pytest.param("CreateEndpointConfigInput", "EndpointConfig", None, "MCE-E10", id="config"),
        pytest.param("ProductionVariant", "EndpointConfig", "ProductionVariant", "MCE-E10 MCE-V22", id="variant"),
    ],
)
def test_what_only_the_api_has_is_told(shape: str, type: str, definition: str | None, only_in_the_api: str) -> None:
    whole = SCHEMAS[type]
    known = (whole["definitions"][definition] if definition else whole)["properties"]
    guarded = {path.rpartition(".")[2] for rule in only_in_the_api.split() for path in RULES[rule].guards}

    assert set(SHAPES[shape]["members"]) - set(known) <= guarded


def test_every_guarded_property_is_one_of_the_api() -> None:
    unknown = {path for rule in RULES.values() for path in rule.guards if not _is_in_the_api(path)}

    assert unknown == set()


def _is_in_the_api(path: str) -> bool:
    root, *way = path.replace("[]", ".[]").split(".")
    if root in SCALING:
        return type_at(SCALING[root], tuple(0 if step == "[]" else step for step in way)) is not None
    shape = ROOTS[root]
    for step in way:
        members = SHAPES[shape].get("members", {})
        if step == "[]":
            shape = SHAPES[shape]["member"]["shape"]
        elif step == "Tags":
            # An update of an endpoint does not take them, its creation does.
            shape = "TagList"
        elif step in members:
            shape = members[step]["shape"]
        else:
            return False
    return True


def test_what_is_scaled_on_is_what_the_api_has() -> None:
    shapes = installed("botocore", "botocore/data/application-autoscaling/2016-02-06/service-2.json.gz")["shapes"]

    assert scaling.NAMESPACE in shapes["ServiceNamespace"]["enum"]
    assert scaling.DIMENSION in shapes["ScalableDimension"]["enum"]
    assert scaling.INVOCATIONS in shapes["MetricType"]["enum"]

"""The types of CloudFormation's properties, and the values that CloudFormation converts to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cfnlint.api import lint_file

from sagemaker_multi_container.rules import Description, Resource, evaluate
from sagemaker_multi_container.rules.property_types import DATA, converted, is_of_type, properties_of, type_at
from tests.rules.refreshing import script

REFRESH = "run python .ci/refresh_property_types.py"
VALUES: list[Any] = [
    0,
    2,
    -1,
    1.0,
    0.5,
    "2",
    "+2",
    "0.5",
    "1e3",
    "",
    "two",
    "1,5",
    True,
    "true",
    "TRUE",
    "tRue",
    [],
    {},
]
PROPERTIES = {"VolumeSizeInGB", "InitialVariantWeight", "EnableSSMAccess", "InferenceAmiVersion", "RoutingConfig"}


@pytest.fixture(name="refresh", scope="module")
def _refresh() -> ModuleType:
    """The script that makes the data file."""
    return script("refresh_property_types")


def test_data_file_is_up_to_date(refresh: ModuleType) -> None:
    """It knows all that the installed cfn-lint knows and, if it was made from that, nothing else."""
    made, kept = refresh.make(), json.loads(DATA.read_text())

    for resource, properties in made["resources"].items():
        assert not _missing(properties, kept["resources"][resource]), REFRESH
    if kept["made_from"] == made["made_from"]:
        assert DATA.read_text() == refresh.render(made), REFRESH


def _missing(made: Any, kept: Any) -> list[str]:
    """The properties that are not in the data file, or have another type there."""
    if isinstance(made, dict) and isinstance(kept, dict):
        return [name for name, inner in made.items() if name not in kept or _missing(inner, kept[name])]
    if isinstance(made, list) and isinstance(kept, list):
        return _missing(made[0], kept[0])
    return [] if made == kept else [str(made)]


def test_a_type_that_holds_itself_ends_in_anything(refresh: ModuleType) -> None:
    condition = {"properties": {"Not": {"$ref": "#/definitions/Condition"}, "Name": {"type": "string"}}}

    made = refresh.type_of({"$ref": "#/definitions/Condition"}, {"Condition": condition})

    assert made == {"Name": "string", "Not": "json"}


def test_the_type_at_a_path() -> None:
    assert type_at("Model", ("Containers", 1, "Environment")) == "json"
    assert type_at("Model", ("VpcConfig", "Subnets")) == ["string"]
    assert type_at("Model", ()) == properties_of("Model")
    assert type_at("EndpointConfig", ("ProductionVariants", 0, "InitialVariantWeight")) == "number"


@pytest.mark.parametrize("path", [("Containers", "Image"), ("VpcConfig", 0), ("ModelArn",), ("ModelName", "Prefix")])
def test_there_is_no_type_where_there_is_no_property(path: tuple[str | int, ...]) -> None:
    assert type_at("Model", path) is None


def test_converts_all_that_is_inside() -> None:
    written = {
        "ProductionVariants": [{"InitialInstanceCount": "2", "VariantName": 7, "Unheard": "3"}, "x"],
        "EnableNetworkIsolation": "true",
        "Tags": [{"Key": True, "Value": 1.5}],
        "DataCaptureConfig": {"InitialSamplingPercentage": "10", "CaptureOptions": {"CaptureMode": "Input"}},
    }

    assert converted(written, properties_of("EndpointConfig")) == {
        "ProductionVariants": [{"InitialInstanceCount": 2, "VariantName": "7", "Unheard": "3"}, "x"],
        "EnableNetworkIsolation": True,
        "Tags": [{"Key": "true", "Value": "1.5"}],
        "DataCaptureConfig": {"InitialSamplingPercentage": 10, "CaptureOptions": {"CaptureMode": "Input"}},
    }


def test_environments_are_left_as_they_are() -> None:
    written = {"PrimaryContainer": {"Environment": {"WORKERS": 2, "DEBUG": True, "NESTED": {"A": "1"}}}}

    assert converted(written, properties_of("Model")) == written


@pytest.mark.parametrize(
    ("value", "taken_as"),
    [
        (float("inf"), ["string", "number"]),
        (float("nan"), ["string", "number"]),
        ("1e999", ["string", "number"]),
        ("9" * 5000, ["string", "number"]),
        ("\N{ARABIC-INDIC DIGIT ONE}", ["string"]),
    ],
    ids=["infinity", "not a number", "exponent", "digits", "other digits"],
)
def test_extreme_numbers_are_no_trouble(value: Any, taken_as: list[str]) -> None:
    scalars = ["string", "integer", "number", "boolean"]

    assert [each for each in scalars if is_of_type(converted(value, each), each)] == taken_as


def test_takes_what_cfn_lint_takes(tmp_path: Path) -> None:
    """But for 0.5 as an integer, which cfn-lint cuts off and CloudFormation does not."""
    places = [(name, value) for name in sorted(PROPERTIES) for value in VALUES]
    variant = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    template = tmp_path / "template.json"
    resources = {
        f"Config{number}": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {"ProductionVariants": [{**variant, name: value}]},
        }
        for number, (name, value) in enumerate(places)
    }
    template.write_text(json.dumps({"Resources": resources}))

    refused = {vars(match)["path"][1] for match in lint_file(template) if match.rule.id == "E3012"}

    ours = set()
    for number, (name, value) in enumerate(places):
        its_type = type_at("EndpointConfig", ("ProductionVariants", 0, name))
        assert its_type is not None
        if not is_of_type(converted(value, its_type), its_type):
            ours.add(f"Config{number}")
    differing = [places[int(each.removeprefix("Config"))] for each in refused ^ ours]
    assert differing == [("VolumeSizeInGB", 0.5)]


def test_some_rule_misses_whatever_the_schemas_require(refresh: ModuleType) -> None:
    """But for predictive scaling, which endpoints do not have."""
    unnoticed = []
    for resource, its_type in refresh.RESOURCES.items():
        schema = refresh.schema_of(its_type)
        for path, names in _required(schema, schema["definitions"], ()):
            described = Description({"It": Resource(resource, _at(path, {}))})
            there = [finding.message for finding in evaluate(described) if finding.path == path]
            if len([each for each in there if "has n" in each]) < len(names) and "Predictive" not in str(path):
                unnoticed.append((resource, path))
    assert unnoticed == []


def _required(
    node: dict[str, Any], definitions: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], list[str]]]:
    """Every place in a schema where properties are required."""
    if "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]]
    if "required" in node:
        yield path, node["required"]
    for name, inner in node.get("properties", {}).items():
        yield from _required(inner, definitions, (*path, name))
    if "items" in node:
        yield from _required(node["items"], definitions, (*path, 0))


def _at(path: tuple[str | int, ...], value: Any) -> Any:
    """Dictionaries and lists with a value at the end of the way through them."""
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value

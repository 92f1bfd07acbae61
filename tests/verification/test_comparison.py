"""Values that are declared beside those that are deployed."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ListShape, Shape, StructureShape
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_multi_container.rules import Unknown
from sagemaker_multi_container.rules.description import ResourceType
from sagemaker_multi_container.rules.property_types import PropertyType, properties_of
from sagemaker_multi_container.verification.comparison import differences

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def told(declared: Any, deployed: Any) -> list[tuple[str, bool]]:
    """The places that differ, and whether for certain."""
    return [(".".join(map(str, each.path)), each.is_certain) for each in differences(declared, deployed)]


@pytest.mark.parametrize(
    ("declared", "deployed", "places"),
    [
        ({"a": 1}, {"a": 1.0, "b": 2}, []),
        ({"a": 0}, {}, [("a", True)]),
        ({"a": False, "b": {}, "c": []}, {}, []),
        ({"a": None}, {"a": 1}, []),
        ({"a": "1"}, {"a": 1}, [("a", True)]),
        ({"a": 1}, {"a": "1"}, []),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, []),
        ({"a": [Unknown(), "x"]}, {"a": ["x", "y"]}, [("a.0", False)]),
        ({"a": ["x", "z", "y"]}, {"a": ["y", "x", "x"]}, [("a.1", True)]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 2}, {"b": 1}]}, [("a.0.b", True), ("a.1.b", True)]),
        ({"a": ["x"]}, {"a": ["x", "y"]}, [("a", True)]),
        ({"a": [Unknown()]}, {"a": []}, [("a", False)]),
        ({"a": Unknown()}, {"a": {"b": 1}}, [("a", False)]),
        ({"a": Unknown("x-", "-y")}, {"a": "x-1-y"}, [("a", False)]),
        ({"a": Unknown("x-")}, {"a": "z-1"}, [("a", True)]),
        ({"Environment": {"A": "1"}}, {"Environment": {"A": "1", "B": "2"}}, [("Environment.B", True)]),
    ],
)
def test_places_that_differ(declared: Any, deployed: Any, places: list[tuple[str, bool]]) -> None:
    assert told(declared, deployed) == places


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert told(value, value) == []


@given(VALUES, VALUES)
def test_any_two_values_can_be_compared_and_told(declared: Any, deployed: Any) -> None:
    """Whatever a template has where another type is asked for."""
    for each in differences({"a": declared}, {"a": deployed}):
        assert str(each).isprintable()


@pytest.mark.parametrize(
    ("resource", "operation"), [("Model", "DescribeModel"), ("EndpointConfig", "DescribeEndpointConfig")]
)
def test_sagemaker_describes_what_templates_declare_in_the_same_words(resource: ResourceType, operation: str) -> None:
    """So that the one can be compared with the other as it is; tags alone are told elsewhere."""
    described = get_session().get_service_model("sagemaker").operation_model(operation).output_shape
    assert described is not None
    declared = {name: each for name, each in properties_of(resource).items() if name != "Tags"}

    assert unknown(declared, described) == []


def unknown(declared: PropertyType, described: Shape, path: str = "") -> list[str]:
    """The properties that a shape does not have."""
    match declared, described:
        case dict(), StructureShape():
            missing = [f"{path}.{name}" for name in declared if name not in described.members]
            inner = [
                (each, described.members[name], name) for name, each in declared.items() if name in described.members
            ]
            return missing + [place for each, shape, name in inner for place in unknown(each, shape, f"{path}.{name}")]
        case [element], ListShape():
            return unknown(element, described.member, f"{path}[]")
        case str(), Shape() if not isinstance(described, StructureShape | ListShape):
            return []
    return [path]

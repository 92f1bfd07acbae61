"""Where properties stand in the file of a template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.template import read
from tests.template.conftest import Reads

TEMPLATE = """\
Conditions:
  Holds: !Equals [a, a]
  Fails: !Equals [a, b]
  Maybe: !Equals [!Ref AWS::Region, a]
Base: &base
  Image: one
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      Containers:
        - !If [Fails, {Image: none}, !Ref AWS::NoValue]
        - Image: two
          Environment:
            A: b
        - !If
          - Holds
          - Image: three
          - Image: four
        - Fn::If:
            - Fails
            - Image: five
            - ContainerHostname: six
        - <<: *base
          Mode: seven
        - !If [Maybe, {Image: eight}, {Image: eight}]
      ModelName: !Join
        - ""
        - [a]
  Bare: {Type: AWS::SageMaker::Model}
  Odd: 5
"""

LINES: dict[tuple[str | int, ...], int] = {
    (): 8,
    ("Containers",): 11,
    ("Containers", 0): 13,
    ("Containers", 0, "Environment", "A"): 15,
    ("Containers", 0, "Environment", "B"): 14,
    ("Containers", 0, "Mode"): 13,
    ("Containers", 1): 18,
    ("Containers", 1, "Image"): 18,
    ("Containers", 1, "Mode"): 18,
    ("Containers", 2, "ContainerHostname"): 23,
    ("Containers", 3): 24,
    ("Containers", 3, "Mode"): 25,
    ("Containers", 3, "Image"): 6,
    ("Containers", 4, "Image"): 26,
    ("Containers", 5): 11,
    ("Containers", "Image"): 11,
    ("ModelName",): 27,
    ("ModelName", 0): 27,
    ("Tags", 0, "Key"): 10,
}


@pytest.mark.parametrize("path", LINES, ids=str)
def test_a_property_stands_where_it_is_written(path: tuple[str | int, ...], template: Reads) -> None:
    """Through branches that are taken and elements that are left out. What is not there is where it would be."""
    assert template(TEMPLATE).line("Model", path) == LINES[path]


def test_resources_stand_where_they_are_written(template: Reads) -> None:
    found = template(TEMPLATE)

    assert (found.line("Bare"), found.line("Bare", ("Containers", 0)), found.line("Nowhere")) == (30, 30, None)
    assert found.line("Odd") is None


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, each in inner for way in ((*path, key), *places(each, (*path, key)))]


@pytest.mark.parametrize("indent", [None, 1, 4, "\t"])
def test_lines_of_json_are_those_that_hold_what_is_asked_for(indent: int | str | None, tmp_path: Path) -> None:
    """Each value is a number of its own, so that its line can be found by searching."""
    containers = [{"Image": 1001, 'a\n"b': [1002, {"c": 1003}], "": {}, "é": [[1004]]}, {"Image": 1005}]
    properties = {"ModelName": 1006, "Containers": containers, "Empty": [], "Last": 1007}
    document = {"Resources": {"Model": {"Type": "AWS::SageMaker::Model", "Properties": properties}}}
    file = tmp_path / "app.json"
    file.write_text(f"\n\n{json.dumps(document, indent=indent)}\n")
    (found,) = read(file)
    lines = file.read_text().splitlines()

    for path in places(properties):
        value: Any = properties
        for step in path:
            value = value[step]
        if isinstance(value, int):
            line = found.line("Model", path)
            assert line is not None
            assert str(value) in lines[line - 1]


def test_lines_are_those_of_what_was_read(tmp_path: Path) -> None:
    """Whatever becomes of the file."""
    file = tmp_path / "app.json"
    file.write_text('{"Resources": {"Model": {"Type": "AWS::SageMaker::Model"}}}')
    (found,) = read(file)
    file.unlink()

    assert found.line("Model") == 1

"""What a check costs: twice the template is twice the work, counted in calls of functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from sagemaker_multi_container.check.report import Report, check
from sagemaker_multi_container.check.text import as_text
from sagemaker_multi_container.rules import Severity
from tests.check.examples import REGISTRY, container, model, template, write

LATEST = container("a_b", Image=f"{REGISTRY}/image:latest")
TWICE = 2.3
"""What grows with the square would be four times as much."""

Make = Callable[[int], dict[str, Any]]


def _config(*variants: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": list(variants)}}


def _properties(**properties: object) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::Model", "Properties": properties}


def _models_and_configs(number: int) -> dict[str, Any]:
    models = {f"M{each}": _properties() for each in range(number)}
    variant = {"ModelName": {"Fn::GetAtt": ["M1", "ModelName"]}}
    return template(**models, **{f"C{each}": _config(variant) for each in range(number)})


LARGE: dict[str, Make] = {
    "many models of many containers": lambda number: template(
        **{f"M{each}": model(*[LATEST] * 15) for each in range(number // 15)}
    ),
    "a long list": lambda number: template(Model=model(*[LATEST] * number)),
    "many models and many configs": _models_and_configs,
    "many unknown properties": lambda number: template(
        Model=_properties(**{f"Unknown{each}": 1 for each in range(number)})
    ),
    "many unknown instance types": lambda number: template(
        Config=_config(*[{"InstanceType": f"ml.m{each}.xlarge"} for each in range(number)])
    ),
    "many unknown rules": lambda number: template(
        {"mce": {"ignore": {f"MCE-X{each}": "why" for each in range(number)}}}, Model=model(*[LATEST] * number)
    ),
}


def _checked(file: Path) -> Report:
    report = check([file], {})
    as_text(report, Severity.INFO)
    return report


def _calls(file: Path) -> int:
    """How many functions a check calls, those written in C among them."""
    calls = count()
    sys.setprofile(lambda _frame, event, _argument: next(calls) if event.endswith("call") else None)
    try:
        _checked(file)
    finally:
        sys.setprofile(None)
    return next(calls)


def _in_yaml(file: Path, document: dict[str, Any]) -> Path:
    file.write_text(yaml.dump(document, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)))
    return file


@pytest.mark.parametrize("written", [write, _in_yaml], ids=["json", "yaml"])
@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE)
def test_twice_the_template_is_twice_the_work(
    make: Make, written: Callable[[Path, dict[str, Any]], Path], tmp_path: Path
) -> None:
    once, twice = (written(tmp_path / f"{number}.template", make(number)) for number in (100, 200))
    assert _checked(once).standing  # what is only done once in a process is done

    assert _calls(twice) < TWICE * _calls(once)


def test_problems_with_reasons_are_told_in_a_few_lines(tmp_path: Path) -> None:
    *first, last = _checked(write(tmp_path / "large.json", LARGE["many unknown rules"](5000))).notes

    assert len(first) == 10
    assert last.endswith("ignore: 4,990 more like these")

"""What a check costs: no more than in proportion to what is checked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from sagemaker_multi_container.check.report import Report, check
from sagemaker_multi_container.check.text import as_text
from sagemaker_multi_container.rules import Severity
from tests.check.examples import REGISTRY, container, model, template, write

SECONDS = 4.0
"""Of the processor. Each of these takes less than a quarter of them; what grows with the square takes more."""
LATEST = container("a_b", Image=f"{REGISTRY}/image:latest")


def _config(*variants: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": list(variants)}}


def _properties(**properties: object) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::Model", "Properties": properties}


LARGE: dict[str, dict[str, Any]] = {
    "many models of many containers": template(**{f"M{each}": model(*[LATEST] * 15) for each in range(300)}),
    "a long list": template(Model=model(*[LATEST] * 5000)),
    "many models and many configs": template(
        **{f"M{each}": _properties() for each in range(4000)},
        **{f"C{each}": _config({"ModelName": {"Fn::GetAtt": ["M1", "ModelName"]}}) for each in range(4000)},
    ),
    "many unknown properties": template(Model=_properties(**{f"Unknown{each}": 1 for each in range(20_000)})),
    "many unknown instance types": template(
        Config=_config(*[{"InstanceType": f"ml.m{each}.xlarge"} for each in range(3000)])
    ),
    "many unknown rules": template(
        {"mce": {"ignore": {f"MCE-X{each}": "why" for each in range(5000)}}}, Model=model(*[LATEST] * 1000)
    ),
}


def _checked(file: Path) -> tuple[Report, float]:
    start = time.process_time()
    report = check([file], {})
    as_text(report, Severity.INFO)
    return report, time.process_time() - start


@pytest.mark.parametrize("document", LARGE.values(), ids=LARGE)
def test_a_large_template_is_checked_soon(document: dict[str, Any], tmp_path: Path) -> None:
    report, seconds = _checked(write(tmp_path / "large.json", document))

    assert report.standing
    assert seconds < SECONDS


def test_a_large_template_in_yaml_is_checked_soon(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text(yaml.dump(LARGE["a long list"], Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)))

    report, seconds = _checked(file)

    assert report.standing
    assert seconds < SECONDS


def test_problems_with_reasons_are_told_in_a_few_lines(tmp_path: Path) -> None:
    *first, last = _checked(write(tmp_path / "large.json", LARGE["many unknown rules"]))[0].notes

    assert len(first) == 10
    assert last.endswith("ignore: 4,990 more like these")

"""What the rules cost: how many of their checks look at an endpoint, and that more of it is no more than more work.

The numbers are exact, and the same on every machine. If a new rule raises them on purpose, write the new ones down.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from types import FrameType

import pytest

from sagemaker_multi_container.rules import RULES, Description, Resource, evaluate
from tests.rules.descriptions import ROLE, container, description, name_of, variant

FINDS = {check.find.__code__ for rule in RULES.values() for check in rule.checks}


def endpoint(containers: int = 2, *, variables: int = 1, variants: int = 1, fits_schema: bool = True) -> Description:
    """An endpoint as the construct describes it, in which no rule finds anything."""
    environment = {f"VARIABLE_{number}": "value" for number in range(variables)}
    model = {
        "Containers": [container(f"container-{number}", Environment=environment) for number in range(containers)],
        "InferenceExecutionConfig": {"Mode": "Direct"},
        "ExecutionRoleArn": ROLE,
        "EnableNetworkIsolation": True,
    }
    config = {
        "ProductionVariants": [variant(f"variant-{number}") for number in range(variants)],
        "KmsKeyId": "alias/volumes",
    }
    resources = description(
        Model=Resource("Model", model),
        Config=Resource("EndpointConfig", config),
        Endpoint=Resource("Endpoint", {"EndpointConfigName": name_of("Config")}),
    )
    return replace(resources, fits_schema=fits_schema)


def calls(description: Description, counts: Callable[[FrameType, str], bool]) -> int:
    """How many calls of functions that count are made to judge a description in which nothing is found."""
    number = 0

    def count(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal number
        number += counts(frame, event)

    # For the first time, there is more to do: regular expressions are compiled, data files are read.
    assert evaluate(description) == []
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        evaluate(description)
    finally:
        sys.setprofile(before)
    return number


def checks(description: Description) -> int:
    """How many checks look at something in a description."""
    return calls(description, lambda frame, event: event == "call" and frame.f_code in FINDS)


def work(description: Description) -> int:
    """How many functions, ours and Python's own, are called to judge a description."""
    return calls(description, lambda _, event: event in ("call", "c_call"))


def steps(cost: Callable[[Description], int], growing: list[Description]) -> set[int]:
    """By how much the cost rises from one description to the next."""
    costs = [cost(each) for each in growing]
    return {after - before for before, after in pairwise(costs)}


CONTAINERS = [endpoint(number) for number in range(2, 16)]
VARIABLES = [endpoint(variables=number) for number in range(1, 40)]
VARIANTS = [endpoint(variants=number) for number in range(2, 11)]


def test_checks_of_an_endpoint() -> None:
    assert checks(endpoint(2)) == 73
    assert checks(endpoint(15)) == 281


def test_checks_of_a_template() -> None:
    """It is held against CloudFormation's schemas, too, which whatever the construct describes is certain to fit."""
    assert checks(endpoint(2, fits_schema=False)) == 83


def test_each_container_and_each_variant_is_checked_alike() -> None:
    """However many there are. The variables of a container are looked at together."""
    assert steps(checks, CONTAINERS) == {16}
    assert steps(checks, VARIANTS) == {13}
    assert steps(checks, VARIABLES) == {0}


@pytest.mark.parametrize("growing", [CONTAINERS, VARIABLES, VARIANTS], ids=["containers", "variables", "variants"])
def test_the_work_is_linear(growing: list[Description]) -> None:
    """Each further container, variable or variant is as much work as the one before: none is compared with all."""
    assert len(steps(work, growing)) == 1

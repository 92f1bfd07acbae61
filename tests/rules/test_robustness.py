"""Unknown values never fail a rule, and values of wrong types never crash one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_multi_container.rules import Description, Path, Unknown, evaluate
from tests.rules.cases import CASES
from tests.rules.descriptions import COMPONENTS, DIRECT, SERIAL, SINGLE, changed

BASES = {"direct": DIRECT, "serial": SERIAL, "single": SINGLE, "components": COMPONENTS}
WRONG: list[Any] = [
    None,
    "",
    "x",
    "arn:",
    "\ud800",
    0,
    -1,
    1e308,
    True,
    False,
    [],
    [None],
    [[]],
    ["x"],
    {},
    {"": None},
    {1: []},
]


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value inside a value, with the way to it."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key), inner
        yield from nodes(inner, (*path, key))


def places(description: Description) -> list[tuple[str, Any]]:
    """Every value in a description, with its path in the tests' notation."""
    return [
        (".".join([name, *map(str, path)]), value)
        for name, resource in description.resources.items()
        for path, value in nodes(resource.properties)
    ]


def broken(description: Description) -> set[tuple[str, str, Path]]:
    """Which rules find something, and where."""
    return {(each.rule.id, each.resource, each.path) for each in evaluate(description)}


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_no_unknown_value_breaks_a_rule(base: Description) -> None:
    for path, _ in places(base):
        assert broken(changed(base, {path: Unknown()})) <= broken(base), path


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_no_part_of_a_right_string_breaks_a_rule(base: Description) -> None:
    expected = broken(base)
    for path, value in places(base):
        if isinstance(value, str):
            for split in range(len(value) + 1):
                for part in (
                    Unknown(value[:split], value[split:]),
                    Unknown(value[:split]),
                    Unknown(suffix=value[split:]),
                ):
                    assert broken(changed(base, {path: part})) <= expected, (path, part)


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_no_value_of_a_wrong_type_crashes_a_rule(base: Description, value: Any) -> None:
    for path, _ in places(base):
        for finding in evaluate(changed(base, {path: value})):
            assert isinstance(finding.message, str)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(data=st.data())
def test_faulty_descriptions_with_more_faults_crash_no_rule(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    description = changed(case.base, case.changes)
    for _ in range(3):
        paths = [path for path, _ in places(description)]
        if paths:
            value = data.draw(st.sampled_from([*WRONG, Unknown(), Unknown("a", "b")]))
            description = changed(description, {data.draw(st.sampled_from(paths)): value})
            assert all(isinstance(finding.message, str) for finding in evaluate(description))


def test_values_of_environment_variables_are_never_shown() -> None:
    secret = "correct-horse-battery-staple"  # noqa: S105 - it is none
    environments = [
        {"DB_PASSWORD": secret},
        {"API_KEY": secret * 100, "a-b": secret},
        {"URL": f"https://{secret}", "LIST": [secret], "AWS_SESSION_TOKEN": secret},
        [secret],
        [{"Name": "DB_PASSWORD", "Value": secret}],
    ]

    findings = [
        finding
        for environment in environments
        for finding in evaluate(changed(DIRECT, {"Model.Containers[0].Environment": environment}))
    ]

    assert len(findings) > len(environments)
    assert [each for each in findings if secret in each.message] == []

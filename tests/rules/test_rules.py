"""What each rule finds, and that it finds nothing in what is right."""

from __future__ import annotations

import re

import pytest

from sagemaker_multi_container.rules import RULES, Confidence, Description, Rule, Severity, evaluate
from tests.rules.case import Case, ids_of
from tests.rules.cases import CASES
from tests.rules.descriptions import COMPONENTS, DIRECT, SERIAL, SINGLE, changed, steps

BREAKING = [case for case in CASES if case.at is not None]
KEEPING = [case for case in CASES if case.at is None]


@pytest.mark.parametrize("case", BREAKING, ids=ids_of(BREAKING))
def test_finds_what_is_wrong(case: Case) -> None:
    found = [each for each in evaluate(changed(case.base, case.changes)) if each.rule.id == case.rule]

    assert case.at is not None
    here = [each.message for each in found if (each.resource, *each.path) == steps(case.at)]
    assert any(case.says in message for message in here), found


@pytest.mark.parametrize("case", KEEPING, ids=ids_of(KEEPING))
def test_finds_nothing_in_what_comes_close(case: Case) -> None:
    found = [each for each in evaluate(changed(case.base, case.changes)) if each.rule.id == case.rule]

    assert found == []


@pytest.mark.parametrize(
    ("description", "notes"),
    [
        pytest.param(DIRECT, set(), id="direct"),
        pytest.param(SERIAL, {"MCE-M09"}, id="serial"),
        pytest.param(SINGLE, {"MCE-M09"}, id="single, serverless"),
        pytest.param(COMPONENTS, {"MCE-E11", "MCE-V30"}, id="inference components"),
    ],
)
def test_finds_no_error_in_valid_descriptions(description: Description, notes: set[str]) -> None:
    assert {each.rule.id for each in evaluate(description)} == notes


def test_every_rule_has_an_example_of_both_kinds() -> None:
    assert {case.rule for case in BREAKING} == set(RULES)
    assert {case.rule for case in KEEPING} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rules_are_documented(rule: Rule) -> None:
    assert re.fullmatch(r"MCE-[ACMVEPT]\d\d", rule.id)
    assert rule.source.startswith("https://")
    assert rule.summary.endswith(".")
    assert rule.fix
    assert rule.fix[0].islower()
    assert not rule.fix.endswith(".")
    assert rule.guards


def test_what_only_others_say_is_inferred() -> None:
    from_others = [rule for rule in RULES.values() if "github.com" in rule.source]

    assert {rule.confidence for rule in from_others} == {Confidence.INFERRED}


def test_messages_have_no_final_period_and_no_markdown() -> None:
    messages = [each.message for case in CASES for each in evaluate(changed(case.base, case.changes))]

    assert [text for text in messages if text.endswith(".") or "`" in text] == []


def test_findings_come_in_the_order_in_which_the_description_is_written() -> None:
    changes = {"Model.Containers[0].Mode": "x", "Model.Containers[1].Image": "x", "Endpoint.EndpointName": "a_b"}

    errors = [each.rule.id for each in evaluate(changed(DIRECT, changes)) if each.rule.severity is Severity.ERROR]

    assert errors == ["MCE-C31", "MCE-C17", "MCE-P01"]

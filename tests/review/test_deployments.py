"""How an update is deployed, what sends it back, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.check.change_rules import CHANGE_RULE_IDS
from sagemaker_multi_container.check.ignoring import read_reasons
from sagemaker_multi_container.review import Kind, as_text, compare
from sagemaker_multi_container.review.refusals import CHANGE_RULES
from sagemaker_multi_container.rules import RULES

from .scenes import BEFORE
from .templates import ABSENT, DIRECT, attribute, edited, moved, resource, review, reviewed, variant, written

ROLL = {"Model.Containers[0].Image": "ranker:2"}
CANARY = {
    "Type": "CANARY",
    "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
    "WaitIntervalInSeconds": 600,
}
LINEAR = {
    "Type": "LINEAR",
    "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 25},
    "WaitIntervalInSeconds": 90,
}
ROLLING = {"MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1}, "WaitIntervalInSeconds": 60}


def blue_green(routing: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A deployment config with this way of moving the traffic."""
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, **more}}


@pytest.mark.parametrize(
    ("config", "strategy", "steps", "seconds"),
    [
        (ABSENT, "all at once", ["moves all traffic to the new instances once they are in service"], 0),
        (
            blue_green({"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}, TerminationWaitInSeconds=300),
            "all at once",
            ["moves all traffic to the new instances", "keeps the old instances for 5 min", "ends them"],
            300,
        ),
        (
            blue_green(CANARY),
            "canary",
            ["moves 10 % of the traffic", "waits 10 min", "moves the rest", "ends the old instances"],
            600,
        ),
        (
            blue_green(LINEAR),
            "linear",
            [
                "moves 25 % of the traffic",
                "waits 1 min 30 s",
                "goes on until all is moved",
                "ends the old instances",
            ],
            270,
        ),
        (
            {"RollingUpdatePolicy": ROLLING},
            "rolling",
            ["replaces 1 instance", "waits 1 min", "goes on until all are replaced"],
            60,
        ),
        ({"Fn::Transform": {"Name": "Macro"}}, "unknown", [], None),
    ],
)
def test_says_how_an_update_is_deployed(
    tmp_path: Path, config: Any, strategy: str, steps: list[str], seconds: int | None
) -> None:
    """Step by step, and how long it waits at least."""
    before = DIRECT if config is ABSENT else edited(DIRECT, {"Endpoint.DeploymentConfig": config})
    path = reviewed(tmp_path, before, edited(before, ROLL)).deployment

    assert path is not None
    assert (path.strategy.value, list(path.steps), path.waits_seconds) == (strategy, steps, seconds)


def test_names_the_alarms_that_send_it_back(tmp_path: Path) -> None:
    """By their names, by their constructs if the names are generated, or else by their logical ids."""
    alarms = [
        {"AlarmName": "errors"},
        *({"AlarmName": {"Ref": each}} for each in ("Latency", "Named", "Plain")),
        {"AlarmName": {"Fn::GetAtt": ["Nowhere", "Name"]}},
    ]
    before = edited(
        DIRECT,
        {
            "Latency": resource("AWS::CloudWatch::Alarm", {}, Metadata={"aws:cdk:path": "Search/E/Latency/Resource"}),
            "Named": resource("AWS::CloudWatch::CompositeAlarm", {"AlarmName": "search-unhealthy"}),
            "Plain": resource("AWS::CloudWatch::Alarm", {"AlarmName": {"Ref": "AWS::StackName"}}),
            "Endpoint.DeploymentConfig": {**blue_green(CANARY), "AutoRollbackConfiguration": {"Alarms": alarms}},
        },
    )
    path = reviewed(tmp_path, before, edited(before, ROLL)).deployment

    assert path is not None
    assert path.alarms == ("errors", "E/Latency", "search-unhealthy", "Plain", "Nowhere")


@pytest.mark.parametrize("after", [DIRECT, edited(DIRECT, {"Endpoint.EndpointName": "find"})])
def test_an_endpoint_that_does_not_roll_has_no_deployment(tmp_path: Path, after: Mapping[str, Any]) -> None:
    """A new endpoint is just created."""
    assert reviewed(tmp_path, DIRECT, after).deployment is None


GUARDED = edited(DIRECT, {"Endpoint.DeploymentConfig": blue_green(CANARY)})
NAMED = edited(DIRECT, {"Model.ModelName": "model", "Config.EndpointConfigName": "config"})


@pytest.mark.parametrize(
    ("rule", "before", "after", "says"),
    [
        (
            "MCE-V04",
            GUARDED,
            edited(GUARDED, {"Config.ProductionVariants[0].VariantName": "live"}),
            ["variant `main` becomes `live`"],
        ),
        (
            "MCE-A03",
            BEFORE,
            edited(BEFORE, {"Config.ProductionVariants[0].InstanceType": "ml.c5.large"}),
            ["variant `main` is scaled, and moves from `ml.m5.xlarge` to `ml.c5.large`"],
        ),
        (
            "MCE-A03",
            BEFORE,
            edited(BEFORE, {"Config.ProductionVariants": [variant("next")], "Target": ABSENT}),
            ["variant `main` is scaled, and goes"],
        ),
        (
            "MCE-U02",
            NAMED,
            edited(NAMED, ROLL),
            ["ModelName stays `model`", "EndpointConfigName stays `config`"],
        ),
        ("MCE-U01", DIRECT, moved(DIRECT, Endpoint="Other"), ["CloudFormation creates `search` before it deletes"]),
        (
            "MCE-U01",
            DIRECT,
            edited(DIRECT, {"Endpoint.EndpointName": "Search"}),
            ["CloudFormation creates `Search` before it deletes"],
        ),
    ],
)
def test_says_what_will_be_refused(
    tmp_path: Path, rule: str, before: Mapping[str, Any], after: Mapping[str, Any], says: list[str]
) -> None:
    """With the rule, the way out and the source."""
    change = reviewed(tmp_path, before, after)

    assert [each.rule for each in change.refusals] == [rule] * len(says)
    assert all(part in each.message for part, each in zip(says, change.refusals, strict=True))
    assert all(each.is_certain and each.fix and each.source.startswith("https://") for each in change.refusals)
    assert Kind.REFUSED in change.kinds


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(DIRECT, edited(DIRECT, {"Config.ProductionVariants[0].VariantName": "live"}), id="no guardrails"),
        pytest.param(GUARDED, edited(GUARDED, ROLL), id="the same variants"),
        pytest.param(BEFORE, edited(BEFORE, ROLL), id="another model of a scaled variant"),
        pytest.param(
            BEFORE,
            edited(BEFORE, {"Config.ProductionVariants[1].InstanceType": "ml.c5.large"}),
            id="other instances of a variant that is not scaled",
        ),
        pytest.param(
            NAMED,
            edited(NAMED, {**ROLL, "Model.ModelName": "model2", "Config.EndpointConfigName": "config2"}),
            id="new names",
        ),
        pytest.param(DIRECT, edited(DIRECT, {"Endpoint.EndpointName": "find"}), id="a new endpoint name"),
    ],
)
def test_refuses_nothing_that_the_service_takes(
    tmp_path: Path, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """What comes close to what is refused."""
    assert reviewed(tmp_path, before, after).refusals == ()


def test_a_name_that_another_endpoint_of_the_stack_gives_up_is_still_taken(tmp_path: Path) -> None:
    """CloudFormation deletes only after it has created."""
    more = resource("Endpoint", {"EndpointName": "b", "EndpointConfigName": attribute("Config", "EndpointConfigName")})
    before = edited(DIRECT, {"More": more})
    after = edited(before, {"Endpoint.EndpointName": "b", "More.EndpointName": "search"})

    assert [each.refusals[0].rule for each in review(tmp_path, before, after).endpoints] == ["MCE-U01", "MCE-U01"]


def test_an_endpoint_that_moves_to_another_stack_depends_on_the_order(tmp_path: Path) -> None:
    """Its name is free once the first stack is deployed without it."""
    empty: dict[str, Any] = {"Resources": {}}
    base = [written(tmp_path / "before", DIRECT, "One"), written(tmp_path / "before", empty, "Two")]
    head = [written(tmp_path / "after", empty, "One"), written(tmp_path / "after", DIRECT, "Two")]
    gone, new = compare(base, head).endpoints

    assert (gone.stack, gone.outcome.value, new.stack, new.outcome.value) == ("One", "deleted", "Two", "created")
    assert [(each.rule, each.is_certain) for each in new.refusals] == [("MCE-U01", False)]
    assert "stack `One`" in new.refusals[0].message
    assert Kind.REFUSED not in new.kinds


def test_what_is_refused_can_be_ignored(tmp_path: Path) -> None:
    """For a reason, which is told; and it does not count."""
    known = {"/Resources.Endpoint.Metadata.mce.ignore": {"MCE-U01": "deleted by hand before"}}
    found = review(tmp_path, DIRECT, edited(DIRECT, {"Endpoint.EndpointName": "Search", **known}))
    (change,) = found.endpoints

    assert [(each.rule, each.ignored) for each in change.refusals] == [("MCE-U01", "deleted by hand before")]
    assert Kind.REFUSED not in found.kinds
    assert "MCE-U01 is ignored because deleted by hand before." in as_text(found)
    assert "refuse this" not in as_text(found).lower()


def test_reasons_can_be_given_for_every_rule_of_changes() -> None:
    """In a configuration, too."""
    assert sorted(CHANGE_RULES) == sorted(CHANGE_RULE_IDS)
    assert read_reasons(dict.fromkeys(CHANGE_RULES, "known")) == (dict.fromkeys(CHANGE_RULES, "known"), [])


def test_rules_of_changes_are_rules_of_their_own() -> None:
    """No template alone can break them, and every one says what it is."""
    assert not set(CHANGE_RULES) & set(RULES)
    assert all(rule.summary.endswith(".") for rule in CHANGE_RULES.values())

"""What a review costs: twice the endpoints are twice the work, counted in calls of functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.review import compare
from tests.review.templates import attribute, container, resource, variant, written

Resources = dict[str, Any]
TWICE = 2.3
"""What grows with the square would be four times as much."""


def _statement(action: str, on: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": on}]}


def _endpoint(number: int, tag: str, version: str = "") -> Resources:
    """An endpoint with a role, a caller, scaling and an alarm of its own."""
    name, model = f"E{number}", f"E{number}Model{version}"
    target = attribute(f"{name}Endpoint{version}", "EndpointName")
    alarms = {"Alarms": [{"AlarmName": {"Ref": f"{name}Alarm"}}]}
    trust = {"Version": "2012-10-17", "Statement": []}
    calls = {
        "PolicyName": "Calls",
        "PolicyDocument": _statement("sagemaker:InvokeEndpoint", {"Ref": f"{name}Endpoint{version}"}),
    }
    reads = {"PolicyName": "Reads", "PolicyDocument": _statement("s3:GetObject", f"arn:aws:s3:::models/{name}/{tag}/*")}
    return {
        f"{name}Role": resource("AWS::IAM::Role", {"AssumeRolePolicyDocument": trust, "Policies": [reads]}),
        f"{name}Caller": resource("AWS::IAM::Role", {"AssumeRolePolicyDocument": trust, "Policies": [calls]}),
        f"{name}Alarm": resource("AWS::CloudWatch::Alarm", {"AlarmName": f"{name}-errors"}),
        model: resource(
            "Model",
            {
                "Containers": [container("ranker", Image=f"images/{name}:{tag}"), container("tagger")],
                "InferenceExecutionConfig": {"Mode": "Direct"},
                "ExecutionRoleArn": attribute(f"{name}Role", "Arn"),
            },
        ),
        f"{name}Config": resource("EndpointConfig", {"ProductionVariants": [variant(model=model)]}),
        f"{name}Endpoint{version}": resource(
            "Endpoint",
            {
                "EndpointConfigName": attribute(f"{name}Config", "EndpointConfigName"),
                "DeploymentConfig": {"AutoRollbackConfiguration": alarms},
            },
        ),
        f"{name}Target": resource(
            "AWS::ApplicationAutoScaling::ScalableTarget",
            {
                "ServiceNamespace": "sagemaker",
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "ResourceId": {"Fn::Join": ["", ["endpoint/", target, "/variant/main"]]},
                "MinCapacity": 1,
                "MaxCapacity": 4,
            },
        ),
        f"{name}Scaling": resource(
            "AWS::ApplicationAutoScaling::ScalingPolicy", {"ScalingTargetId": {"Ref": f"{name}Target"}}
        ),
    }


def _taking_over(number: int, tag: str) -> Resources:
    """An endpoint whose role is declared in another stack, which exports it."""
    resources = _endpoint(number, tag)
    resources[f"E{number}Model"]["Properties"]["ExecutionRoleArn"] = {"Fn::ImportValue": f"Role{number}"}
    return resources


def _changed(number: int) -> tuple[Resources, Resources]:
    return _endpoint(number, "1.0"), _endpoint(number, "1.1")


def _renamed(number: int) -> tuple[Resources, Resources]:
    return _endpoint(number, "1.0"), _endpoint(number, "1.0", "New")


def _created(number: int) -> tuple[Resources, Resources]:
    return {}, _endpoint(number, "1.0")


def _imported(number: int) -> tuple[Resources, Resources]:
    return _taking_over(number, "1.0"), _taking_over(number, "1.1")


CHANGES = {"changed": _changed, "renamed": _renamed, "created": _created, "with an imported role": _imported}
Change = Callable[[int], tuple[Resources, Resources]]


def _calls(folder: Path, change: Change, endpoints: range) -> int:
    """How many functions the review of a stack and of one that exports roles calls, those written in C among them."""
    documents: tuple[Resources, Resources] = ({}, {})
    for number in endpoints:
        for document, resources in zip(documents, change(number), strict=True):
            document.update(resources)
    roles = {
        "Resources": {f"Role{number}": resource("AWS::IAM::Role", {}) for number in endpoints},
        "Outputs": {
            f"Role{number}": {"Value": attribute(f"Role{number}", "Arn"), "Export": {"Name": f"Role{number}"}}
            for number in endpoints
        },
    }
    base, head = (
        [written(folder / side, {"Resources": document}), written(folder / side, roles, "Roles")]
        for side, document in zip(("before", "after"), documents, strict=True)
    )
    calls = count()
    sys.setprofile(lambda _frame, event, _argument: next(calls) if event.endswith("call") else None)
    try:
        review = compare(base, head)
    finally:
        sys.setprofile(None)
    assert len(review.endpoints) == len(endpoints)
    return next(calls)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_twice_the_endpoints_are_twice_the_work(change: Change, tmp_path: Path) -> None:
    _calls(tmp_path, change, range(1))  # what is only done once in a process
    # Other ones each time, for what is known of the same texts is kept.
    once, twice = (_calls(tmp_path, change, endpoints) for endpoints in (range(100, 120), range(200, 240)))

    assert twice < TWICE * once

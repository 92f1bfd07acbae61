"""What is said of the status of an endpoint and of its stack, and waiting for it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.model import StringShape
from botocore.session import get_session

from sagemaker_multi_container.verification import Outcome
from sagemaker_multi_container.verification.stacks import Stack, check_stack
from sagemaker_multi_container.verification.status import MEANINGS, check_status, last_deployment, pending
from sagemaker_multi_container.verification.waiting import at_rest


def endpoint(status: str, **members: Any) -> dict[str, Any]:
    """An endpoint as it is described."""
    return {"EndpointName": "search", "EndpointStatus": status, **members}


def test_every_status_has_a_meaning() -> None:
    """Of those that SageMaker's model in botocore has."""
    shape = get_session().get_service_model("sagemaker").shape_for("EndpointStatus")

    assert isinstance(shape, StringShape)
    assert set(MEANINGS) == set(shape.enum)


@pytest.mark.parametrize("status", MEANINGS)
def test_only_an_endpoint_in_service_holds(status: str) -> None:
    assert (check_status(endpoint(status)).outcome is Outcome.HELD) is (status == "InService")


def test_a_reason_for_a_failure_is_no_success() -> None:
    """Though the endpoint is in service, as it is after a rollback."""
    check = check_status(endpoint("InService", FailureReason="The container a did not pass the ping\n health check."))

    assert check.outcome is Outcome.FAILED
    assert check.says.endswith("was rolled back: The container a did not pass the ping\\n health check.")


def later(seconds: float = 600) -> float:
    """When the time is over."""
    return time.monotonic() + seconds


def test_what_is_pending_is_told() -> None:
    """As far as SageMaker says so."""
    statuses = [{"Status": "Baking", "StatusMessage": "waiting for alarms"}]
    variant = {"VariantName": "live", "CurrentInstanceCount": 1, "DesiredInstanceCount": 3, "VariantStatus": statuses}
    summary = {"EndpointConfigName": "next", "ProductionVariants": [variant, {"VariantName": "other"}]}

    assert pending(endpoint("Creating")) == "Creating"
    assert pending(endpoint("Updating", PendingDeploymentSummary=summary)) == (
        "Updating: config next; live 1 of 3 instances, Baking waiting for alarms"
    )


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (None, None),
        ({}, None),
        ({"RollingUpdatePolicy": {"WaitIntervalInSeconds": 60}}, "rolling"),
        (
            {
                "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"Type": "CANARY"}},
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}, {"AlarmName": "latency"}]},
            },
            "blue/green, CANARY; rolled back by errors, latency",
        ),
    ],
)
def test_the_last_deployment_is_told(config: dict[str, Any] | None, says: str | None) -> None:
    assert last_deployment(endpoint("InService", LastDeploymentConfig=config)) == says


@pytest.mark.parametrize(
    ("status", "holds"),
    [
        ("CREATE_COMPLETE", True),
        ("UPDATE_COMPLETE", True),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", True),
        ("IMPORT_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE", False),
        ("ROLLBACK_COMPLETE", False),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", False),
        ("UPDATE_IN_PROGRESS", False),
        ("UPDATE_FAILED", False),
        ("DELETE_COMPLETE", False),
    ],
)
def test_a_stack_must_have_got_to_its_end(status: str, holds: bool) -> None:
    """And is waited for if that is still to come."""
    stack = Stack(id="", name="Search", status=status, reason="because", parameters={}, resources={})

    assert (stack.pending is not None) is (status == "UPDATE_IN_PROGRESS")
    assert (check_stack(stack).outcome is Outcome.HELD) is holds
    assert ("because" in check_stack(stack).says) is not holds


def test_waits_until_nothing_is_pending() -> None:
    """And tells what is, meanwhile."""
    looks = iter([endpoint("Updating"), endpoint("RollingBack"), endpoint("InService")])
    said: list[str] = []

    assert at_rest(lambda: next(looks), pending, later(), said.append) == endpoint("InService")
    assert said == ["Updating", "RollingBack"]


@pytest.mark.parametrize("status", ["InService", "Failed", "Deleting", "OutOfService", "UpdateRollbackFailed"])
def test_waits_for_nothing_that_does_not_come(status: str) -> None:
    """It looks once."""
    looks = iter([endpoint(status)])

    assert at_rest(lambda: next(looks), pending, later(), lambda _: None) == endpoint(status)


def test_gives_up_when_the_time_is_over() -> None:
    """With what is there then."""
    assert at_rest(lambda: endpoint("Updating"), pending, later(0.01), lambda _: None) == endpoint("Updating")
    assert at_rest(lambda: endpoint("Updating"), pending, later(0), lambda _: None) == endpoint("Updating")

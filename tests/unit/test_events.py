"""Events about an endpoint."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns

from sagemaker_multi_container import EndpointConfigurationError, MultiContainerEndpoint, MultiContainerEndpointBase

from .builders import endpoint, properties, resources, wrong

METHODS = {
    "on_state_change": "SageMaker Endpoint State Change",
    "on_deployment_state_change": "SageMaker Endpoint Deployment State Change",
}


def rule(made: MultiContainerEndpointBase, method: str, id: str = "Rule", **arguments: Any) -> events.Rule:
    """A rule by the name of the method that makes it."""
    made_rule = getattr(made, method)(id, **arguments)
    assert isinstance(made_rule, events.Rule)
    return made_rule


def pattern(**fields: Any) -> events.EventPattern:
    """A pattern of yours."""
    return events.EventPattern(**fields)


@pytest.mark.parametrize("method", METHODS)
def test_matches_the_events_of_this_endpoint(stack: cdk.Stack, method: str) -> None:
    """By name, in upper or lower case: the published events have both."""
    rule(endpoint(stack, endpoint_name="Search"), method)

    assert properties(stack, "Events::Rule") == {
        "EventPattern": {
            "source": ["aws.sagemaker"],
            "detail-type": [METHODS[method]],
            "detail": {"EndpointName": [{"equals-ignore-case": "Search"}]},
        },
        "State": "ENABLED",
    }


@pytest.mark.parametrize("method", METHODS)
def test_matches_generated_names(stack: cdk.Stack, method: str) -> None:
    """Which are known once the endpoint is there."""
    rule(endpoint(stack), method)

    (logical_id,) = resources(stack, "SageMaker::Endpoint")
    pattern = properties(stack, "Events::Rule")["EventPattern"]
    assert pattern["detail"]["EndpointName"] == [{"equals-ignore-case": {"Fn::GetAtt": [logical_id, "EndpointName"]}}]


@pytest.mark.parametrize("method", METHODS)
def test_matches_some_statuses_only(stack: cdk.Stack, method: str) -> None:
    """If they are given."""
    rule(endpoint(stack), method, statuses=["FAILED", "ROLLING_BACK"])

    assert properties(stack, "Events::Rule")["EventPattern"]["detail"]["EndpointStatus"] == ["FAILED", "ROLLING_BACK"]


@pytest.mark.parametrize("method", METHODS)
def test_takes_the_options_of_other_rules(stack: cdk.Stack, method: str) -> None:
    """A target, a description, a name, further conditions."""
    rule(
        endpoint(stack),
        method,
        target=targets.SnsTopic(sns.Topic(stack, "Topic")),
        description="Tell us.",
        rule_name="tell",
        event_pattern=events.EventPattern(account=["123456789012"]),
    )

    made = properties(stack, "Events::Rule")
    assert (made["Description"], made["Name"], len(made["Targets"])) == ("Tell us.", "tell", 1)
    assert made["EventPattern"]["account"] == ["123456789012"]
    assert made["EventPattern"]["source"] == ["aws.sagemaker"]


@pytest.mark.parametrize("method", METHODS)
def test_takes_conditions_on_the_rest_of_an_event(stack: cdk.Stack, method: str) -> None:
    """Also on the status, if no statuses are given."""
    narrower = pattern(detail={"EndpointStatus": [{"anything-but": "UPDATING"}], "Tags": {"team": ["search"]}})
    rule(endpoint(stack, endpoint_name="search"), method, event_pattern=narrower)

    assert properties(stack, "Events::Rule")["EventPattern"]["detail"] == {
        "EndpointName": [{"equals-ignore-case": "search"}],
        "EndpointStatus": [{"anything-but": "UPDATING"}],
        "Tags": {"team": ["search"]},
    }


@pytest.mark.parametrize("method", METHODS)
def test_takes_statuses_that_are_tokens(stack: cdk.Stack, method: str) -> None:
    """Which are known at deployment."""
    status = cdk.CfnParameter(stack, "Status").value_as_string
    rule(endpoint(stack), method, statuses=[status])

    assert properties(stack, "Events::Rule")["EventPattern"]["detail"]["EndpointStatus"] == [{"Ref": "Status"}]


@pytest.mark.parametrize("method", METHODS)
def test_refuses_endpoints_of_another_region(app: cdk.App, method: str) -> None:
    """Their events are sent there."""
    stack = cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/search"
    made = MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", arn)

    with pytest.raises(EndpointConfigurationError, match=f"{method}: is for an endpoint of the stack's account and"):
        rule(made, method)


def test_takes_targets_later(stack: cdk.Stack) -> None:
    """As every rule."""
    rule(endpoint(stack), "on_state_change").add_target(targets.SnsTopic(sns.Topic(stack, "Topic")))

    assert len(properties(stack, "Events::Rule")["Targets"]) == 1


def test_hears_of_imported_endpoints(stack: cdk.Stack) -> None:
    """Also of one that is known by its ARN, which has the name in lower case."""
    arn = "arn:aws:sagemaker:us-east-1:210987654321:endpoint/search"
    rule(MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", arn), "on_state_change")

    detail = properties(stack, "Events::Rule")["EventPattern"]["detail"]
    assert detail == {"EndpointName": [{"equals-ignore-case": "search"}]}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"statuses": "FAILED"}, "statuses: is the str 'FAILED', expected a list with one status or more"),
        ({"statuses": []}, "statuses: is the list [], expected a list with one status or more"),
        ({"statuses": [1]}, "statuses[0]: is the int 1, expected a string"),
        ({"statuses": ["FAILED", "InService"]}, "statuses[1]: is 'InService', as DescribeEndpoint writes it"),
        ({"statuses": ["InService"]}, "fix: write 'IN_SERVICE'"),
        ({"statuses": ["Failed"]}, "fix: write 'FAILED'"),
        ({"statuses": ["failed"]}, "statuses[0]: is 'failed', and events write it another way"),
        ({"statuses": ["in_service"]}, "fix: write 'IN_SERVICE'"),
        ({"statuses": ["BROKEN"]}, "statuses[0]: is 'BROKEN', which is no status"),
        ({"statuses": ["BROKEN"]}, "fix: give CREATING, UPDATING, SYSTEM_UPDATING, ROLLING_BACK, IN_SERVICE"),
        ({"statuses": ["running"]}, "statuses[0]: is 'running', which is no status"),
        ({"event_pattern": pattern(source=["mine"])}, "event_pattern: has source, which this method sets"),
        ({"event_pattern": pattern(detail_type=["Other"])}, "event_pattern: has detail_type, which"),
        ({"event_pattern": pattern(detail={"EndpointName": ["b"]})}, "event_pattern: has detail.EndpointName, which"),
        ({"event_pattern": {"source": ["mine"]}}, "event_pattern: has source, which"),
        (
            {"statuses": ["FAILED"], "event_pattern": pattern(detail={"EndpointStatus": ["IN_SERVICE"]})},
            "event_pattern: has detail.EndpointStatus, which",
        ),
        ({"schedule": 1}, "options: 'schedule' is none of them"),
        ({"target": 1}, "is refused by the CDK: "),
        ({"description": 1}, "is refused by the CDK: "),
        ({"event_pattern": {"detail": 1}}, "is refused by the CDK: "),
        ({"id": ""}, "id: is the str '', expected a string"),
        ({"id": 1}, "id: is the int 1, expected a string"),
        ({"id": "Policy"}, "id: is 'Policy', which the endpoint has already"),
    ],
)
def test_refuses_what_makes_no_rule(stack: cdk.Stack, method: str, arguments: dict[str, Any], message: str) -> None:
    """And leaves nothing of it behind."""
    made = endpoint(stack)
    before = len(made.node.find_all())

    with pytest.raises(EndpointConfigurationError) as refused:
        rule(made, method, **arguments)

    assert message in str(refused.value)
    assert len(made.node.find_all()) == before


def test_says_which_call_was_refused(stack: cdk.Stack) -> None:
    """And of which endpoint."""
    made = endpoint(stack)

    with pytest.raises(
        EndpointConfigurationError, match=r"Stack/Endpoint: 1 problem.*\s+- on_state_change: is refused by"
    ):
        made.on_state_change("Rule", target=wrong(1))

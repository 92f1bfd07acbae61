"""Events about an endpoint, which SageMaker sends to EventBridge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypedDict

from aws_cdk import aws_events as events
from constructs import Construct

from .arguments import describe
from .served import ServedEndpoint

STATE_CHANGE = "SageMaker Endpoint State Change"
DEPLOYMENT_STATE_CHANGE = "SageMaker Endpoint Deployment State Change"


class EventOptions(TypedDict, total=False):
    """The options of `events.OnEventOptions`, all of them optional."""

    target: events.IRuleTarget
    """What receives the events. Default: none yet; add it with `rule.add_target`."""
    description: str
    """What the rule is for. Default: none."""
    rule_name: str
    """The rule's name. Default: CloudFormation makes one."""
    event_pattern: events.EventPattern
    """Further conditions that an event must meet. Default: none."""
    cross_stack_scope: Construct
    """Where to make what the target needs in another stack. Default: in the endpoint's stack."""


def create_rule(
    endpoint: ServedEndpoint, id: str, detail_type: str, statuses: object, options: EventOptions
) -> events.Rule:
    """A rule for one kind of the endpoint's events."""
    unknown = options.keys() - EventOptions.__optional_keys__
    if unknown:
        message = f"{min(unknown)!r} is none of them"
        raise endpoint._refusal("options", message, f"give one of {', '.join(sorted(EventOptions.__optional_keys__))}")
    # SageMaker tells endpoints apart without regard to case, and the name of one imported by its ARN is in lower case.
    detail = {"EndpointName": events.Match.equals_ignore_case(endpoint._name_in_metrics)}
    if statuses is not None:
        detail["EndpointStatus"] = _statuses(endpoint, statuses)
    rule = events.Rule(
        endpoint,
        id,
        description=options.get("description"),
        rule_name=options.get("rule_name"),
        event_pattern=options.get("event_pattern"),
        cross_stack_scope=options.get("cross_stack_scope"),
    )
    rule.add_event_pattern(source=["aws.sagemaker"], detail_type=[detail_type], detail=detail)
    rule.add_target(options.get("target"))
    return rule


def _statuses(endpoint: ServedEndpoint, statuses: object) -> list[str]:
    if isinstance(statuses, str) or not isinstance(statuses, Sequence) or not statuses:
        message = f"is {describe(statuses)}, expected a list with one status or more"
        raise endpoint._refusal("statuses", message, "write statuses=['IN_SERVICE'], or leave it out for all")
    for index, status in enumerate(statuses):
        if not isinstance(status, str):
            message = f"is {describe(status)}, expected a string"
            raise endpoint._refusal(f"statuses[{index}]", message, "write 'IN_SERVICE'")
        if re.fullmatch("[A-Z][a-z]+([A-Z][a-z]+)*", status):
            in_events = re.sub("(?<=[a-z])(?=[A-Z])", "_", status).upper()
            message = f"is {status!r}, as DescribeEndpoint writes it; events write it another way"
            raise endpoint._refusal(f"statuses[{index}]", message, f"write {in_events!r}")
    return [*statuses]

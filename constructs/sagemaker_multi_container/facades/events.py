"""Events about an endpoint, which SageMaker sends to EventBridge."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypedDict

import aws_cdk as cdk
from constructs import Construct

from ..arguments import describe
from ..served import ServedEndpoint
from ..tokens import is_token

if TYPE_CHECKING:
    from aws_cdk import aws_events as events

STATE_CHANGE = "SageMaker Endpoint State Change"
DEPLOYMENT_STATE_CHANGE = "SageMaker Endpoint Deployment State Change"

_STATUSES = (
    "CREATING",
    "UPDATING",
    "SYSTEM_UPDATING",
    "ROLLING_BACK",
    "IN_SERVICE",
    "OUT_OF_SERVICE",
    "DELETING",
    "FAILED",
    "UPDATE_ROLLBACK_FAILED",
)
"""Those of DescribeEndpoint, in the spelling of the events."""


class EventOptions(TypedDict, total=False):
    """The options of `events.OnEventOptions`, all of them optional."""

    target: events.IRuleTarget
    """What receives the events. Default: none yet; add it with `rule.add_target`."""
    description: str
    """What the rule is for. Default: none."""
    rule_name: str
    """The rule's name. Default: CloudFormation makes one."""
    event_pattern: events.EventPattern
    """Further conditions that an event must meet, on what the method does not say itself. Default: none."""
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
    detail = {"EndpointName": cdk.aws_events.Match.equals_ignore_case(endpoint._name_in_metrics)}
    if statuses is not None:
        detail["EndpointStatus"] = _statuses(endpoint, statuses)
    _check_only_narrows(endpoint, options.get("event_pattern"), detail)
    rule = cdk.aws_events.Rule(
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


def _check_only_narrows(endpoint: ServedEndpoint, pattern: object, detail: Mapping[str, object]) -> None:
    """The CDK joins lists of values: what a pattern has in common with ours would let other events through."""
    if isinstance(pattern, Mapping):
        pattern = SimpleNamespace(**{str(key): value for key, value in pattern.items()})
    given = getattr(pattern, "detail", None)
    taken = [name for name in ("source", "detail_type") if getattr(pattern, name, None) is not None]
    taken += [f"detail.{name}" for name in detail if isinstance(given, Mapping) and name in given]
    if taken:
        message = f"has {' and '.join(taken)}, which this method sets: the CDK would take either"
        fix = "leave it out, and give statuses where you want some only; or make an events.Rule of your own"
        raise endpoint._refusal("event_pattern", message, fix)


def _statuses(endpoint: ServedEndpoint, statuses: object) -> list[str]:
    if isinstance(statuses, str) or not isinstance(statuses, Sequence) or not statuses:
        message = f"is {describe(statuses)}, expected a list with one status or more"
        raise endpoint._refusal("statuses", message, "write statuses=['IN_SERVICE'], or leave it out for all")
    for index, status in enumerate(statuses):
        argument = f"statuses[{index}]"
        if not isinstance(status, str):
            raise endpoint._refusal(argument, f"is {describe(status)}, expected a string", "write 'IN_SERVICE'")
        in_events = re.sub("(?<=[a-z])(?=[A-Z])", "_", status).upper()
        if status in _STATUSES or is_token(status):
            continue
        if in_events not in _STATUSES:
            raise endpoint._refusal(argument, f"is {status!r}, which is no status", f"give {', '.join(_STATUSES)}")
        message = f"is {status!r}, and events write it another way"
        if status != status.lower():
            message = f"is {status!r}, as DescribeEndpoint writes it; events write it another way"
        raise endpoint._refusal(argument, message, f"write {in_events!r}")
    return [*statuses]

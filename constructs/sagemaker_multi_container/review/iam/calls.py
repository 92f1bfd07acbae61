"""What statements say of calling an endpoint, whatever else they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ..endpoints import Endpoint
from .patterns import Matcher, Pattern, pattern, surely_covers, surely_misses
from .statements import Statement
from .texts import Texts

_CALLS: Final = tuple(
    pattern([action], ignores_case=True)
    for action in (
        "sagemaker:InvokeEndpoint",
        "sagemaker:InvokeEndpointAsync",
        "sagemaker:InvokeEndpointWithBidirectionalStream",
        "sagemaker:InvokeEndpointWithResponseStream",
    )
)
"""See https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html"""
_MANAGED_POLICIES: Final = ("AdministratorAccess", "AmazonSageMakerFullAccess", "PowerUserAccess")
"""The managed policies of AWS that allow to call all endpoints, by name."""


def calls_of(endpoint: Endpoint, statements: Iterable[Statement], texts: Texts) -> Iterator[Statement]:
    """The part of some statements that is about calling an endpoint."""
    reference = texts.pattern({"Ref": endpoint.logical_id})
    names = [f"${{{endpoint.logical_id}.EndpointName}}"]
    if endpoint.name is not None:
        # The ARN has the name in lower case.
        names += [endpoint.name, endpoint.name.lower()]
    place = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:endpoint/"
    arns = [reference, *(texts.pattern({"Fn::Sub": f"{place}{name}"}) for name in names)]
    for statement in statements:
        called = tuple(action for action in _CALLS if surely_covers(statement.actions, action))
        if called and _are_about(statement.resources, arns):
            yield replace(statement, actions=Matcher(called), resources=Matcher((reference,)))


def calls_by_managed_policies(endpoint: Endpoint, texts: Texts) -> Statement:
    """What `allows_calls` says that a managed policy allows."""
    resource = texts.pattern({"Ref": endpoint.logical_id})
    return Statement("Allow", actions=Matcher(_CALLS), resources=Matcher((resource,)))


def allows_calls(managed_policy: Pattern) -> bool:
    """Whether a managed policy allows to call all endpoints, by its name."""
    return str(managed_policy).rpartition("/")[2] in _MANAGED_POLICIES


def _are_about(resources: Matcher, arns: list[Pattern]) -> bool:
    named = any(_names(each, arn) for each in resources.patterns for arn in arns)
    return named is not resources.negated


def _names(resource: Pattern, arn: Pattern) -> bool:
    """Whether a resource is this endpoint, wherever the stack is deployed."""
    if surely_covers(Matcher((resource,)), arn):
        return True
    return _things(resource) == _things(arn) and not surely_misses((Matcher((resource,)),), arn)


def _things(text: Pattern) -> set[str | None]:
    """What is referred to in a text beside the partition, region and account."""
    return {part.names for part in text.opaques if part.names is None or not part.names.startswith("AWS::")}

"""What statements say of calling an endpoint, whatever else they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ...template.endpoints import Endpoint
from .patterns import ANYTHING, Matcher, Pattern, Wildcard, pattern, surely_covers, surely_misses
from .policies import Policies, Principal
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
_CALLS_OF_ALL: Final = Statement("Allow", actions=Matcher(_CALLS), resources=Matcher((ANYTHING,)))

_Call = tuple[Principal, Statement]
Names = frozenset[str | None]
"""The resources that a text refers to."""


class Calls:
    """What policies say of calling endpoints, by what they name, so that not all are gone through for each endpoint."""

    def __init__(self, policies: Mapping[Principal, Policies]) -> None:
        """Find it in the policies of everyone."""
        self._of_any: dict[int, _Call] = {}
        self._of_named: defaultdict[Names, dict[int, _Call]] = defaultdict(dict)
        for place, (principal, call) in enumerate(_calls_in(policies)):
            for names in _named_by(call.resources):
                calls = self._of_any if names is None else self._of_named[names]
                calls[place] = (principal, call)

    def of(self, endpoint: Endpoint, texts: Texts) -> dict[Principal, list[Statement]]:
        """The part of the statements that is about calling an endpoint, by whom they are said of."""
        reference, arns = _arns(endpoint, texts)
        likely = dict(self._of_any)
        for names in {frozenset(_things(arn)) for arn in arns}:
            likely |= self._of_named.get(names, {})
        found: dict[Principal, list[Statement]] = {}
        for _, (principal, call) in sorted(likely.items()):
            if _are_about(call.resources, arns):
                found.setdefault(principal, []).append(replace(call, resources=Matcher((reference,))))
        return found


def allows_calls(managed_policy: Pattern) -> bool:
    """Whether a managed policy allows to call all endpoints, by its name."""
    return str(managed_policy).rpartition("/")[2] in _MANAGED_POLICIES


def _calls_in(policies: Mapping[Principal, Policies]) -> Iterator[_Call]:
    """All statements about calling endpoints, without what else they are about."""
    for principal, each in policies.items():
        for statement in each.statements:
            called = tuple(action for action in _CALLS if surely_covers(statement.actions, action))
            if called:
                yield principal, replace(statement, actions=Matcher(called))
        if any(map(allows_calls, each.managed)):
            yield principal, _CALLS_OF_ALL


def _named_by(resources: Matcher) -> Iterator[Names | None]:
    """What an endpoint's ARN must name to be one of these resources; None if that may be anything."""
    if resources.negated:
        yield None
        return
    for each in resources.patterns:
        names = frozenset(_things(each))
        is_open = None in names or any(isinstance(symbol, Wildcard) for symbol in each.symbols)
        yield None if is_open else names


def _arns(endpoint: Endpoint, texts: Texts) -> tuple[Pattern, list[Pattern]]:
    """A reference to an endpoint, and all ways to write its ARN."""
    reference = texts.pattern({"Ref": endpoint.logical_id})
    names = [f"${{{endpoint.logical_id}.EndpointName}}"]
    if endpoint.name is not None:
        # The ARN has the name in lower case.
        names += [endpoint.name, endpoint.name.lower()]
    place = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:endpoint/"
    return reference, [reference, *(texts.pattern({"Fn::Sub": f"{place}{name}"}) for name in names)]


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

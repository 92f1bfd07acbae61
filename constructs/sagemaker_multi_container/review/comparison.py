"""Compares the templates before and after a change, endpoint by endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..template import Template
from ..template.endpoints import Endpoint, endpoints_of
from .callers import broken_calls
from .changes import (
    BeforeAfter,
    EndpointChange,
    Fate,
    FindingsChange,
    Kind,
    ModelChange,
    Outcome,
    ResourceChange,
    Review,
)
from .containers import compare_models
from .deployment import deployment_of
from .endpoint_names import names_taken
from .findings import Findings, compare_findings, findings_in, of_resources, without
from .iam.exports import Exports
from .iam.permissions import compare_permissions
from .iam.stack_policies import EndpointPolicies, StackPolicies
from .iam.statements import Answer
from .matching import pair_endpoints
from .quoting import code
from .refusals import refusals_of
from .resources import StackChange
from .stacks import Stacks
from .update import EndpointUpdate
from .values import shown
from .variants import compare_variants

_KINDS: Mapping[Outcome, tuple[Kind, ...]] = {
    Outcome.CREATED: (Kind.CREATE,),
    Outcome.DELETED: (Kind.DELETE,),
    Outcome.LEFT_BEHIND: (Kind.DELETE,),
    Outcome.MAY_BE_CREATED: (Kind.CREATE,),
    Outcome.MAY_BE_DELETED: (Kind.DELETE,),
    Outcome.MAY_COME_OR_GO: (Kind.CREATE, Kind.DELETE),
    Outcome.REPLACED: (Kind.REPLACE,),
    Outcome.MAY_BE_REPLACED: (Kind.REPLACE,),
    Outcome.ROLLS: (Kind.ROLL,),
    Outcome.MAY_ROLL: (Kind.ROLL,),
}
_BOTH_ANSWER = "until the update ends, old instances answer beside new ones: callers must be ready for both"


def compare(base: Sequence[Template], head: Sequence[Template], ignore: Mapping[str, str] | None = None) -> Review:
    """What a change does to the endpoints of all stacks.

    Args:
        base: The templates before the change. None at all if nothing was deployed.
        head: The templates after it.
        ignore: Reasons to ignore rules, by id, beside those in the templates' Metadata.
    """
    stacks = Stacks(base, head)
    exports = BeforeAfter(Exports(base), Exports(head))
    taken = names_taken(each.base for each in stacks.changes if each.base is not None)
    changes: list[EndpointChange] = []
    others = FindingsChange()
    for stack in stacks.changes:
        old, new = (endpoints_of(each) if each is not None else [] for each in (stack.base, stack.head))
        updates = [EndpointUpdate(stack, *pair, taken) for pair in pair_endpoints(old, new)]
        was, becomes = (findings_in(each, ignore or {}) for each in (stack.base, stack.head))
        policies = _policies(stack, updates, exports)
        changes += [_change(stack.name, each, was, becomes, ignore or {}, policies) for each in updates]
        owned = frozenset[str]().union(*(each.logical_ids for each in (*old, *new)))
        rest = compare_findings(without(was, owned), without(becomes, owned), {})
        others = FindingsChange(
            new=others.new + rest.new,
            ignored=others.ignored + rest.ignored,
            resolved=others.resolved + rest.resolved,
        )
    return Review(
        endpoints=tuple(sorted(changes, key=lambda each: (each.stack, each.name, each.logical_id))),
        other_findings=others,
        has_base=bool(base),
    )


def _change(
    stack: str,
    update: EndpointUpdate,
    was: Findings,
    becomes: Findings,
    ignore: Mapping[str, str],
    policies: BeforeAfter[StackPolicies | None],
) -> EndpointChange:
    before, after = update.before, update.after
    known = after or before
    if known is None:
        raise AssertionError
    models = tuple(compare_models(update.stack, *pair, names) for pair, names in update.models.items())
    renamed = {each.before: each.after for each in update.resources if each.before and each.after}
    change = EndpointChange(
        stack=stack,
        logical_id=known.logical_id,
        name=known.title,
        outcome=update.outcome,
        callers_name=BeforeAfter(before and before.name, after and after.name),
        resources=update.resources,
        models=models,
        variants=compare_variants(update.variants, is_updated=update.is_rolling),
        concurrency=BeforeAfter(_concurrency(before), _concurrency(after)),
        callers=broken_calls(update, models),
        deployment=deployment_of(after) if after is not None and _is_updated(update) else None,
        permissions=compare_permissions(_seen_from(before, policies.before), _seen_from(after, policies.after)),
        refusals=refusals_of(update, ignore),
        findings=compare_findings(
            of_resources(was, before.logical_ids if before else ()),
            of_resources(becomes, after.logical_ids if after else ()),
            {new: old for old, new in (*renamed.items(), *_renamed_parts(models, update))},
        ),
        notes=tuple(_notes(update, models)),
    )
    if change.callers and update.is_rolling:
        change = replace(change, notes=(*change.notes, _BOTH_ANSWER))
    return replace(change, kinds=tuple(_kinds(change)))


def _renamed_parts(models: Sequence[ModelChange], update: EndpointUpdate) -> Iterator[tuple[str, str]]:
    """The hostnames and variants' names that become others."""
    for each in (container for model in models for container in model.containers):
        if each.before and each.after and each.before.hostname and each.after.hostname:
            yield each.before.hostname, each.after.hostname
    yield from ((old.name, new.name) for old, new in update.variants if old and new)


def _policies(
    stack: StackChange, updates: Sequence[EndpointUpdate], exports: BeforeAfter[Exports]
) -> BeforeAfter[StackPolicies | None]:
    """The policies before and after the change, for all endpoints of a stack."""
    renamed = {
        each.before: each.after
        for update in updates
        for each in update.resources
        if each.before and each.after and stack.is_gone(each.before)
    }
    return BeforeAfter(
        StackPolicies(stack.base, exports.before, renamed) if stack.base is not None else None,
        StackPolicies(stack.head, exports.after, {}) if stack.head is not None else None,
    )


def _seen_from(endpoint: Endpoint | None, policies: StackPolicies | None) -> EndpointPolicies:
    return EndpointPolicies() if endpoint is None or policies is None else policies.of(endpoint)


def _is_updated(update: EndpointUpdate) -> bool:
    """Whether SageMaker is asked to update the endpoint, or may be."""
    return update.is_rolling or (update.outcome is Outcome.UPDATED and _has_other_settings(update.endpoint))


def _has_other_settings(endpoint: ResourceChange) -> bool:
    """Whether more than the tags of an Endpoint resource change."""
    return any(not each.startswith("Tags") for each in endpoint.properties)


def _concurrency(endpoint: Endpoint | None) -> str | None:
    """How many requests an instance of an asynchronous endpoint works on at once."""
    config = endpoint.config.get("AsyncInferenceConfig") if endpoint is not None else None
    if config is None:
        return None
    client = config.get("ClientConfig") if isinstance(config, dict) else None
    limit = client.get("MaxConcurrentInvocationsPerInstance") if isinstance(client, dict) else None
    return shown(limit) or "chosen by SageMaker"


def _notes(update: EndpointUpdate, models: Sequence[ModelChange]) -> Iterator[str]:
    order = any(container.position.differs for model in models for container in model.containers)
    if update.stack.head is None and update.outcome is Outcome.LEFT_BEHIND:
        yield "the stack is not in the new assembly: what it has stays until somebody deletes the stack"
    for each in update.resources:
        for source in each.follows:
            if "/" in source:
                yield f"the {each.type} takes something from another stack, in which {code(source)} changes"
        if each.leaves_old and each.before is not None and update.stack.head is not None:
            yield f"the old {each.type} {code(each.before)} stays in the account: its policy is to retain it"
        if each.type == "EndpointConfig" and update.outcome is Outcome.LEFT_BEHIND and _is_deleted(each):
            yield "its EndpointConfig is deleted, which AWS says must not be done while the endpoint is live"
        if order and each.type == "Model" and each.fate is Fate.MAY_BE_REPLACED and each.properties == ("Containers",):
            yield (
                "only the order of the containers changes, which CloudFormation's schema calls no order: AWS does not "
                "say whether it makes a new Model"
            )
    if update.outcome is Outcome.UPDATED and _has_other_settings(update.endpoint):
        yield (
            "SageMaker is asked to update the endpoint to the config that it has: AWS does not say whether it renews "
            "the instances for that"
        )


def _is_deleted(change: ResourceChange) -> bool:
    return change.fate in (Fate.DELETED, Fate.MAY_BE_DELETED) and not change.leaves_old


def _kinds(change: EndpointChange) -> Iterator[Kind]:
    yield from _KINDS.get(change.outcome, ())
    if change.callers:
        yield Kind.BREAKS_CALLERS
    is_there = change.outcome not in (Outcome.CREATED, Outcome.DELETED, Outcome.LEFT_BEHIND)
    if is_there and (change.concurrency.differs or any(each.capacity.differs for each in change.variants)):
        yield Kind.CAPACITY
    if change.permissions.wider is not Answer.NO:
        yield Kind.WIDENS_IAM
    if any(each.is_certain and each.ignored is None for each in change.refusals):
        yield Kind.REFUSED
    if change.findings.ignored:
        yield Kind.IGNORES
    severities = {each.severity for each in change.findings.new}
    yield from (kind for kind in (Kind.ERROR, Kind.WARNING) if kind.value in severities)

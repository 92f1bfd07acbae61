"""What SageMaker or CloudFormation refuses to do to an endpoint that is there: rules about changes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..check.ignoring import reasons_for
from ..rules.limits import API, GUIDE
from .changes import Fate, Outcome, Refusal
from .endpoint_names import own_name, place_of
from .quoting import code
from .resources import NAMES
from .update import EndpointUpdate
from .values import shown
from .variants import instance_types

Problems = Iterable[tuple[str, bool]]
"""What is refused, and whether that is certain."""
Find = Callable[[EndpointUpdate], Problems]


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """One thing that cannot be done to an endpoint."""

    id: str
    summary: str
    source: str
    """Where AWS says so."""
    fix: str
    """What to do instead."""
    find: Find = field(repr=False)


CHANGE_RULES: Final[dict[str, ChangeRule]] = {}
"""Every such rule, by id."""


def refusals_of(update: EndpointUpdate, ignore: Mapping[str, str]) -> tuple[Refusal, ...]:
    """Everything about an update that is refused.

    Args:
        update: The endpoint.
        ignore: Reasons to ignore rules, by id, beside those that the template gives for the endpoint.
    """
    endpoint = update.after or update.before
    reasons = {**ignore, **(reasons_for(endpoint.template, endpoint.logical_id) if endpoint is not None else {})}
    return tuple(
        Refusal(
            rule=rule.id,
            message=message,
            fix=rule.fix,
            source=rule.source,
            is_certain=is_certain,
            ignored=reasons.get(rule.id),
        )
        for rule in CHANGE_RULES.values()
        for message, is_certain in rule.find(update)
    )


def change_rule(id: str, *, source: str, fix: str) -> Callable[[Find], Find]:
    """Make a function a rule. It finds what is refused in an update; its docstring is the rule's summary.

    Args:
        id: The rule's name for ever.
        source: Where AWS says so.
        fix: What to do instead.
    """

    def register(find: Find) -> Find:
        CHANGE_RULES[id] = ChangeRule(id, inspect.cleandoc(find.__doc__ or ""), source, fix, find)
        return find

    return register


@change_rule(
    "MCE-U01",
    source=API + "CreateEndpoint.html",
    fix="delete the old endpoint in a deployment before, give the new one another name, or keep the logical id",
)
def names_are_free(update: EndpointUpdate) -> Problems:
    """An endpoint can only be created under a name that no other has, upper and lower case being the same."""
    endpoint = update.after
    is_created = update.outcome in (Outcome.CREATED, Outcome.REPLACED, Outcome.MAY_BE_REPLACED)
    place = place_of(endpoint) if endpoint is not None and is_created else None
    if endpoint is None or place is None:
        return
    owner, name = update.taken.get(place), code(own_name(endpoint) or "")
    if owner == endpoint.template.stack:
        message = f"CloudFormation creates {name} before it deletes what has that name now"
        yield message, update.outcome is not Outcome.MAY_BE_REPLACED
    elif owner is not None:
        yield f"stack {code(owner)} has an endpoint {name}, until it is deployed without it", False


@change_rule(
    "MCE-U02",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html",
    fix="remove the name, so that CloudFormation generates one, or give a new one with each change",
)
def named_resources_stay(update: EndpointUpdate) -> Problems:
    """A model or config with a name of its own cannot be replaced as long as the name stays the same."""
    for each in update.resources:
        if (
            each.type != "Endpoint"
            and each.fate in (Fate.REPLACED, Fate.MAY_BE_REPLACED)
            and each.before
            and each.after
        ):
            name = update.stack.kept_name(each.type, each.before, each.after)
            if name is not None:
                yield (
                    f"{NAMES[each.type]} stays {code(name)}, but the change needs a new {each.type}",
                    (each.fate is Fate.REPLACED),
                )


@change_rule(
    "MCE-V04",
    source=GUIDE + "deployment-guardrails-exclusions.html",
    fix="keep the variant's name, or first deploy without the deployment policy",
)
def variants_keep_their_names(update: EndpointUpdate) -> Problems:
    """A blue/green or rolling deployment leads to variants of the same names."""
    config = update.after.properties.get("DeploymentConfig") if update.after is not None else None
    policies = ("BlueGreenUpdatePolicy", "RollingUpdatePolicy")
    is_guarded = isinstance(config, dict) and any(config.get(each) is not None for each in policies)
    if update.is_rolling and is_guarded:
        for old, new in update.variants:
            if old is not None and not old.is_shadow and (new is None or old.name != new.name):
                becomes = f"becomes {code(new.name)}" if new else "is gone"
                yield (
                    f"variant {code(old.name)} {becomes}, and the deployment is guarded",
                    (update.outcome is Outcome.ROLLS),
                )


@change_rule(
    "MCE-A03",
    source=GUIDE + "endpoint-scaling-update.html",
    fix="remove the scaling in a deployment before, and add it again afterwards",
)
def scaled_variants_keep_their_instances(update: EndpointUpdate) -> Problems:
    """A variant that is scaled is neither removed nor moved to instances of another type."""
    if not update.is_rolling or update.before is None:
        return
    for old, new in update.variants:
        if old is None or old.name not in update.before.targets:
            continue
        is_certain = update.outcome is Outcome.ROLLS
        if new is None or new.name != old.name:
            yield f"variant {code(old.name)} is scaled, and goes", is_certain
            continue
        before, after = ([shown(each) or "?" for each in instance_types(each.properties)] for each in (old, new))
        if before != after:
            types = f"from {code(' or '.join(before))} to {code(' or '.join(after))}"
            yield f"variant {code(old.name)} is scaled, and moves {types}", is_certain

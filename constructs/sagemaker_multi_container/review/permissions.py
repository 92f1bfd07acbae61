"""What a change does to permissions: those of an endpoint's execution roles, and those to call the endpoint.

Only what the templates write is compared. What managed policies, resource policies and the policies of other stacks
allow besides is not known, and is said where it matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..template import Template
from .calls import calls_of
from .endpoints import Endpoint
from .patterns import ANYTHING, Pattern, pattern, surely_covers
from .policies import Policies, PolicyReader, Principal
from .statements import Answer, Statement, StatementChange, compare_statements

_PASS_ROLE: Final = pattern(["iam:PassRole"], ignores_case=True)
_WITHOUT_RESOURCES: Final = ("cloudwatch:putmetricdata", "ec2:describe", "ecr:getauthorizationtoken")
"""The beginnings of actions that this library's construct needs, and that are only allowed on `*`."""
_WIDE_MANAGED_POLICIES: Final = ("FullAccess", "AdministratorAccess", "PowerUserAccess")
_HOSTNAME: Final = "sagemaker:targetcontainerhostname"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalChange:
    """What a change does to what a role, a user or a group may do."""

    principal: str
    """Its construct path, else its logical id, else its ARN or name as it is written."""
    instead_of: str | None = None
    """The role that was in its place, if that was another one."""
    statements: tuple[StatementChange, ...] = ()
    """The statements of its policies that allow or deny something else than before."""
    trust: tuple[StatementChange, ...] = ()
    """The same, of the policy that says who may assume it. Their resources are principals."""
    policies_added: tuple[str, ...] = ()
    """Managed policies whose content is not in the template, by ARN."""
    policies_removed: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    """What is new and worth a second look for being wide, a line each."""
    unjudged: tuple[str, ...] = ()
    """What the templates cannot tell, a line each."""
    wider: Answer = Answer.NO
    """Whether it may do something, or be assumed by someone, that it could not before."""
    narrower: Answer = Answer.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionsChange:
    """What a change does to what an endpoint may do, and to who may call it."""

    roles: tuple[PrincipalChange, ...] = ()
    """The execution roles of its models."""
    callers: tuple[PrincipalChange, ...] = ()
    """Those whose policies in the template speak of calling it, and only what they say of that."""

    @property
    def wider(self) -> Answer:
        """Whether anyone may do more than before."""
        return max((each.wider for each in self.roles + self.callers), default=Answer.NO)

    @property
    def narrower(self) -> Answer:
        """Whether anyone may do less than before."""
        return max((each.narrower for each in self.roles + self.callers), default=Answer.NO)


def compare_permissions(
    base: tuple[Template, str] | None,
    head: tuple[Template, str] | None,
    *,
    renamed: Mapping[str, str] | None = None,
) -> PermissionsChange:
    """What is allowed after a change and was not before it, and the reverse.

    Args:
        base: The template before, and the logical id of the Endpoint in it; None if there was none.
        head: The same after the change.
        renamed: Logical ids of `base` that stand in `head` for the same resource under another id.
    """
    before = _Side(base, {**(renamed or {}), **({base[1]: head[1]} if base and head else {})})
    after = _Side(head, {})
    return PermissionsChange(
        roles=tuple(_changes_of_roles(before, after)),
        callers=tuple(_changes_of_callers(before, after)),
    )


class _Side:
    """The policies of a template, as seen from an endpoint in it."""

    def __init__(self, place: tuple[Template, str] | None, renamed: Mapping[str, str]) -> None:
        self.roles: dict[Principal, Policies] = {}
        """Its execution roles."""
        self.callers: dict[Principal, list[Statement]] = {}
        """What is said of calling it, by whom it is said of."""
        if place is None:
            return
        endpoint = Endpoint(*place)
        reader = PolicyReader(endpoint.template, renamed)
        policies = reader.read()
        for logical_id in endpoint.model_ids:
            written = endpoint.template.document["Resources"][logical_id]["Properties"].get("ExecutionRoleArn")
            if written is not None:
                role = reader.principal("role", written)
                self.roles[role] = policies.get(role, Policies())
        for principal, each in policies.items():
            calls = list(calls_of(endpoint, each.statements, reader.texts))
            if calls:
                self.callers[principal] = calls


def _changes_of_roles(before: _Side, after: _Side) -> Iterator[PrincipalChange]:
    gone = [role for role in before.roles if role not in after.roles]
    come = [role for role in after.roles if role not in before.roles]
    is_swap = len(gone) == len(come) == 1
    for role, policies in after.roles.items():
        previous = gone[0] if is_swap and role in come else role
        change = _change_of_role(before.roles.get(previous, Policies()), policies, role)
        yield _in_place_of(previous, role, change) if previous != role else change
    if not is_swap:
        for role in gone:
            yield _change_of_role(before.roles[role], Policies(), role)


def _change_of_role(before: Policies, after: Policies, role: Principal) -> PrincipalChange:
    statements = compare_statements(before.statements, after.statements)
    trust = compare_statements(before.trust, after.trust)
    added = _without(after.managed, before.managed)
    removed = _without(before.managed, after.managed)
    unread = [shown for identity, shown in after.unread.items() if identity not in before.unread]
    unread += [shown for identity, shown in before.unread.items() if identity not in after.unread]
    bound_before, bound_after = before.boundary, after.boundary
    is_unjudged = (
        Answer.UNKNOWN if unread or (bound_before and bound_after and bound_before != bound_after) else Answer.NO
    )
    return PrincipalChange(
        principal=role.shown,
        statements=statements,
        trust=trust,
        policies_added=tuple(map(str, added)),
        policies_removed=tuple(map(str, removed)),
        concerns=tuple(dict.fromkeys(_concerns(statements, trust, added, bound_before, bound_after))),
        unjudged=tuple(_unjudged(role, [*added, *removed], unread)),
        wider=max(
            is_unjudged,
            *(each.wider for each in (*statements, *trust)),
            *(Answer.YES if _is_wide(each) else Answer.UNKNOWN for each in added),
            Answer.YES if bound_before and not bound_after else Answer.NO,
        ),
        narrower=max(
            is_unjudged,
            *(each.narrower for each in (*statements, *trust)),
            *(Answer.UNKNOWN for _ in removed),
            Answer.YES if bound_after and not bound_before else Answer.NO,
        ),
    )


def _in_place_of(previous: Principal, role: Principal, change: PrincipalChange) -> PrincipalChange:
    if previous.is_declared and role.is_declared:
        return replace(change, instead_of=previous.shown)
    return replace(
        change,
        instead_of=previous.shown,
        wider=max(change.wider, Answer.UNKNOWN),
        narrower=max(change.narrower, Answer.UNKNOWN),
    )


def _changes_of_callers(before: _Side, after: _Side) -> Iterator[PrincipalChange]:
    for caller in dict.fromkeys((*after.callers, *before.callers)):
        statements = compare_statements(before.callers.get(caller, []), after.callers.get(caller, []))
        yield PrincipalChange(
            principal=caller.shown,
            statements=statements,
            concerns=tuple(f"may call all containers: {part}" for each in statements for part in _freed(each)),
            wider=max((each.wider for each in statements), default=Answer.NO),
            narrower=max((each.narrower for each in statements), default=Answer.NO),
        )


def _freed(change: StatementChange) -> Iterator[Statement]:
    """What no longer depends on the container that is called."""
    if change.base is not None and _depends_on(change.base, _HOSTNAME):
        yield from (part for part in change.gained if not _depends_on(part, _HOSTNAME))


def _concerns(
    statements: Sequence[StatementChange],
    trust: Sequence[StatementChange],
    managed: Sequence[Pattern],
    boundary_before: Pattern | None,
    boundary_after: Pattern | None,
) -> Iterator[str]:
    for part in (part for change in statements for part in change.gained):
        if part.effect == "Deny":
            yield f"no longer denied: {part}"
        else:
            yield from _concerns_of(part)
    for change in trust:
        before = {each.key for each in change.base.conditions} if change.base else set()
        for part in change.gained:
            lost = ", ".join(sorted(before - {each.key for each in part.conditions}))
            yield f"may be assumed by more: {part}" + f", no longer depending on {lost}" * bool(lost)
    for arn in managed:
        if _is_wide(arn):
            yield f"is given a managed policy that allows far more than an endpoint needs: {arn}"
    if boundary_before is not None and boundary_before != boundary_after:
        yield f"is no longer bound by {boundary_before}"


def _concerns_of(allowed: Statement) -> Iterator[str]:
    actions, resources = allowed.actions, allowed.resources
    if actions.negated or resources.negated:
        yield f"allows all but what it names: {allowed}"
    elif any(
        str(action).endswith(("*", ":*")) and str(action).rpartition(":")[2] == "*" for action in actions.patterns
    ):
        yield f"allows every action: {allowed}"
    elif ANYTHING in resources.patterns:
        broad = [each for each in actions.patterns if not str(each).lower().startswith(_WITHOUT_RESOURCES)]
        if broad:
            yield f"allows it on every resource: {allowed}"
    if surely_covers(actions, _PASS_ROLE):
        yield f"may pass roles to services: {allowed}"


def _unjudged(role: Principal, managed: Iterable[Pattern], unread: Iterable[str]) -> Iterator[str]:
    if not role.is_declared:
        yield f"{role.shown} is not declared in this template: what else it may do, and who may assume it, is not known"
    for arn in managed:
        yield f"what {arn} allows is not in this template"
    for shown in unread:
        yield f"{shown} depends on what is only known at deployment, and is another one than before"


def _is_wide(arn: Pattern) -> bool:
    return str(arn).endswith(_WIDE_MANAGED_POLICIES)


def _depends_on(statement: Statement, key: str) -> bool:
    return any(each.key == key for each in statement.conditions)


def _without(patterns: Iterable[Pattern], others: Sequence[Pattern]) -> list[Pattern]:
    return [each for each in dict.fromkeys(patterns) if each not in others]

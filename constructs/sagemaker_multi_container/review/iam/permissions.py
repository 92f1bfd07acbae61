"""What a change does to permissions: those of an endpoint's execution roles, and those to call the endpoint.

Only what the templates write is compared. What managed policies, resource policies and the policies of other stacks
allow besides is not known, and is said where it matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..quoting import code
from .calls import allows_calls
from .concerns import is_wide, of_boundary, of_calls, of_managed_policies, of_statements, of_trust
from .patterns import Budget, Pattern
from .policies import Policies, Principal
from .stack_policies import EndpointPolicies
from .statements import Answer, StatementChange, compare_statements


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalChange:
    """What a change does to what a role, a user or a group may do."""

    principal: str
    """The path of its construct, else its logical id, else its ARN or name as it is written."""
    instead_of: str | None = None
    """The role that was in its place, if that was another one."""
    statements: tuple[StatementChange, ...] = ()
    """The statements of its policies that allow or deny something else than before."""
    trust: tuple[StatementChange, ...] = ()
    """The same, of the policy that says who may assume it. Their resources are principals."""
    policies_added: tuple[str, ...] = ()
    """Managed policies whose content is not in the template, by ARN."""
    policies_removed: tuple[str, ...] = ()
    boundary_before: str | None = None
    """The permissions boundary that it had, by ARN."""
    boundary_after: str | None = None
    concerns: tuple[str, ...] = ()
    """What is new and worth a second look for being wide: what is to be said of the principal, a line each."""
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


def compare_permissions(before: EndpointPolicies, after: EndpointPolicies) -> PermissionsChange:
    """What is allowed after a change and was not before it, and the reverse."""
    budget = Budget()
    return PermissionsChange(
        roles=tuple(_changes_of_roles(before, after, budget)),
        callers=tuple(_changes_of_callers(before, after, budget)),
    )


def _changes_of_roles(before: EndpointPolicies, after: EndpointPolicies, budget: Budget) -> Iterator[PrincipalChange]:
    gone = [role for role in before.roles if role not in after.roles]
    come = [role for role in after.roles if role not in before.roles]
    is_swap = len(gone) == len(come) == 1
    for role, policies in after.roles.items():
        previous = gone[0] if is_swap and role in come else role
        change = _change_of_role(before.roles.get(previous, Policies()), policies, role, budget)
        yield change if previous == role else _in_place_of(previous, role, change)
    if not is_swap:
        for role in gone:
            yield _change_of_role(before.roles[role], Policies(), role, budget)


def _change_of_role(before: Policies, after: Policies, role: Principal, budget: Budget) -> PrincipalChange:
    statements = compare_statements(before.statements, after.statements, budget)
    trust = compare_statements(before.trust, after.trust, budget)
    added, removed = _managed(before, after)
    unread = _newly_unread(before, after)
    concerns = [
        *of_statements(statements),
        *of_trust(trust, is_new=not before.trust),
        *of_managed_policies(added),
        *of_boundary(before.boundary, after.boundary),
    ]
    return PrincipalChange(
        principal=role.shown,
        statements=statements,
        trust=trust,
        policies_added=tuple(map(str, added)),
        policies_removed=tuple(map(str, removed)),
        boundary_before=None if before.boundary is None else str(before.boundary),
        boundary_after=None if after.boundary is None else str(after.boundary),
        concerns=tuple(dict.fromkeys(concerns)),
        unjudged=tuple(_unjudged(role, [*added, *removed], unread)),
        wider=max(
            *(each.wider for each in (*statements, *trust)),
            *(Answer.YES if is_wide(each) else Answer.UNKNOWN for each in added),
            *(Answer.UNKNOWN for _ in unread),
            _is_freed(before.boundary, after.boundary),
            Answer.NO,
        ),
        narrower=max(
            *(each.narrower for each in (*statements, *trust)),
            *(Answer.UNKNOWN for _ in (*removed, *unread)),
            _is_freed(after.boundary, before.boundary),
            Answer.NO,
        ),
    )


def _is_freed(before: Pattern | None, after: Pattern | None) -> Answer:
    """Whether a role may do more for a changed boundary, which takes away whatever it does not allow."""
    if before is None or before == after:
        return Answer.NO
    return Answer.YES if after is None else Answer.UNKNOWN


def _in_place_of(previous: Principal, role: Principal, change: PrincipalChange) -> PrincipalChange:
    if previous.is_declared and role.is_declared:
        return replace(change, instead_of=previous.shown)
    # What is written here of a role from elsewhere is not all of it, so that there is nothing to hold it against.
    return PrincipalChange(
        principal=role.shown,
        instead_of=previous.shown,
        unjudged=tuple(_unjudged(previous, [], [])) + change.unjudged,
        wider=Answer.UNKNOWN,
        narrower=Answer.UNKNOWN,
    )


def _unjudged(role: Principal, managed: Iterable[Pattern], unread: Iterable[str]) -> Iterator[str]:
    if not role.is_declared:
        yield (
            f"{code(role.shown)} is not declared in this template: what else it may do, and who may assume it, is not "
            "known"
        )
    for arn in managed:
        yield f"what {code(str(arn))} allows is not in this template"
    yield from map(_not_read, unread)


def _changes_of_callers(before: EndpointPolicies, after: EndpointPolicies, budget: Budget) -> Iterator[PrincipalChange]:
    for caller in dict.fromkeys((*after.callers, *before.callers)):
        statements = compare_statements(before.callers.get(caller, []), after.callers.get(caller, []), budget)
        old, new = (side.all.get(caller, Policies()) for side in (before, after))
        trust = compare_statements(old.trust, new.trust, budget) if caller in after.callers else ()
        is_new = caller not in before.callers
        judged = statements if is_new else (*statements, *trust)
        unread = [] if is_new or caller not in after.callers else _newly_unread(old, new)
        added, removed = (list(filter(allows_calls, each)) for each in _managed(old, new))
        concerns = [*of_calls(statements), *of_trust(trust, is_new=is_new), *of_managed_policies(added)]
        yield PrincipalChange(
            principal=caller.shown,
            statements=statements,
            trust=() if is_new else trust,
            policies_added=tuple(map(str, added)),
            policies_removed=tuple(map(str, removed)),
            concerns=tuple(concerns),
            unjudged=tuple(map(_not_read, unread)),
            wider=max([Answer.NO, *(each.wider for each in judged), *(Answer.UNKNOWN for _ in unread)]),
            narrower=max([Answer.NO, *(each.narrower for each in judged), *(Answer.UNKNOWN for _ in unread)]),
        )


def _managed(before: Policies, after: Policies) -> tuple[list[Pattern], list[Pattern]]:
    """The managed policies that come and go."""
    added = [each for each in dict.fromkeys(after.managed) if each not in before.managed]
    return added, [each for each in dict.fromkeys(before.managed) if each not in after.managed]


def _newly_unread(before: Policies, after: Policies) -> list[str]:
    """Where what is only known at deployment is not the same."""
    either = before.unread | after.unread
    return [either[key] for key in either if key not in before.unread or key not in after.unread]


def _not_read(place: str) -> str:
    return f"{place} depends on what is only known at deployment, and is another one than before"

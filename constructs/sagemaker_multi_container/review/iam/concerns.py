"""What is worth a second look among new permissions: what is to be said of whoever gets them, each in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..quoting import code, listed
from .patterns import ANYTHING, Pattern, pattern, surely_covers
from .phrases import permission, principals
from .statements import Statement, StatementChange

_PASS_ROLE: Final = pattern(["iam:PassRole"], ignores_case=True)
_HOSTNAME: Final = "sagemaker:targetcontainerhostname"
_WITHOUT_RESOURCES: Final = ("cloudwatch:putmetricdata", "ec2:describe", "ecr:getauthorizationtoken")
"""The beginnings of actions that this library's construct needs, and that are only allowed on `*`."""
_WIDE_MANAGED_POLICIES: Final = ("FullAccess", "AdministratorAccess", "PowerUserAccess")


def of_statements(changes: Iterable[StatementChange]) -> Iterator[str]:
    """What is wide among what statements newly allow."""
    for part in (part for change in changes for part in change.gained):
        if part.effect == "Deny":
            yield f"is no longer denied {permission(part)}"
        elif _is_wide(part):
            yield f"may now call {permission(part)}"
        elif surely_covers(part.actions, _PASS_ROLE):
            yield f"may now pass roles to services: {permission(part)}"


def of_trust(changes: Iterable[StatementChange], *, is_new: bool) -> Iterator[str]:
    """Who may newly assume a role. Of a role that is new itself, only that everyone may."""
    for change in changes:
        before = {each.key for each in change.base.conditions if not each.is_of_template} if change.base else set()
        for part in change.gained:
            if not is_new or _is_everyone(part):
                lost = sorted(before - {each.key for each in part.conditions})
                whatever = f", whatever {listed(lost, 'and')} is" if lost else ""
                yield f"may now be assumed by {principals(part)}{whatever}"


def of_calls(changes: Iterable[StatementChange]) -> Iterator[str]:
    """Calls that no longer depend on the container that is called."""
    for change in changes:
        if change.base is not None and _names_containers(change.base):
            freed = (part for part in change.gained if not _names_containers(part))
            yield from (f"may now call all containers of the endpoint: {permission(part)}" for part in freed)


def of_managed_policies(added: Iterable[Pattern]) -> Iterator[str]:
    """Managed policies that allow nearly everything."""
    for arn in added:
        if is_wide(arn):
            yield f"gets the managed policy {code(str(arn))}, which allows far more than is needed here"


def of_boundary(before: Pattern | None, after: Pattern | None) -> Iterator[str]:
    """A boundary that is gone, or another one."""
    if before is not None and before != after:
        yield f"is no longer bound by {code(str(before))}"


def is_wide(managed_policy: Pattern) -> bool:
    """Whether a managed policy allows nearly everything, by its name."""
    return str(managed_policy).endswith(_WIDE_MANAGED_POLICIES)


def _is_wide(allowed: Statement) -> bool:
    """Whether a statement allows every action of a service, or actions on every resource that could be on some."""
    actions, resources = allowed.actions, allowed.resources
    if actions.negated or resources.negated:
        return True
    if any(str(action).rpartition(":")[2] == "*" for action in actions.patterns):
        return True
    has_resources = not all(str(action).lower().startswith(_WITHOUT_RESOURCES) for action in actions.patterns)
    return has_resources and ANYTHING in resources.patterns


def _is_everyone(trusted: Statement) -> bool:
    return trusted.resources.negated or any(each.shown in {"*", "AWS *"} for each in trusted.resources.patterns)


def _names_containers(statement: Statement) -> bool:
    return any(each.key == _HOSTNAME for each in statement.conditions)

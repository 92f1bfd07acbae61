"""What a change does to permissions: those of an endpoint's execution roles, and those to call the endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..template import Template
from .statements import Answer
from .statements import StatementChange


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
    """What is worth a second look for being wide, a line each."""
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
    """Those whose policies in the template say something of calling it, only as far as they do."""

    @property
    def wider(self) -> Answer:
        """Whether anyone may do more than before."""
        return max((each.wider for each in self.roles + self.callers), key=lambda each: each.value, default=Answer.NO)

    @property
    def narrower(self) -> Answer:
        """Whether anyone may do less than before."""
        return max(
            (each.narrower for each in self.roles + self.callers), key=lambda each: each.value, default=Answer.NO
        )


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
    return PermissionsChange()

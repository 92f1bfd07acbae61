"""A deployed stack of CloudFormation, as it describes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..check.printable import printable
from .checks import Check, judged

_DONE = frozenset({"CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"})
"""The statuses of a stack whose last deployment got to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack that is deployed."""

    id: str
    """Its ARN."""
    name: str
    status: str
    reason: str | None = None
    """Why it has that status."""
    parameters: Mapping[str, str]
    """The values that it was deployed with."""
    resources: Mapping[str, str]
    """The physical ids of its resources, by their logical ids."""


def check_stack(stack: Stack) -> Check:
    """Whether the last deployment of a stack got to its end, rather than back."""
    is_done = stack.status in _DONE
    why = f": {printable(stack.reason)}" if stack.reason and not is_done else ""
    return judged("stack", stack.name, holds=is_done, says=f"{stack.status}{why}")

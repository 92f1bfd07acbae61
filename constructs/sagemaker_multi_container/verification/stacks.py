"""A deployed stack of CloudFormation, as it describes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..check.printable import printable
from .checks import Check, judged

_DONE = frozenset({"CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"})
"""The statuses of a stack whose last deployment got to its end."""
_PENDING = frozenset(
    {
        "CREATE_IN_PROGRESS",
        "IMPORT_IN_PROGRESS",
        "IMPORT_ROLLBACK_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
    }
)
"""Those of a deployment that is under way, or on its way back."""


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

    @property
    def pending(self) -> str | None:
        """What it is busy with, in a line; None if with no deployment."""
        return f"stack {self.name}: {self.status}" if self.status in _PENDING else None


def check_stack(stack: Stack) -> Check:
    """Whether the last deployment of a stack got to its end, rather than back."""
    is_done = stack.status in _DONE
    why = f": {printable(stack.reason)}" if stack.reason and not is_done else ""
    return judged("stack", stack.name, holds=is_done, says=f"{stack.status}{why}")

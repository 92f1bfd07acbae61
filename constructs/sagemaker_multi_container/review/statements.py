"""IAM statements, and what a changed list of them newly allows or no longer allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Kind = Literal["added", "removed", "widened", "narrowed", "changed"]


class Answer(Enum):
    """An answer to a question that a template alone cannot always answer."""

    NO = 0
    UNKNOWN = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a policy. Its text is for people: `s3:GetObject on ${Models.Arn}/ranker/*`."""

    effect: str
    """`Allow` or `Deny`."""
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    """What it is about: resources, or in a trust policy the principals."""

    def __str__(self) -> str:
        return f"{', '.join(self.actions)} on {', '.join(self.resources)}"


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A statement that allows or denies something else than before."""

    base: Statement | None
    """As it was; None if it was added."""
    head: Statement | None
    """As it is; None if it was removed."""
    gained: tuple[Statement, ...]
    """The part that allows what was not allowed before, or for a Deny, the part of it that is gone."""
    lost: tuple[Statement, ...]
    """The part of it that is allowed no more, or for a Deny, the part of it that is new."""
    wider: Answer
    """Whether it allows something that no statement allowed before."""
    narrower: Answer
    """Whether it no longer allows something, and no other statement does."""

    @property
    def kind(self) -> Kind:
        """What happened to it, as a person would say it. A Deny that was removed makes things wider all the same."""
        if self.base is None:
            return "added"
        if self.head is None:
            return "removed"
        match (self.wider, self.narrower):
            case (_, Answer.NO):
                return "widened"
            case (Answer.NO, _):
                return "narrowed"
        return "changed"

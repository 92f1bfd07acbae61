"""What an endpoint does beside answering calls: one shape for all that a value object of its own says."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Protocol

from .arguments import ArgumentReader, where
from .permissions import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something that was asked for: as CloudFormation writes it, and what the execution role needs for it."""

    properties: object
    """The CloudFormation property; None where nothing was asked for, unknown where it was given wrongly."""
    statements: list[Statement] = field(default_factory=list)


class Bindable(Protocol):
    """A value object that says what is asked for."""

    @property
    @abstractmethod
    def declared_at(self) -> str:
        """The line that made it."""

    @abstractmethod
    def bind(self, read: ArgumentReader) -> Feature:
        """What is asked for, with the problems in the reader."""


def bind_feature(argument: str, value: Bindable | None, kind: type[object], read: ArgumentReader) -> Feature:
    """Read an argument that is a value object of this kind, or None."""
    if value is None:
        return Feature(properties=None)
    name = kind.__name__
    if not isinstance(value, kind):
        return Feature(properties=read.wrong(argument, value, f"a {name}", f"write {name}(...)"))
    return value.bind(ArgumentReader(read.problems, where(read.owner, argument), value.declared_at))

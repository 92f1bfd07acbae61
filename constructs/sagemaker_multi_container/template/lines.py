"""Where in a template's text its parts stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from .intrinsics import Resolver

Steps: TypeAlias = Sequence[str | int]
"""The way from the top of a template to a part of it, through its intrinsic functions as well."""


class Lines(Protocol):
    """The lines of one text."""

    def line(self, steps: Steps) -> int:
        """The line, from 1, of a part of the template or, if that is not there, of the last part on the way to it."""
        ...


def written(value: Any, path: Steps, resolver: Resolver) -> tuple[list[str | int], Any]:
    """The way through a value as it is written to what is at a path of the resolved value, as far as it is certain.

    They differ where `Fn::If` chooses a branch, and where elements of a list turn out to be `AWS::NoValue`.

    Returns:
        The way, and what is written there: None if the way is not certain, or ends before.
    """
    steps: list[str | int] = []
    rest = list(path)
    while True:
        branch = resolver.branch(value)
        if branch is not None:
            steps += ("Fn::If", branch)
            value = value["Fn::If"][branch]
            continue
        if not rest:
            return steps, value
        step: Any = rest.pop(0)
        if isinstance(value, list) and isinstance(step, int):
            there = resolver.elements(value)
            if not 0 <= step < len(there):
                return steps, None
            step = there[step]
        elif not isinstance(value, dict) or step not in value:
            return steps, None
        steps.append(step)
        value = value[step]

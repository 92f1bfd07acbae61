"""One line of a table of examples: a change to a valid description, and what a rule says to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagemaker_multi_container.rules import Description
from tests.rules.descriptions import DIRECT


@dataclass(frozen=True)
class Case:
    """What a rule says to a description."""

    rule: str
    changes: Mapping[str, Any]
    at: str | None = None
    """Where the rule finds a problem, `Model.Containers[0].Image`; None if it finds none."""
    says: str = ""
    """A part of the message."""
    base: Description = field(default=DIRECT, repr=False)


def breaks(rule: str, changes: Mapping[str, Any], at: str, says: str, base: Description = DIRECT) -> Case:
    """An example that breaks the rule."""
    return Case(rule, changes, at, says, base)


def keeps(rule: str, changes: Mapping[str, Any], base: Description = DIRECT) -> Case:
    """An example that comes close without breaking the rule."""
    return Case(rule, changes, base=base)


def ids_of(cases: Iterable[Case]) -> list[str]:
    """The rules' ids as the tests' ids, numbered where a rule has several examples."""
    number = Counter[str]()
    ids = []
    for case in cases:
        number[case.rule] += 1
        ids.append(case.rule if number[case.rule] == 1 else f"{case.rule}-{number[case.rule]}")
    return ids

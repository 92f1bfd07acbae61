"""Conditions of IAM statements, and whether one asks for more than another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from .patterns import Budget, Matcher, Pattern, pattern, surely_covers, surely_misses

COMPARABLE: Final = {
    "stringequals": "string",
    "stringlike": "string",
    "stringequalsignorecase": "string, either case",
    "arnequals": "arn",
    "arnlike": "arn",
    "bool": "bool",
}
"""The operators whose values can be compared as patterns, by what they have in common."""

NEGATED: Final = {
    "stringnotequals": "string",
    "stringnotlike": "string",
    "stringnotequalsignorecase": "string, either case",
    "arnnotequals": "arn",
    "arnnotlike": "arn",
}
"""The same of those that ask for none of their values."""

WITH_WILDCARDS: Final = frozenset({"stringlike", "arnequals", "arnlike", "stringnotlike", "arnnotequals", "arnnotlike"})
IGNORING_CASE: Final = frozenset({"stringequalsignorecase", "stringnotequalsignorecase", "bool"})

_OF_TEMPLATE: Final = "condition"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a key of a request must be. Of several values, one must match."""

    operator: str
    """In lower case, without what is said of several values or of a missing key."""
    quantifier: str
    """`forallvalues`, `foranyvalue`, or empty."""
    if_exists: bool
    """Whether a request without the key meets it."""
    key: str
    """In lower case."""
    values: tuple[Pattern, ...]
    shown: str = field(compare=False)
    """The operator and the key, as they are written."""

    def __str__(self) -> str:
        return f"{self.shown} {' or '.join(map(str, self.values))}"

    @property
    def family(self) -> str | None:
        """What its operator has in common with others; None if its values cannot be compared."""
        return COMPARABLE.get(self.operator) or NEGATED.get(self.operator)

    @property
    def is_negated(self) -> bool:
        """Whether none of its values may match."""
        return self.operator in NEGATED

    @property
    def is_of_template(self) -> bool:
        """Whether it is met or not once and for all, when the template is deployed."""
        return self.operator == _OF_TEMPLATE

    @property
    def needs_key(self) -> bool:
        """Whether a request without the key never meets it."""
        if self.operator in ("null", _OF_TEMPLATE) or self.if_exists or self.quantifier == "forallvalues":
            return False
        return "not" not in self.operator or self.quantifier == "foranyvalue"

    def implies(self, other: Condition, budget: Budget) -> bool:
        """Whether whatever meets this one meets the other for certain."""
        if self == other:
            return True
        if not self._compares_with(other):
            return False
        if self.is_negated:
            return all(surely_covers(Matcher(self._values_like(value)), value, budget) for value in other.values)
        if self.if_exists and not other.if_exists:
            return False
        return all(surely_covers(Matcher(other._values_like(value)), value, budget) for value in self.values)

    def singles(self) -> tuple[Condition, ...]:
        """Conditions for one value each, of which one must be met."""
        if self.family is None or self.is_negated or self.quantifier == "forallvalues":
            return (self,)
        return tuple(replace(self, values=(value,)) for value in self.values)

    def _compares_with(self, other: Condition) -> bool:
        same = (self.key, self.quantifier) == (other.key, other.quantifier)
        family = (self.family, self.is_negated)
        return same and self.family is not None and family == (other.family, other.is_negated)

    def _values_like(self, value: Pattern) -> tuple[Pattern, ...]:
        """Of an ARN each part between colons is matched by itself."""
        if self.family != "arn":
            return self.values
        return tuple(each for each in self.values if each.symbols.count(":") == value.symbols.count(":"))


def of_template(name: str, meaning: str) -> Condition:
    """That a condition of the template holds.

    Args:
        name: What the template calls it.
        meaning: A text that is the same for what holds in the same deployments.
    """
    return Condition(_OF_TEMPLATE, "", False, meaning, (pattern(["holds"]),), f"the template's condition {name}")


Conditions = tuple[Condition, ...]
"""What a request must meet, all of it."""


def implies(conditions: Conditions, others: Conditions, budget: Budget) -> bool:
    """Whether every request that meets the first meets the others for certain."""
    return all(any(each.implies(other, budget) for each in conditions) for other in others)


def can_be_met(conditions: Conditions) -> bool:
    """Whether some request meets them for certain: two on the same key may exclude each other."""
    if any(each.is_of_template for each in conditions):
        return False
    return len({each.key for each in conditions}) == len(conditions)


def missed(conditions: Conditions, others: Sequence[Conditions], budget: Budget) -> frozenset[int]:
    """Which others a single request misses for certain that meets the first, by index.

    It is a request that has no keys but those that it needs to meet the first. These must be different ones.
    """
    keys = {each.key for each in conditions if each.needs_key or each.operator == "null"}
    found = {
        index
        for index, other in enumerate(others)
        if any(condition.needs_key and condition.key not in keys for condition in other)
    }
    for condition in conditions:
        if condition.is_negated:
            found |= _missed_by_refused_value(condition, others, budget)
        elif condition.family is not None and condition.needs_key:
            found |= _missed_by_value(condition, others, budget)
    return frozenset(found)


def singles(conditions: Conditions) -> Iterator[Conditions]:
    """The same conditions as alternatives, with one value each."""
    return itertools.product(*(each.singles() for each in conditions))


def _missed_by_value(condition: Condition, others: Sequence[Conditions], budget: Budget) -> set[int]:
    rivals = [
        (index, other)
        for index, each in enumerate(others)
        for other in each
        if condition._compares_with(other) and other != condition
    ]
    matchers = tuple(Matcher(other.values) for _, other in rivals)
    is_missed = all(surely_misses(matchers, value, budget) for value in condition.values)
    return {index for index, _ in rivals} if is_missed else set()


def _missed_by_refused_value(condition: Condition, others: Sequence[Conditions], budget: Budget) -> set[int]:
    """Those that refuse a value that this one does not. Nothing if they ask anything else of the key."""
    rivals = [(index, each) for index, other in enumerate(others) for each in other if each.key == condition.key]
    if condition.quantifier or not all(condition._compares_with(each) for _, each in rivals):
        return set()
    found: set[int] = set()
    for value in dict.fromkeys(value for _, each in rivals for value in each.values):
        if surely_misses((Matcher(condition.values),), value, budget):
            refusing = {
                index for index, each in rivals if surely_covers(Matcher(each._values_like(value)), value, budget)
            }
            found = max(found, refusing, key=len)
    return found

"""Ready-made checks: a number out of its range, a string that does not fit, a property that is missing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .description import Unknown, is_certain, known, starts_otherwise, written
from .limits import Choice, Pattern, Range
from .rule import Check, Place, Problems

_LONGEST_QUOTE = 80


def quoted(value: str | Unknown) -> str:
    """A string as it was given, cut if it is long."""
    text = written(value)
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")


def too_many(values: Collection[object], limit: Range) -> bool:
    """Whether there are more values than allowed, those not counted that may turn out to be none."""
    return limit.maximum is not None and len(values) > limit.maximum < sum(map(is_certain, values))


def within(guards: str, limit: Range, unit: str = "") -> Check:
    """A number must lie in a range."""

    def find(value: float, place: Place) -> Problems:
        if value in limit:
            return ()
        return (place.problem(f"got {value}; it must be {limit}{unit and ' '}{unit}"),)

    return Check(guards, (int, float), find)


def counted(guards: str, limit: Range, elements: str) -> Check:
    """A list must have neither too few elements nor too many."""

    def find(value: list[Any], place: Place) -> Problems:
        if len(value) < limit.minimum or too_many(value, limit):
            return (place.problem(f"got {len(value)} {elements}; there must be {limit}"),)
        return ()

    return Check(guards, (list,), find)


def fits(guards: str, pattern: Pattern) -> Check:
    """A string must be neither too long nor too short, and look as the service demands."""

    def find(value: str | Unknown, place: Place) -> Problems:
        if is_possible(value, pattern):
            return ()
        length = known_length(value)
        if length > pattern.longest:
            return (place.problem(f"has {length} characters; at most {pattern.longest} are allowed"),)
        return (place.problem(f"{quoted(value)} is not valid; expected {pattern.meaning}"),)

    return Check(guards, (str, Unknown), find)


def known_length(value: str | Unknown) -> int:
    """The length of a string or, if it is not wholly known, the least that it can be."""
    return len(known(value))


def is_possible(value: str | Unknown, pattern: Pattern) -> bool:
    """Whether a string, as far as known, is as long and looks as the service demands."""
    if isinstance(value, str):
        return value in pattern
    part = known(value)
    return not part or (len(part) <= pattern.longest and pattern.may_hold(part))


def begins(guards: str, *beginnings: str, meaning: str) -> Check:
    """A string that is only known in part must begin as the service demands."""

    def find(value: Unknown, place: Place) -> Problems:
        if starts_otherwise(value, *beginnings):
            return (place.problem(f"{quoted(value)} is not valid; expected {meaning}"),)
        return ()

    return Check(guards, (Unknown,), find)


def chosen(guards: str, choice: Choice) -> Check:
    """A value must be one of a few."""
    kinds = tuple({type(value) for value in choice.values})

    def find(value: object, place: Place) -> Problems:
        if value in choice:
            return ()
        return (place.problem(f"got {value!r}; it must be {choice}"),)

    return Check(guards, kinds, find)


def required(guards: str, **nouns: str) -> Check:
    """A dictionary must have these properties. The nouns say in words what is missing."""

    def find(value: dict[str, Any], place: Place) -> Problems:
        for key, noun in nouns.items():
            if value.get(key) is None:
                yield place.problem(f"has no {noun}")

    return Check(guards, (dict,), find)


def unsupported(guards: str, why: str) -> Check:
    """A property must not be there at all."""
    name = guards.rpartition(".")[2]

    def find(value: object, place: Place) -> Problems:
        return (place.problem(f"{name} {why}"),) if is_certain(value) else ()

    return Check(guards, (object,), find)

"""Patterns of IAM policies, with parts that are only known at deployment, and which texts match them.

A pattern is read as IAM reads it: `*` is any text, `?` any character. In between may stand parts that nobody knows
before deployment (`Opaque`). Of those it is taken for granted that

- the same expression has the same value before and after a change;
- a pseudo parameter or a reference to a resource is a text that is not empty and has no wildcards;
- the partition `aws` at the beginning of an ARN is the one that is deployed to, as `AWS::Partition` is;
- `AWS::Partition` and its like hold no `:` and no `/`;
- references to different resources are different texts, and none holds the other;
- anything else (a parameter, an import, ...) may be any text, also an empty one or one with wildcards.
"""

from __future__ import annotations

import enum
import functools
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

LIMIT: Final = 50_000
"""The most steps that are tried to find a text: patterns can be made for which there is no end of them."""

_TOKENS = re.compile(r"\$\{(?P<escaped>[*?$])\}|(?P<plain>.)", re.DOTALL)


class TooMuchError(Exception):
    """Raised where patterns would take more steps than there is time for."""


class Budget:
    """The steps that there is time for."""

    def __init__(self, steps: int = 400_000) -> None:
        """Start with all of them."""
        self._left = steps

    def spend(self, steps: int) -> None:
        """Take some steps, which cost the same whether they were taken before or not.

        Raises:
            TooMuchError: If there is no time left.
        """
        self._left -= steps
        if self._left < 0:
            raise TooMuchError


class Wildcard(enum.Enum):
    """A part of a pattern that matches more than one text."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A part that is only known at deployment. It may also stand for a part of a text."""

    identity: str
    """What is written, with all that it means: the same value has the same."""
    shown: str = field(compare=False)
    """What a person is shown, such as `${Models.Arn}`."""
    names: str | None = None
    """The pseudo parameter or the resource that it is the name of; None if it may be anything."""
    never_holds: str = ""
    """Characters that are not in it."""

    def may_hold(self, character: str) -> bool:
        """Whether a character can be in it."""
        return character not in self.never_holds or character == OTHER

    def differs_from(self, other: Opaque) -> bool:
        """Whether it is another text for certain."""
        if self.names is None or other.names is None or self.names == other.names:
            return False
        return self.names.startswith("AWS::") == other.names.startswith("AWS::")


@dataclass(frozen=True, slots=True)
class _Rest:
    """What remains of a part that is not known, when something was found to match its beginning."""

    of: Opaque


Symbol = str | Wildcard | Opaque
"""A single character, a wildcard, or a part that is not known."""
Letter = str | Opaque
"""What texts are made of."""

OTHER: Final = ""
"""Any character that no pattern spells out."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of an IAM policy."""

    symbols: tuple[Symbol | _Rest, ...]
    shown: str = field(compare=False)
    """What a person is shown."""

    def __str__(self) -> str:
        return self.shown

    @property
    def opaques(self) -> list[Opaque]:
        """The parts that are only known at deployment."""
        return [symbol for symbol in self.symbols if isinstance(symbol, Opaque)]

    def may_meet(self, other: Pattern) -> bool:
        """Whether there may be texts that both match: not if they are known to begin otherwise."""
        for own, its in zip(self.symbols, other.symbols, strict=False):
            if isinstance(own, str) and isinstance(its, str):
                if own != its:
                    return False
            elif own != its or isinstance(own, Wildcard) or _is_anything(own):
                return True
        return True

    def start(self) -> frozenset[int]:
        """The places in the pattern at which a match may be before the first letter."""
        return frozenset(self._settled(0))

    def step(self, places: frozenset[int], letter: Letter, *, hopeful: bool) -> frozenset[int]:
        """The places after one more letter.

        Args:
            places: Those before it.
            letter: The letter.
            hopeful: Whether what may match does, rather than only what matches whatever the unknown parts are.
        """
        if not places:
            return places
        reached = {place for each in places for place in self._step(each, letter, hopeful)}
        return frozenset(place for each in reached for place in self._settled(each))

    def accepts(self, places: frozenset[int], *, hopeful: bool) -> bool:
        """Whether the pattern may end at one of these places."""
        return any(self._ends(place, hopeful) for place in places)

    def letters(self, places: frozenset[int], alphabet: frozenset[str]) -> Iterator[Letter]:
        """The letters with which a text of this pattern goes on."""
        symbols = {self.symbols[place] for place in places if place < len(self.symbols)}
        if Wildcard.ANY in symbols or Wildcard.ONE in symbols:
            yield from sorted(alphabet)
        else:
            yield from sorted(symbol for symbol in symbols if isinstance(symbol, str))
        yield from (symbol for symbol in symbols if isinstance(symbol, Opaque))

    def _settled(self, place: int) -> Iterator[int]:
        yield place
        while place < len(self.symbols) and _may_be_empty(self.symbols[place]):
            place += 1
            yield place

    def _ends(self, place: int, hopeful: bool) -> bool:
        rest = self.symbols[place:]
        return all(_may_be_empty(each) or (hopeful and _is_anything(each)) for each in rest)

    def _step(self, place: int, letter: Letter, hopeful: bool) -> Iterator[int]:
        match self.symbols[place] if place < len(self.symbols) else None:
            case Wildcard.ANY:
                yield place
            case Opaque() as own if own == letter:
                # Both begin here and have the same value. One that holds a wildcard may match more than itself.
                yield place + 1 if hopeful and _is_anything(own) else place + 2
            case symbol if isinstance(letter, Opaque):
                if hopeful and not (isinstance(symbol, Opaque) and symbol.differs_from(letter)):
                    yield from self._leaps(place, letter)
            case Wildcard.ONE:
                yield place + 1
            case Opaque() as own if hopeful:
                if own.may_hold(letter):
                    yield place + 1
                if _is_anything(own):
                    for after in self._settled(place + 2):
                        yield from self._step(after, letter, hopeful)
            case _Rest(of=own) if own.may_hold(letter):
                yield place
            case str() as character if character == letter:
                yield place + 1

    def _leaps(self, place: int, unknown: Opaque) -> Iterator[int]:
        """All places to which a text may lead that is not known."""
        if _is_anything(unknown):
            yield place
        for index in range(place, len(self.symbols)):
            match self.symbols[index]:
                case str() as character if not unknown.may_hold(character):
                    return
                case Wildcard.ANY | _Rest():
                    yield index
                case _:
                    yield index + 1


ANYTHING: Final = Pattern((Wildcard.ANY,), "*")


def pattern(parts: list[str | Opaque], *, has_wildcards: bool = True, ignores_case: bool = False) -> Pattern:
    """The pattern that is written as these parts.

    Args:
        parts: Texts, and what is only known at deployment.
        has_wildcards: Whether `*` and `?` are wildcards. Policies write `${*}` for the character.
        ignores_case: Whether upper and lower case match each other.
    """
    symbols: list[Symbol | _Rest] = []
    for part in parts:
        if isinstance(part, Opaque):
            symbols += [part, _Rest(part)]
            continue
        for token in _TOKENS.finditer(part.lower() if ignores_case else part):
            plain = token["plain"]
            is_wildcard = has_wildcards and plain is not None and plain in "*?"
            symbol = Wildcard(plain) if is_wildcard else plain or token["escaped"]
            if symbol is not Wildcard.ANY or symbols[-1:] != [Wildcard.ANY]:
                symbols.append(symbol)
    return Pattern(tuple(symbols), "".join(part.shown if isinstance(part, Opaque) else part for part in parts))


@dataclass(frozen=True, slots=True)
class Matcher:
    """Some patterns, of which a text must match one: or if they are negated, none."""

    patterns: tuple[Pattern, ...]
    negated: bool = False

    def accepts(self, places: tuple[frozenset[int], ...], *, hopeful: bool) -> bool:
        """Whether a text is accepted that led to these places, one for each pattern."""
        inner = hopeful is not self.negated
        matched = any(
            each.accepts(place, hopeful=inner) for each, place in zip(self.patterns, places, strict=True) if place
        )
        return matched is not self.negated

    def may_meet(self, texts: Pattern) -> bool:
        """Whether texts of a pattern may be accepted."""
        return self.negated or any(each.may_meet(texts) for each in self.patterns)

    def meeting(self, texts: Pattern) -> Matcher:
        """What accepts the same of the texts of a pattern, without patterns that none of them matches."""
        return Matcher(tuple(each for each in self.patterns if each.may_meet(texts)), self.negated)

    def lists(self, pattern: Pattern) -> bool:
        """Whether a pattern is one of these, so that all its texts are accepted."""
        return pattern in self.patterns and not self.negated

    def start(self) -> tuple[frozenset[int], ...]:
        """The places before the first letter."""
        return tuple(each.start() for each in self.patterns)

    def step(self, places: tuple[frozenset[int], ...], letter: Letter, *, hopeful: bool) -> tuple[frozenset[int], ...]:
        """The places after one more letter."""
        inner = hopeful is not self.negated
        return tuple(each.step(place, letter, hopeful=inner) for each, place in zip(self.patterns, places, strict=True))

    def generators(self) -> Iterator[tuple[Pattern, tuple[Matcher, ...]]]:
        """Patterns that make all the texts that are accepted, each with what besides must accept them."""
        if self.negated:
            yield ANYTHING, (self,)
        else:
            yield from ((each, ()) for each in self.patterns)


def companies(
    made_by: Pattern,
    within: tuple[Matcher, ...],
    beside: tuple[Matcher, ...],
    *,
    certain: bool,
    budget: Budget | None = None,
) -> frozenset[frozenset[int]]:
    """Which of some matchers can be together in accepting a text: a set of indices for each such company.

    The empty one means that there is a text that none of them accepts. Then it is all that is returned.

    Args:
        made_by: The pattern that all texts match.
        within: What else must accept them.
        beside: The matchers in question.
        certain: Whether the texts must be there, and outside those who do not accept them, whatever the unknown parts
            are. Else it is enough that they may.
        budget: What the steps are taken from.

    Raises:
        TooMuchError: If there is too much to try.
    """
    if budget is not None:
        budget.spend(0)
    found, steps = _companies(
        made_by,
        tuple(each.meeting(made_by) for each in within),
        tuple(each.meeting(made_by) for each in beside),
        certain,
    )
    if budget is not None:
        budget.spend(steps)
    if found is None:
        raise TooMuchError
    return found


@functools.lru_cache(maxsize=4096)
def _companies(
    made_by: Pattern, within: tuple[Matcher, ...], beside: tuple[Matcher, ...], certain: bool
) -> tuple[frozenset[frozenset[int]] | None, int]:
    """The companies, none at all if there is too much to try; and how many steps it took."""
    matchers = (*within, *beside)
    hopes = [not certain] * len(within) + [certain] * len(beside)
    alphabet = frozenset(
        symbol
        for each in (made_by, *(inner for matcher in matchers for inner in matcher.patterns))
        for symbol in each.symbols
        if isinstance(symbol, str)
    ) | {OTHER}
    first = (made_by.start(), tuple(matcher.start() for matcher in matchers))
    found: set[frozenset[int]] = set()
    seen, pending = {first}, deque([first])
    steps = 0
    while pending:
        places, others = pending.popleft()
        if made_by.accepts(places, hopeful=False):
            accepting = [
                matcher.accepts(each, hopeful=hope) for matcher, each, hope in zip(matchers, others, hopes, strict=True)
            ]
            if all(accepting[: len(within)]):
                company = frozenset(index for index, accepts in enumerate(accepting[len(within) :]) if accepts)
                if not company:
                    return frozenset({company}), steps
                found.add(company)
        cost = 1 + len(matchers) + len(places) + sum(len(place) for each in others for place in each)
        for letter in made_by.letters(places, alphabet):
            steps += cost
            if steps > LIMIT:
                return None, steps
            following = (
                made_by.step(places, letter, hopeful=False),
                tuple(
                    matcher.step(each, letter, hopeful=hope)
                    for matcher, each, hope in zip(matchers, others, hopes, strict=True)
                ),
            )
            if following not in seen:
                seen.add(following)
                pending.append(following)
    return frozenset(found), steps


def surely_covers(matcher: Matcher, texts: Pattern, budget: Budget | None = None) -> bool:
    """Whether every text of a pattern is accepted for certain."""
    try:
        return frozenset() not in companies(texts, (), (matcher,), certain=False, budget=budget)
    except TooMuchError:
        return False


def surely_misses(matchers: tuple[Matcher, ...], texts: Pattern, budget: Budget | None = None) -> bool:
    """Whether some text of a pattern is accepted by none of them for certain."""
    try:
        return frozenset() in companies(texts, (), matchers, certain=True, budget=budget)
    except TooMuchError:
        return False


def _may_be_empty(symbol: Symbol | _Rest) -> bool:
    return symbol is Wildcard.ANY or isinstance(symbol, _Rest)


def _is_anything(symbol: Symbol | _Rest) -> bool:
    return isinstance(symbol, Opaque) and symbol.names is None

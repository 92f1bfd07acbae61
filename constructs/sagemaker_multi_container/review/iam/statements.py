"""IAM statements, and what a changed list of them newly allows or no longer allows.

Statements are compared by what they allow, not by how they are written: moved, merged and split ones are no change.
Each is taken apart into single permissions (an action, a resource, a condition), and each permission is held against
all statements of the other side. What is not written in the statements is not known here.
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from .conditions import Conditions, can_be_met, implies, missed, singles
from .patterns import Budget, Matcher, Pattern, TooMuchError, companies

Kind = Literal["added", "removed", "widened", "narrowed", "changed"]

MOST_PERMISSIONS: Final = 4_096
"""The most permissions that a statement is taken apart into."""
STEPS_OF_CONDITION: Final = 5
"""The steps that it takes to hold a value of a condition against another one."""
MOST_PAIRS: Final = 20_000
"""The most pairs of statements of which it is asked whether they look like each other."""


class Answer(enum.IntEnum):
    """An answer to a question that templates cannot always answer."""

    NO = 0
    UNKNOWN = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a policy. What it says in words is in `phrases`."""

    effect: Literal["Allow", "Deny"]
    actions: Matcher
    resources: Matcher
    """What it is about: resources, or in a trust policy the principals."""
    conditions: Conditions = ()
    is_trust: bool = False


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
    """The part that is allowed no more, or for a Deny, the part of it that is new."""
    wider: Answer
    """Whether it allows something that no statement allowed before."""
    narrower: Answer
    """Whether it no longer allows something, and no other statement does."""

    @property
    def kind(self) -> Kind:
        """What happened, as a person would say it. A removed Deny is `removed`, and makes things wider all the same."""
        if self.base is None:
            return "added"
        if self.head is None:
            return "removed"
        if self.narrower is Answer.NO:
            return "widened"
        return "narrowed" if self.wider is Answer.NO else "changed"


def compare_statements(
    base: Sequence[Statement], head: Sequence[Statement], budget: Budget | None = None
) -> tuple[StatementChange, ...]:
    """What a changed list of statements allows that it did not, and the reverse; nothing if it allows the same.

    Args:
        base: The statements before.
        head: The statements after.
        budget: The steps that it may take. What it has no time for is unknown.
    """
    budget = budget or Budget()
    gained = dict(_newly_allowed(base, head, budget))
    lost = dict(_newly_allowed(head, base, budget))
    changes = []
    for before, after in _pairs(base, head):
        more = [gained[each] for each in (before, after) if each in gained]
        less = [lost[each] for each in (before, after) if each in lost]
        change = StatementChange(
            before,
            after,
            gained=tuple(part for parts, _ in more for part in parts),
            lost=tuple(part for parts, _ in less for part in parts),
            wider=max((answer for _, answer in more), default=Answer.NO),
            narrower=max((answer for _, answer in less), default=Answer.NO),
        )
        if change.gained or change.lost:
            changes.append(change)
    return tuple(changes)


Parts = tuple[tuple[Statement, ...], Answer]


def _newly_allowed(
    before: Sequence[Statement], after: Sequence[Statement], budget: Budget
) -> Iterator[tuple[Statement, Parts]]:
    """The statements through which something is allowed after and was not before, each with the part that does it."""
    allowed_before, denied_before = _with("Allow", before), _with("Deny", before)
    allowed_after, denied_after = _with("Allow", after), _with("Deny", after)
    old, new = set(before), set(after)
    for statement in allowed_after:
        if statement not in old:
            yield from _parts(statement, [None], [*allowed_before, *denied_after], budget)
    for statement in denied_before:
        if statement not in new:
            yield from _parts(statement, allowed_after, denied_after, budget)


def _parts(
    statement: Statement, within: Sequence[Statement | None], beside: Sequence[Statement], budget: Budget
) -> Iterator[tuple[Statement, Parts]]:
    """The permissions of a statement that are in another one, too, and in none of those beside it."""
    try:
        found = _answers(statement, within, beside, budget)
    except TooMuchError:
        yield statement, ((statement,), Answer.UNKNOWN)
        return
    parts = {permission: answer for permission, answer in found.items() if answer is not Answer.NO}
    if parts:
        is_whole = len(parts) == len(found)
        yield statement, ((statement,) if is_whole else tuple(_joined(statement, parts)), max(parts.values()))


Permission = tuple[Pattern, Pattern, Conditions]


def _answers(
    statement: Statement, within: Sequence[Statement | None], beside: Sequence[Statement], budget: Budget
) -> dict[Permission, Answer]:
    """Whether each permission of a statement is in another one, too, and in none of those beside it."""
    sizes = [len(each.values) for each in statement.conditions]
    actions, resources = list(statement.actions.generators()), list(statement.resources.generators())
    if len(actions) * len(resources) * math.prod(sizes) > MOST_PERMISSIONS:
        raise TooMuchError
    alternatives = list(singles(statement.conditions))
    beside = list(_meeting(statement, beside, budget))
    budget.spend(STEPS_OF_CONDITION * len(alternatives) * len(within) * _sizes_of_conditions(beside))
    found: dict[Permission, Answer] = {}
    for conditions, other in itertools.product(alternatives, within):
        question = _Question(conditions, other, beside, budget)
        for action, resource in itertools.product(actions, resources):
            permission = (action[0], resource[0], conditions)
            found[permission] = max(found.get(permission, Answer.NO), question.answer(action, resource))
    return found


def _meeting(statement: Statement, others: Iterable[Statement], budget: Budget) -> Iterator[Statement]:
    """Those others that may be about something that a statement is about."""
    mine = [list(each.generators()) for each in (statement.actions, statement.resources)]
    for other in others:
        theirs = (other.actions, other.resources)
        budget.spend(sum(len(own) * len(each.patterns) for own, each in zip(mine, theirs, strict=True)))
        if all(any(each.may_meet(made) for made, _ in own) for own, each in zip(mine, theirs, strict=True)):
            yield other


def _sizes_of_conditions(statements: Iterable[Statement]) -> int:
    return sum(1 + len(each.values) for statement in statements for each in statement.conditions)


Generator = tuple[Pattern, tuple[Matcher, ...]]


class _Question:
    """Whether there are requests that meet some conditions and another statement, and none of those beside it."""

    def __init__(
        self, conditions: Conditions, within: Statement | None, beside: Sequence[Statement], budget: Budget
    ) -> None:
        self._within = within
        self._budget = budget
        self._can_be_met = can_be_met(conditions) and (within is None or implies(conditions, within.conditions, budget))
        missing = missed(conditions, [each.conditions for each in beside], budget)
        self._perhaps_beside = [each for index, each in enumerate(beside) if index not in missing]
        self._surely_beside = [each for each in beside if implies(conditions, each.conditions, budget)]

    def answer(self, action: Generator, resource: Generator) -> Answer:
        """Whether there are, among the requests for these actions on these resources."""
        surely_beside = self._meeting(self._surely_beside, action[0], resource[0])
        if any(each.actions.lists(action[0]) and each.resources.lists(resource[0]) for each in surely_beside):
            return Answer.NO
        if not self._exists(action, resource, surely_beside, certain=False):
            return Answer.NO
        perhaps_beside = self._meeting(self._perhaps_beside, action[0], resource[0])
        is_certain = self._can_be_met and self._exists(action, resource, perhaps_beside, certain=True)
        return Answer.YES if is_certain else Answer.UNKNOWN

    def _meeting(self, statements: Sequence[Statement], action: Pattern, resource: Pattern) -> list[Statement]:
        """Those statements that may be about these actions on these resources."""
        self._budget.spend(sum(len(each.actions.patterns) + len(each.resources.patterns) for each in statements))
        return [each for each in statements if each.actions.may_meet(action) and each.resources.may_meet(resource)]

    def _exists(self, action: Generator, resource: Generator, beside: list[Statement], *, certain: bool) -> bool:
        (action_pattern, acted), (resource_pattern, resourced) = action, resource
        if self._within is not None:
            acted, resourced = (*acted, self._within.actions), (*resourced, self._within.resources)
        found = companies(
            action_pattern, acted, tuple(each.actions for each in beside), certain=certain, budget=self._budget
        )
        for company in found:
            matchers = tuple(each.resources for index, each in enumerate(beside) if index in company)
            if frozenset() in companies(resource_pattern, resourced, matchers, certain=certain, budget=self._budget):
                return True
        return False


def _joined(statement: Statement, permissions: Iterable[Permission]) -> Iterator[Statement]:
    """Some permissions of a statement as few statements."""
    actions: dict[tuple[Pattern, Conditions], list[Pattern]] = {}
    for action, resource, conditions in permissions:
        actions.setdefault((resource, conditions), []).append(action)
    resources: dict[tuple[tuple[Pattern, ...], Conditions], list[Pattern]] = {}
    for (resource, conditions), together in actions.items():
        resources.setdefault((tuple(together), conditions), []).append(resource)
    for (together_, conditions), each in resources.items():
        yield replace(
            statement,
            actions=statement.actions if statement.actions.negated else Matcher(together_),
            resources=statement.resources if statement.resources.negated else Matcher(tuple(each)),
            conditions=conditions,
        )


def _pairs(base: Sequence[Statement], head: Sequence[Statement]) -> list[tuple[Statement | None, Statement | None]]:
    """Statements that are different on both sides, those that look like each other together."""
    here, there = set(base), set(head)
    old = [each for each in dict.fromkeys(base) if each not in there]
    new = [each for each in dict.fromkeys(head) if each not in here]
    partners = _partners(old, new) if len(old) * len(new) <= MOST_PAIRS else {}
    pairs: list[tuple[Statement | None, Statement | None]] = [
        (before, new[partners[i]] if i in partners else None) for i, before in enumerate(old)
    ]
    taken = set(partners.values())
    return [*pairs, *((None, after) for j, after in enumerate(new) if j not in taken)]


def _partners(old: Sequence[Statement], new: Sequence[Statement]) -> dict[int, int]:
    """The places of statements that look like each other the most, by the place of the old one."""
    likely = sorted(
        ((_likeness(before, after), -i, -j) for i, before in enumerate(old) for j, after in enumerate(new)),
        reverse=True,
    )
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for likeness, i, j in likely:
        if likeness > 0 and -i not in partners and -j not in taken:
            partners[-i] = -j
            taken.add(-j)
    return partners


def _likeness(before: Statement, after: Statement) -> int:
    """How much two statements look like the same one, changed: not at all if they share no service or nothing else."""
    if before.effect != after.effect or not _services(before) & _services(after):
        return 0
    shared_actions = set(before.actions.patterns) & set(after.actions.patterns)
    shared_resources = set(before.resources.patterns) & set(after.resources.patterns)
    if not shared_actions and not shared_resources:
        return 0
    return (
        (before.actions == after.actions) * 8
        + (before.resources == after.resources) * 4
        + (before.conditions == after.conditions) * 2
        + bool(shared_actions)
    )


def _services(statement: Statement) -> set[str]:
    return {each.shown.partition(":")[0].lower() for each in statement.actions.patterns}


def _with(effect: str, statements: Iterable[Statement]) -> list[Statement]:
    return [each for each in dict.fromkeys(statements) if each.effect == effect]

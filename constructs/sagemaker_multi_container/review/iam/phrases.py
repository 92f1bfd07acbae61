"""Statements in words, in which whatever comes from a template stands between backticks, see `quoting`."""

from __future__ import annotations

from ..quoting import code, joined, listed
from .patterns import ANYTHING, Matcher
from .statements import Statement


def permission(statement: Statement) -> str:
    """What a statement allows or denies, such as "`s3:GetObject` on every resource (`*`)"."""
    allowed = _listed(statement.actions, "every action")
    if statement.is_trust:
        return f"{allowed} by {principals(statement)}"
    return f"{allowed} on {_listed(statement.resources, 'every resource')}{_conditions(statement)}"


def principals(trust: Statement) -> str:
    """Whom a statement of a trust policy is about, and when."""
    return f"{_listed(trust.resources, 'everyone')}{_conditions(trust)}"


def _listed(matcher: Matcher, every: str) -> str:
    if matcher.negated and matcher.patterns:
        return f"{every} but {listed(map(str, matcher.patterns), 'and')}"
    if matcher.negated or ANYTHING in matcher.patterns:
        return f"{every} ({code('*')})"
    return listed(map(str, matcher.patterns), "and")


def _conditions(statement: Statement) -> str:
    conditions = [code(str(each)) for each in statement.conditions]
    return f" if {joined(conditions, 'and')}" if conditions else ""

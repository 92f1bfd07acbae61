"""What was looked at, and what came of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """What came of a check."""

    HELD = "held"
    FAILED = "failed"
    NOT_MADE = "not made"
    """Nothing was there to check it with, or nobody asked for it."""
    UNKNOWN = "unknown"
    """It was meant to be made, and AWS could not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that was looked at."""

    check: str
    """Its kind: `status`, `stack`, `resource`, `settings`, `variant`, `capacity`, `model`, `container`, `image` or
    `answer`."""
    subject: str
    """What it is about, such as the hostname of a container."""
    outcome: Outcome
    says: str
    """What was found, in a line. Values of environment variables are never in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All that was looked at of an endpoint."""

    endpoint: str
    region: str
    status: str | None
    """The EndpointStatus; None if there is no such endpoint."""
    config: str | None
    """The name of the config that it serves."""
    last_deployment: str | None
    """How it was updated the last time, in words; None if SageMaker does not say."""
    checks: tuple[Check, ...]

    def outcomes(self, outcome: Outcome) -> list[Check]:
        """The checks with this outcome."""
        return [each for each in self.checks if each.outcome is outcome]


def judged(check: str, subject: str, *, holds: bool, says: str) -> Check:
    """A check that was made."""
    return Check(check=check, subject=subject, outcome=Outcome.HELD if holds else Outcome.FAILED, says=says)


def not_made(check: str, subject: str, why: str) -> Check:
    """A check that was not made."""
    return Check(check=check, subject=subject, outcome=Outcome.NOT_MADE, says=why)

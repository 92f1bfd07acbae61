"""What the construct says when SageMaker would refuse the endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in an endpoint's declaration."""

    rule: str
    """The id of the rule that is broken, such as `MCE-C04`."""
    where: str
    """The argument, and the line that made it: `containers[1].hostname (app.py:42)`."""
    message: str
    """What was given and what is allowed."""
    fix: str
    """What to do."""
    source: str = ""
    """Where AWS says so."""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.message} [{self.rule}]", f"    fix: {self.fix}"]
        if self.source:
            lines.append(f"    see: {self.source}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that deploys, and is likely not what was meant."""

    rule: str
    where: str
    message: str
    fix: str


class EndpointConfigurationError(ValueError):
    """Raised when SageMaker would refuse an endpoint. Lists every problem at once.

    Attributes:
        path: The construct path of the endpoint, such as `MyStack/Endpoint`; empty where a value object refuses its
            own arguments.
        problems: All that is wrong, each with `rule`, `where`, `message` and `fix`.
    """

    def __init__(self, path: str, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"{path + ': ' if path else ''}{count} with this endpoint\n{listed}")

"""What planning finds: what keeps an endpoint from running on this machine, and what is otherwise here than at AWS."""

from __future__ import annotations

from ...check.printable import printable
from ...rules import Path, Unknown
from ...rules.checks import quoted
from ...rules.description import known
from ...template import Template
from ...template.mentions import missing_values
from ..errors import LocalEndpointError


class Findings:
    """Problems and notes, one line each, gathered so that all of it is said at once."""

    def __init__(self) -> None:
        self._problems: list[str] = []
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What is otherwise here than at AWS."""
        return tuple(self._notes)

    def note(self, what: str) -> None:
        """Tell what is otherwise here."""
        self._notes.append(printable(what))

    def problem(self, where: str, what: str, fix: str) -> None:
        """Tell of a problem.

        Args:
            where: What it is about, such as `container ranker`.
            what: What was given, and what is allowed.
            fix: What to do.
        """
        self._problems.append(printable(f"{where}: {what}; {fix}"))

    def unknown(
        self, where: str, what: str, template: Template, logical_id: str, path: Path, *, way: str | None = None
    ) -> None:
        """Tell of the problem that a property is only known at deployment.

        Args:
            where: What it is about.
            what: What the property is, such as `its weight`.
            template: Where the property stands.
            logical_id: The resource that has it.
            path: The way to it.
            way: The option that says something else in its place. None if there is none.
        """
        values = " ".join(f"--set {name}=VALUE" for name in missing_values(template, logical_id, path))
        ways = ", or ".join(filter(None, (values, way)))
        fix = f"give {ways}" if ways else "write it into the template"
        self.problem(where, f"{what} is only known at deployment", fix)

    def raise_problems(self) -> None:
        """Raise all problems.

        Raises:
            LocalEndpointError: If there are any.
        """
        if self._problems:
            raise LocalEndpointError(self._problems)

    def last_problem(self, where: str, what: str, fix: str) -> LocalEndpointError:
        """What to raise where nothing more can be found after one problem: all of them."""
        self.problem(where, what, fix)
        return LocalEndpointError(self._problems)


def phrase(noun: str, value: object) -> str:
    """A value in a sentence: what it is, and as much of it as is known."""
    return f"{noun} {quoted(value)}" if isinstance(value, str | Unknown) and known(value) else noun

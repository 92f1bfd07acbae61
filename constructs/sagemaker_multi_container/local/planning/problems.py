"""What keeps an endpoint from running on this machine, gathered so that all of it is said at once."""

from __future__ import annotations

from ...rules import Path, Unknown
from ...rules.checks import quoted
from ...template import Template
from ...template.mentions import missing_values
from ..errors import LocalEndpointError


class Problems:
    """The problems that were found, one line each."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, where: str, what: str, fix: str) -> None:
        """Tell of a problem.

        Args:
            where: What it is about, such as `container ranker`.
            what: What was given, and what is allowed.
            fix: What to do.
        """
        self._found.append(f"{where}: {what}; {fix}")

    def add_unknown(
        self, where: str, what: str, template: Template, logical_id: str, path: Path, *, way: str | None = None
    ) -> None:
        """Tell that a property is only known at deployment.

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
        self.add(where, f"{what} is only known at deployment", f"give {ways}" if ways else "write it into the template")

    def raise_all(self) -> None:
        """Raise all that was found.

        Raises:
            LocalEndpointError: If there is any.
        """
        if self._found:
            raise LocalEndpointError(self._found)

    def with_last(self, where: str, what: str, fix: str) -> LocalEndpointError:
        """What to raise if nothing more can be found after one problem: all of them."""
        self.add(where, what, fix)
        return LocalEndpointError(self._found)


def phrase(noun: str, value: object) -> str:
    """A value in a sentence: what it is, and as much of it as is known."""
    if not isinstance(value, str | Unknown) or value == Unknown():
        return noun
    return f"{noun} {quoted(value)}"

"""What is said to users of local endpoints."""

from __future__ import annotations

from collections.abc import Sequence


class LocalEndpointError(Exception):
    """Raised where an endpoint cannot run on this machine. Its text lists every problem, one a line, for the user."""

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))

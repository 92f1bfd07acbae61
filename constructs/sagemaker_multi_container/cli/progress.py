"""What is pending, on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.text import Text

from ..verification.waiting import Tell


@contextmanager
def shown_progress() -> Iterator[Tell]:
    """Show what is pending until it is over: in a line of the terminal, else in a line for each change."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Changes().tell
        return
    with console.status("Asking AWS") as status:
        yield lambda says: status.update(Text(says))


class _Changes:
    """Prints what it is told, if that is something else than before."""

    def __init__(self) -> None:
        self._last: str | None = None

    def tell(self, says: str) -> None:
        if says != self._last:
            click.echo(says, err=True)
        self._last = says

"""What several containers answered, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from ..check.printable import printable
from .answers import Answer, RefusedError
from .targets import Target

Outcome = tuple[Target, Answer | RefusedError]


def as_table(outcomes: Sequence[Outcome]) -> Table:
    """A row for each target: what it answered, or that it did not."""
    table = Table(box=None, pad_edge=False)
    for column in ("container", "variant", "result", "content type"):
        table.add_column(column, overflow="fold")
    for figure in ("bytes", "ms"):
        table.add_column(figure, justify="right", no_wrap=True)
    for target, outcome in outcomes:
        table.add_row(*_cells(target, outcome))
    return table


def _cells(target: Target, outcome: Answer | RefusedError) -> list[Text]:
    if isinstance(outcome, RefusedError):
        facts: list[str | None] = [target.variant, None, None, None]
        result = Text("failed", "red")
    else:
        result = Text(str(outcome.status), "green")
        milliseconds = f"{outcome.seconds * 1000:,.0f}"
        facts = [outcome.variant or target.variant, outcome.content_type, f"{outcome.size:,}", milliseconds]
    container, variant, *rest = (Text(printable(each or "-")) for each in (target.hostname, *facts))
    return [container, variant, result, *rest]

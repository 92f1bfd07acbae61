"""What was found, for people and for programs."""

from __future__ import annotations

import dataclasses
import json

from rich.table import Table
from rich.text import Text

from ..check.printable import printable
from .checks import Outcome, Verification

_COLOURS = {Outcome.HELD: "green", Outcome.FAILED: "red", Outcome.NOT_MADE: "dim", Outcome.UNKNOWN: "yellow"}


def as_table(verification: Verification) -> Table:
    """A row for each check."""
    table = Table(box=None, pad_edge=False)
    for column in ("check", "subject", "outcome", "what was found"):
        table.add_column(column, overflow="fold")
    for each in verification.checks:
        outcome = Text(each.outcome.value, _COLOURS[each.outcome])
        table.add_row(Text(each.check), Text(printable(each.subject)), outcome, Text(printable(each.says)))
    return table


def heading(verification: Verification) -> str:
    """What the endpoint is, in a line."""
    facts = [
        verification.status or "not there",
        f"config {verification.config}" if verification.config else "",
        f"last deployment {verification.last_deployment}" if verification.last_deployment else "",
    ]
    return printable(f"{verification.endpoint} in {verification.region}: {', '.join(filter(None, facts))}")


def summary(verification: Verification) -> str:
    """The checks in numbers, in a line."""
    counts = ((len(verification.outcomes(outcome)), outcome) for outcome in Outcome)
    return ", ".join(f"{count} {outcome}" for count, outcome in counts if count)


def as_json(verification: Verification) -> str:
    """All of it, under the names that the dataclasses have."""
    return json.dumps(dataclasses.asdict(verification), indent=2) + "\n"

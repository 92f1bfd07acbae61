"""Tables for terminals, files and pipes."""

from __future__ import annotations

import io
import re
import shutil
import sys

from rich.console import Console
from rich.table import Table

WIDEST = 10_000
"""The columns where there is no terminal, so that lines are never broken there."""
_PADDING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)
"""The spaces at the end of a line, before colours end."""


def as_text(table: Table) -> str:
    """The table, as wide as the terminal if there is one. Click leaves its colours out where there is none."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else WIDEST
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=width)
    with console.capture() as captured:
        console.print(table)
    return _PADDING.sub(r"\1", captured.get())

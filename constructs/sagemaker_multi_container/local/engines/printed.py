"""What programs print."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import indent
from typing import Final

_LONGEST_TAIL: Final = 64 * 1024


def last_lines(file: Path, lines: int) -> str:
    """The last lines of a file, at most 64 KB."""
    with file.open("rb") as log:
        log.seek(0, os.SEEK_END)
        log.seek(max(0, log.tell() - _LONGEST_TAIL))
        return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def with_output(problem: str, output: str) -> str:
    """A problem, and below it what a program printed."""
    return f"{problem}\n{indent(output, '    | ', lambda _: True)}" if output else problem


def because(problem: str, error: Exception) -> str:
    """A problem and its reason, on lines of its own if it has several."""
    reason = str(error).strip()
    return with_output(problem, reason) if "\n" in reason else f"{problem}: {reason}"

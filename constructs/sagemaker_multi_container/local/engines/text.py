"""What programs print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_LONGEST_TAIL: Final = 64 * 1024


def last_lines(file: Path, lines: int) -> str:
    """The last lines of a file, at most 64 KB."""
    with file.open("rb") as log:
        log.seek(0, os.SEEK_END)
        log.seek(max(0, log.tell() - _LONGEST_TAIL))
        return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])

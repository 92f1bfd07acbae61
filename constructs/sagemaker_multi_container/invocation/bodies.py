"""What is sent: a file or standard input, and what that holds."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .content_types import content_type_of

STANDARD_INPUT: Final = Path("-")


class UnusableBodyError(Exception):
    """Raised where there is nothing to send. Its text is a line for the user."""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request."""

    content: bytes = field(repr=False)
    content_type: str


def read_body(file: Path, content_type: str | None) -> Body:
    """Read what to send.

    Args:
        file: The file, or `-` for standard input.
        content_type: What it holds. None means what the ending of the file's name stands for; what does not say so is
            refused, since a container reads the same bytes in another way if they are called otherwise.

    Raises:
        UnusableBodyError: If it cannot be read, or nothing says what it holds.
    """
    is_input = file == STANDARD_INPUT
    holds = content_type or (None if is_input else content_type_of(file))
    if holds is None:
        what = "standard input has no name" if is_input else f"the name {file.name!r} has no ending"
        raise UnusableBodyError(f"{what} that tells what is in it: give --content-type, such as text/csv")
    try:
        return Body(_input() if is_input else file.read_bytes(), holds)
    except OSError as reason:
        raise UnusableBodyError(f"cannot read {file}: {reason.strerror}") from reason


def _input() -> bytes:
    if sys.stdin is None:
        raise UnusableBodyError("standard input is closed: give --body FILE")
    return sys.stdin.buffer.read()

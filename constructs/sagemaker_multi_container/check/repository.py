"""Where a file is in the repository, as GitHub wants to be told."""

from __future__ import annotations

import os
from pathlib import Path


def path_in_repository(file: Path) -> str | None:
    """The path from the root of the repository, or None of a file outside of it.

    The root is `GITHUB_WORKSPACE` in a job of GitHub Actions, else the working directory.
    """
    try:
        root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
        resolved = file.resolve()
    except (OSError, RuntimeError):
        return None
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else None


def path_from_here(file: Path) -> Path:
    """The path from the working directory of a file below it, as its user would write it; others stay as they are."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file

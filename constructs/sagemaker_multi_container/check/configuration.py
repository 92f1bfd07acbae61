"""The reasons to ignore rules in a project's `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from .ignoring import read_reasons

FILE = "pyproject.toml"


class UnusableConfigurationError(Exception):
    """Raised where a configuration cannot be taken. Its text is one line for the user."""

    def __init__(self, file: Path, reason: object) -> None:
        super().__init__(f"{file}: {reason}")


def nearest_configuration(folder: Path) -> Path | None:
    """The `pyproject.toml` of a folder or the nearest one above it."""
    return next((file for each in (folder, *folder.parents) if (file := each / FILE).is_file()), None)


def read_configuration(file: Path) -> dict[str, str]:
    """The reasons in the table `[tool.mce.ignore]` of a file, by the rules' ids.

    Raises:
        UnusableConfigurationError: If the file cannot be read, or the table cannot be taken.
    """
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as reason:
        raise UnusableConfigurationError(file, reason.strerror) from reason
    except (ValueError, RecursionError) as reason:
        raise UnusableConfigurationError(file, f"is not valid TOML: {reason}") from reason
    tool = document.get("tool")
    ours = tool.get("mce", {}) if isinstance(tool, Mapping) else {}
    if not isinstance(ours, Mapping) or not ours.keys() <= {"ignore"}:
        raise UnusableConfigurationError(file, "[tool.mce] takes `ignore` and nothing else")
    reasons, problems = read_reasons(ours.get("ignore", {}))
    if problems:
        raise UnusableConfigurationError(file, f"[tool.mce.ignore]: {'; '.join(problems)}")
    return reasons

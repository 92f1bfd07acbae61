"""The pytest of somebody who uses the package: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def environment_without(*prefixes: str) -> dict[str, str]:
    """This process's environment without such names, and without what would tell the other pytest of this one."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", *prefixes))}


def run_pytest(folder: Path, environment: Mapping[str, str]) -> str:
    """Run all tests of a folder, which have to pass; what pytest says."""
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout

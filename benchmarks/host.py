"""Where a run was made: the machine, the versions, and what of the environment matters."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from .processes import ENVIRONMENT, ROOT

_PACKAGES = ("aws-cdk-lib", "constructs", "jsii", "aws-cdk.aws-sagemaker-alpha", "cfn-lint")
_VARIABLES = ("NODE_OPTIONS", "JSII_NODE", "JSII_HOST_STACK_TRACES", "PYTHONOPTIMIZE", *ENVIRONMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What every measurement tells: when and where it was made, and of which versions."""

    made: str
    machine: dict[str, str | int]
    load: list[float]
    """At the begin and at the end."""
    versions: dict[str, str]


class Circumstances(TypedDict):
    """When and where something is measured: what is known without knowing what it is."""

    made: str
    machine: dict[str, str | int]
    load: list[float]


def circumstances(load_before: float) -> Circumstances:
    """Those of a measurement that ends now."""
    return {"made": datetime.now(UTC).date().isoformat(), "machine": machine(), "load": [load_before, load()]}


def machine() -> dict[str, str | int]:
    """What kind of machine this is."""
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return {
        "processor": processor[1] if processor else platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory_gb": round(int(memory[1]) / 2**20) if memory else 0,
        "system": f"{platform.system()} {platform.machine()}",
    }


def load() -> float:
    """How many processes wanted to run in the last minute, on average."""
    return round(os.getloadavg()[0], 1)


def versions() -> dict[str, str]:
    """Of what is measured, and of what it runs on."""
    node = os.environ.get("JSII_NODE") or shutil.which("node") or sys.exit("there is no node: run make setup")
    return {"Python": platform.python_version(), "Node": _output(node, "--version").lstrip("v")} | packages(*_PACKAGES)


def packages(*names: str) -> dict[str, str]:
    """The versions of packages of Python."""
    return {name: version(name) for name in names}


def environment() -> dict[str, str]:
    """The variables that have an influence, as far as they are set."""
    return {name: value for name, value in (os.environ | ENVIRONMENT).items() if name in _VARIABLES and value}


def revision() -> str:
    """The commit that was measured, and whether files differed from it."""
    changed = _output("git", "status", "--porcelain", "--untracked-files=no", "constructs", "benchmarks")
    return _output("git", "rev-parse", "--short=12", "HEAD") + (" with changes" if changed else "")


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603

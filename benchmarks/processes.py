"""Processes of their own, for what can only be measured in a fresh one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {"CDK_VALIDATION": "false", "PYTHONDONTWRITEBYTECODE": ""}
"""In every process: the CDK's own validator costs more than all else together, and whoever runs an app again has its
`.pyc` files. What both cost is measured by `surroundings`."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command took, in seconds."""

    wall: float
    cpu: float


def result_of(
    program: Sequence[str], environment: Mapping[str, str] | None = None, python: Sequence[str] = (sys.executable,)
) -> Any:
    """The JSON that a Python program prints at its end.

    Args:
        program: What follows `python`.
        environment: Variables beside those of this process and `ENVIRONMENT`.
        python: The interpreter, and its options.
    """
    run = subprocess.run(  # noqa: S603
        [*python, *program],
        cwd=ROOT,
        env=_variables(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        sys.exit(f"{' '.join(program)} ended with {run.returncode}:\n{run.stderr[-2000:]}")
    return json.loads(run.stdout.splitlines()[-1])


def cost_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a Python program that has to end well, and measure it.

    Args:
        command: What follows `python`.
        environment: Variables beside those of this process and `ENVIRONMENT`.
    """
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603
        [sys.executable, *command],
        cwd=ROOT,
        env=_variables(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output[:2000]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def _variables(environment: Mapping[str, str] | None) -> Mapping[str, str]:
    return os.environ | ENVIRONMENT | dict(environment or {})

"""A program that runs beside a benchmark: it says in JSON when it is ready, and at its end what it has to tell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from .processes import ROOT

_SECONDS_TO_END: Final = 60.0


class CompanionError(Exception):
    """The program did not do what it is for."""


class Companion:
    """A program of this package that runs, and is ready."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self._name = name
        self._process = process
        self.pid = process.pid
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise CompanionError(f"{name} ended with {process.wait()} before it was ready")
        self.ready: Any = json.loads(line)
        """What it said when it was ready."""

    def end(self) -> Any:
        """Let it end, and give what it tells.

        Raises:
            CompanionError: If it fails, or does not end.
        """
        try:
            output, _ = self._process.communicate(timeout=_SECONDS_TO_END)
        except subprocess.TimeoutExpired as error:
            raise CompanionError(f"{self._name} did not end within {_SECONDS_TO_END:g} s") from error
        if self._process.returncode:
            raise CompanionError(f"{self._name} ended with {self._process.returncode}")
        return json.loads(output)


@contextmanager
def running(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Companion]:
    """Run a module of this package beside this process, at most until the end of the context.

    Args:
        module: The module. It has to end when its standard input does.
        *arguments: What it is given.
        environment: Its environment; that of this process by default.

    Raises:
        CompanionError: If it does not get ready.
    """
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", f"{__package__}.{module}", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # an interrupt is for this process, which then ends the other
    ) as process:
        try:
            yield Companion(module, process)
        finally:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()

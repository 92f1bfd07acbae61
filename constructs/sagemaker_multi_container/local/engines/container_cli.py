"""The container CLI of this machine: docker, podman, finch or nerdctl. Only what all four understand is asked of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_NOISE: Final = re.compile(r"level=(warning|info|debug)|^Run '.* --help'|^See '.* --help'|^\s*$")
_REMEMBERED_LINES: Final = 30


class CliError(Exception):
    """The CLI failed. The text is its own."""


class MissingCliError(CliError):
    """There is no such CLI on this machine, or it is no program."""


class ContainerCli:
    """The CLI that `CDK_DOCKER` names, as the CDK itself runs it; `docker` if it names none."""

    def __init__(self, program: str | None = None) -> None:
        self.program = program or os.environ.get("CDK_DOCKER") or "docker"

    def __call__(self, *arguments: str) -> str:
        """What the CLI prints.

        Raises:
            CliError: If it fails, or is not there.
        """
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and options are not taken from users
                [self.program, *arguments],
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except OSError as error:
            raise MissingCliError(self._cannot_run(error)) from error
        if done.returncode:
            raise CliError(_said(done.stderr or done.stdout) or f"exited with code {done.returncode}")
        return done.stdout

    def logs(self, container: str, lines: int) -> str:
        """The last lines that a container printed, on whichever stream."""
        output: deque[str] = deque(maxlen=lines)
        self.follow(["logs", "--tail", str(lines), container], output.append)
        return "\n".join(output)

    def inspect(self, kind: str, name: str) -> dict[str, Any]:
        """What is known of a container or an image.

        Raises:
            CliError: If it does not exist.
        """
        (known,) = json.loads(self(kind, "inspect", name))
        return dict(known)

    def follow(self, arguments: list[str], tell: Callable[[str], object], directory: Path | None = None) -> None:
        """Run a command that takes long, and pass on each line that it prints.

        Raises:
            CliError: If it fails, with the last lines.
        """
        printed: deque[str] = deque(maxlen=_REMEMBERED_LINES)
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell
                [self.program, *arguments],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise MissingCliError(self._cannot_run(error)) from error
        with process:
            try:
                for line in process.stdout or ():
                    printed.append(line.rstrip())
                    tell(line.rstrip())
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise CliError("\n".join(printed))

    def _cannot_run(self, error: OSError) -> str:
        is_missing = isinstance(error, FileNotFoundError)
        return f"`{self.program}` " + ("is not installed" if is_missing else f"cannot be run ({error.strerror})")


def _said(output: str) -> str:
    return "\n".join(line for line in output.splitlines() if not _NOISE.search(line))

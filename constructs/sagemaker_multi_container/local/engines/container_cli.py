"""The container CLI of this machine: docker, podman, finch or nerdctl. Only what all four understand is asked of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from ..running import SECONDS_TO_END

_NOISE: Final = re.compile(r"level=(warning|info|debug)|^Run '.* --help'|^See '.* --help'|^\s*$")
_REMEMBERED_LINES: Final = 30
_SECONDS_TO_FINISH: Final = 5.0
"""For what is under way at an interrupt."""


class CliError(Exception):
    """The CLI failed. The text is its own."""


class MissingCliError(CliError):
    """There is no such CLI on this machine, or it is no program."""


class SilentCliError(CliError):
    """The CLI does not answer."""


class ContainerCli:
    """The CLI that `CDK_DOCKER` names, as the CDK itself runs it; `docker` if it names none.

    It runs in a session of its own: Ctrl-C is for whoever started it, who ends it then.
    """

    def __init__(self, program: str | None = None, *, patience: float = 60.0) -> None:
        """Take a program.

        Args:
            program: The CLI; what `CDK_DOCKER` names by default.
            patience: The seconds in which it must answer what it can know at once, so that an engine that hangs is told
                of. Building and pulling may take longer.
        """
        self.program = program or os.environ.get("CDK_DOCKER") or "docker"
        self._patience = patience

    def __call__(self, *arguments: str) -> str:
        """What the CLI prints.

        Raises:
            CliError: If it fails, does not answer, or is not there.
        """
        return self._answer(arguments, stderr=subprocess.PIPE)

    def run(self, *arguments: str) -> str:
        """Start a container, and give its id.

        Raises:
            CliError: If it cannot be started.
        """
        printed = self("run", "--detach", *arguments).split()
        if not printed:
            raise CliError(f"`{self.program} run` does not answer as that of docker does")
        return printed[-1]

    def logs(self, container: str, lines: int) -> str:
        """The last lines that a container printed, on whichever stream; empty if they cannot be had."""
        with suppress(CliError):
            printed = self._answer(["logs", "--tail", str(lines), container], stderr=subprocess.STDOUT)
            return "\n".join(printed.splitlines()[-lines:])
        return ""

    def inspect(self, kind: str, *names: str) -> list[dict[str, Any]]:
        """What is known of containers or images.

        Raises:
            CliError: If one does not exist.
        """
        printed = self(kind, "inspect", *names)
        try:
            known = [dict(each) for each in json.loads(printed)]
        except (ValueError, TypeError):
            known = []
        if len(known) != len(names):
            raise CliError(f"`{self.program} {kind} inspect` does not answer as that of docker does")
        return known

    def follow(self, arguments: Sequence[str], tell: Callable[[str], object], directory: Path | None = None) -> None:
        """Run a command that takes long, and pass on each line that it prints.

        Raises:
            CliError: If it fails, with the last lines.
        """
        printed: deque[str] = deque(maxlen=_REMEMBERED_LINES)
        with self._started(arguments, stderr=subprocess.STDOUT, directory=directory) as process:
            for line in process.stdout or ():
                printed.append(line.rstrip())
                tell(line.rstrip())
        if process.returncode:
            raise CliError("\n".join(printed))

    def _answer(self, arguments: Sequence[str], *, stderr: int) -> str:
        with self._started(arguments, stderr=stderr) as process:
            try:
                printed, complaint = process.communicate(timeout=self._patience)
            except subprocess.TimeoutExpired as error:
                raise SilentCliError(f"`{self.program} {arguments[0]}` did not end in {self._patience:g} s") from error
            except KeyboardInterrupt:
                # Nobody would know of a container whose start is cut off in the middle.
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_SECONDS_TO_FINISH)
                raise
        if process.returncode:
            raise CliError(_said(complaint or printed) or f"exited with code {process.returncode}")
        return printed

    @contextmanager
    def _started(
        self, arguments: Sequence[str], *, stderr: int, directory: Path | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """The CLI at work. It is ended if something else ends the block."""
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and options are not taken from users
                [self.program, *arguments],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise MissingCliError(self._cannot_run(error)) from error
        with process:
            try:
                yield process
            except BaseException:
                _end(process)
                raise

    def _cannot_run(self, error: OSError) -> str:
        is_missing = isinstance(error, FileNotFoundError)
        return f"`{self.program}` " + ("is not installed" if is_missing else f"cannot be run ({error.strerror})")


def _end(process: subprocess.Popen[str]) -> None:
    """End a CLI and what it has started, which removes what it has begun if it gets the time."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError, PermissionError):  # macOS says so of processes that have ended
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_END)


def _said(output: str) -> str:
    return "\n".join(line for line in output.splitlines() if not _NOISE.search(line))

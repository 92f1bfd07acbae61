"""Processes on this machine that stand for containers because somebody said so."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..errors import LocalEndpointError
from ..plan import Command, ContainerPlan
from ..running import MODEL_FOLDER, SECONDS_TO_END, Progress, RunningContainer
from .ports import LOOPBACK, on_this_machine
from .printed import last_lines

_INHERITED: Final = {
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"),
    *("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
}
"""What a program needs of this machine to start, and what holds no secret."""

_NO_CREDENTIALS: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""Else HOME would lead to the credentials of whoever runs this."""

_BASE_FOLDER: Final = "SAGEMAKER_BASE_DIR"
"""What AWS' inference toolkits take for `/opt/ml`, which a process has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningProcess:
    """A process and its log."""

    plan: ContainerPlan
    url: str
    process: subprocess.Popen[bytes] = field(repr=False)
    log: Path
    default_port_url: None = None  # anything may listen on 8080 of this machine

    def ended(self) -> str | None:
        """With which code it exited, or which signal ended it; None while it runs."""
        code = self.process.poll()
        if code is None:
            return None
        return f"exited with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    def logs(self, lines: int = 20) -> str:
        """The last lines that it printed."""
        with suppress(FileNotFoundError):
            return last_lines(self.log, lines)
        return ""


class ProcessEngine:
    """Runs commands, each in a session of its own, without the AWS credentials and the secrets of this machine.

    A process gets the container's environment, its ports, and of this machine's environment only what programs need to
    start, such as PATH and HOME. `--env` gives it more.
    """

    def __init__(self, *, seconds_to_end: float = SECONDS_TO_END) -> None:
        self._seconds_to_end = seconds_to_end
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._running: list[RunningProcess] = []

    def prepare(self, containers: Sequence[ContainerPlan], progress: Progress) -> None:
        """Nothing is needed."""

    def start(
        self,
        containers: Sequence[ContainerPlan],
        folders: Mapping[str, str],
        progress: Progress,
    ) -> list[RunningContainer]:
        """Start each command.

        Raises:
            LocalEndpointError: If there is no such program or directory.
        """
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="mce-local-")
        started: list[RunningProcess] = []
        try:
            for each in containers:
                if isinstance(each.workload, Command):
                    progress(each.title, "starting")
                    folder = Path(tempfile.mkdtemp(prefix=f"{each.hostname}-", dir=self._folder.name))
                    started.append(_start(each, each.workload, folder, folders.get(each.hostname)))
        except BaseException:
            _end(started, self._seconds_to_end)
            raise
        self._running += started
        return [*started]

    def stop(self) -> None:
        """End the processes and those that they started: first SIGTERM, later SIGKILL."""
        _end(self._running, self._seconds_to_end)
        self._running.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def environment_of(plan: ContainerPlan, *, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a process sees, but for its ports and its model data."""
    kept = {name: value for name, value in inherited.items() if name in _INHERITED or name.startswith("LC_")}
    return {**kept, **_NO_CREDENTIALS, **plan.environment}


def _start(plan: ContainerPlan, command: Command, folder: Path, model_data: str | None) -> RunningProcess:
    ports = on_this_machine()
    environment = environment_of(plan) | ports.environment
    if model_data is not None:
        (folder / Path(MODEL_FOLDER).name).symlink_to(Path(model_data).absolute())
        environment.setdefault(_BASE_FOLDER, str(folder))
    log = folder / "log"
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own command; no shell
                command.arguments,
                cwd=command.directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}"
            raise LocalEndpointError(f"{plan.title}: cannot start {command}: {reason}") from error
    return RunningProcess(plan=plan, url=f"http://{LOOPBACK}:{ports.bind_to}", process=process, log=log)


def _end(running: Iterable[RunningProcess], seconds: float) -> None:
    processes = [each.process for each in running]
    for each in processes:
        _signal_group(each, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for each in processes:
        with suppress(subprocess.TimeoutExpired):
            each.wait(max(0.0, deadline - time.monotonic()))
        _signal_group(each, signal.SIGKILL)
        each.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS says so of processes that have ended
        os.killpg(process.pid, number)

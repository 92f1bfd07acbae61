"""Whose containers are whose, so that those of a run that was killed are removed at the next start."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Final

from .container_cli import CliError, ContainerCli

RUN: Final = "sagemaker-multi-container.run"
OWNER: Final = "sagemaker-multi-container.owner"
NETWORK: Final = "sagemaker-multi-container.network"
OWN, JOINED = "own", "joined"

# docker prints labels as a=b,c=d, podman as map[a:b c:d].
_OWNER_OF = re.compile(re.escape(OWNER) + r"[=:]([\w-]+)")
_IS_JOINED = re.compile(re.escape(NETWORK) + rf"[=:]{JOINED}\b")


def new_run() -> str:
    """A name for what is started together."""
    return uuid.uuid4().hex[:12]


def this_process() -> str:
    """What names this process on this machine, also when its number has been given to another."""
    return _named(os.getpid())


def remove_leftovers(cli: ContainerCli) -> None:
    """Remove the containers of processes of this machine that are gone.

    Raises:
        CliError: If the engine does not answer.
    """
    remove(cli, f"label={OWNER}", only_of_the_dead=True)


def remove(cli: ContainerCli, label: str, *, only_of_the_dead: bool = False) -> None:
    """Remove containers, first those that have joined the network of another.

    Raises:
        CliError: If the engine does not answer.
    """
    listed = cli("ps", "--all", "--no-trunc", "--filter", label, "--format", "{{.ID}} {{.Labels}}").splitlines()
    chosen = [line for line in listed if not only_of_the_dead or _owner_is_dead(line)]
    for has_joined in (True, False):
        ids = [line.split()[0] for line in chosen if bool(_IS_JOINED.search(line)) == has_joined]
        if ids:
            with suppress(CliError):  # those that have ended cannot be killed
                cli("kill", *ids)
            with suppress(CliError):  # another process may be removing them, too
                cli("rm", "--force", "--volumes", *ids)


def _owner_is_dead(labels: str) -> bool:
    owner = _OWNER_OF.search(labels)
    if owner is None:
        return False
    machine, pid, _ = owner[1].split("-")
    return machine == _machine() and owner[1] != _named(int(pid))


def _named(pid: int) -> str:
    return f"{_machine()}-{pid}-{_start_of(pid)}"


def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:12]


def _start_of(pid: int) -> str:
    """When a process started; empty if there is none."""
    if Path("/proc/self/stat").exists():
        try:
            status = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        state, *fields = status.rpartition(")")[2].split()
        return "" if state == "Z" else fields[18]
    told = subprocess.run(  # noqa: S603 - a number
        ["ps", "-o", "lstart=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return re.sub(r"\W", "", told.stdout)

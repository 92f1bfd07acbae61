"""How containers are, asked of the engine for all of them at once: each question is a program that runs."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any, Final

from .container_cli import CliError, ContainerCli, SilentCliError

_KEPT_SECONDS: Final = 1.0


class States:
    """The states of the containers that an engine has started, as they were at most a second ago."""

    def __init__(self, cli: ContainerCli) -> None:
        self._cli = cli
        self._watched: list[str] = []
        self._states: dict[str, dict[str, Any]] = {}
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    def watch(self, id: str) -> None:
        """Ask for a container, too."""
        with self._lock:
            self._watched.append(id)
        self.forget()

    def forget(self) -> None:
        """Ask anew the next time."""
        self._asked_at = float("-inf")

    def end_of(self, id: str) -> str | None:
        """How a container ended; None while it runs."""
        with self._lock:
            if time.monotonic() - self._asked_at > _KEPT_SECONDS:
                self._states = self._ask()
                self._asked_at = time.monotonic()
            state = self._states.get(id)
        if state is None:
            return "has been removed"
        if state["Status"] == "running":
            return None
        return f"exited with code {state['ExitCode']}" + (" for lack of memory" if state.get("OOMKilled") else "")

    def _ask(self) -> dict[str, dict[str, Any]]:
        try:
            known = self._cli.inspect("container", *self._watched)
        except SilentCliError:
            return self._states
        except CliError:  # of which one is gone
            known = []
            for each in self._watched:
                with suppress(CliError):
                    known += self._cli.inspect("container", each)
        return {each["Id"]: each["State"] for each in known}

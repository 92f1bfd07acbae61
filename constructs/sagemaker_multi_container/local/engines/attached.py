"""Servers that somebody else started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..plan import Attached, ContainerPlan
from ..running import Progress, RunningContainer


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedContainer:
    """A server of which nothing is known but its address."""

    plan: ContainerPlan
    url: str
    default_port_url: None = None

    def ended(self) -> None:
        """How it ended cannot be known."""

    def logs(self, lines: int = 20) -> str:  # noqa: ARG002
        """Empty: whoever started it has them."""
        return ""


class AttachedEngine:
    """Takes servers as they are; it starts and stops nothing."""

    def prepare(self, containers: Sequence[ContainerPlan], progress: Progress) -> None:
        """Nothing is needed."""

    def start(
        self,
        containers: Sequence[ContainerPlan],
        folders: Mapping[str, str],  # noqa: ARG002
        progress: Progress,
    ) -> list[RunningContainer]:
        """The servers, without asking them anything."""
        running: list[RunningContainer] = []
        for each in containers:
            if isinstance(each.workload, Attached):
                progress(each.title, "attached")
                running.append(AttachedContainer(plan=each, url=each.workload.url.rstrip("/")))
        return running

    def stop(self) -> None:
        """Nothing was started."""

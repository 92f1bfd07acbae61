"""Containers in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..plan import ContainerPlan
from ..running import Progress, RunningContainer
from ..stub import Stub
from .stub_server import StubServer


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStub:
    """A stub and the server that asks it."""

    plan: ContainerPlan
    server: StubServer = field(repr=False)
    default_port_url: None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.server.url

    def ended(self) -> str | None:
        """That it was stopped; nothing else ends it."""
        return "stopped" if self.server.stopping.is_set() else None

    def logs(self, lines: int = 20) -> str:
        """The last lines of the tracebacks of what its function raised."""
        return "\n".join(list(self.server.log)[-lines:])


class StubEngine:
    """Serves stubs in this process."""

    def __init__(self) -> None:
        self._servers: list[StubServer] = []

    def prepare(self, containers: Sequence[ContainerPlan], progress: Progress) -> None:
        """Nothing is needed."""

    def start(
        self,
        containers: Sequence[ContainerPlan],
        folders: Mapping[str, str],  # noqa: ARG002
        progress: Progress,
    ) -> list[RunningContainer]:
        """Serve each stub on a port of its own."""
        running: list[RunningContainer] = []
        for each in containers:
            if isinstance(each.workload, Stub):
                progress(each.title, "starting")
                server = StubServer(each.workload)
                self._servers.append(server)
                running.append(RunningStub(plan=each, server=server))
        return running

    def stop(self) -> None:
        """End all servers, and the requests that they answer."""
        for server in self._servers:
            server.stop()
        self._servers.clear()

"""What `mce local` shows: each container while it starts, what to export, and a line for each request."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http import HTTPStatus
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..check.printable import printable
from ..local.endpoint import LocalEndpoint
from ..local.plan import EndpointPlan
from ..local.preflight import CheckFinding
from ..local.running import RunningContainer
from ..local.served import Hop, RequestRecord
from ..rules import Severity

WAITING: Final = "waiting"

_FAINT, _GOOD, _BAD, _WARNING = "dim", "green", "red", "yellow"
_KILOBYTE: Final = 1024


class LocalView:
    """Writes to standard output. On a terminal the containers' lines change in place while they start."""

    def __init__(self, plan: EndpointPlan) -> None:
        self._console = _EndingConsole(highlight=False, soft_wrap=True)
        self._plan = plan
        self._lock = threading.Lock()
        containers = [each for model in plan.models for each in model.containers]
        self._kinds = {each.title: printable(str(each.workload)) for each in containers}
        self._states = dict.fromkeys(self._kinds, WAITING)
        self._live: Live | None = None

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Show the containers while they start."""
        self._say(f"{self._plan.title} ({', '.join(sorted({model.mode for model in self._plan.models}))})")
        for note in self._plan.notes:
            self._say(f"note: {note}", _WARNING)
        if not self._console.is_terminal:
            yield
            return
        with Live(self._containers(), console=self._console, refresh_per_second=8) as self._live:
            yield
        self._live = None

    def progress(self, title: str, state: str) -> None:
        """Say what happens to a container. Any thread may."""
        with self._lock:
            before, self._states[title] = self._states.get(title, ""), state
            if self._live is not None:
                self._live.update(self._containers())
            elif not self._console.is_terminal and _stage(before) != _stage(state):
                self._say(f"  {title} ({self._kinds.get(title)}): {_stage(state)}")

    def found(self, finding: CheckFinding) -> None:
        """Say what SageMaker would refuse."""
        style = {Severity.ERROR: _BAD, Severity.WARNING: _WARNING}.get(finding.severity, _FAINT)
        self._say(f"{finding.severity}: {finding.container}: {finding.check}: {finding.message}", style)
        if finding.said_by_sagemaker:
            self._say(f"  SageMaker: {finding.said_by_sagemaker}")
        if finding.fix:
            self._say(f"  fix: {finding.fix}")
        for line in finding.log.splitlines():
            self._say(f"  | {line}", _FAINT)

    def checked(self, errors: int) -> None:
        """Say what came of the check."""
        if errors:
            self._say(f"{errors} {'error' if errors == 1 else 'errors'}", _BAD)
        else:
            self._say(f"all {len(self._states)} containers answer pings on their own ports", _GOOD)

    def started(self, endpoint: LocalEndpoint) -> None:
        """Say how to call the endpoint."""
        self._say(f"{endpoint.name} answers at {endpoint.url}. In the shell of whoever calls it:", _GOOD)
        for name, value in endpoint.environment.items():
            self._say(f"  export {name}={value}")
        for model in self._plan.models[:1]:
            target = f" --target {model.containers[0].hostname}" if model.mode == "Direct" else ""
            self._say(f"  mce invoke {endpoint.name}{target} --body FILE")
        self._say("Ctrl-C stops it.", _FAINT)

    def request(self, record: RequestRecord) -> None:
        """A line for a request that was answered. Any thread may."""
        self._console.print(request_line(record, datetime.now().astimezone()))

    def ended(self, container: RunningContainer, how: str) -> None:
        """Say that a container ended."""
        self._say(f"{container.plan.title} {how}", _BAD)
        for line in container.logs().splitlines():
            self._say(f"  {line}", _FAINT)

    def stopping(self) -> None:
        """Say that the containers are stopped."""
        self._say("stopping")

    def _say(self, text: str, style: str = "") -> None:
        for line in text.splitlines():
            self._console.print(Text(printable(line), style))

    def _containers(self) -> Table:
        rows = [(f"  {title}", printable(state), self._kinds[title]) for title, state in self._states.items()]
        table = Table.grid(padding=(0, 2))
        for column in range(2):
            table.add_column(no_wrap=True, min_width=max(len(row[column]) for row in rows))
        table.add_column(no_wrap=True, overflow="ellipsis", style=_FAINT)
        for row in rows:
            table.add_row(*map(Text, row))
        return table


class _EndingConsole(Console):
    """Ends the command, whichever thread writes, when whoever reads has enough, such as `head`."""

    def on_broken_pipe(self) -> None:
        """Write no more, and interrupt the main thread, so that containers are removed."""
        with suppress(SystemExit):  # which would end this thread alone
            super().on_broken_pipe()
        _thread.interrupt_main(signal.SIGTERM)


def request_line(record: RequestRecord, at: datetime) -> Text:
    """A request in one line: when, what the caller got, what each container answered, and how long each took."""
    line = Text(f"{at:%H:%M:%S} ", _FAINT)
    line.append(str(record.status), _GOOD if record.status < HTTPStatus.BAD_REQUEST else _BAD)
    called = record.endpoint if record.variant is None else f"{record.endpoint}/{record.variant}"
    line.append(printable(f" {called}"))
    if record.hops:
        line.append("  " + " → ".join(map(_hop, record.hops)))
    line.append(
        f"  {_duration(record.seconds)}  {_size(record.request_bytes)} → {_size(record.response_bytes)}", _FAINT
    )
    if record.operation != "InvokeEndpoint":
        line.append(printable(f"  {record.operation}"), _FAINT)
    if record.error is not None:
        line.append(printable(f"  {record.error}"), _BAD)
    return line


def _stage(state: str) -> str:
    """What happens, without what an engine prints of it."""
    return state.partition(": ")[0]


def _hop(hop: Hop) -> str:
    answer = "no response" if hop.status is None else str(hop.status)
    content_type = f" {printable(hop.content_type)}" if hop.content_type else ""
    return f"{hop.hostname} {answer}{content_type} {_duration(hop.seconds)}"


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _size(length: int) -> str:
    if length < _KILOBYTE:
        return f"{length} B"
    return f"{length / _KILOBYTE:.1f} kB" if length < _KILOBYTE**2 else f"{length / _KILOBYTE**2:.1f} MB"

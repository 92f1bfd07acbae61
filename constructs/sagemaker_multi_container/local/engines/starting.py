"""Which engine runs which container, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from ..errors import LocalEndpointError
from ..plan import Attached, BuiltImage, Command, ContainerPlan, ModelPlan, NamedImage, Workload
from ..running import Engine, Progress, RunningContainer, RunningModel, silent
from ..stub import Stub


class Engines:
    """Runs models, each container by the engine of its kind, for as long as the `with` block lasts.

    >>> with Engines() as engines:  # doctest: +SKIP
    ...     engines.prepare(plan.models)
    ...     running = [engines.start(each, folders[each.key]) for each in plan.models]
    """

    def __init__(self, progress: Progress = silent) -> None:
        self._progress = progress
        self._engines: dict[type[Engine], Engine] = {}

    def prepare(self, models: Iterable[ModelPlan]) -> None:
        """Build and pull the images of models. Only those engines are asked for that have something to run.

        Raises:
            LocalEndpointError: If something is missing. It lists the problems of all engines.
        """
        containers = [container for model in models for container in model.containers]
        problems: list[str] = []
        for engine, own in self._by_engine(containers):
            try:
                engine.prepare(own, self._progress)
            except LocalEndpointError as error:
                problems += error.problems
        if problems:
            raise LocalEndpointError(problems)

    def start(self, model: ModelPlan, folders: Mapping[str, str] | None = None) -> RunningModel:
        """Start the containers of a model, without waiting until they answer.

        Args:
            model: The model. It must be prepared.
            folders: The unpacked model data, by hostname.

        Raises:
            LocalEndpointError: If a container cannot be started. Everything that runs is stopped then.
        """
        running: list[RunningContainer] = []
        try:
            for engine, own in self._by_engine(model.containers):
                running += engine.start(own, folders or {}, self._progress)
        except BaseException:
            self.stop()
            raise
        by_hostname = {each.plan.hostname: each for each in running}
        return RunningModel(plan=model, containers=tuple(by_hostname[each.hostname] for each in model.containers))

    def stop(self) -> None:
        """Stop and remove all that was started. It never raises, and may be called again."""
        for engine in self._engines.values():
            engine.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _by_engine(self, containers: Iterable[ContainerPlan]) -> list[tuple[Engine, list[ContainerPlan]]]:
        by_kind: dict[type[Engine], list[ContainerPlan]] = {}
        for each in containers:
            by_kind.setdefault(_engine_for(each.workload), []).append(each)
        for kind in by_kind.keys() - self._engines.keys():
            self._engines[kind] = kind()
        return [(self._engines[kind], own) for kind, own in by_kind.items()]


def _engine_for(workload: Workload) -> type[Engine]:
    # Imported late: tests with stubs need nothing that images need.
    match workload:
        case Stub():
            from .stubs import StubEngine  # noqa: PLC0415

            return StubEngine
        case Command():
            from .processes import ProcessEngine  # noqa: PLC0415

            return ProcessEngine
        case Attached():
            from .attached import AttachedEngine  # noqa: PLC0415

            return AttachedEngine
        case BuiltImage() | NamedImage():
            from .containers import ContainerEngine  # noqa: PLC0415

            return ContainerEngine

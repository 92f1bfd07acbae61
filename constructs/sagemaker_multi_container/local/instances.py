"""The containers of an endpoint, started together: model data is unpacked, and each engine runs what is of its kind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .engines import Engines
from .errors import LocalEndpointError
from .model_data import unpack
from .plan import EndpointPlan
from .running import Progress, RunningModel


@contextmanager
def started(plan: EndpointPlan, progress: Progress) -> Iterator[Mapping[str, RunningModel]]:
    """The models of an endpoint by their keys, running until the end, without waiting until they answer.

    Raises:
        LocalEndpointError: If one cannot be started. Nothing is left running.
    """
    with tempfile.TemporaryDirectory(prefix="mce-") as folder, Engines(progress) as engines:
        folders = _unpacked(plan, Path(folder))
        engines.prepare(plan.models)
        yield {model.key: engines.start(model, folders[model.key]) for model in plan.models}


def _unpacked(plan: EndpointPlan, folder: Path) -> dict[str, dict[str, str]]:
    """The folders with the model data of all containers, by the key of the model and the hostname."""
    # Containers run as users of their own, and must be able to read it.
    folder.chmod(0o755)
    folders: dict[str, dict[str, str]] = {}
    problems: list[str] = []
    for model in plan.models:
        folders[model.key] = {}
        for container in model.containers:
            try:
                unpacked = unpack(container, folder / model.key / container.hostname)
            except LocalEndpointError as reason:
                problems += reason.problems
            else:
                if unpacked is not None:
                    folders[model.key][container.hostname] = str(unpacked)
    if problems:
        raise LocalEndpointError(problems)
    return folders

"""What the containers of a model are on this machine."""

from __future__ import annotations

from pathlib import Path

from ..plan import Attached, Command, ContainerPlan, Workload
from ..stub import Stub
from .artefacts import model_data_of
from .declared import DeclaredContainer
from .environment import environment_of
from .findings import Findings
from .images import image_of
from .overrides import Overrides


def plan_container(container: DeclaredContainer, overrides: Overrides, findings: Findings) -> ContainerPlan | None:
    """A container as it runs here. None if there is a problem."""
    if container.properties.get("Mode") not in (None, "SingleModel"):
        what = "it hosts several models (MultiModel mode), which does not run here"
        findings.problem(container.where, what, "give it one model")
    workload = overrides.workload(container) or image_of(container, findings)
    given = overrides.variables(container)
    is_run = not isinstance(workload, Attached | Stub)
    if given and not is_run:
        fix = f"leave --env {container.option}.{next(iter(given))} out"
        findings.problem(container.where, f"it is a {workload}, which gets no environment", fix)
    environment = environment_of(container, given, findings, is_run=is_run)
    model_data = _model_data(container, workload, overrides, findings)
    if workload is None:
        return None
    return ContainerPlan(
        hostname=container.hostname,
        variant=None if container.is_only else container.model.variants[0],
        workload=workload,
        environment=environment,
        model_data=model_data,
    )


def _model_data(
    container: DeclaredContainer, workload: Workload | None, overrides: Overrides, findings: Findings
) -> Path | None:
    """What `/opt/ml/model` holds: what is given, or else what the assembly staged."""
    is_run = not isinstance(workload, Attached | Stub)
    name = container.key_in(overrides.model_data)
    if name is None:
        return model_data_of(container, findings, is_needed=not isinstance(workload, Command)) if is_run else None
    path, option = overrides.model_data[name], f"--model-data {name}"
    if not is_run:
        findings.problem(container.where, f"it is a {workload}, which gets no model data", f"leave {option} out")
    elif path is not None and not path.exists():
        findings.problem(f"{option}={path}", "there is no such file", "give a directory or an archive")
    return path

"""How a container of an image is started, as options of `run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..plan import BuiltImage, ContainerPlan, Image, NamedImage
from ..running import DEFAULT_PORT, MODEL_FOLDER
from .ports import LOOPBACK, Ports, in_own_network


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What is to be started."""

    plan: ContainerPlan
    ports: Ports
    model_data: str | None
    """The folder that it sees as `/opt/ml/model`."""

    @property
    def options(self) -> list[str]:
        """Its environment and its model data."""
        environment = {**self.plan.environment, **self.ports.environment}
        options = [option for name, value in environment.items() for option in ("--env", f"{name}={value}")]
        if self.model_data is not None:
            source = Path(self.model_data).absolute()
            options += "--mount", f"type=bind,source={source},target={MODEL_FOLDER},readonly"
        return options


def launches_of(containers: Sequence[ContainerPlan], folders: Mapping[str, str]) -> list[Launch]:
    """How containers that share a network are started, each with ports of its own."""
    return [
        Launch(plan=plan, ports=in_own_network(place), model_data=folders.get(plan.hostname))
        for place, plan in enumerate(containers)
    ]


def network_of(first: Launch, others: Sequence[Launch]) -> list[str]:
    """The options that the first has for all: nothing can be added to a network later."""
    options = ["--hostname", first.plan.hostname]
    for port in (DEFAULT_PORT, *(each.ports.bind_to for each in (first, *others))):
        options += "--publish", f"{LOOPBACK}::{port}"
    for each in others:
        options += "--add-host", f"{each.plan.hostname}:{LOOPBACK}"
    return options


def image_of(plan: ContainerPlan) -> Image:
    """The image that a container is made of.

    Raises:
        TypeError: If it is none.
    """
    if isinstance(plan.workload, BuiltImage | NamedImage):
        return plan.workload
    raise TypeError(f"{plan.hostname} is a {plan.workload}, no image")

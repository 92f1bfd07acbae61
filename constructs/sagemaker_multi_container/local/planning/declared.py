"""The containers that a template declares, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...rules import Path, Unknown
from ...rules.checks import quoted
from ...rules.description import Properties
from ...rules.limits import CONTAINER_HOSTNAME
from ...template import Template
from .findings import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredModel:
    """A model of a template, and the variants that serve it."""

    template: Template
    logical_id: str
    variants: tuple[str, ...]

    @property
    def properties(self) -> Properties:
        """What the template says of it."""
        return self.template.description.resources[self.logical_id].properties

    @property
    def where(self) -> str:
        """What problems call it."""
        return f"model {self.logical_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredContainer:
    """A container of a model."""

    model: DeclaredModel
    path: Path
    """The way to it from the properties of the model."""
    properties: Properties
    hostname: str
    is_only: bool
    """Whether no other model of the endpoint has a container of that hostname."""

    @property
    def names(self) -> tuple[str, ...]:
        """What options may call it, its hostname last."""
        return (*(f"{variant}/{self.hostname}" for variant in self.model.variants), self.hostname)

    @property
    def option(self) -> str:
        """What an option should call it so that no other container is meant."""
        return self.hostname if self.is_only else self.names[0]

    @property
    def where(self) -> str:
        """What problems call it."""
        return f"container {self.option}"

    def key_in(self, given: Mapping[str, object]) -> str | None:
        """Which of its names something is given for, the most exact first; None if nothing is."""
        return next((name for name in self.names if name in given), None)


def declared_containers(models: Sequence[DeclaredModel], findings: Findings) -> list[DeclaredContainer]:
    """The containers of models, in their order. One that is not known, or has no proper hostname, is a problem."""
    named = [(model, path, properties, name) for model in models for path, properties, name in _named(model, findings)]
    hostnames = [name for *_, name in named]
    return [
        DeclaredContainer(
            model=model, path=path, properties=properties, hostname=name, is_only=hostnames.count(name) == 1
        )
        for model, path, properties, name in named
    ]


def _named(model: DeclaredModel, findings: Findings) -> Iterable[tuple[Path, Properties, str]]:
    """The containers of a model with their hostnames, each hostname once."""
    found: dict[str, tuple[Path, Properties, str]] = {}
    for path, properties, default in _written(model, findings):
        hostname = properties.get("ContainerHostname", default)
        place = (*path, "ContainerHostname")
        if isinstance(hostname, Unknown):
            what = f"the hostname at {_shown(path)}"
            findings.unknown(model.where, what, model.template, model.logical_id, place)
        elif hostname is None:
            what = f"{_shown(path)} has no ContainerHostname, by which Direct mode calls it"
            findings.problem(model.where, what, "give it one")
        elif not isinstance(hostname, str) or hostname not in CONTAINER_HOSTNAME:
            what = f"{quoted(str(hostname))} is no hostname: {CONTAINER_HOSTNAME.meaning}, at most 63"
            findings.problem(model.where, what, "give the container another one")
        elif hostname in found:
            findings.problem(
                model.where, f"two containers have the hostname {hostname}", "give one of them another one"
            )
        else:
            found[hostname] = (path, properties, hostname)
    return found.values()


def _written(model: DeclaredModel, findings: Findings) -> Iterable[tuple[Path, Properties, str | None]]:
    """The containers as they are written, with what SageMaker calls those without a hostname.

    That is their position in a pipeline (https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html), and
    `primary` for the only one, as public error messages have it.
    """
    primary, several = model.properties.get("PrimaryContainer"), model.properties.get("Containers")
    if isinstance(primary, dict):
        yield ("PrimaryContainer",), primary, "primary"
        return
    if primary is None and several is None:
        findings.problem(model.where, "has no containers", "give it some")
        return
    if not isinstance(several, list):
        findings.unknown(model.where, "which containers it has", model.template, model.logical_id, ("Containers",))
        return
    is_direct = model.properties.get("InferenceExecutionConfig") == {"Mode": "Direct"}
    for index, properties in enumerate(several):
        path = ("Containers", index)
        if isinstance(properties, dict):
            yield path, properties, None if is_direct else f"container-{index + 1}"
        else:
            findings.unknown(model.where, _shown(path), model.template, model.logical_id, path)


def _shown(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else step for step in path)

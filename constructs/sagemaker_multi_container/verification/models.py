"""The models of an endpoint and their containers: as they are declared, and as they are deployed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..invocation import Deployed
from ..rules.description import Properties, containers_of, is_certain, mode_of, text
from ..template.endpoints import Endpoint, properties_of
from .checks import Check, judged, not_made
from .comparison import differences
from .findings import found
from .variants import served_models

_ELSEWHERE = frozenset({"Containers", "PrimaryContainer", "InferenceExecutionConfig", "ModelName", "Tags"})
"""What is judged apart from the other settings of a model, or is none of them."""


PairedContainer = tuple[str, Properties | None, Properties]
"""What a container is called, how it is declared if it is, and how it is deployed."""


def check_models(expected: Endpoint, deployed: Deployed) -> Iterator[Check]:
    """Each model that a declared variant serves, and each of its containers."""
    for logical_id, name in served_models(expected, deployed):
        model = deployed.models.get(name or "")
        if logical_id is None or model is None:
            yield not_made("model", name or "model", "it is declared elsewhere than beside the endpoint")
        else:
            declared = properties_of(expected.template, logical_id)
            yield from _check_model(expected.template.known_as(logical_id), declared, model)


def paired_containers(declared: Properties, deployed: Properties) -> Iterator[PairedContainer]:
    """Each container that is deployed, with the one that is declared under its hostname, else in its place."""
    asked, there = containers_of(declared), containers_of(deployed)
    names, names_there = _hostnames(asked), _hostnames(there)
    for index, (name, container) in enumerate(zip(names_there, there, strict=True)):
        place = names.index(name) if name is not None and name in names else None
        if place is None and len(asked) == len(there) and (names[index] is None or names[index] not in names_there):
            place = index
        yield name or f"Containers[{index}]", None if place is None else asked[place], container


def _check_model(subject: str, declared: Properties, model: Properties) -> Iterator[Check]:
    settings = {key: value for key, value in declared.items() if key not in _ELSEWHERE}
    asked, there = mode_of(declared), mode_of(model)
    if asked not in (None, there):
        yield judged("model", subject, holds=False, says=f"it is called in mode {there}, the template says {asked}")
    else:
        if asked is None:
            settings["InferenceExecutionConfig"] = declared["InferenceExecutionConfig"]
        yield found("model", subject, differences(settings, model), note=f"{there}, as the template says")
    yield from _check_containers(subject, declared, model)


def _check_containers(model: str, declared: Properties, deployed: Properties) -> Iterator[Check]:
    """Each container, and their order, which is that of a pipeline."""
    given = declared.get("Containers", [])
    if not isinstance(given, list) or not all(map(is_certain, given)):
        yield not_made("container", model, "which containers there are is only known at deployment")
        return
    names, names_there = _hostnames(containers_of(declared)), _hostnames(containers_of(deployed))
    is_other = any(name not in (None, there) for name, there in zip(names, names_there, strict=False))
    if is_other or len(names) != len(names_there):
        says = f"{_listed(names_there)} in that order, the template says {_listed(names)}"
        yield judged("container", model, holds=False, says=says)
    for subject, partner, container in paired_containers(declared, deployed):
        if partner is not None:
            yield found("container", subject, differences(_with_environment(partner), container))


def _with_environment(declared: Properties) -> Properties:
    """A container with the environment that it has for certain: none if it says nothing, and no model package does."""
    if "ModelPackageName" in declared:
        return declared
    return {**declared, "Environment": declared.get("Environment", {})}


def _hostnames(containers: Sequence[Properties]) -> list[str | None]:
    return [text(each, "ContainerHostname") for each in containers]


def _listed(hostnames: Sequence[str | None]) -> str:
    return ", ".join(each or "?" for each in hostnames) or "none"

"""Rules about the containers of a model."""

from __future__ import annotations

from typing import Any

from .description import text
from .limits import API, CONTAINER_HOSTNAME, CONTAINERS, GUIDE
from .rule import Confidence, Place, Problems, Severity, rule

CREATE = GUIDE + "multi-container-create.html"
CONTAINER_DEFINITION = API + "API_ContainerDefinition.html"


@rule(
    "MCE-C01",
    guards="Model.Containers",
    source=CREATE,
    fix="split the containers over two endpoints, or merge some of them into one image",
)
def too_many_containers(containers: list[Any], place: Place) -> Problems:
    """A model has at most 15 containers."""
    if len(containers) > CONTAINERS.maximum:
        yield place.problem(f"got {len(containers)} containers; SageMaker takes {CONTAINERS} on one endpoint")


@rule(
    "MCE-C04",
    guards="Model",
    source=CREATE,
    fix="give each container a hostname; callers name it as TargetContainerHostname",
)
def direct_mode_needs_hostnames(model: dict[str, Any], place: Place) -> Problems:
    """In Direct mode each container has a hostname."""
    if text(model, "InferenceExecutionConfig", "Mode") == "Direct" and isinstance(model.get("Containers"), list):
        for index, container in enumerate(model["Containers"]):
            if isinstance(container, dict) and container.get("ContainerHostname") is None:
                yield place.problem("has no hostname, and Direct mode calls containers by it", "Containers", index)


@rule(
    "MCE-C06",
    guards="Model.Containers",
    source=CONTAINER_DEFINITION,
    fix="give each container its own hostname",
    confidence=Confidence.INFERRED,
)
def hostnames_are_unique(containers: list[Any], place: Place) -> Problems:
    """Containers of one model have different hostnames."""
    first: dict[str, int] = {}
    for index, container in enumerate(containers):
        hostname = text(container, "ContainerHostname")
        if hostname is not None and first.setdefault(hostname, index) != index:
            message = f"{hostname!r} is already the hostname of container {first[hostname]}"
            yield place.problem(message, index, "ContainerHostname")


@rule(
    "MCE-C07",
    severity=Severity.WARNING,
    guards="Model.Containers",
    source=GUIDE + "your-algorithms-inference-code.html",
    fix="choose hostnames that differ in more than upper and lower case",
    confidence=Confidence.INFERRED,
)
def hostnames_differ_in_more_than_case(containers: list[Any], place: Place) -> Problems:
    """Containers' hostnames become DNS names, which do not tell upper from lower case."""
    first: dict[str, str] = {}
    for index, container in enumerate(containers):
        hostname = text(container, "ContainerHostname")
        if hostname is not None and first.setdefault(hostname.lower(), hostname) != hostname:
            message = f"{hostname!r} and {first[hostname.lower()]!r} differ only by case, and are DNS names"
            yield place.problem(message, index, "ContainerHostname")


@rule(
    "MCE-C08",
    guards="Container.ContainerHostname",
    source=CONTAINER_DEFINITION,
    fix="use letters, digits and inner hyphens",
)
def hostname_characters(hostname: str, place: Place) -> Problems:
    """A hostname holds letters, digits and inner hyphens only."""
    if len(hostname) <= CONTAINER_HOSTNAME.longest and not CONTAINER_HOSTNAME.matches(hostname):
        yield place.problem(f"{hostname!r} is no hostname: letters, digits and inner hyphens only")

"""Rules about the containers of a model: how many, their hostnames, and what each must have."""

from __future__ import annotations

from typing import Any

from .checks import fits, is_possible, known_length, quoted, too_many, unsupported
from .description import Unknown, is_set, mode_of
from .limits import (
    API,
    CLOUDFORMATION,
    CONTAINER_HOSTNAME,
    CONTAINERS,
    GUIDE,
    INFERENCE_SPECIFICATION,
    MODEL_PACKAGE,
)
from .rule import Confidence, Place, Problems, Severity, declare, rule

CREATE = GUIDE + "multi-container-create.html"
CONTAINER_DEFINITION = API + "ContainerDefinition.html"


@rule(
    "MCE-C01",
    guards="Model.Containers",
    source=CREATE,
    fix="split the containers over two endpoints, or merge some of them into one image",
)
def too_many_containers(containers: list[Any], place: Place) -> Problems:
    """A model has at most 15 containers."""
    if too_many(containers, CONTAINERS):
        yield place.problem(f"got {len(containers)} containers; SageMaker takes {CONTAINERS} on one endpoint")


@rule(
    "MCE-C02",
    guards="Model.InferenceExecutionConfig",
    source=CREATE,
    fix="add containers, or leave the execution mode out and use a single primary container",
)
def too_few_containers(_: dict[str, Any], place: Place) -> Problems:
    """A model that says how its containers are executed has at least 2 of them."""
    containers = place.properties.get("Containers")
    if isinstance(containers, list) and len(containers) == 1:
        yield ("Containers",), f"got 1 container; a multi-container endpoint takes {CONTAINERS}"


@rule(
    "MCE-C03",
    guards="Model",
    source=CREATE,
    fix="give a primary container or, for a multi-container endpoint, a list of containers",
)
def no_containers(model: dict[str, Any], place: Place) -> Problems:
    """A model has containers."""
    if not is_set(model, "PrimaryContainer"):
        containers = model.get("Containers")
        if containers is None:
            yield place.problem("has neither a primary container nor a list of containers")
        elif containers == []:
            yield place.problem("the list of containers is empty", "Containers")


@rule(
    "MCE-C04",
    guards="Model.Containers",
    source=CREATE,
    fix="give each container a hostname; callers name it as TargetContainerHostname",
)
def direct_mode_needs_hostnames(containers: list[Any], place: Place) -> Problems:
    """In Direct mode each container has a hostname."""
    if mode_of(place.properties) == "Direct":
        for index in _unnamed(containers):
            yield place.problem("has no hostname, and Direct mode calls containers by it", index)


@rule(
    "MCE-C05",
    guards="Model.Containers",
    source=CONTAINER_DEFINITION,
    fix="give every container a hostname, or none",
)
def hostnames_for_all_or_none(containers: list[Any], place: Place) -> Problems:
    """In Serial mode either every container has a hostname or none has."""
    unnamed = _unnamed(containers)
    hostnames = _hostnames(containers)
    if unnamed and hostnames and mode_of(place.properties) == "Serial":
        _, named = hostnames[0]
        for index in unnamed:
            yield place.problem(f"has no hostname, though another container has one ({quoted(named)})", index)


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
    for index, hostname in _hostnames(containers):
        if first.setdefault(hostname, index) != index:
            message = f"{quoted(hostname)} is already the hostname of container {first[hostname]}"
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
    for index, hostname in _hostnames(containers):
        if first.setdefault(hostname.lower(), hostname) != hostname:
            message = f"{quoted(hostname)} and {quoted(first[hostname.lower()])} differ only by case, and are DNS names"
            yield place.problem(message, index, "ContainerHostname")


@rule(
    "MCE-C08",
    guards="Container.ContainerHostname",
    source=CONTAINER_DEFINITION,
    fix="use letters, digits and inner hyphens",
)
def hostname_characters(hostname: str | Unknown, place: Place) -> Problems:
    """A hostname holds letters, digits and inner hyphens only."""
    if not is_possible(hostname, CONTAINER_HOSTNAME) and known_length(hostname) <= CONTAINER_HOSTNAME.longest:
        yield place.problem(f"{quoted(hostname)} is no hostname: {CONTAINER_HOSTNAME.meaning}")


@rule(
    "MCE-C09",
    guards="Container.ContainerHostname",
    source=CONTAINER_DEFINITION,
    fix="shorten the hostname",
)
def hostname_length(hostname: str | Unknown, place: Place) -> Problems:
    """A hostname has at most 63 characters."""
    length = known_length(hostname)
    if length > CONTAINER_HOSTNAME.longest:
        yield place.problem(f"has {length} characters; a hostname has at most {CONTAINER_HOSTNAME.longest}")


@rule(
    "MCE-C10",
    severity=Severity.INFO,
    guards="Model.Containers",
    source=GUIDE + "logging-cloudwatch.html",
    fix="give the containers hostnames, so that logs and metrics keep their names when the order changes",
)
def unnamed_containers(containers: list[Any], place: Place) -> Problems:
    """Containers of a pipeline have hostnames, or logs and metrics name them by their position."""
    if len(containers) > 1 and mode_of(place.properties) == "Serial" and len(_unnamed(containers)) == len(containers):
        names = f"container-1 to container-{len(containers)}"
        yield place.problem(f"no container has a hostname; logs and metrics call them {names}, by position")


@rule(
    "MCE-C15",
    guards="Container",
    source=CONTAINER_DEFINITION,
    fix="set the container's image or its model package",
    confidence=Confidence.INFERRED,
)
def image_or_model_package(container: dict[str, Any], place: Place) -> Problems:
    """A container has an image or a model package."""
    if not is_set(container, "Image") and not is_set(container, "ModelPackageName"):
        yield place.problem("has neither an image nor a model package")


declare(
    "MCE-C41",
    "A model package is named by its name or its ARN.",
    fits("Container.ModelPackageName", MODEL_PACKAGE),
    source=CONTAINER_DEFINITION,
    fix="use the model package's name or ARN, with /version at its end if it has one",
)


@rule(
    "MCE-C42",
    guards="Container.InferenceSpecificationName",
    source=CONTAINER_DEFINITION,
    fix="set the model package that holds this inference specification, or leave the specification out",
    confidence=Confidence.INFERRED,
    also=(fits("Container.InferenceSpecificationName", INFERENCE_SPECIFICATION),),
)
def inference_specification(_: str, place: Place) -> Problems:
    """An inference specification is one of the container's model package."""
    if not is_set(place.siblings, "ModelPackageName"):
        yield place.problem("names an inference specification, but the container has no model package")


_ONLY_IN_API = "is known to the SageMaker API but not to CloudFormation"

declare(
    "MCE-C43",
    "A container has only properties that CloudFormation knows.",
    unsupported("Container.AdditionalModelDataSources", _ONLY_IN_API),
    unsupported("Container.ContainerMetricsConfig", _ONLY_IN_API),
    unsupported("Container.ModelDataSource.S3DataSource.ManifestS3Uri", _ONLY_IN_API),
    unsupported("Container.ModelDataSource.S3DataSource.ETag", _ONLY_IN_API),
    unsupported("Container.ModelDataSource.S3DataSource.ManifestEtag", _ONLY_IN_API),
    source=CLOUDFORMATION + "properties-sagemaker-model-containerdefinition.html",
    fix="remove the property; it cannot be deployed with CloudFormation",
)


def _hostnames(containers: list[Any]) -> list[tuple[int, str]]:
    """The hostnames that are known, each with the position of its container."""
    return [
        (index, hostname)
        for index, container in enumerate(containers)
        if isinstance(container, dict) and isinstance(hostname := container.get("ContainerHostname"), str)
    ]


def _unnamed(containers: list[Any]) -> list[int]:
    """The positions of the containers that certainly have no hostname."""
    return [
        index
        for index, container in enumerate(containers)
        if isinstance(container, dict) and container.get("ContainerHostname") is None
    ]

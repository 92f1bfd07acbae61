"""What SageMaker would say of an endpoint, found out before it is asked: `mce local --check`."""

from __future__ import annotations

import enum
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ..rules import Description, Resource, Severity, evaluate
from ..rules.instance_types import is_arm
from .engines.container_cli import CliError, ContainerCli
from .engines.containers import ContainerEngine, by_image, tell_all
from .engines.images import ImageFacts, facts_of, make_present, reference_of
from .engines.printed import because
from .errors import LocalEndpointError
from .health import Unhealthy, did_not_pass, unhealthy
from .instances import started
from .model_data import unpack
from .plan import BuiltImage, ContainerPlan, EndpointPlan, Image, ModelPlan, NamedImage, VariantPlan
from .running import BIND_TO_PORT, Progress, RunningModel, silent

ACCEPTS_PORT: Final = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"
"""The label that each image of a multi-container endpoint must have.

https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-troubleshooting.html
"""

_LISTEN: Final = f"have its server listen on ${BIND_TO_PORT}, and on 8080 where that is not set"
_ANSWER: Final = "have its server answer GET /ping with status 200 within 2 s as soon as it can serve"
_ROOT: Final = ("", "root", "0", "0:0", "root:root")
_ENVIRONMENT_RULES: Final = ("MCE-C35", "MCE-C36", "MCE-C37", "MCE-C38", "MCE-C39")

_PLACE_OF_VARIABLE: Final = len((0, "Environment", "NAME"))


class Check(enum.StrEnum):
    """What is looked at."""

    IMAGE = "image"
    LABEL = "label"
    ARCHITECTURE = "architecture"
    USER = "user"
    ENVIRONMENT = "environment"
    MODEL_DATA = "model data"
    PORT = "port"
    PING = "ping"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """Something that SageMaker would refuse or complain of, or that could not be looked at."""

    check: Check
    container: str
    """What it is about: a hostname, or `variant/hostname` where two models have it; several of an environment."""
    severity: Severity
    """An error fails at SageMaker, a warning may; what is only worth knowing was not looked at."""
    message: str
    said_by_sagemaker: str | None = None
    """In SageMaker's own words, where these are known."""
    fix: str | None = None
    log: str = ""
    """The last lines that the container printed."""

    @property
    def prevents_start(self) -> bool:
        """Whether the container cannot even be started here."""
        return self.severity is Severity.ERROR and self.check in {Check.IMAGE, Check.MODEL_DATA}


def findings_in(plan: EndpointPlan, progress: Progress = silent) -> list[CheckFinding]:
    """All that can be found: what can be seen without starting a container and, if all can be started, after that.

    Raises:
        LocalEndpointError: If there are images and no container engine, or a container cannot be started.
    """
    findings = inspect_findings(plan, progress)
    if not any(each.prevents_start for each in findings):
        with started(plan, progress) as models:
            findings += running_findings(plan.variants, models, progress)
    return findings


def inspect_findings(
    plan: EndpointPlan, progress: Progress = silent, *, engine: ContainerEngine | None = None
) -> list[CheckFinding]:
    """What can be seen without starting a container. Images are built and pulled.

    Args:
        plan: The endpoint.
        progress: Is told what is built and pulled.
        engine: What has the images; the CLI that `CDK_DOCKER` names by default.

    Raises:
        LocalEndpointError: If there are images and no container engine.
    """
    containers = [container for model in plan.models for container in model.containers]
    images = [each for each in containers if isinstance(each.workload, BuiltImage | NamedImage)]
    engine = engine or ContainerEngine()
    if images:
        engine.reach(images)
    facts = _facts(images, engine.cli, progress)
    findings: list[CheckFinding] = []
    for model in plan.models:
        variants = [variant for variant in plan.variants if variant.model == model.key]
        findings += _in_environments(model)
        for container in model.containers:
            findings += _in_model_data(container)
            match container.workload:
                case BuiltImage() | NamedImage() as image:
                    findings += _in_image(image, container, model, variants, facts[reference_of(image)])
                case _:
                    findings.append(_not_an_image(container))
    return findings


def running_findings(
    variants: Sequence[VariantPlan], models: Mapping[str, RunningModel], progress: Progress = silent
) -> list[CheckFinding]:
    """What can only be seen of containers that were started: whether each answers pings on its own port, in time."""
    return [_in_health(each) for each in unhealthy(variants, models, progress)]


def _not_an_image(container: ContainerPlan) -> CheckFinding:
    message = f"is a {container.workload} here, so that its image was not looked at"
    return CheckFinding(check=Check.IMAGE, container=container.title, severity=Severity.INFO, message=message)


def _facts(
    containers: Sequence[ContainerPlan], cli: ContainerCli, progress: Progress
) -> dict[str, ImageFacts | CliError]:
    """What images say of themselves, or why they cannot be had, by their references. Each is built or pulled once."""
    facts: dict[str, ImageFacts | CliError] = {}
    for image, titles in by_image(containers):
        reference = reference_of(image)
        try:
            make_present(cli, image, partial(tell_all, progress, titles))
            facts[reference] = facts_of(cli, reference)
        except CliError as error:
            facts[reference] = error
    return facts


def _in_image(
    image: Image,
    container: ContainerPlan,
    model: ModelPlan,
    variants: Sequence[VariantPlan],
    facts: ImageFacts | CliError,
) -> Iterator[CheckFinding]:
    if isinstance(facts, CliError):
        if isinstance(image, BuiltImage):
            verb, fix = "built", "mend its Dockerfile"
        else:
            verb, fix = "pulled", "log in to its registry"
        yield CheckFinding(
            check=Check.IMAGE,
            container=container.title,
            severity=Severity.ERROR,
            message=because(f"the {image} cannot be {verb}", facts),
            fix=f"{fix}, or give --image {container.title}=REFERENCE",
        )
        return
    if len(model.containers) > 1 and facts.labels.get(ACCEPTS_PORT) != "true":
        yield CheckFinding(
            check=Check.LABEL,
            container=container.title,
            severity=Severity.ERROR,
            message=f"the {image} has no label {ACCEPTS_PORT}=true",
            said_by_sagemaker=(
                f"Your Ecr Image {image.name if isinstance(image, NamedImage) else '...'} does not contain required"
                f" {ACCEPTS_PORT}=true Docker label(s)."
            ),
            fix=f'add LABEL {ACCEPTS_PORT}="true" to its Dockerfile, and have its server listen on ${BIND_TO_PORT}',
        )
    for variant in variants:
        yield from _in_architecture(image, container, facts, variant)
    if facts.user not in _ROOT:
        yield CheckFinding(
            check=Check.USER,
            container=container.title,
            severity=Severity.WARNING,
            message=f"the {image} runs as user {facts.user!r}; SageMaker expects root, and others may lack permissions",
            fix="leave USER out of its Dockerfile",
        )


def _in_architecture(
    image: Image, container: ContainerPlan, facts: ImageFacts, variant: VariantPlan
) -> Iterator[CheckFinding]:
    needed = {"linux/arm64" if is_arm(each) else "linux/amd64": each for each in variant.instance_types}
    for platform, instance_type in (needed or {"linux/amd64": "most instance types"}).items():
        if facts.platform != platform:
            yield CheckFinding(
                check=Check.ARCHITECTURE,
                container=container.title,
                severity=Severity.ERROR if needed else Severity.WARNING,
                message=f"the {image} is for {facts.platform}, and cannot be executed on {instance_type}, {platform}",
                said_by_sagemaker=did_not_pass(container.hostname, variant.name),
                fix=f"build it with --platform {platform}",
            )


def _in_model_data(container: ContainerPlan) -> Iterator[CheckFinding]:
    with tempfile.TemporaryDirectory(prefix="mce-") as folder:
        try:
            unpack(container, Path(folder, "model"))
        except LocalEndpointError as error:
            for problem in error.problems:
                yield CheckFinding(
                    check=Check.MODEL_DATA,
                    container=container.title,
                    severity=Severity.ERROR,
                    message=problem.removeprefix(f"container {container.title}: "),
                    said_by_sagemaker=(
                        f'Failed to extract model data archive for container "{container.hostname}" from URL "...".'
                        " Please ensure that the object located at the URL is a valid tar.gz archive."
                    ),
                )


def _in_environments(model: ModelPlan) -> Iterator[CheckFinding]:
    titles = [each.title for each in model.containers]
    properties = {"Containers": [{"Environment": dict(each.environment)} for each in model.containers]}
    for found in evaluate(Description({model.key: Resource("Model", properties)})):
        if found.rule.id in _ENVIRONMENT_RULES:
            _, *place = found.path
            about = [titles[each] for each in place if isinstance(each, int)] or titles
            variable = f"its environment variable {place[-1]}: " if len(place) == _PLACE_OF_VARIABLE else ""
            yield CheckFinding(
                check=Check.ENVIRONMENT,
                container=", ".join(about),
                severity=found.rule.severity,
                message=variable + found.message,
                fix=found.rule.fix,
            )


def _in_health(found: Unhealthy) -> CheckFinding:
    return CheckFinding(
        check=Check.PORT if found.is_about_port else Check.PING,
        container=found.title,
        severity=Severity.ERROR,
        message=found.reason,
        said_by_sagemaker=found.said_by_sagemaker,
        fix=_LISTEN if found.is_about_port else _ANSWER,
        log=found.log,
    )

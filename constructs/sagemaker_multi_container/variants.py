"""A production variant: instances, and the models they serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk

from .arguments import ArgumentReader
from .containers import ContainerDefinition
from .declared_at import caller
from .errors import Problem
from .modes import InferenceExecutionMode
from .rules import Reference, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionVariant:
    """A fleet of instances of one type behind an endpoint, and its share of the traffic.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
    """

    name: str
    """Keep it over deployments: scaling, alarms and deployment guardrails go by it."""
    instance_type: str
    """Such as `ml.m5.xlarge`. All containers share one instance."""
    initial_instance_count: int = 1
    """How many instances the fleet starts with, and returns to on updates unless it is scaled automatically."""
    weight: float = 1.0
    """The share of the traffic, relative to the weights of all variants. 0 is none."""
    containers: Sequence[ContainerDefinition] | None = None
    """This variant's own containers, for an A/B test. Default: the endpoint's."""
    mode: InferenceExecutionMode | None = None
    """How this variant's own containers are called. Default: as the endpoint's."""
    volume_size: cdk.Size | None = None
    """The ML storage volume of each instance, 1 to 512 GiB. Default: SageMaker's for the instance type."""
    model_data_download_timeout: cdk.Duration | None = None
    """How long the download of the model artefacts may take, 1 to 60 minutes. Default: SageMaker's."""
    container_startup_health_check_timeout: cdk.Duration | None = None
    """How long the containers may take until they answer `/ping`, 1 to 60 minutes. Default: SageMaker's, 8 minutes."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundVariant:
    """A variant, read into CloudFormation properties."""

    properties: dict[str, Any] | Unknown
    owner: str
    """The argument it was given as, such as `variants[0]`; empty for the endpoint's own shorthand."""
    declared_at: str = ""


def bind_variant(
    variant: ProductionVariant, model_name: Reference, owner: str, problems: list[Problem]
) -> BoundVariant:
    """Read a variant that serves the model of this name."""
    declared_at = variant.declared_at if owner else ""
    read = ArgumentReader(problems, owner, declared_at)
    properties = {
        "VariantName": read.read("name", variant.name, str),
        "ModelName": model_name,
        "InstanceType": read.read("instance_type", variant.instance_type, str),
        "InitialInstanceCount": read.read("initial_instance_count", variant.initial_instance_count, int),
        "InitialVariantWeight": read.read("weight", variant.weight, float),
        "VolumeSizeInGB": read.gibibytes("volume_size", variant.volume_size),
        "ModelDataDownloadTimeoutInSeconds": read.seconds(
            "model_data_download_timeout", variant.model_data_download_timeout
        ),
        "ContainerStartupHealthCheckTimeoutInSeconds": read.seconds(
            "container_startup_health_check_timeout", variant.container_startup_health_check_timeout
        ),
    }
    given = {name: value for name, value in properties.items() if value is not None}
    return BoundVariant(properties=given, owner=owner, declared_at=declared_at)

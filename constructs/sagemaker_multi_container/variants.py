"""A production variant: instances, and the models they serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from .arguments import ArgumentReader, given
from .containers import ContainerDefinition
from .declared_at import caller
from .errors import Problem
from .features.feature import Feature, bind_feature
from .instance_pools import InstancePool
from .modes import InferenceExecutionMode
from .rules import Reference, Unknown
from .rules.limits import CAPACITY_RESERVATION

if TYPE_CHECKING:
    from .features.core_dump import CoreDump
    from .features.routing import RoutingStrategy


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionVariant:
    """A fleet of instances of one type behind an endpoint, and its share of the traffic.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
    """

    name: str
    """Keep it over deployments: scaling, alarms and deployment guardrails go by it."""
    instance_type: str | None = None
    """Such as `ml.m5.xlarge`. All containers share one instance. There is no default: give this or `instance_pools`."""
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
    instance_pools: Sequence[InstancePool] | None = None
    """1 to 5 pools of instances of different types, instead of `instance_type`. Default: none."""
    instance_provision_timeout: cdk.Duration | None = None
    """How long SageMaker tries to get instances of one pool before it turns to the next, 5 to 60 minutes. Default:
    SageMaker's."""
    routing_strategy: RoutingStrategy | None = None
    """Which instance a request goes to. Default: SageMaker's, by chance."""
    inference_ami_version: str | None = None
    """The machine image of GPU and Neuron instances, such as `al2-ami-sagemaker-inference-gpu-3-1`. Default:
    SageMaker's for the instance type."""
    core_dump: CoreDump | None = None
    """Where core dumps of crashed containers are written. Default: nowhere."""
    enable_ssm_access: bool | None = None
    """Whether you may open a shell on the instances through AWS Systems Manager. Default: SageMaker's, False."""
    capacity_reservation_arn: str | None = None
    """The ML capacity reservation (a training plan) that the instances come from, and from nowhere else. Default:
    none."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundVariant:
    """A variant, read into CloudFormation properties."""

    properties: dict[str, Any] | Unknown
    owner: str
    """The argument it was given as, such as `variants[0]`; empty for the endpoint's own shorthand."""
    declared_at: str = ""
    features: Mapping[str, Feature] = field(default_factory=dict)
    """What was asked for by value objects of their own, by property."""


def bind_variant(
    variant: ProductionVariant, model_name: Reference, pools: object, owner: str, problems: list[Problem]
) -> BoundVariant:
    """Read a variant that serves the model of this name.

    Args:
        variant: The variant.
        model_name: The model that it serves.
        pools: Its instance pools, read already.
        owner: The argument it was given as, such as `variants[0]`; empty for the endpoint's own shorthand.
        problems: Takes up what is wrong with it.
    """
    declared_at = variant.declared_at if owner else ""
    read = ArgumentReader(problems, owner, declared_at)
    asked_for = {
        "CoreDumpConfig": bind_feature("core_dump", variant.core_dump, read),
        "RoutingConfig": bind_feature("routing_strategy", variant.routing_strategy, read),
    }
    properties = {
        "VariantName": read.read("name", variant.name, str),
        "ModelName": model_name,
        "InstanceType": read.read("instance_type", variant.instance_type, str),
        "InstancePools": pools,
        "VariantInstanceProvisionTimeoutInSeconds": read.seconds(
            "instance_provision_timeout", variant.instance_provision_timeout
        ),
        "InitialInstanceCount": read.read("initial_instance_count", variant.initial_instance_count, int),
        "InitialVariantWeight": read.read("weight", variant.weight, float),
        "VolumeSizeInGB": read.gibibytes("volume_size", variant.volume_size),
        "ModelDataDownloadTimeoutInSeconds": read.seconds(
            "model_data_download_timeout", variant.model_data_download_timeout
        ),
        "ContainerStartupHealthCheckTimeoutInSeconds": read.seconds(
            "container_startup_health_check_timeout", variant.container_startup_health_check_timeout
        ),
        "InferenceAmiVersion": read.read("inference_ami_version", variant.inference_ami_version, str),
        **{name: feature.properties for name, feature in asked_for.items()},
        "EnableSSMAccess": read.read("enable_ssm_access", variant.enable_ssm_access, bool),
        "CapacityReservationConfig": _reservation(
            read.read("capacity_reservation_arn", variant.capacity_reservation_arn, str)
        ),
    }
    return BoundVariant(properties=given(properties), owner=owner, declared_at=declared_at, features=asked_for)


def bind_pool(pool: InstancePool, model_name: Reference | None, read: ArgumentReader) -> dict[str, Any]:
    """Read a pool of a variant; `model_name` is the model of its own, if it has one."""
    properties = {
        "InstanceType": read.required("instance_type", pool.instance_type, str),
        "Priority": read.required("priority", pool.priority, int),
        "ModelNameOverride": model_name,
    }
    return given(properties)


def _reservation(arn: object) -> dict[str, object] | None:
    if arn is None:
        return None
    return {"CapacityReservationPreference": CAPACITY_RESERVATION.values[0], "MlReservationArn": arn}

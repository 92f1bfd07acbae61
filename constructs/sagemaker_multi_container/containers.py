"""A container of an endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .declared_at import caller
from .images import ContainerImage
from .model_data import ModelData


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerDefinition:
    """One container of a multi-container endpoint.

    All containers of an endpoint share the instance's CPU, memory and disk. Each must listen on the port that SageMaker
    gives it in `SAGEMAKER_BIND_TO_PORT`, and its image must carry the label
    `com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true`.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """

    hostname: str
    """Names the container in requests (`TargetContainerHostname`), metrics and logs: letters, digits and inner hyphens,
    63 characters at most, unique in the endpoint."""
    image: ContainerImage | None = None
    """The image. May be left out only where `model_package` names one."""
    model_data: ModelData | None = None
    """The model artefacts, which SageMaker puts under `/opt/ml/model` before the container starts. Default: none, for
    images that bring their model along."""
    environment: Mapping[str, str] | None = None
    """Environment variables: 100 at most, values of 1,024 characters at most, all containers of a model 32 KB together.
    They can be read with DescribeModel: no place for secrets. Default: none."""
    multi_model: bool = False
    """Whether the container loads its models on demand from the prefix in `model_data`. One container of a Serial
    endpoint may."""
    model_cache: bool | None = None
    """Whether a multi-model container keeps loaded models in memory. Default: SageMaker's, which is to keep them."""
    model_package: str | None = None
    """The name or ARN of a model package that brings image and model data. What it names is not known at synth: allow
    the role to fetch it with `add_to_role_policy`. Default: none."""
    inference_specification_name: str | None = None
    """Which inference specification of the model package to use. Default: the package's own."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

"""Instances of several types in one variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .containers import ContainerDefinition
from .declared_at import caller


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancePool:
    """Instances of one type that a variant may consist of, if there are no better ones to be had.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePool.html
    """

    instance_type: str
    """Such as `ml.m5.xlarge`."""
    priority: int
    """1 to 5: pools with a lower number are used first."""
    containers: Sequence[ContainerDefinition] | None = None
    """What these instances serve, for images that are made for the type. Default: what the variant serves."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

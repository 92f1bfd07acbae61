"""What is known of instance types: facts that follow from the family, and the types that are on offer.

The list of types and regions is a data file beside this module. `.ci/refresh_instance_types.py` makes it; it is read
when a type is looked up for the first time.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from .limits import compiled

DATA: Final = Path(__file__).with_name("instance_types.json")

_LOCAL_STORAGE = r"[cmr]\d+g?d|g4dn|g5|g6|g6e|p4de?|p5|p5en?|trn1n?|dl1"
"""Families whose instances hold model data on local NVMe disks instead of a volume, as `volume_size_supported` of
sagemaker 2.257.7 has them. For newer families nobody says."""

_SHAPE = r"ml\.[a-z][a-z0-9-]*\.([a-z0-9]+-)?[a-z0-9]+"
_GPU = r"[gp]\d.*"
_NEURON = r"(inf|trn)\d.*"
_BURSTABLE = r"t\d.*"
_ARM = r"[cmrx]\d+g[a-z]*|t4g|g5g|p6e-gb\d+"

_XLARGE = r"(\d*)xlarge"
_VCPUS_OF_AN_XLARGE = 4
_OTHER_VCPUS = {"c4.8xlarge": 36, "t2.medium": 2, "t3.medium": 2}
"""Where the size does not say it."""
_ONE_GPU = dict.fromkeys(["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"], 1)
_GPUS = {
    "g4dn": _ONE_GPU | {"12xlarge": 4},
    "g5": _ONE_GPU | {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8},
    "g6": _ONE_GPU | {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8},
    "g6e": _ONE_GPU | {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8},
    "g7e": {"2xlarge": 1, "4xlarge": 1, "8xlarge": 1, "12xlarge": 2, "24xlarge": 4, "48xlarge": 8},
    "p2": {"xlarge": 1, "8xlarge": 8, "16xlarge": 16},
    "p3": {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8},
    "p3dn": {"24xlarge": 8},
    "p4d": {"24xlarge": 8},
    "p4de": {"24xlarge": 8},
    "p5": {"4xlarge": 1, "48xlarge": 8},
    "p5e": {"48xlarge": 8},
    "p5en": {"48xlarge": 8},
    "p6-b200": {"48xlarge": 8},
    "p6-b300": {"48xlarge": 8},
    "p6e-gb200": {"36xlarge": 4},
}
"""GPUs by family and size, as https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html lists them."""

# An app has few instance types, and names each of them often.
_remembered = functools.lru_cache(maxsize=1024)


@_remembered
def is_well_formed(instance_type: str) -> bool:
    """Whether it looks like `ml.<family>.<size>`."""
    return compiled(_SHAPE).fullmatch(instance_type) is not None


@_remembered
def family_of(instance_type: str) -> str:
    """The family, such as `c5` of `ml.c5.xlarge`; empty if it is no instance type."""
    return instance_type.split(".")[1] if is_well_formed(instance_type) else ""


@_remembered
def has_local_storage(instance_type: str) -> bool:
    """Whether model data is kept on local NVMe disks, as far as known."""
    return compiled(_LOCAL_STORAGE).fullmatch(family_of(instance_type)) is not None


@_remembered
def has_gpu(instance_type: str) -> bool:
    """Whether it has NVIDIA GPUs."""
    return compiled(_GPU).fullmatch(family_of(instance_type)) is not None


@_remembered
def has_neuron(instance_type: str) -> bool:
    """Whether it has AWS Inferentia or Trainium chips."""
    return compiled(_NEURON).fullmatch(family_of(instance_type)) is not None


@_remembered
def is_arm(instance_type: str) -> bool:
    """Whether its processor is an arm64 one."""
    return compiled(_ARM).fullmatch(family_of(instance_type)) is not None


@_remembered
def is_burstable(instance_type: str) -> bool:
    """Whether its processor's speed depends on credits; such a variant cannot be scaled automatically."""
    return compiled(_BURSTABLE).fullmatch(family_of(instance_type)) is not None


def vcpus_of(instance_type: str) -> int | None:
    """How many vCPUs it has, as the sizes of EC2 instances say. None if that is not known."""
    if not is_well_formed(instance_type):
        return None
    _, family, size = instance_type.split(".")
    by_size = {"medium": 1, "large": 2}.get(size)
    xlarge = compiled(_XLARGE).fullmatch(size)
    if xlarge is not None:
        by_size = _VCPUS_OF_AN_XLARGE * int(xlarge[1] or 1)
    return _OTHER_VCPUS.get(f"{family}.{size}", by_size)


def gpus_of(instance_type: str) -> int | None:
    """How many NVIDIA GPUs it has; 0 if none. None if that is not known."""
    if not is_well_formed(instance_type):
        return None
    if not has_gpu(instance_type):
        return 0
    return _GPUS.get(family_of(instance_type), {}).get(instance_type.rpartition(".")[2])


def known_types() -> AbstractSet[str]:
    """The instance types of the SageMaker API, as of the data file."""
    return _regions_by_type().keys()


def regions_of(instance_type: str) -> frozenset[str]:
    """Where a type is offered for hosting. Empty if that is not known."""
    return _regions_by_type().get(instance_type, frozenset())


@functools.cache
def known_regions() -> frozenset[str]:
    """The regions of which the data file knows what they offer."""
    return frozenset().union(*_regions_by_type().values())


@functools.cache
def _regions_by_type() -> dict[str, frozenset[str]]:
    offers = json.loads(DATA.read_text())["offers"]
    by_type: dict[str, frozenset[str]] = {}
    for offer in offers:
        by_type.update(dict.fromkeys(offer["types"], frozenset(offer["regions"])))
    return by_type

"""The partitions of AWS, which regions tell by how their names begin."""

from __future__ import annotations

from typing import Final

from ..rules import Unknown

_PARTITIONS: Final = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "us-iso-": ("aws-iso", "c2s.ic.gov"),
    "us-isob-": ("aws-iso-b", "sc2s.sgov.gov"),
    "eu-isoe-": ("aws-iso-e", "cloud.adc-e.uk"),
    "us-isof-": ("aws-iso-f", "csp.hci.ic.gov"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
    "": ("aws", "amazonaws.com"),
}


def partition_of(region: str | None) -> str | Unknown:
    """The partition that a region is in. All of them begin alike."""
    return Unknown("aws") if region is None else _entry(region)[0]


def url_suffix_of(region: str | None) -> str | Unknown:
    """The domain of a region's services."""
    return Unknown() if region is None else _entry(region)[1]


def _entry(region: str) -> tuple[str, str]:
    return next(entry for beginning, entry in _PARTITIONS.items() if region.startswith(beginning))

"""The service's limits: each stands here once, with where it was read.

Read on 2026-11-22 in botocore 1.44.5 and in the CloudFormation schemas of 2026-10-20. A test compares them with the
botocore and the schemas that are installed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

API: Final = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/"
GUIDE: Final = "https://docs.aws.amazon.com/sagemaker/latest/dg/"


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and the largest value, length or number of elements, both allowed."""

    minimum: int
    maximum: int
    shape: str
    """The shape of the SageMaker API that has these bounds, as botocore names it."""

    def __contains__(self, value: float) -> bool:
        return self.minimum <= value <= self.maximum

    def __str__(self) -> str:
        return f"{self.minimum} to {self.maximum}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a string must look like, and how long it may be."""

    regex: re.Pattern[str]
    longest: int
    shape: str
    """The shape of the SageMaker API that has this pattern, as botocore names it."""

    def matches(self, value: str) -> bool:
        """Whether the whole string fits."""
        return self.regex.fullmatch(value) is not None


CONTAINERS: Final = Range(2, 15, "ContainerDefinitionList")
"""Containers of a multi-container model. The API itself takes 0 and 1, too."""

CONTAINER_HOSTNAME: Final = Pattern(re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"), 63, "ContainerHostname")

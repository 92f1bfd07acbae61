"""The types of the resources that the rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..rules.description import ResourceType

TYPES: Final[Mapping[str, ResourceType]] = {
    "AWS::SageMaker::Model": "Model",
    "AWS::SageMaker::EndpointConfig": "EndpointConfig",
    "AWS::SageMaker::Endpoint": "Endpoint",
    "AWS::ApplicationAutoScaling::ScalableTarget": "ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "ScalingPolicy",
}
"""The resources that the rules look at, by CloudFormation type."""


def type_of(resource: object) -> ResourceType | None:
    """The type of a resource of a template. None if the rules do not look at it."""
    match resource:
        case {"Type": str(its_type)}:
            return TYPES.get(its_type)
    return None

"""Which metrics SageMaker publishes of an endpoint, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field

import aws_cdk as cdk

from ..arguments import ArgumentReader, given
from ..declared_at import caller
from .feature import Feature

_ARGUMENTS = {
    "EnableDetailedObservability": "detailed_observability",
    "EnableEnhancedMetrics": "enhanced_metrics",
    "MetricPublishFrequencyInSeconds": "publish_frequency",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsConfig:
    """More metrics of an endpoint than SageMaker publishes by itself. They cost extra.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html
    """

    enhanced_metrics: bool | None = None
    """Whether the utilization is published for each instance, too. It is not for each container of a multi-container
    endpoint. Default: SageMaker's, which is not to."""
    detailed_observability: bool | None = None
    """Whether SageMaker collects the metrics that a container offers at `/metrics`. Default: SageMaker's."""
    publish_frequency: cdk.Duration | None = None
    """How often: every 10, 30, 60, 120, 180, 240 or 300 seconds. Default: SageMaker's, 60 seconds."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

    def bind(self, read: ArgumentReader) -> Feature:
        """The `MetricsConfig` property."""
        properties = {
            "EnableEnhancedMetrics": read.read("enhanced_metrics", self.enhanced_metrics, bool),
            "EnableDetailedObservability": read.read("detailed_observability", self.detailed_observability, bool),
            "MetricPublishFrequencyInSeconds": read.seconds("publish_frequency", self.publish_frequency),
        }
        return Feature(arguments=_ARGUMENTS, properties=given(properties))

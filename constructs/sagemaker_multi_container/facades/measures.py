"""What SageMaker publishes of an endpoint: known once, for metrics, alarms and dashboards alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain

INVOCATION_METRICS = "AWS/SageMaker"
"""The namespace of what is measured of calls."""
INSTANCE_METRICS = "/aws/sagemaker/Endpoints"
"""The namespace of what is measured of instances."""


class Scope(Enum):
    """What a metric is measured of."""

    ENDPOINT = auto()
    VARIANT = auto()
    CONTAINER = auto()
    EITHER = auto()
    """A variant as a whole, and each of its containers."""
    EITHER_IN_DIRECT = auto()
    """A variant as a whole, and each of its containers where they are called directly."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric that SageMaker publishes."""

    name: str
    statistic: str
    scope: Scope = Scope.VARIANT
    namespace: str = INVOCATION_METRICS


INVOCATIONS = Measure("Invocations", "Sum", Scope.EITHER)
ERRORS_4XX = Measure("Invocation4XXErrors", "Sum", Scope.EITHER)
ERRORS_5XX = Measure("Invocation5XXErrors", "Sum", Scope.EITHER)
CONTAINER_LATENCY = Measure("ContainerLatency", "Average", Scope.CONTAINER)
MODEL_LATENCY = Measure("ModelLatency", "Average")
OVERHEAD_LATENCY = Measure("OverheadLatency", "Average", Scope.EITHER)
CPU = Measure("CPUUtilization", "Average", Scope.EITHER_IN_DIRECT, INSTANCE_METRICS)
MEMORY = Measure("MemoryUtilization", "Average", Scope.EITHER_IN_DIRECT, INSTANCE_METRICS)
GPU = Measure("GPUUtilization", "Average", namespace=INSTANCE_METRICS)
GPU_MEMORY = Measure("GPUMemoryUtilization", "Average", namespace=INSTANCE_METRICS)
DISK = Measure("DiskUtilization", "Average", namespace=INSTANCE_METRICS)
BACKLOG = Measure("ApproximateBacklogSize", "Average", Scope.ENDPOINT)
PROCESSED = Measure("InvocationsProcessed", "Sum")
FAILURES = Measure("InvocationFailures", "Sum")
EXPIRED = Measure("ExpiredRequests", "Sum")


def dimensions_of(measure: Measure, endpoint_name: str, variant: str, container: str | None = None) -> dict[str, str]:
    """Whose measure it is, as CloudWatch knows it."""
    dimensions = {"EndpointName": endpoint_name}
    if measure.scope is not Scope.ENDPOINT:
        dimensions["VariantName"] = variant
    if container is not None:
        dimensions["ContainerName"] = container
    return dimensions


def metric_row(
    endpoint_name: str, variant: str, measure: Measure, container: str | None = None, **rendering: object
) -> list[object]:
    """A metric as the body of a dashboard has it."""
    dimensions = dimensions_of(measure, endpoint_name, variant, container)
    whose = chain.from_iterable(dimensions.items())
    return [measure.namespace, measure.name, *whose, {"stat": measure.statistic, **rendering}]


def error_rate(errors: str, calls: str) -> str:
    """The expression for the percentage of calls that ended in an error. No calls: no errors, and no division by 0."""
    return f"100 * FILL({errors}, 0) / IF(FILL({calls}, 0) > 0, FILL({calls}, 0), 1)"


def availability(errors: str, calls: str) -> str:
    """The expression for the percentage of calls that did not."""
    return f"100 - {error_rate(errors, calls)}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of the calls, in percent."""

    title: str
    formula: Callable[[str, str], str]
    """The expression, of the ids of `errors` and of `INVOCATIONS`."""
    errors: Measure

    def label(self, container: str | None) -> str:
        """Its name in a graph's legend."""
        return f"{container}: {self.title}" if container else self.title


ERROR_RATE_4XX = Rate("4xx errors, % of calls", error_rate, ERRORS_4XX)
ERROR_RATE_5XX = Rate("5xx errors, % of calls", error_rate, ERRORS_5XX)
AVAILABILITY = Rate("available, % of calls", availability, ERRORS_5XX)

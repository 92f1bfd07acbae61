"""What CloudWatch measures of an endpoint."""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

import aws_cdk as cdk
from aws_cdk.interfaces import ResourceEnvironment

from ..arguments import describe, given, said_by_the_cdk
from ..modes import InferenceExecutionMode
from ..served import ServedEndpoint, ServedVariant, check_hostname
from ..tokens import TOKEN, is_token
from .measures import (
    AVAILABILITY,
    BACKLOG,
    CONTAINER_LATENCY,
    CPU,
    DISK,
    ERROR_RATE_4XX,
    ERROR_RATE_5XX,
    ERRORS_4XX,
    ERRORS_5XX,
    EXPIRED,
    FAILURES,
    GPU,
    GPU_MEMORY,
    INVOCATION_METRICS,
    INVOCATIONS,
    MEMORY,
    MODEL_LATENCY,
    OVERHEAD_LATENCY,
    PROCESSED,
    Measure,
    Rate,
    Scope,
    dimensions_of,
)

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch

_DEFAULT_PERIOD = 300
"""Of a metric of the CDK, in seconds."""


class MetricOptions(TypedDict, total=False):
    """How a metric is read and shown: the options of `cloudwatch.MetricOptions`, all of them optional."""

    statistic: str
    """Such as `Average`, `Sum` or `p99`. Default: the one that the metric's method names."""
    period: cdk.Duration
    """Over how long a data point sums up. Default: 5 minutes."""
    label: str
    """The name in a graph's legend. Default: the metric's name."""
    color: str
    """The color in a graph, such as `#1f77b4`. Default: CloudWatch's choice."""
    unit: cloudwatch.Unit
    """Take only the data points that have this unit. Default: all."""
    account: str
    """The account to read the metric from. Default: the endpoint's."""
    region: str
    """The region to read the metric from. Default: the endpoint's."""


class _Arguments(MetricOptions, total=False):
    stack_region: str
    stack_account: str


class RateOptions(TypedDict, total=False):
    """How a rate is calculated and shown, all of it optional."""

    period: cdk.Duration
    """Over how long a data point sums up. Default: 5 minutes."""
    label: str
    """The name in a graph's legend. Default: what the rate is, and of what."""
    color: str
    """The color in a graph, such as `#1f77b4`. Default: CloudWatch's choice."""


class EndpointMetrics:
    """The CloudWatch metrics of an endpoint.

    Each belongs to a variant, which must be named if the endpoint has several, and some also to a container. None asks
    for a unit unless you give one: a metric with a unit leaves out all data points that were published with another.
    Where you chose the name of the endpoint, its metrics do not refer to it: an alarm on them can be deployed first.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html and, for containers,
    https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-metrics.html

    Every method raises an `EndpointConfigurationError` if there is no such variant or container, if SageMaker does not
    measure this of a container (or of nothing else), or if CloudWatch does not know an option.
    """

    def __init__(self, endpoint: ServedEndpoint) -> None:
        self._endpoint = endpoint
        self._calls_made: dict[tuple[str | None, str | None], cloudwatch.Metric] = {}
        self._seconds: dict[cdk.Duration, float] = {}

    def metric(
        self,
        metric_name: str,
        *,
        namespace: str = INVOCATION_METRICS,
        container: str | None = None,
        variant: str | None = None,
        **options: Unpack[MetricOptions],
    ) -> cloudwatch.Metric:
        """Any metric of a variant or container, such as one that SageMaker has added since.

        Args:
            metric_name: Its name in CloudWatch, such as `ModelLatency`.
            namespace: Its namespace. Default: `AWS/SageMaker`; metrics of instances are in `/aws/sagemaker/Endpoints`.
            container: The hostname of a container. Default: the variant as a whole.
            variant: The variant. Default: the only one.
            **options: How to read and show it. Default statistic: Average.
        """
        return self._metric(Measure(metric_name, "Average", Scope.EITHER, namespace), container, variant, options)

    def invocations(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The calls. Not published for asynchronous inference, which has `invocations_processed`.

        Unit: none. Default statistic: Sum.

        Args:
            container: Only the calls of this container. Default: all.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(INVOCATIONS, container, variant, options)

    def invocations_per_instance(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The calls, divided by the number of instances. Not published for asynchronous inference.

        Unit: none. Default statistic: Sum, which is the only valid one.

        Args:
            container: Refused: it is measured of a whole variant.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(Measure("InvocationsPerInstance", "Sum"), container, variant, options)

    def concurrent_requests_per_model(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The calls that are being answered at a time, those queued inside the containers included.

        Published every 10 seconds. Unit: none. Default statistic: Maximum (AWS lists the minimum and the maximum).

        See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html

        Args:
            container: Refused: it is measured of a whole variant.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(Measure("ConcurrentRequestsPerModel", "Maximum"), container, variant, options)

    def container_latency(
        self, *, container: str, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """How long a container took to answer, as SageMaker sees it: sending, inference and receiving.

        Unit: microseconds. Default statistic: Average.

        Args:
            container: The hostname of the container.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(CONTAINER_LATENCY, container, variant, options)

    def model_latency(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """How long the containers took to answer: in a pipeline all of them together.

        Unit: microseconds. Default statistic: Average.

        Args:
            container: Refused: a container has its `container_latency`.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(MODEL_LATENCY, container, variant, options)

    def overhead_latency(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """How much longer than the containers SageMaker itself took. Not published for asynchronous inference.

        Unit: microseconds. Default statistic: Average.

        Args:
            container: Only the calls of this container. Default: all.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(OVERHEAD_LATENCY, container, variant, options)

    def invocation_4xx_errors(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The calls that a container answered with a 4xx status: mostly the caller's mistake.

        Unit: none. Default statistic: Sum.

        Args:
            container: Only the calls of this container. Default: all.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(ERRORS_4XX, container, variant, options)

    def invocation_5xx_errors(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The calls that a container answered with a 5xx status: mostly the container's fault.

        Unit: none. Default statistic: Sum.

        Args:
            container: Only the calls of this container. Default: all.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(ERRORS_5XX, container, variant, options)

    def invocation_model_errors(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The calls that got no 2xx answer from the containers, be it for a status, a timeout or a broken socket.

        Unit: none. Default statistic: Sum.

        Args:
            container: Refused: it is measured of a whole variant.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(Measure("InvocationModelErrors", "Sum"), container, variant, options)

    def cpu_utilization(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The share of the CPUs that the containers use, 100 percent for each vCPU: up to 400 on a `ml.m5.xlarge`.

        Unit: percent. Default statistic: Average.

        Args:
            container: Only this container, of a variant in Direct mode. Default: all.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(CPU, container, variant, options)

    def memory_utilization(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The share of the instances' memory that the containers use.

        Unit: percent, from 0 to 100. Default statistic: Average.

        Args:
            container: Only this container, of a variant in Direct mode. Default: all.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(MEMORY, container, variant, options)

    def gpu_utilization(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The share of the GPUs that the containers use, 100 percent for each GPU: up to 400 on a `ml.g5.12xlarge`.

        Unit: percent. Default statistic: Average.

        Args:
            container: Refused: it is measured of a whole variant.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(GPU, container, variant, options)

    def gpu_memory_utilization(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The share of the GPUs' memory that the containers use, 100 percent for each GPU.

        Unit: percent. Default statistic: Average.

        Args:
            container: Refused: it is measured of a whole variant.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(GPU_MEMORY, container, variant, options)

    def disk_utilization(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The share of the instances' disk space that the containers use.

        Unit: percent, from 0 to 100. Default statistic: Average.

        Args:
            container: Refused: it is measured of a whole variant.
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(DISK, container, variant, options)

    def approximate_backlog_size(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """The requests of asynchronous inference that are being processed or wait for it.

        Measured of the endpoint as a whole. Unit: count. Default statistic: Average.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html

        Args:
            **options: How to read and show it.
        """
        return self._metric(BACKLOG, None, None, options)

    def approximate_backlog_size_per_instance(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """The backlog of asynchronous inference, divided by the number of instances: what to scale on.

        Measured of the endpoint as a whole. Unit: count. Default statistic: Average.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html

        Args:
            **options: How to read and show it.
        """
        measure = Measure("ApproximateBacklogSizePerInstance", "Average", Scope.ENDPOINT)
        return self._metric(measure, None, None, options)

    def approximate_age_of_oldest_request(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """How long the oldest request of asynchronous inference has been waiting.

        Measured of the endpoint as a whole. Unit: seconds. Default statistic: Maximum.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html

        Args:
            **options: How to read and show it.
        """
        return self._metric(Measure("ApproximateAgeOfOldestRequest", "Maximum", Scope.ENDPOINT), None, None, options)

    def has_backlog_without_capacity(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """1 where requests of asynchronous inference wait though there is no instance, else 0.

        Measured of the endpoint as a whole. Unit: count. Default statistic: Average.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html

        Args:
            **options: How to read and show it.
        """
        return self._metric(Measure("HasBacklogWithoutCapacity", "Average", Scope.ENDPOINT), None, None, options)

    def invocations_processed(
        self, *, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """The requests of asynchronous inference that were processed.

        Unit: count. Default statistic: Sum.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html

        Args:
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(PROCESSED, None, variant, options)

    def invocation_failures(self, *, variant: str | None = None, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """The requests of asynchronous inference that failed, for whatever reason.

        Unit: count. Default statistic: Sum.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html

        Args:
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(FAILURES, None, variant, options)

    def expired_requests(self, *, variant: str | None = None, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """The requests of asynchronous inference that waited for longer than they are kept.

        Unit: count. Default statistic: Sum.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html

        Args:
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(EXPIRED, None, variant, options)

    def time_in_backlog(self, *, variant: str | None = None, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """How long a request of asynchronous inference waited before it was processed.

        Unit: microseconds. Default statistic: Average.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html

        Args:
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(Measure("TimeInBacklog", "Average"), None, variant, options)

    def total_processing_time(
        self, *, variant: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """How long a request of asynchronous inference took, from when it was received until it was processed.

        Unit: milliseconds. Default statistic: Average.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html

        Args:
            variant: The variant. Default: the only one.
            **options: How to read and show it.
        """
        return self._metric(Measure("TotalProcessingTime", "Average"), None, variant, options)

    def error_rate_4xx(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[RateOptions]
    ) -> cloudwatch.MathExpression:
        """How many percent of the calls a container answered with a 4xx status; 0 when nobody calls.

        Not for asynchronous inference, which publishes no number of calls.

        Args:
            container: Only the calls of this container. Default: all.
            variant: The variant. Default: the only one.
            **options: How to calculate and show it.
        """
        return self._rate(ERROR_RATE_4XX, container, variant, options)

    def error_rate_5xx(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[RateOptions]
    ) -> cloudwatch.MathExpression:
        """How many percent of the calls a container answered with a 5xx status; 0 when nobody calls.

        Not for asynchronous inference, which publishes no number of calls.

        Args:
            container: Only the calls of this container. Default: all.
            variant: The variant. Default: the only one.
            **options: How to calculate and show it.
        """
        return self._rate(ERROR_RATE_5XX, container, variant, options)

    def availability(
        self, *, container: str | None = None, variant: str | None = None, **options: Unpack[RateOptions]
    ) -> cloudwatch.MathExpression:
        """How many percent of the calls were answered with no 5xx status; 100 when nobody calls.

        Not for asynchronous inference, which publishes no number of calls.

        Args:
            container: Only the calls of this container. Default: all.
            variant: The variant. Default: the only one.
            **options: How to calculate and show it.
        """
        return self._rate(AVAILABILITY, container, variant, options)

    def _metric(
        self, measure: Measure, container: str | None, variant: str | None, options: MetricOptions
    ) -> cloudwatch.Metric:
        dimensions = self._dimensions(measure, container, variant)
        arguments = {**self._stack, "statistic": measure.statistic, **given(options)}
        try:
            return cdk.aws_cloudwatch.Metric(
                metric_name=measure.name,
                namespace=measure.namespace,
                dimensions_map=dimensions,
                **cast("_Arguments", arguments),
            )
        except (TypeError, RuntimeError) as refused:
            raise self._endpoint._refusal(
                f"metrics ({measure.name})",
                f"cannot be made: {said_by_the_cdk(refused)}",
                "give options of cloudwatch.MetricOptions, such as statistic='p99' or period=cdk.Duration.minutes(1)",
            ) from refused

    def _rate(
        self, rate: Rate, container: str | None, variant: str | None, options: RateOptions
    ) -> cloudwatch.MathExpression:
        of = self._dimensions(rate.errors, container, variant)
        try:
            # Metrics in one graph must not share an id, and expressions bring theirs along.
            part = ":".join([self._addr, rate.errors.name, *list(of.values())[1:], *self._other_period(options)])
            suffix = hashlib.sha256(re.sub(TOKEN, "?", part).encode()).hexdigest()[:8]
            failed, called = f"errors_{suffix}", f"calls_{suffix}"
            return cdk.aws_cloudwatch.MathExpression(
                expression=rate.formula(failed, called),
                using_metrics={
                    failed: self._metric(rate.errors, container, variant, {}),
                    called: self._calls(container, variant),
                },
                **cast("RateOptions", {"label": rate.label(container), **given(options)}),
            )
        except (TypeError, RuntimeError) as refused:
            raise self._endpoint._refusal(
                "metrics (rate)",
                f"cannot be made: {said_by_the_cdk(refused)}",
                "give period, label or color, such as period=cdk.Duration.minutes(1)",
            ) from refused

    def _calls(self, container: str | None, variant: str | None) -> cloudwatch.Metric:
        """The number of calls, which rates of the same calls share."""
        of = container, variant
        if of not in self._calls_made:
            self._calls_made[of] = self._metric(INVOCATIONS, container, variant, {})
        return self._calls_made[of]

    def _other_period(self, options: RateOptions) -> list[str]:
        """The period in seconds, unless it is the default."""
        period = options.get("period")
        if not isinstance(period, cdk.Duration):
            return []
        if period not in self._seconds:
            self._seconds[period] = period.to_seconds(integral=False)
        seconds = self._seconds[period]
        return [] if seconds == _DEFAULT_PERIOD else [f"{seconds:g}"]

    @cached_property
    def _home(self) -> ResourceEnvironment:
        """Where the endpoint is."""
        return self._endpoint.env

    @cached_property
    def _stack(self) -> dict[str, str]:
        """What a dashboard or an alarm elsewhere says of that; as `attach_to`, in fewer round trips."""
        home = {"stack_region": self._home.region, "stack_account": self._home.account}
        return {name: value for name, value in home.items() if not is_token(value)}

    @cached_property
    def _addr(self) -> str:
        return self._endpoint.node.addr

    def _dimensions(self, measure: Measure, container: str | None, variant: object) -> dict[str, str]:
        endpoint = self._endpoint
        name = endpoint._name_in_metrics
        if measure.scope is Scope.ENDPOINT:
            return dimensions_of(measure, name, "")
        if variant is not None and not isinstance(variant, str):
            message = f"is {describe(variant)}, expected a string"
            raise endpoint._refusal("variant", message, "give the name of a variant")
        served = endpoint._find_variant(variant)
        if container is not None:
            check_hostname(endpoint, "container", container, [served])
            self._check_measured_of_containers(measure, served)
        elif measure.scope is Scope.CONTAINER:
            message = f"is missing, and {measure.name} is measured of a container only"
            raise endpoint._refusal("container", message, "give a container's hostname, or use model_latency")
        return dimensions_of(measure, name, served.name, container)

    def _check_measured_of_containers(self, measure: Measure, variant: ServedVariant) -> None:
        if measure.scope is Scope.VARIANT:
            message = f"is given, and {measure.name} is measured of a whole variant only"
            other = "leave it out, or use container_latency" if measure is MODEL_LATENCY else "leave it out"
            raise self._endpoint._refusal("container", message, other)
        if measure.scope is Scope.EITHER_IN_DIRECT and variant.mode == InferenceExecutionMode.SERIAL:
            message = f"is given for a pipeline, and AWS lists {measure.name} of a pipeline's instances only"
            raise self._endpoint._refusal("container", message, "leave it out")

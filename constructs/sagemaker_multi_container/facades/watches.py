"""What the alarms of an endpoint watch, as plain data: the CloudFormation properties of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..modes import InferenceExecutionMode
from ..rules.instance_types import vcpus_of
from ..served import ServedEndpoint, ServedVariant
from ..tokens import is_token
from .alarm_settings import AlarmSettings
from .measures import (
    CONTAINER_LATENCY,
    CPU,
    DISK,
    ERROR_RATE_4XX,
    ERROR_RATE_5XX,
    INVOCATIONS,
    MEMORY,
    MODEL_LATENCY,
    Measure,
    Rate,
    dimensions_of,
)

CPU_FIX = "make an alarm of endpoint.metrics.cpu_utilization(), in which 100 percent is one vCPU"

_P99 = "p99"
_LATENCY = replace(MODEL_LATENCY, statistic=_P99)
_LATENCY_OF_CONTAINER = replace(CONTAINER_LATENCY, statistic=_P99)
_MICROSECONDS = 1000
"""In a millisecond."""
_METRICS_IN_AN_ALARM = 10

_NOT_BREACHING = "notBreaching"
"""Nobody calls: there is neither an error nor a latency."""
_MISSING = "missing"
"""Instances always tell: without data nobody knows, and an alarm must not claim to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """An alarm as it is to be."""

    key: str
    properties: dict[str, Any]
    """Its CloudFormation properties, without the actions."""
    rolls_back: bool = False
    """Whether updates can be rolled back on it."""


def watches_of(endpoint: ServedEndpoint, settings: AlarmSettings) -> Iterator[Watch]:
    """The alarms that the endpoint is to have by now, in its own order.

    Raises:
        EndpointConfigurationError: If there is to be one on CPU utilization, and the number of vCPUs is not known.
    """
    for index, variant in enumerate(endpoint.served_variants):
        key = f"Variant{index}" if is_token(variant.name) else variant.name
        yield from _VariantWatches(endpoint, settings, variant, key)


def lacks_vcpus(variant: ServedVariant) -> str:
    """Why a variant has no alarm on CPU utilization, empty if it can have one."""
    if variant.instance_type is not None and vcpus_of(variant.instance_type) is not None:
        return ""
    given = variant.instance_type or "not known at synth"
    return f"needs the number of vCPUs, and the instance type of variant {variant.name!r} is {given}"


class _VariantWatches:
    """The alarms of one variant."""

    def __init__(self, endpoint: ServedEndpoint, settings: AlarmSettings, variant: ServedVariant, key: str) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._variant = variant
        self._key = key
        self._endpoint_name = endpoint._name_in_metrics
        account = endpoint._other_account
        self._account = {} if account is None or is_token(account) else {"AccountId": account}
        self._where = f"variant {variant.name} of endpoint {self._endpoint_name}"
        self._logs = f"/aws/sagemaker/Endpoints/{self._endpoint_name}"

    def __iter__(self) -> Iterator[Watch]:
        variant = self._variant
        if variant.mode != InferenceExecutionMode.DIRECT or self._endpoint._is_asynchronous:
            yield from self._latency(self._metric(_LATENCY), self._where, self._key, rolls_back=True)
            yield from self._errors(None, self._where, self._key)
        elif variant.hostnames:
            yield from self._containers()
        elif self._endpoint._is_imported:
            yield from self._errors(None, self._where, self._key)
        yield from self._instances()

    def _containers(self) -> Iterator[Watch]:
        """Each is called by its name. For a rollback they are watched together, since the alarms for that are few."""
        if self._settings.rollback:
            yield from self._slowest()
            yield from self._errors_5xx(None, self._where, self._key)
        for index, hostname in enumerate(self._variant.hostnames):
            below = f"{self._key}.{f'Container{index}' if is_token(hostname) else hostname}"
            where = f"container {hostname} of {self._where}"
            yield from self._latency(self._metric(_LATENCY_OF_CONTAINER, hostname), where, below)
            yield from self._errors(hostname, where, below)

    def _slowest(self) -> Iterator[Watch]:
        """The slowest of the containers. An expression takes ten metrics at most."""
        hostnames = self._variant.hostnames
        for start in range(0, len(hostnames), _METRICS_IN_AN_ALARM):
            together = dict(enumerate(hostnames[start : start + _METRICS_IN_AN_ALARM]))
            slowest = self._expression(
                f"MAX([{','.join(f'latency{index}' for index in together)}])",
                "Latency p99 of the slowest container",
                [self._part(f"latency{index}", _LATENCY_OF_CONTAINER, each) for index, each in together.items()],
            )
            below = f"{self._key}.Containers{start}" if start else self._key
            yield from self._latency(slowest, f"a container of {self._where}", below, rolls_back=True)

    def _latency(self, metric: dict[str, Any], where: str, key: str, *, rolls_back: bool = False) -> Iterator[Watch]:
        milliseconds = self._settings.latency_p99
        if milliseconds is not None:
            meaning = (
                f"The slowest 1 % of the calls take longer than {milliseconds:g} ms, in {where}. Look at CPU, memory "
                "and the number of instances; the model may have become slower, or the input larger."
            )
            threshold = milliseconds * _MICROSECONDS
            yield self._watch(f"{key}.LatencyP99", metric, threshold, meaning, rolls_back=rolls_back)

    def _errors(self, container: str | None, where: str, key: str) -> Iterator[Watch]:
        yield from self._errors_5xx(container, where, key)
        percentage = self._settings.error_rate_4xx
        if percentage is not None:
            meaning = (
                f"More than {percentage:g} % of the calls end in a 4xx error, in {where}. A caller sends what a "
                f"container does not accept: see the logs in {self._logs}."
            )
            yield self._watch(f"{key}.ErrorRate4xx", self._rate(ERROR_RATE_4XX, container), percentage, meaning)

    def _errors_5xx(self, container: str | None, where: str, key: str) -> Iterator[Watch]:
        percentage = self._settings.error_rate_5xx
        if percentage is not None:
            meaning = (
                f"More than {percentage:g} % of the calls end in a 5xx error, in {where}. A container fails or does "
                f"not answer in time: see the logs in {self._logs}."
            )
            metric = self._rate(ERROR_RATE_5XX, container)
            yield self._watch(f"{key}.ErrorRate5xx", metric, percentage, meaning, rolls_back=container is None)

    def _instances(self) -> Iterator[Watch]:
        settings = self._settings
        vcpus = self._vcpus()
        shares = [
            ("CpuUtilization", "CPU", settings.cpu_utilization if vcpus else None, vcpus or 1, CPU),
            ("MemoryUtilization", "memory", settings.memory_utilization, 1, MEMORY),
            ("DiskUtilization", "disk space", settings.disk_utilization, 1, DISK),
        ]
        for name, what, percentage, factor, measure in shares:
            if percentage is not None:
                meaning = (
                    f"The instances use more than {percentage:g} % of their {what} on average, in {self._where}. Add "
                    "instances, take larger ones, or find the container that needs so much."
                )
                threshold = percentage * factor
                key = f"{self._key}.{name}"
                yield self._watch(key, self._metric(measure), threshold, meaning, when_missing=_MISSING)

    def _vcpus(self) -> int | None:
        """How many vCPUs to multiply a threshold with, since 100 % of CPUUtilization is one of them."""
        variant = self._variant
        if self._settings.cpu_utilization is None:
            return None
        if self._settings.cpu_is_demanded and (lack := lacks_vcpus(variant)):
            raise self._endpoint._refusal("cpu_utilization", lack, CPU_FIX)
        return None if variant.instance_type is None else vcpus_of(variant.instance_type)

    def _watch(
        self,
        key: str,
        metric: dict[str, Any],
        threshold: float,
        meaning: str,
        *,
        rolls_back: bool = False,
        when_missing: str = _NOT_BREACHING,
    ) -> Watch:
        properties = {
            "AlarmDescription": meaning,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": threshold,
            "EvaluationPeriods": self._settings.evaluation_periods,
            "DatapointsToAlarm": self._settings.datapoints_to_alarm,
            "TreatMissingData": when_missing,
            **metric,
        }
        return Watch(key=key, properties=properties, rolls_back=rolls_back)

    def _metric(self, measure: Measure, container: str | None = None) -> dict[str, Any]:
        """The properties that name a metric. Only a list of queries can name that of another account."""
        if self._account:
            return {"Metrics": [self._part("m1", measure, container) | {"ReturnData": True}]}
        statistic = "ExtendedStatistic" if measure.statistic == _P99 else "Statistic"
        return {
            **self._measured(measure, container),
            "Period": self._settings.period,
            statistic: measure.statistic,
        }

    def _rate(self, rate: Rate, container: str | None) -> dict[str, Any]:
        parts = {"errors": rate.errors, "calls": INVOCATIONS}
        queries = [self._part(name, measure, container) for name, measure in parts.items()]
        return self._expression(rate.formula(*parts), rate.label(container), queries)

    def _expression(self, expression: str, label: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
        """The properties that name what is calculated of metrics."""
        return {"Metrics": [{"Id": "expr_1", "Expression": expression, "Label": label, "ReturnData": True}, *parts]}

    def _part(self, name: str, measure: Measure, container: str | None) -> dict[str, Any]:
        stat = {
            "Metric": self._measured(measure, container),
            "Period": self._settings.period,
            "Stat": measure.statistic,
        }
        return {"Id": name, **self._account, "MetricStat": stat, "ReturnData": False}

    def _measured(self, measure: Measure, container: str | None) -> dict[str, Any]:
        dimensions = dimensions_of(measure, self._endpoint_name, self._variant.name, container)
        return {
            "Namespace": measure.namespace,
            "MetricName": measure.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in sorted(dimensions.items())],
        }

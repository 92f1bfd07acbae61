"""Alarms that tell when an endpoint is in trouble."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypedDict

import aws_cdk as cdk
import jsii
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct, IConstruct

from .acknowledgements import WARNING_ID
from .arguments import ArgumentReader, describe, said_by_the_cdk
from .errors import EndpointConfigurationError, Problem
from .metrics import EndpointMetrics
from .modes import InferenceExecutionMode
from .rules.instance_types import vcpus_of
from .served import ServedEndpoint, ServedVariant
from .tokens import is_token

Percentage = float | Literal[False] | None
"""False leaves an alarm out, None takes the default."""

_CPU_UNKNOWN = WARNING_ID + "MCE-Y04"
_ALL = 100
_SHORT_PERIODS = (10, 30)

_LATENCY_P99_IN_MS = 10_000.0
_PERCENTAGES = {
    "error_rate_5xx": 1.0,
    "error_rate_4xx": 5.0,
    "cpu_utilization": 90.0,
    "memory_utilization": 90.0,
    "disk_utilization": 80.0,
}
_EVALUATION_PERIODS = 5
_DATAPOINTS_TO_ALARM = 3
_METRICS_IN_AN_ALARM = 10


class _P99(TypedDict):
    variant: str
    statistic: str
    period: cdk.Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """When to sound which alarm, and what comes of it. No threshold: no such alarm."""

    latency_p99: float | None
    """In milliseconds."""
    error_rate_5xx: float | None
    error_rate_4xx: float | None
    cpu_utilization: float | None
    cpu_is_demanded: bool
    """Whether the user gave that threshold, so that the alarm must not be left out."""
    memory_utilization: float | None
    disk_utilization: float | None
    period: cdk.Duration
    evaluation_periods: int
    datapoints_to_alarm: int
    actions: tuple[cloudwatch.IAlarmAction, ...]
    rollback: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    """An alarm to be made."""

    key: str
    metric: cloudwatch.IMetric
    threshold: float
    meaning: str
    when_missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING
    """Nobody calls: there is neither an error nor a latency."""
    rolls_back: bool = False


@jsii.implements(cdk.IAspect)
class EndpointAlarms(Construct):
    """The alarms that `endpoint.add_alarms` makes.

    Containers that are added later get theirs too, at synth or when `alarms` is asked for.
    """

    def __init__(self, endpoint: ServedEndpoint, id: str, *, settings: AlarmSettings) -> None:
        super().__init__(endpoint, id)
        self._endpoint = endpoint
        self._settings = settings
        self._metrics = EndpointMetrics(endpoint)
        self._alarms: dict[str, cloudwatch.Alarm] = {}
        self._without_cpu: set[str] = set()
        self._watched_together: dict[str, set[str]] = {}
        """The containers of each variant that rollback alarms watch."""
        check_variants_are_known(endpoint)
        self._complete()
        cdk.Aspects.of(self).add(self)

    @property
    def alarms(self) -> Mapping[str, cloudwatch.Alarm]:
        """The alarms of the variants and containers that the endpoint has by now, by what they watch.

        Such as `AllTraffic.LatencyP99`, `AllTraffic.ErrorRate5xx`, `AllTraffic.ErrorRate4xx`,
        `AllTraffic.CpuUtilization`, `AllTraffic.MemoryUtilization` and `AllTraffic.DiskUtilization`. In Direct mode
        latency and errors are those of the containers, such as `AllTraffic.ranker.LatencyP99`.
        """
        self._complete()
        return MappingProxyType(self._alarms)

    def visit(self, node: IConstruct) -> None:
        """Make the alarms that are still missing. The CDK calls it at synth."""
        if node is self:
            self._complete(is_final=True)

    def _complete(self, *, is_final: bool = False) -> None:
        roll_back_on = []
        for index, variant in enumerate(self._endpoint.served_variants):
            key = f"Variant{index}" if is_token(variant.name) else variant.name
            for watch in self._watches(variant, key, is_final=is_final):
                if watch.key not in self._alarms:
                    alarm = self._alarms[watch.key] = self._alarm(watch)
                    roll_back_on += [alarm] if watch.rolls_back and self._settings.rollback else []
        if roll_back_on:
            self._endpoint.add_rollback_alarm(*roll_back_on)

    def _alarm(self, watch: _Watch) -> cloudwatch.Alarm:
        settings = self._settings
        alarm = cloudwatch.Alarm(
            self,
            watch.key,
            metric=watch.metric,
            threshold=watch.threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=settings.evaluation_periods,
            datapoints_to_alarm=settings.datapoints_to_alarm,
            treat_missing_data=watch.when_missing,
            alarm_description=watch.meaning,
        )
        if settings.actions:
            alarm.add_alarm_action(*settings.actions)
            alarm.add_ok_action(*settings.actions)
        return alarm

    def _watches(self, variant: ServedVariant, key: str, *, is_final: bool) -> Iterator[_Watch]:
        where = self._of(variant)
        if variant.mode != InferenceExecutionMode.DIRECT:
            yield from self._latency(self._metrics.model_latency(**self._p99_of(variant)), where, key, rolls_back=True)
            yield from self._errors_5xx(None, where, variant, key)
            yield from self._errors_4xx(None, where, variant, key)
        elif variant.hostnames:
            yield from self._containers(variant, key)
        elif is_final:
            yield from self._errors_5xx(None, where, variant, key)
            yield from self._errors_4xx(None, where, variant, key)
        yield from self._instances(variant, key)

    def _containers(self, variant: ServedVariant, key: str) -> Iterator[_Watch]:
        if self._settings.rollback:
            yield from self._latency_of_new_containers(variant, key)
            yield from self._errors_5xx(None, self._of(variant), variant, key)
        for index, hostname in enumerate(variant.hostnames):
            below = f"{key}.{f'Container{index}' if is_token(hostname) else hostname}"
            where = f"container {hostname} of {self._of(variant)}"
            latency = self._metrics.container_latency(container=hostname, **self._p99_of(variant))
            yield from self._latency(latency, where, below)
            yield from self._errors_5xx(hostname, where, variant, below)
            yield from self._errors_4xx(hostname, where, variant, below)

    def _latency(
        self, metric: cloudwatch.IMetric, where: str, key: str, *, rolls_back: bool = False
    ) -> Iterator[_Watch]:
        settings = self._settings
        if settings.latency_p99 is not None:
            yield _Watch(
                key=f"{key}.LatencyP99",
                metric=metric,
                threshold=settings.latency_p99 * 1000,
                meaning=f"The slowest 1 % of the calls take longer than {settings.latency_p99:g} ms, in {where}. Look "
                "at CPU, memory and the number of instances; the model may have become slower, or the input larger.",
                rolls_back=rolls_back,
            )

    def _latency_of_new_containers(self, variant: ServedVariant, key: str) -> Iterator[_Watch]:
        """The slowest of the containers that no rollback alarm watches yet. An expression takes ten metrics at most."""
        watched = self._watched_together.setdefault(variant.name, set())
        new = [hostname for hostname in variant.hostnames if hostname not in watched]
        for start in range(0, len(new), _METRICS_IN_AN_ALARM):
            together = new[start : start + _METRICS_IN_AN_ALARM]
            metrics: dict[str, cloudwatch.IMetric] = {
                f"latency{index}": self._metrics.container_latency(container=hostname, **self._p99_of(variant))
                for index, hostname in enumerate(together)
            }
            slowest = cloudwatch.MathExpression(
                expression=f"MAX([{','.join(metrics)}])",
                using_metrics=metrics,
                period=self._settings.period,
                label="Latency p99 of the slowest container",
            )
            below = f"{key}.Containers{len(watched)}" if watched else key
            watched.update(together)
            yield from self._latency(slowest, f"a container of {self._of(variant)}", below, rolls_back=True)

    def _p99_of(self, variant: ServedVariant) -> _P99:
        return {"variant": variant.name, "statistic": "p99", "period": self._settings.period}

    def _errors_5xx(self, container: str | None, where: str, variant: ServedVariant, key: str) -> Iterator[_Watch]:
        settings = self._settings
        if settings.error_rate_5xx is not None:
            yield _Watch(
                key=f"{key}.ErrorRate5xx",
                metric=self._metrics.error_rate_5xx(container=container, variant=variant.name, period=settings.period),
                threshold=settings.error_rate_5xx,
                meaning=f"More than {settings.error_rate_5xx:g} % of the calls end in a 5xx error, in {where}. A "
                f"container fails or does not answer in time: see the logs in {self._logs}.",
                rolls_back=container is None,
            )

    def _errors_4xx(self, container: str | None, where: str, variant: ServedVariant, key: str) -> Iterator[_Watch]:
        settings = self._settings
        if settings.error_rate_4xx is not None:
            yield _Watch(
                key=f"{key}.ErrorRate4xx",
                metric=self._metrics.error_rate_4xx(container=container, variant=variant.name, period=settings.period),
                threshold=settings.error_rate_4xx,
                meaning=f"More than {settings.error_rate_4xx:g} % of the calls end in a 4xx error, in {where}. A "
                f"caller sends what a container does not accept: see the logs in {self._logs}.",
            )

    def _instances(self, variant: ServedVariant, key: str) -> Iterator[_Watch]:
        settings = self._settings
        metrics = self._metrics
        vcpus = self._vcpus(variant)
        shares = [
            ("CpuUtilization", "CPU", settings.cpu_utilization if vcpus else None, vcpus or 1, metrics.cpu_utilization),
            ("MemoryUtilization", "memory", settings.memory_utilization, 1, metrics.memory_utilization),
            ("DiskUtilization", "disk space", settings.disk_utilization, 1, metrics.disk_utilization),
        ]
        for name, what, threshold, factor, metric in shares:
            if threshold is not None:
                yield _Watch(
                    key=f"{key}.{name}",
                    metric=metric(variant=variant.name, period=settings.period),
                    threshold=threshold * factor,
                    meaning=f"The instances use more than {threshold:g} % of their {what} on average, in "
                    f"{self._of(variant)}. Add instances, take larger ones, or find the container that needs so much.",
                    # Instances always tell: without data nobody knows, and an alarm must not claim to.
                    when_missing=cloudwatch.TreatMissingData.MISSING,
                )

    def _vcpus(self, variant: ServedVariant) -> int | None:
        """How many vCPUs to multiply a threshold with, since 100 % of CPUUtilization is one of them."""
        settings = self._settings
        if settings.cpu_utilization is None:
            return None
        vcpus = None if variant.instance_type is None else vcpus_of(variant.instance_type)
        if vcpus is not None:
            return vcpus
        given = variant.instance_type or "not known at synth"
        message = f"needs the number of vCPUs, and the instance type of variant {variant.name!r} is {given}"
        fix = "make an alarm of endpoint.metrics.cpu_utilization(), in which 100 percent is one vCPU"
        if settings.cpu_is_demanded:
            raise self._endpoint._refusal("cpu_utilization", message, fix)
        if variant.name not in self._without_cpu:
            self._without_cpu.add(variant.name)
            text = f"the alarm on CPU utilization is left out: it {message}; {fix}, and give cpu_utilization=False here"
            cdk.Annotations.of(self).add_warning_v2(_CPU_UNKNOWN, text)
        return None

    @property
    def _logs(self) -> str:
        return f"/aws/sagemaker/Endpoints/{self._endpoint._name_in_metrics}"

    def _of(self, variant: ServedVariant) -> str:
        return f"variant {variant.name} of endpoint {self._endpoint._name_in_metrics}"


def check_variants_are_known(endpoint: ServedEndpoint) -> None:
    """Whether there is something to watch.

    Raises:
        EndpointConfigurationError: If the endpoint is imported without its variants.
    """
    if not all(variant.name for variant in endpoint.served_variants):
        message = "are not known, and every metric is of a variant"
        raise endpoint._refusal("variants", message, "give variant_names where you import the endpoint")


def read_settings(endpoint: ServedEndpoint, given: Mapping[str, object]) -> AlarmSettings:
    """The arguments of `add_alarms`, by name.

    Raises:
        EndpointConfigurationError: If some cannot be used; it lists all of them.
    """
    problems: list[Problem] = []
    read = ArgumentReader(problems)
    periods = _count("evaluation_periods", given["evaluation_periods"], _EVALUATION_PERIODS, read)
    settings = AlarmSettings(
        latency_p99=_milliseconds("latency_p99", given["latency_p99"], read),
        error_rate_5xx=_percentage("error_rate_5xx", given["error_rate_5xx"], read),
        error_rate_4xx=_percentage("error_rate_4xx", given["error_rate_4xx"], read),
        cpu_utilization=_percentage("cpu_utilization", given["cpu_utilization"], read),
        cpu_is_demanded=given["cpu_utilization"] is not None,
        memory_utilization=_percentage("memory_utilization", given["memory_utilization"], read),
        disk_utilization=_percentage("disk_utilization", given["disk_utilization"], read),
        period=_period("period", given["period"], read),
        evaluation_periods=periods,
        datapoints_to_alarm=_count(
            "datapoints_to_alarm", given["datapoints_to_alarm"], min(_DATAPOINTS_TO_ALARM, periods), read
        ),
        actions=_actions("actions", given["actions"], read),
        rollback=read.read("rollback", given["rollback"], bool) is True,
    )
    if endpoint._is_asynchronous:
        for argument in ("error_rate_5xx", "error_rate_4xx"):
            if given[argument]:
                message = "is given for an asynchronous endpoint, which publishes no number of calls"
                fix = "leave it out, and make an alarm of endpoint.metrics.invocation_failures()"
                read.refuse(argument, message, fix)
        settings = replace(settings, error_rate_5xx=None, error_rate_4xx=None)
    if settings.datapoints_to_alarm > periods and not problems:
        message = f"is {settings.datapoints_to_alarm}, more than the {periods} evaluation periods"
        read.refuse("datapoints_to_alarm", message, f"give {periods} or less")
    if problems:
        raise EndpointConfigurationError(endpoint.node.path, problems)
    return settings


def _percentage(argument: str, value: object, read: ArgumentReader) -> float | None:
    if value is None or value is False:
        return _PERCENTAGES[argument] if value is None else None
    fix = "give a number such as 5 for 5 %, or False for no such alarm"
    if is_token(value) or isinstance(value, bool) or not isinstance(value, int | float):
        read.refuse(argument, f"is {describe(value)}, expected a percentage", fix)
    elif not 0 <= value < _ALL:
        read.refuse(argument, f"is {value}, and the alarm goes off above it: expected 0 to less than 100", fix)
    else:
        return float(value)
    return None


def _milliseconds(argument: str, value: object, read: ArgumentReader) -> float | None:
    if value is None or value is False:
        return _LATENCY_P99_IN_MS if value is None else None
    fix = "write cdk.Duration.millis(500), or False for no such alarm"
    if not isinstance(value, cdk.Duration):
        read.refuse(argument, f"is {describe(value)}, expected a cdk.Duration", fix)
        return None
    try:
        return float(value.to_milliseconds())
    except RuntimeError as refused:  # a token, or a part of a millisecond
        read.refuse(argument, said_by_the_cdk(refused), fix)
        return None


def _period(argument: str, value: object, read: ArgumentReader) -> cdk.Duration:
    default = cdk.Duration.minutes(1)
    if value is None:
        return default
    seconds = read.seconds(argument, value)
    if isinstance(seconds, int | float) and seconds not in _SHORT_PERIODS and (seconds % 60 or seconds <= 0):
        message = f"is {seconds:g} seconds, and it must be 10, 30 or a multiple of 60"
        read.refuse(argument, message, "write cdk.Duration.minutes(1)")
    return value if isinstance(value, cdk.Duration) else default


def _count(argument: str, value: object, default: int, read: ArgumentReader) -> int:
    if value is None:
        return default
    if is_token(value) or isinstance(value, bool) or not isinstance(value, int) or value < 1:
        read.refuse(argument, f"is {describe(value)}, expected a whole number from 1 on", "give a number such as 3")
        return default
    return value


def _actions(argument: str, value: object, read: ArgumentReader) -> tuple[cloudwatch.IAlarmAction, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        read.refuse(argument, f"is {describe(value)}, expected a list of alarm actions", "write [SnsAction(topic)]")
        return ()
    actions: list[cloudwatch.IAlarmAction] = [*value]
    for index, action in enumerate(actions):
        if not hasattr(action, "bind"):
            message = f"is {describe(action)}, expected a cloudwatch.IAlarmAction"
            read.refuse(f"{argument}[{index}]", message, "write aws_cloudwatch_actions.SnsAction(topic)")
    return tuple(actions)

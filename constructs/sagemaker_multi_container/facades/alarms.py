"""Alarms that tell when an endpoint is in trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Literal, TypedDict, cast

import aws_cdk as cdk
import jsii
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct, IConstruct, IValidation

from ..acknowledgement_ids import WARNING_ID
from ..arguments import ArgumentReader, describe, said_by_the_cdk
from ..errors import EndpointConfigurationError, Problem
from ..modes import InferenceExecutionMode
from ..rules.instance_types import vcpus_of
from ..served import ServedEndpoint, ServedVariant
from ..tokens import is_token
from .metrics import EndpointMetrics

Percentage = float | Literal[False] | None
"""False leaves an alarm out, None takes the default."""

_CPU_UNKNOWN = WARNING_ID + "MCE-Y04"
_CPU_FIX = "make an alarm of endpoint.metrics.cpu_utilization(), in which 100 percent is one vCPU"
_ALL = 100
_MODEL = "Model"

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
_ACTIONS_OF_AN_ALARM = 5
_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86_400, 604_800


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
    metric: Callable[[], cloudwatch.IMetric]
    """Made when the alarm is: each metric costs a round trip to Node."""
    threshold: float
    meaning: str
    when_missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING
    """Nobody calls: there is neither an error nor a latency."""
    rolls_back: bool = False
    together: tuple[str, ...] = ()
    """The containers whose slowest is watched, of which more may come."""


@jsii.implements(cdk.IAspect, IValidation)
class EndpointAlarms(Construct):
    """The alarms that `endpoint.add_alarms` promises.

    They are made at synth, or when `alarms` is asked for: whichever order the endpoint's methods are called in, its
    alarms are the same.
    """

    def __init__(
        self,
        endpoint: ServedEndpoint,
        id: str,
        *,
        settings: AlarmSettings,
        metrics: EndpointMetrics,
        others: Sequence[EndpointAlarms],
    ) -> None:
        super().__init__(endpoint, id)
        self._id = id
        self._endpoint = endpoint
        self._settings = settings
        self._metrics = metrics
        self._alarms: dict[str, cloudwatch.Alarm] = {}
        self._together: dict[str, tuple[str, ...]] = {}
        """The containers that an alarm watches together, by its key."""
        self._rolling_back: set[str] = set()
        """The keys of the alarms that the endpoint has as rollback alarms."""
        self._without_cpu: set[str] = set()
        self._problems: tuple[Problem, ...] = ()
        check_variants_are_known(endpoint)
        watches = [*self._watches(is_final=False)]
        if settings.rollback:
            promised = sum(other._promised() for other in others)
            endpoint._check_rollback(promised + sum(watch.rolls_back for watch in watches))
        cdk.Aspects.of(self).add(self)
        self.node.add_validation(self)

    @property
    def alarms(self) -> Mapping[str, cloudwatch.Alarm]:
        """The alarms of the variants and containers that the endpoint has by now, by what they watch.

        Such as `AllTraffic.LatencyP99`, `AllTraffic.ErrorRate5xx`, `AllTraffic.ErrorRate4xx`,
        `AllTraffic.CpuUtilization`, `AllTraffic.MemoryUtilization` and `AllTraffic.DiskUtilization`. In Direct mode
        latency and errors are those of the containers, such as `AllTraffic.ranker.LatencyP99`.

        Raises:
            EndpointConfigurationError: If an alarm of what came after `add_alarms` cannot be made.
        """
        self._complete([*self._watches(is_final=False)])
        return MappingProxyType(self._alarms)

    @property
    def _made(self) -> tuple[cloudwatch.Alarm, ...]:
        """The alarms that exist already, in the endpoint's order."""
        return tuple(self._alarms.values())

    def visit(self, node: IConstruct) -> None:
        """Make the alarms that are still missing. The CDK calls it at synth."""
        if node is not self:
            return
        try:
            self._finish()
        except EndpointConfigurationError as refused:
            self._problems = refused.problems
        else:
            self._problems = ()

    def validate(self) -> list[str]:
        """What is wrong with alarms of what came after `add_alarms`. The CDK asks for it at synth."""
        return [str(problem) for problem in self._problems or self._missing()]

    def _missing(self) -> Sequence[Problem]:
        """What an Aspect added after `visit`, which the CDK calls once."""
        try:
            watches = [*self._watches(is_final=True)]
        except EndpointConfigurationError as refused:
            return refused.problems
        late = dict.fromkeys(watch.key for watch in watches if self._is_late(watch))
        late |= dict.fromkeys(self._to_roll_back_on(watches))
        if not late:
            return ()
        message = f"cannot make alarms of what an Aspect added too late: {', '.join(late)}"
        return self._endpoint._refusal("add_alarms", message, "add it before synth").problems

    def _finish(self) -> None:
        watches = [*self._watches(is_final=True)]
        roll_back_on = self._to_roll_back_on(watches)
        if roll_back_on:
            self._endpoint._check_rollback(len(roll_back_on))
        self._complete(watches)
        if roll_back_on:
            self._endpoint.add_rollback_alarm(*(self._alarms[key] for key in roll_back_on))
            self._rolling_back.update(roll_back_on)

    def _to_roll_back_on(self, watches: Sequence[_Watch]) -> list[str]:
        if not self._settings.rollback:
            return []
        return [watch.key for watch in watches if watch.rolls_back and watch.key not in self._rolling_back]

    def _promised(self) -> int:
        """How many rollback alarms are still to come."""
        try:
            watches = [*self._watches(is_final=False)]
        except EndpointConfigurationError:  # which is reported at synth
            return 0
        promised = self._to_roll_back_on(watches)
        return len(promised) if promised and self._is_there else 0

    @property
    def _is_there(self) -> bool:
        """Whether this construct was not removed from the endpoint."""
        return self._endpoint.node.try_find_child(self._id) is self

    def _complete(self, watches: Sequence[_Watch]) -> None:
        """Make what is missing, all of it or nothing."""
        before = {**self._alarms}
        try:
            for watch in watches:
                if watch.key not in self._alarms:
                    self._alarms[watch.key] = self._alarm(watch, watch.key)
                elif self._is_late(watch):
                    self._let_grow(watch)
                if watch.together:
                    self._together[watch.key] = watch.together
        except BaseException as refused:
            for key in self._alarms.keys() - before:
                self.node.try_remove_child(key)
                del self._alarms[key]
                self._together.pop(key, None)
            if isinstance(refused, TypeError | RuntimeError):
                message = f"is refused by the CDK: {said_by_the_cdk(refused)}"
                raise self._endpoint._refusal("add_alarms", message, "correct this") from refused
            raise
        in_order = {watch.key: self._alarms[watch.key] for watch in watches} | self._alarms
        self._alarms.clear()
        self._alarms.update(in_order)
        self._warn_of_missing_cpu_alarms()

    def _is_late(self, watch: _Watch) -> bool:
        """Whether there is no such alarm yet, or one of fewer containers."""
        return watch.key not in self._alarms or watch.together != self._together.get(watch.key, ())

    def _alarm(self, watch: _Watch, id: str) -> cloudwatch.Alarm:
        settings = self._settings
        alarm = cloudwatch.Alarm(
            self,
            id,
            metric=watch.metric(),
            threshold=watch.threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=settings.evaluation_periods,
            datapoints_to_alarm=settings.datapoints_to_alarm,
            treat_missing_data=watch.when_missing,
            alarm_description=watch.meaning,
        )
        if settings.actions:
            try:
                alarm.add_alarm_action(*settings.actions)
                alarm.add_ok_action(*settings.actions)
            except BaseException:
                self.node.try_remove_child(id)
                raise
        return alarm

    def _let_grow(self, watch: _Watch) -> None:
        """Let an alarm that exists watch more containers: the alarm is in its user's hands, so that it must stay."""
        model = cloudwatch.Alarm(self, _MODEL, metric=watch.metric(), threshold=0, evaluation_periods=1)
        self.node.try_remove_child(_MODEL)
        grown, cfn_model = (
            cast("cloudwatch.CfnAlarm", each.node.default_child) for each in (self._alarms[watch.key], model)
        )
        grown.metrics = cfn_model.metrics

    def _watches(self, *, is_final: bool) -> Iterator[_Watch]:
        for index, variant in enumerate(self._endpoint.served_variants):
            key = f"Variant{index}" if is_token(variant.name) else variant.name
            where = self._of(variant)
            if variant.mode != InferenceExecutionMode.DIRECT or self._endpoint._is_asynchronous:
                latency = partial(self._metrics.model_latency, **self._p99_of(variant))
                yield from self._latency(latency, where, key, rolls_back=True)
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
            yield from self._latency_of_slowest(variant, key)
            yield from self._errors_5xx(None, self._of(variant), variant, key)
        for index, hostname in enumerate(variant.hostnames):
            below = f"{key}.{f'Container{index}' if is_token(hostname) else hostname}"
            where = f"container {hostname} of {self._of(variant)}"
            latency = partial(self._metrics.container_latency, container=hostname, **self._p99_of(variant))
            yield from self._latency(latency, where, below)
            yield from self._errors_5xx(hostname, where, variant, below)
            yield from self._errors_4xx(hostname, where, variant, below)

    def _latency(
        self,
        metric: Callable[[], cloudwatch.IMetric],
        where: str,
        key: str,
        *,
        rolls_back: bool = False,
        together: tuple[str, ...] = (),
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
                together=together,
            )

    def _latency_of_slowest(self, variant: ServedVariant, key: str) -> Iterator[_Watch]:
        """The slowest of the containers. An expression takes ten metrics at most."""
        for start in range(0, len(variant.hostnames), _METRICS_IN_AN_ALARM):
            together = variant.hostnames[start : start + _METRICS_IN_AN_ALARM]
            below = f"{key}.Containers{start}" if start else key
            where = f"a container of {self._of(variant)}"
            slowest = partial(self._slowest, variant, together)
            yield from self._latency(slowest, where, below, rolls_back=True, together=together)

    def _slowest(self, variant: ServedVariant, together: Sequence[str]) -> cloudwatch.IMetric:
        metrics: dict[str, cloudwatch.IMetric] = {
            f"latency{index}": self._metrics.container_latency(container=hostname, **self._p99_of(variant))
            for index, hostname in enumerate(together)
        }
        return cloudwatch.MathExpression(
            expression=f"MAX([{','.join(metrics)}])",
            using_metrics=metrics,
            period=self._settings.period,
            label="Latency p99 of the slowest container",
        )

    def _p99_of(self, variant: ServedVariant) -> _P99:
        return {"variant": variant.name, "statistic": "p99", "period": self._settings.period}

    def _errors_5xx(self, container: str | None, where: str, variant: ServedVariant, key: str) -> Iterator[_Watch]:
        settings = self._settings
        if settings.error_rate_5xx is not None:
            yield _Watch(
                key=f"{key}.ErrorRate5xx",
                metric=partial(
                    self._metrics.error_rate_5xx, container=container, variant=variant.name, period=settings.period
                ),
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
                metric=partial(
                    self._metrics.error_rate_4xx, container=container, variant=variant.name, period=settings.period
                ),
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
                    metric=partial(metric, variant=variant.name, period=settings.period),
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
        if vcpus is None and settings.cpu_is_demanded:
            raise self._endpoint._refusal("cpu_utilization", _lacks_vcpus(variant), _CPU_FIX)
        return vcpus

    def _warn_of_missing_cpu_alarms(self) -> None:
        if self._settings.cpu_utilization is None:
            return
        for variant in self._endpoint.served_variants:
            if variant.name not in self._without_cpu and self._vcpus(variant) is None:
                self._without_cpu.add(variant.name)
                text = f"the alarm on CPU utilization is left out: it {_lacks_vcpus(variant)}; {_CPU_FIX}, and give "
                cdk.Annotations.of(self).add_warning_v2(_CPU_UNKNOWN, f"{text}cpu_utilization=False here")

    @property
    def _logs(self) -> str:
        return f"/aws/sagemaker/Endpoints/{self._metrics._endpoint_name}"

    def _of(self, variant: ServedVariant) -> str:
        return f"variant {variant.name} of endpoint {self._metrics._endpoint_name}"


def _lacks_vcpus(variant: ServedVariant) -> str:
    given = variant.instance_type or "not known at synth"
    return f"needs the number of vCPUs, and the instance type of variant {variant.name!r} is {given}"


def check_variants_are_known(endpoint: ServedEndpoint) -> None:
    """Whether there is something to watch.

    Raises:
        EndpointConfigurationError: If the endpoint is imported without its variants.
    """
    variants = endpoint.served_variants
    if not variants or not all(variant.name for variant in variants):
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
        rollback=read.literal("rollback", given["rollback"], bool) is True,
    )
    if endpoint._is_asynchronous:
        for argument in ("error_rate_5xx", "error_rate_4xx"):
            if given[argument] is not None and given[argument] is not False:
                message = "is given for an asynchronous endpoint, which publishes no number of calls"
                fix = "leave it out, and make an alarm of endpoint.metrics.invocation_failures()"
                read.refuse(argument, message, fix)
        settings = replace(settings, error_rate_5xx=None, error_rate_4xx=None)
        if given["latency_p99"] is None:  # a call may take an hour
            settings = replace(settings, latency_p99=None)
    if settings.rollback and settings.latency_p99 is None and settings.error_rate_5xx is None and not problems:
        message = "is True, and there is neither an alarm on latency nor one on 5xx errors to roll back on"
        fix = "give latency_p99=cdk.Duration.seconds(...), or leave rollback out and use endpoint.add_rollback_alarm"
        read.refuse("rollback", message, fix)
    _check_span(settings.period, periods, read)
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
    if not isinstance(seconds, int | float):
        return default
    if is_token(seconds):
        read.refuse(argument, "is only known at deployment", "write cdk.Duration.minutes(1)")
    elif seconds % _MINUTE or not _MINUTE <= seconds <= _DAY:
        message = f"is {seconds:g} seconds, and it must be a multiple of 60 up to {_DAY}, a day"
        read.refuse(argument, message, "write cdk.Duration.minutes(1)")
    else:
        return cast("cdk.Duration", value)
    return default


def _check_span(period: cdk.Duration, count: int, read: ArgumentReader) -> None:
    """As https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html limits it."""
    seconds = int(period.to_seconds())
    longest, words = (_DAY, "a day") if seconds < _HOUR else (_WEEK, "7 days")
    if seconds * count > longest:
        message = f"is {count}, and {count} periods of {seconds} seconds are longer than {words}"
        read.refuse("evaluation_periods", message, f"give {longest // seconds} or less, or another period")


def _count(argument: str, value: object, default: int, read: ArgumentReader) -> int:
    if value is None:
        return default
    if is_token(value) or isinstance(value, bool) or not isinstance(value, int) or value < 1:
        read.refuse(argument, f"is {describe(value)}, expected a whole number from 1 on", "give a number such as 3")
        return default
    return int(value)


def _actions(argument: str, value: object, read: ArgumentReader) -> tuple[cloudwatch.IAlarmAction, ...]:
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        read.refuse(argument, f"is {describe(value)}, expected a list of alarm actions", "write [SnsAction(topic)]")
        return ()
    actions: list[cloudwatch.IAlarmAction] = [*value]
    if len(actions) > _ACTIONS_OF_AN_ALARM:
        message = f"are {len(actions)}, and CloudWatch takes {_ACTIONS_OF_AN_ALARM} for an alarm"
        read.refuse(argument, message, "give fewer, such as one SNS topic that tells all of the others")
    for index, action in enumerate(actions):
        if not hasattr(action, "bind"):
            message = f"is {describe(action)}, expected a cloudwatch.IAlarmAction"
            read.refuse(f"{argument}[{index}]", message, "write aws_cloudwatch_actions.SnsAction(topic)")
    return tuple(actions)

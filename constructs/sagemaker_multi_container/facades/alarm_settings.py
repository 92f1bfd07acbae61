"""The arguments of `add_alarms`, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import aws_cdk as cdk

from ..arguments import ArgumentReader, describe, offers, said_by_the_cdk
from ..errors import EndpointConfigurationError, Problem
from ..readings import once
from ..served import ServedEndpoint
from ..tokens import is_token

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch

_ALL = 100
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
_ACTIONS_OF_AN_ALARM = 5
_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86_400, 604_800


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
    period: int
    """In seconds."""
    evaluation_periods: int
    datapoints_to_alarm: int
    actions: tuple[cloudwatch.IAlarmAction, ...]
    """What is done when an alarm goes off, and when it is over."""
    rollback: bool


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
        actions=read_actions("actions", given["actions"], read),
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
        # Endpoints of an app often share their objective.
        return float(once(value, "milliseconds", value.to_milliseconds))
    except RuntimeError as refused:  # a token, or a part of a millisecond
        read.refuse(argument, said_by_the_cdk(refused), fix)
        return None


def _period(argument: str, value: object, read: ArgumentReader) -> int:
    seconds = read.seconds(argument, value)
    if not isinstance(seconds, int | float):
        return _MINUTE
    if is_token(seconds):
        read.refuse(argument, "is only known at deployment", "write cdk.Duration.minutes(1)")
    elif seconds % _MINUTE or not _MINUTE <= seconds <= _DAY:
        message = f"is {seconds:g} seconds, and it must be a multiple of 60 up to {_DAY}, a day"
        read.refuse(argument, message, "write cdk.Duration.minutes(1)")
    else:
        return int(seconds)
    return _MINUTE


def _check_span(period: int, count: int, read: ArgumentReader) -> None:
    """As https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html limits it."""
    longest, words = (_DAY, "a day") if period < _HOUR else (_WEEK, "7 days")
    if period * count > longest:
        message = f"is {count}, and {count} periods of {period} seconds are longer than {words}"
        read.refuse("evaluation_periods", message, f"give {longest // period} or less, or another period")


def _count(argument: str, value: object, default: int, read: ArgumentReader) -> int:
    if value is None:
        return default
    if is_token(value) or isinstance(value, bool) or not isinstance(value, int) or value < 1:
        read.refuse(argument, f"is {describe(value)}, expected a whole number from 1 on", "give a number such as 3")
        return default
    return int(value)


def read_actions(
    argument: str, value: object, read: ArgumentReader, *, there: int = 0
) -> tuple[cloudwatch.IAlarmAction, ...]:
    """What CloudWatch does when the state of an alarm changes, beside what `there` is already."""
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        read.refuse(argument, f"is {describe(value)}, expected a list of alarm actions", "write [SnsAction(topic)]")
        return ()
    actions: list[cloudwatch.IAlarmAction] = [*value]
    if there + len(actions) > _ACTIONS_OF_AN_ALARM:
        count = f"{len(actions)} beside {there} others" if there else f"{len(actions)}"
        message = f"are {count}, and CloudWatch takes {_ACTIONS_OF_AN_ALARM} for an alarm"
        read.refuse(argument, message, "give fewer, such as one SNS topic that tells all of the others")
    for index, action in enumerate(actions):
        if not offers(action, "bind"):
            message = f"is {describe(action)}, expected a cloudwatch.IAlarmAction"
            read.refuse(f"{argument}[{index}]", message, "write aws_cloudwatch_actions.SnsAction(topic)")
    return tuple(actions)

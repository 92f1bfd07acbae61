"""How an update replaces the instances of an endpoint."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk

from .arguments import ArgumentReader, given
from .declared_at import caller
from .features import Feature


class Deployment(ABC):
    """How an update moves the traffic from the old instances to the new ones. Make one with a factory method.

    It takes effect when an endpoint is updated; the first deployment starts all instances at once.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
    """

    declared_at: str

    @abstractmethod
    def bind(self, read: ArgumentReader) -> Feature:
        """The `DeploymentConfig` property, without the alarms."""

    @staticmethod
    def all_at_once(
        *,
        wait: cdk.Duration | None = None,
        termination_wait: cdk.Duration | None = None,
        maximum_execution_timeout: cdk.Duration | None = None,
    ) -> Deployment:
        """Blue/green: a new fleet takes all traffic at once.

        Args:
            wait: How long the alarms are watched then, up to an hour. Default: not at all.
            termination_wait: How long the old fleet is kept after that, up to an hour. Default: not at all.
            maximum_execution_timeout: When the update is given up and rolled back, 10 minutes to 8 hours. Default:
                SageMaker's.
        """
        return _BlueGreen("ALL_AT_ONCE", _Size(), wait, termination_wait, maximum_execution_timeout)

    @staticmethod
    def canary(
        *,
        percent: int | None = None,
        instances: int | None = None,
        wait: cdk.Duration,
        termination_wait: cdk.Duration | None = None,
        maximum_execution_timeout: cdk.Duration | None = None,
    ) -> Deployment:
        """Blue/green: a part of a new fleet takes its share of the traffic, and later the rest follows.

        Args:
            percent: How much of each variant's instances, 1 to 50. Give this or `instances`.
            instances: How many of each variant's instances, half of them at most. Give this or `percent`.
            wait: How long the alarms are watched after each of the two steps, up to an hour.
            termination_wait: How long the old fleet is kept after that, up to an hour. Default: not at all.
            maximum_execution_timeout: When the update is given up and rolled back, 10 minutes to 8 hours. Default:
                SageMaker's.
        """
        return _BlueGreen("CANARY", _Size(percent, instances), wait, termination_wait, maximum_execution_timeout)

    @staticmethod
    def linear(
        *,
        percent: int | None = None,
        instances: int | None = None,
        wait: cdk.Duration,
        termination_wait: cdk.Duration | None = None,
        maximum_execution_timeout: cdk.Duration | None = None,
    ) -> Deployment:
        """Blue/green: a new fleet takes the traffic in equal steps.

        Args:
            percent: How much of each variant's instances a step moves, 10 to 50. Give this or `instances`.
            instances: How many of each variant's instances a step moves, 10 to 50 percent of them. Give this or
                `percent`.
            wait: How long the alarms are watched after each step, up to an hour.
            termination_wait: How long the old fleet is kept after that, up to an hour. Default: not at all.
            maximum_execution_timeout: When the update is given up and rolled back, 10 minutes to 8 hours. Default:
                SageMaker's.
        """
        return _BlueGreen("LINEAR", _Size(percent, instances), wait, termination_wait, maximum_execution_timeout)

    @staticmethod
    def rolling(
        *,
        percent: int | None = None,
        instances: int | None = None,
        wait: cdk.Duration,
        rollback_percent: int | None = None,
        rollback_instances: int | None = None,
        maximum_execution_timeout: cdk.Duration | None = None,
    ) -> Deployment:
        """The instances are replaced in batches, without a second fleet. For endpoints with one variant.

        Args:
            percent: How much of the variant's instances a batch has, 5 to 50. Give this or `instances`.
            instances: How many instances a batch has, 5 to 50 percent of them. Give this or `percent`.
            wait: How long the alarms are watched after each batch, up to an hour.
            rollback_percent: How much of the instances a batch has when the update is rolled back. Default: all.
            rollback_instances: How many instances a batch has when the update is rolled back. Default: all.
            maximum_execution_timeout: When the update is given up and rolled back, 10 minutes to 8 hours. Default:
                SageMaker's.
        """
        back = _Size(rollback_percent, rollback_instances)
        return _Rolling(_Size(percent, instances), wait, back, maximum_execution_timeout)


@dataclass(frozen=True, slots=True)
class _Size:
    percent: int | None = None
    instances: int | None = None

    def bind(self, read: ArgumentReader, prefix: str = "") -> dict[str, Any] | None:
        percent, instances = f"{prefix}percent", f"{prefix}instances"
        if self.percent is not None and self.instances is not None:
            read.refuse(percent, f"is given beside {instances}", "give one of them")
        if self.percent is not None:
            return {"Type": "CAPACITY_PERCENT", "Value": read.read(percent, self.percent, int)}
        if self.instances is not None:
            return {"Type": "INSTANCE_COUNT", "Value": read.read(instances, self.instances, int)}
        return None


@dataclass(frozen=True, slots=True)
class _BlueGreen(Deployment):
    routing: str
    size: _Size
    wait: cdk.Duration | None
    termination_wait: cdk.Duration | None
    maximum_execution_timeout: cdk.Duration | None
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

    def bind(self, read: ArgumentReader) -> Feature:
        size = self.size.bind(read)
        routing = {
            "Type": self.routing,
            "WaitIntervalInSeconds": 0 if self.wait is None else read.seconds("wait", self.wait),
            "CanarySize": size if self.routing == "CANARY" else None,
            "LinearStepSize": size if self.routing == "LINEAR" else None,
        }
        policy = {
            "TrafficRoutingConfiguration": given(routing),
            "TerminationWaitInSeconds": read.seconds("termination_wait", self.termination_wait),
            "MaximumExecutionTimeoutInSeconds": read.seconds(
                "maximum_execution_timeout", self.maximum_execution_timeout
            ),
        }
        return Feature(properties={"BlueGreenUpdatePolicy": given(policy)})


@dataclass(frozen=True, slots=True)
class _Rolling(Deployment):
    size: _Size
    wait: cdk.Duration
    rollback_size: _Size
    maximum_execution_timeout: cdk.Duration | None
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

    def bind(self, read: ArgumentReader) -> Feature:
        policy = {
            "MaximumBatchSize": self.size.bind(read),
            "WaitIntervalInSeconds": read.seconds("wait", self.wait),
            "RollbackMaximumBatchSize": self.rollback_size.bind(read, "rollback_"),
            "MaximumExecutionTimeoutInSeconds": read.seconds(
                "maximum_execution_timeout", self.maximum_execution_timeout
            ),
        }
        return Feature(properties={"RollingUpdatePolicy": given(policy)})


def read_alarms(alarms: object, region: str, read: ArgumentReader) -> list[object]:
    """The names of the alarms that roll an update back."""
    if isinstance(alarms, str) or not isinstance(alarms, Sequence):
        read.wrong("rollback_alarms", alarms, "a list of alarms", "write [alarm]")
        return []
    return [read_alarm(f"rollback_alarms[{index}]", alarm, region, read) for index, alarm in enumerate(alarms)]


def read_alarm(argument: str, alarm: object, region: str, read: ArgumentReader) -> object:
    """The name of an alarm that watches an endpoint in this region."""
    if not hasattr(alarm, "alarm_name"):
        fix = "make a cloudwatch.Alarm, or use cloudwatch.Alarm.from_alarm_name(self, 'Alarm', '...')"
        return read.wrong(argument, alarm, "a cloudwatch.IAlarm", fix)
    read.same_region(argument, alarm, region)
    return getattr(alarm, "alarm_name")  # noqa: B009 - of an object of any type

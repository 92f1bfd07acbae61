"""How an update replaces the instances of an endpoint."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from ..arguments import ArgumentReader, given
from ..declared_at import caller
from ..rules import Unknown
from .feature import Feature

if TYPE_CHECKING:
    from aws_cdk.interfaces import ResourceEnvironment

_ARGUMENTS = {
    "MaximumExecutionTimeoutInSeconds": "maximum_execution_timeout",
    "TerminationWaitInSeconds": "termination_wait",
    "WaitIntervalInSeconds": "wait",
}


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
        termination_wait: cdk.Duration | None = None,
        maximum_execution_timeout: cdk.Duration | None = None,
    ) -> Deployment:
        """Blue/green: a new fleet takes all traffic at once.

        Args:
            termination_wait: How long the alarms are watched then, and the old fleet is kept for a rollback, up to an
                hour. Default: not at all.
            maximum_execution_timeout: When the update is given up and rolled back, 10 minutes to 8 hours. Default:
                SageMaker's.
        """
        return _BlueGreen("ALL_AT_ONCE", _Size(), None, termination_wait, maximum_execution_timeout)

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
            wait: How long the alarms are watched between the two steps, up to an hour.
            termination_wait: How long the alarms are watched after the last step, and the old fleet is kept for a
                rollback, up to an hour. Default: not at all.
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
            wait: How long the alarms are watched between the steps, up to an hour.
            termination_wait: How long the alarms are watched after the last step, and the old fleet is kept for a
                rollback, up to an hour. Default: not at all.
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

    @property
    def argument(self) -> str:
        """The argument that gave it."""
        return "percent" if self.instances is None else "instances"

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
            # All at once has no steps to wait between, and the API wants the number all the same.
            "WaitIntervalInSeconds": 0 if self.routing == "ALL_AT_ONCE" else read.seconds("wait", self.wait),
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
        arguments = {**_ARGUMENTS, "CanarySize": self.size.argument, "LinearStepSize": self.size.argument}
        return Feature(arguments=arguments, properties={"BlueGreenUpdatePolicy": given(policy)})


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
        arguments = {
            **_ARGUMENTS,
            "MaximumBatchSize": self.size.argument,
            "RollbackMaximumBatchSize": f"rollback_{self.rollback_size.argument}",
        }
        return Feature(arguments=arguments, properties={"RollingUpdatePolicy": given(policy)})


@dataclass(frozen=True, slots=True)
class RollbackAlarm:
    """An alarm that rolls an update back."""

    name: object
    resource: str = ""
    """What the execution role must be allowed to describe: its ARN, or `*`."""
    is_own: bool = False
    """Whether `add_alarms` has made it; those come after the ones that were given."""


def read_alarms(alarms: object, env: ResourceEnvironment, read: ArgumentReader) -> list[RollbackAlarm]:
    """The alarms that roll an update back."""
    if isinstance(alarms, str) or not isinstance(alarms, Sequence):
        read.wrong("rollback_alarms", alarms, "a list of alarms", "write [alarm]")
        return []
    return [read_alarm(f"rollback_alarms[{index}]", alarm, env, read) for index, alarm in enumerate(alarms)]


def read_alarm(argument: str, alarm: Any, env: ResourceEnvironment, read: ArgumentReader) -> RollbackAlarm:
    """An alarm that watches an endpoint in this account and region."""
    fix = "make a cloudwatch.Alarm, or use cloudwatch.Alarm.from_alarm_name(self, 'Alarm', '...')"
    reference: Any = read.required_construct(argument, alarm, "alarm_ref", "a cloudwatch.IAlarm", fix)
    if isinstance(reference, Unknown):
        return RollbackAlarm(reference)
    read.same_environment(argument, alarm, env.region, env.account, reference.alarm_arn)
    # CloudWatch describes composite alarms to nobody whose permission is narrower.
    resource = "*" if isinstance(alarm, cdk.aws_cloudwatch.CompositeAlarm) else reference.alarm_arn
    return RollbackAlarm(reference.alarm_name, resource)

"""How an update replaces the instances of an endpoint."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk

from ..arguments import ArgumentReader, given
from ..declared_at import caller
from .feature import Feature

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

"""The alarms that roll an update of an endpoint back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from ..arguments import ArgumentReader
from ..rules import Unknown

if TYPE_CHECKING:
    from aws_cdk.interfaces import ResourceEnvironment


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

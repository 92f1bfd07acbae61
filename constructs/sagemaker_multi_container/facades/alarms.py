"""Alarms that tell when an endpoint is in trouble."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import aws_cdk as cdk

from .. import l1
from ..acknowledgement_ids import WARNING_ID
from ..arguments import ArgumentReader, describe, said_by_the_cdk
from ..errors import EndpointConfigurationError, Problem
from ..features.rollback_alarms import RollbackAlarm
from ..readings import attribute
from ..served import ServedEndpoint, check_variants_are_known
from .additions import check_id, refused_by_the_cdk
from .alarm_settings import AlarmSettings, read_actions
from .watches import CPU_FIX, Watch, lacks_vcpus, watches_of

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch

Percentage = float | Literal[False] | None
"""False leaves an alarm out, None takes the default."""

_CPU_UNKNOWN = WARNING_ID + "MCE-Y04"
_EC2_ACTION = re.compile(r":automate:[^:]*:ec2:")
_PERMISSION = re.compile(r"already a Construct with name '[^']*AlarmPermission'")
"""What the CDK says of a `LambdaAction` that names the permissions of several alarms alike."""
_UNIQUE = (
    "set the feature flag '@aws-cdk/aws-cloudwatch-actions:changeLambdaPermissionLogicalIdForLambdaAction' in "
    "cdk.json, or write LambdaAction(function, use_unique_permission_id=True)"
)
_ENOUGH = 8
"""How many characters of an endpoint's address tell it from the others of an app."""

# The properties of an alarm that say what is done when its state changes.
_GOES_OFF, _IS_OVER, _HAS_NO_DATA = "alarm_actions", "ok_actions", "insufficient_data_actions"

_Action = tuple["cloudwatch.IAlarmAction", tuple[str, ...]]
"""An action, and the properties of an alarm that it is given to."""


class EndpointAlarms:
    """The alarms that a call of `endpoint.add_alarms` has made.

    They follow the endpoint: as soon as a container or a variant is added to it, that has its alarms, too.
    """

    def __init__(self, endpoint: ServedEndpoint, id: str, settings: AlarmSettings) -> None:
        self._endpoint = endpoint
        self._id = id
        self._settings = settings
        self._alarms: dict[str, cloudwatch.CfnAlarm] = {}
        self._watches: dict[str, Watch] = {}
        self._bindable: dict[str, cloudwatch.IAlarm] = {}
        """The alarms as actions take them, as far as there are actions."""
        self._actions: list[_Action] = [(action, (_GOES_OFF, _IS_OVER)) for action in settings.actions]
        """What every alarm does, also one that is still to come."""

    @property
    def alarms(self) -> Mapping[str, cloudwatch.CfnAlarm]:
        """The alarms by what they watch: by variant, and in Direct mode by container.

        Such as `AllTraffic.LatencyP99`, `AllTraffic.ErrorRate5xx`, `AllTraffic.ErrorRate4xx`,
        `AllTraffic.CpuUtilization`, `AllTraffic.MemoryUtilization` and `AllTraffic.DiskUtilization`. In Direct mode
        latency and errors are those of the containers, such as `AllTraffic.ranker.LatencyP99`.

        They are L1 resources, which the CDK takes as `IAlarmRef`: for a widget or a rollback alarm. A composite alarm
        takes rules: write `cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM)`, also within
        `AlarmRule.any_of`.
        """
        return MappingProxyType(self._alarms)

    def add_alarm_action(self, *actions: cloudwatch.IAlarmAction, alarm: str | None = None) -> None:
        """Do something when an alarm goes off.

        Args:
            *actions: Such as `SnsAction(topic)`. An alarm takes 5 of them.
            alarm: The alarm, such as `AllTraffic.LatencyP99`. Default: all, also those of what is added later.

        Raises:
            EndpointConfigurationError: If there is no such alarm, or an action cannot be used; none is added then.
        """
        self._add_actions("add_alarm_action", _GOES_OFF, actions, alarm)

    def add_ok_action(self, *actions: cloudwatch.IAlarmAction, alarm: str | None = None) -> None:
        """Do something when an alarm is over.

        Args:
            *actions: Such as `SnsAction(topic)`. An alarm takes 5 of them.
            alarm: The alarm, such as `AllTraffic.LatencyP99`. Default: all, also those of what is added later.

        Raises:
            EndpointConfigurationError: If there is no such alarm, or an action cannot be used; none is added then.
        """
        self._add_actions("add_ok_action", _IS_OVER, actions, alarm)

    def add_insufficient_data_action(self, *actions: cloudwatch.IAlarmAction, alarm: str | None = None) -> None:
        """Do something when an alarm has too little data to tell, such as one on instances that publish nothing.

        Args:
            *actions: Such as `SnsAction(topic)`. An alarm takes 5 of them.
            alarm: The alarm, such as `AllTraffic.CpuUtilization`. Default: all, also those of what is added later.

        Raises:
            EndpointConfigurationError: If there is no such alarm, or an action cannot be used; none is added then.
        """
        self._add_actions("add_insufficient_data_action", _HAS_NO_DATA, actions, alarm)

    @property
    def _rollback_alarms(self) -> list[RollbackAlarm]:
        """Those that roll an update back."""
        rolling_back = [self._alarms[key] for key, watch in self._watches.items() if self._rolls_back(watch)]
        return [
            RollbackAlarm(attribute(alarm, "ref"), attribute(alarm, "attr_arn"), is_own=True) for alarm in rolling_back
        ]

    def _rolls_back(self, watch: Watch) -> bool:
        return self._settings.rollback and watch.rolls_back

    @contextmanager
    def _following(self, watches: Sequence[Watch]) -> Iterator[None]:
        """Have these alarms, unless one cannot be made, or what is done within the context is refused."""
        before = {**self._watches}
        try:
            self._follow(watches)
            yield
        except BaseException:
            for key in self._alarms.keys() - before.keys():
                self._remove(key)
            self._follow([*before.values()])
            raise

    def _follow(self, watches: Sequence[Watch]) -> None:
        for watch in watches:
            if watch.key not in self._alarms:
                self._create(watch)
            elif watch != self._watches[watch.key]:
                self._update(watch)
        self._watches = {watch.key: watch for watch in watches}
        in_order = {key: self._alarms[key] for key in self._watches}
        self._alarms.clear()
        self._alarms.update(in_order)

    def _create(self, watch: Watch) -> None:
        try:
            alarm = cdk.aws_cloudwatch.CfnAlarm(
                self._endpoint, self._id_of(watch.key), **l1.keywords(watch.properties, {})
            )
        except (TypeError, RuntimeError) as refused:
            raise refused_by_the_cdk(self._endpoint, "add_alarms", refused) from refused
        self._alarms[watch.key] = alarm
        self._watches[watch.key] = watch
        for property_name, arns in self._bind("add_alarms", watch.key, self._actions).items():
            setattr(alarm, property_name, arns)

    def _update(self, watch: Watch) -> None:
        """Let an alarm that exists watch more containers: it is in its user's hands, so that it must stay."""
        before = self._watches[watch.key].properties
        changed = {name: value for name, value in watch.properties.items() if value != before[name]}
        for property_name, value in l1.keywords(changed, {}).items():
            setattr(self._alarms[watch.key], property_name, value)
        self._watches[watch.key] = watch

    def _remove(self, key: str) -> None:
        self._endpoint.node.try_remove_child(self._id_of(key))
        del self._alarms[key]
        self._bindable.pop(key, None)

    def _id_of(self, key: str) -> str:
        """The id of an alarm's construct."""
        return f"{self._id}.{key}"

    def _add_actions(
        self, call: str, property_name: str, actions: Sequence[cloudwatch.IAlarmAction], key: str | None
    ) -> None:
        if key is not None and (not isinstance(key, str) or key not in self._alarms):
            message = f"is {describe(key)}, and the alarms are {', '.join(map(repr, self._alarms)) or 'none yet'}"
            raise self._endpoint._refusal(f"{call}: alarm", message, "give the key of one of them")
        keys = [*self._alarms] if key is None else [key]
        there: dict[str, list[str]] = {each: getattr(self._alarms[each], property_name) or [] for each in keys}
        problems: list[Problem] = []
        promised = sum(property_name in given_to for _, given_to in self._actions)
        most = max([promised if key is None else 0, *map(len, there.values())])
        read_actions("actions", actions, ArgumentReader(problems, owner=call), there=most)
        if problems:
            raise EndpointConfigurationError(self._endpoint.node.path, problems)
        added: list[_Action] = [(action, (property_name,)) for action in actions]
        bound = {each: self._bind(call, each, added) for each in keys}
        for each, arns in bound.items():
            setattr(self._alarms[each], property_name, [*there[each], *arns.get(property_name, ())])
        if key is None:
            self._actions += added

    def _bind(self, call: str, key: str, actions: Sequence[_Action]) -> dict[str, list[str]]:
        """The ARNs that actions have for an alarm, by the properties that they are given to."""
        found: dict[str, list[str]] = {}
        for action, property_names in actions:
            arn = self._arn_of(call, key, action)
            for property_name in property_names:
                found.setdefault(property_name, []).append(arn)
        return found

    def _arn_of(self, call: str, key: str, action: cloudwatch.IAlarmAction) -> str:
        alarm = self._alarms[key]
        if key not in self._bindable:
            # A LambdaAction names the function's permission by this id, and alarms of other endpoints may call it, too.
            address = attribute(attribute(self._endpoint, "node"), "addr")
            self._bindable[key] = cdk.aws_cloudwatch.Alarm.from_alarm_arn(
                alarm, f"{self._id_of(key)}.{address[-_ENOUGH:]}", attribute(alarm, "attr_arn")
            )
        fix = "give another action, such as aws_cloudwatch_actions.SnsAction(topic)"
        try:
            arn = action.bind(alarm, self._bindable[key]).alarm_action_arn
        except Exception as refused:  # whatever code of the user's raises
            said = said_by_the_cdk(refused)
            message = f"cannot be used for the alarm {key!r}: {said}"
            raise self._endpoint._refusal(
                f"{call}: actions", message, _UNIQUE if _PERMISSION.search(said) else fix
            ) from refused
        if _EC2_ACTION.search(arn):
            message = "act on EC2 instances, and the alarms are on none"
            raise self._endpoint._refusal(f"{call}: actions", message, fix)
        return arn


class AlarmSets:
    """All alarms of an endpoint that `add_alarms` has made, by the id of the call."""

    def __init__(self, endpoint: ServedEndpoint) -> None:
        self._endpoint = endpoint
        self._sets: dict[str, EndpointAlarms] = {}
        self._rollback: list[RollbackAlarm] = []
        self._without_cpu: set[str] = set()

    def add(self, id: str, settings: AlarmSettings) -> EndpointAlarms:
        """Make the alarms of what the endpoint has by now.

        Raises:
            EndpointConfigurationError: If there cannot be such alarms; none is made then.
        """
        check_id(self._endpoint, id, "add_alarms", is_taken=isinstance(id, str) and id in self._sets)
        check_variants_are_known(self._endpoint)
        made = self._sets[id] = EndpointAlarms(self._endpoint, id, settings)
        try:
            with self.following():
                pass
        except BaseException:
            del self._sets[id]
            raise
        return made

    @contextmanager
    def following(self) -> Iterator[None]:
        """Make what is missing, unless it is refused, or what is done within the context is.

        Raises:
            EndpointConfigurationError: If an alarm of what the endpoint has by now cannot be made.
        """
        wanted = [(alarms, [*watches_of(self._endpoint, alarms._settings)]) for alarms in self._sets.values()]
        if any(alarms._settings.rollback for alarms in self._sets.values()):
            rolls_back = [watch for alarms, watches in wanted for watch in watches if alarms._rolls_back(watch)]
            self._endpoint._check_rollback(len(rolls_back))
        with ExitStack() as stack:
            for alarms, watches in wanted:
                stack.enter_context(alarms._following(watches))
            rollback = [alarm for alarms in self._sets.values() for alarm in alarms._rollback_alarms]
            if rollback != self._rollback:
                stack.enter_context(self._endpoint._rolled_back_by(rollback))
            yield
        self._rollback = rollback
        self._warn_of_missing_cpu_alarms()

    def made(self) -> tuple[cloudwatch.CfnAlarm, ...]:
        """All of the alarms, in the endpoint's order."""
        return tuple(alarm for alarms in self._sets.values() for alarm in alarms.alarms.values())

    def _warn_of_missing_cpu_alarms(self) -> None:
        if all(alarms._settings.cpu_utilization is None for alarms in self._sets.values()):
            return
        for variant in self._endpoint.served_variants:
            lack = lacks_vcpus(variant)
            if lack and variant.name not in self._without_cpu:
                self._without_cpu.add(variant.name)
                text = f"the alarm on CPU utilization is left out: it {lack}; {CPU_FIX}, and give add_alarms "
                cdk.Annotations.of(self._endpoint).add_warning_v2(_CPU_UNKNOWN, f"{text}cpu_utilization=False")

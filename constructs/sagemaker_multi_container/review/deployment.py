"""The way of an update to an endpoint: in which steps the traffic moves, and what can send it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..rules import Reference, Unknown
from ..rules.deployment import waits
from ..rules.description import Properties, dicts, number, text
from ..template import Template
from ..template.endpoints import Endpoint
from .changes import DeploymentPath, Strategy
from .values import shown

_STRATEGIES: Mapping[str | None, Strategy] = {
    "ALL_AT_ONCE": Strategy.ALL_AT_ONCE,
    "CANARY": Strategy.CANARY,
    "LINEAR": Strategy.LINEAR,
}
_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


def deployment_of(endpoint: Endpoint) -> DeploymentPath:
    """How an update of this endpoint is deployed."""
    config = endpoint.properties.get("DeploymentConfig")
    if isinstance(config, Unknown) or endpoint.properties.get("RetainDeploymentConfig") not in (None, False):
        return DeploymentPath(
            strategy=Strategy.UNKNOWN, steps=(), waits_seconds=None, alarms=(), alarms_are_known=False
        )
    deployment = config if isinstance(config, dict) else {}
    alarms, alarms_are_known = _alarms(deployment, endpoint.template)
    strategy, steps, seconds = _steps(deployment)
    return DeploymentPath(
        strategy=strategy, steps=steps, waits_seconds=seconds, alarms=alarms, alarms_are_known=alarms_are_known
    )


def _steps(deployment: Properties) -> tuple[Strategy, tuple[str, ...], int | None]:
    rolling, blue_green = deployment.get("RollingUpdatePolicy"), deployment.get("BlueGreenUpdatePolicy")
    if isinstance(rolling, dict):
        steps = (
            f"replaces {_size(rolling.get('MaximumBatchSize'), 'the instances')}",
            f"waits {_wait(rolling)}",
            "goes on until all are replaced",
        )
        return Strategy.ROLLING, steps, _seconds(rolling, rolling)
    if isinstance(blue_green, dict):
        routing = blue_green.get("TrafficRoutingConfiguration")
        routing = routing if isinstance(routing, dict) else {}
        strategy = _STRATEGIES.get(text(routing, "Type"), Strategy.UNKNOWN)
        return strategy, (*_shifts(strategy, routing), *_termination(blue_green)), _seconds(blue_green, routing)
    if rolling is not None or blue_green is not None:
        return Strategy.UNKNOWN, (), None
    return Strategy.ALL_AT_ONCE, ("moves all traffic to the new instances once they are in service",), 0


def _shifts(strategy: Strategy, routing: Properties) -> tuple[str, ...]:
    wait = _wait(routing)
    match strategy:
        case Strategy.CANARY:
            return (f"moves {_size(routing.get('CanarySize'), 'the traffic')}", f"waits {wait}", "moves the rest")
        case Strategy.LINEAR:
            step = _size(routing.get("LinearStepSize"), "the traffic")
            return f"moves {step}", f"waits {wait}", "goes on until all is moved"
        case Strategy.ALL_AT_ONCE:
            is_waiting = routing.get("WaitIntervalInSeconds") not in (None, 0)
            return ("moves all traffic to the new instances", *((f"waits {wait}",) if is_waiting else ()))
    return ()


def _termination(policy: Properties) -> tuple[str, ...]:
    seconds = policy.get("TerminationWaitInSeconds")
    if seconds in (None, 0):
        return ("ends the old instances",)
    return (f"keeps the old instances for {duration(seconds)}", "ends them")


def _seconds(policy: dict[str, Any], routing: Properties) -> int | None:
    """How long the deployment waits at least."""
    if isinstance(policy.get("TerminationWaitInSeconds"), Unknown) or number(routing, "WaitIntervalInSeconds") is None:
        return None
    return round(sum(waits(policy)))


def _wait(properties: Properties) -> str:
    return duration(properties.get("WaitIntervalInSeconds"))


def duration(seconds: object) -> str:
    """A number of seconds for people."""
    if not isinstance(seconds, int | float):
        return "a time that is not known"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min" if minutes and not rest else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _size(size: object, whole: str) -> str:
    """A part of the traffic or of the instances."""
    if not isinstance(size, dict):
        return f"a part of {whole}"
    known = number(size, "Value")
    value = "?" if known is None else f"{known:g}"
    match text(size, "Type"):
        case "CAPACITY_PERCENT":
            return f"{value} % of {whole}"
        case "INSTANCE_COUNT" if whole == "the traffic":
            return f"the traffic of {_instances(value)}"
        case "INSTANCE_COUNT":
            return _instances(value)
    return f"a part of {whole}"


def _instances(number: str) -> str:
    return f"{number} instance{'' if number == '1' else 's'}"


def _alarms(deployment: Properties, template: Template) -> tuple[tuple[str, ...], bool]:
    """The names of the alarms, and whether these are all for certain."""
    rollback = deployment.get("AutoRollbackConfiguration")
    if rollback is None:
        return (), True
    alarms = rollback.get("Alarms") if isinstance(rollback, dict) else None
    if not isinstance(alarms, list):
        return (), rollback is not None and isinstance(rollback, dict) and alarms is None
    return tuple(_alarm(each.get("AlarmName"), template) for each in dicts(alarms)), True


def _alarm(name: object, template: Template) -> str:
    """An alarm as people know it: by its name, else by its construct."""
    if isinstance(name, Reference):
        resource = template.document["Resources"].get(name.logical_id)
        is_alarm = template.exists(name.logical_id) is not False and resource.get("Type") in _ALARMS
        fixed = text(template.properties(name.logical_id), "AlarmName") if is_alarm else None
        return fixed or template.known_as(name.logical_id)
    return shown(name) or "?"

"""Deployment guardrails: which deployment configurations SageMaker takes, and when alarms send an endpoint back."""

from collections.abc import Callable

from embedded_aws.endpoint import Fleet, Json
from embedded_aws.errors import ServiceError

AlarmState = Callable[[str], str | None]
"""The state of the CloudWatch alarm with this name; None when there is none."""

STEP_SIZES = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}
PERCENTAGES = {"CanarySize": (1, 50), "LinearStepSize": (10, 50), "MaximumBatchSize": (5, 50)}
"""How much of the fleet may change at a time."""


def check_deployment(config: Json, fleet: Fleet, alarm_state: AlarmState) -> None:
    """Refuse a deployment configuration that contradicts itself or the fleet, or names alarms that do not exist."""
    if "BlueGreenUpdatePolicy" in config and "RollingUpdatePolicy" in config:
        raise ServiceError("Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be used.")
    if blue_green := config.get("BlueGreenUpdatePolicy"):
        _check_traffic(blue_green["TrafficRoutingConfiguration"])
    if rolling := config.get("RollingUpdatePolicy"):
        if len(fleet.variants) > 1:
            raise ServiceError("RollingUpdatePolicy is not supported for endpoints with more than one variant.")
        _check_percentage("MaximumBatchSize", rolling["MaximumBatchSize"])
    if missing := [name for name in alarm_names(config) if alarm_state(name) is None]:
        raise ServiceError(f"AutoRollbackConfiguration names alarms that do not exist: {', '.join(missing)}.")


def triggered_alarm(config: Json | None, alarm_state: AlarmState) -> str | None:
    """The first of the alarms that is in ALARM."""
    return next((name for name in alarm_names(config or {}) if alarm_state(name) == "ALARM"), None)


def alarm_names(config: Json) -> list[str]:
    """The alarms that a deployment configuration watches."""
    alarms = config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    return [alarm["AlarmName"] for alarm in alarms if "AlarmName" in alarm]


def _check_traffic(routing: Json) -> None:
    wanted = STEP_SIZES.get(routing["Type"])
    for member in STEP_SIZES.values():
        if (member in routing) != (member == wanted):
            verb = "needs" if member == wanted else "does not take"
            raise ServiceError(f"Traffic routing of type {routing['Type']} {verb} {member}.")
    if wanted:
        _check_percentage(wanted, routing[wanted])


def _check_percentage(member: str, size: Json) -> None:
    least, most = PERCENTAGES[member]
    if size["Type"] == "CAPACITY_PERCENT" and not least <= size["Value"] <= most:
        raise ServiceError(f"{member} must be {least} to {most} percent of the fleet, not {size['Value']}.")

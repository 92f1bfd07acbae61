"""Rules about how an update of an endpoint is deployed and rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .checks import chosen, counted, fits, required, within
from .description import Unknown, dicts, is_certain, is_set, number, text
from .limits import (
    ALARM_NAME,
    ALARMS,
    API,
    BATCH_PERCENT,
    CANARY_PERCENT,
    CAPACITY_SIZE,
    CAPACITY_TYPE,
    EXECUTION_SECONDS,
    GUIDE,
    LINEAR_STEP_PERCENT,
    ROLLBACK_PERCENT,
    TERMINATION_WAIT_SECONDS,
    TRAFFIC_ROUTING,
    WAIT_SECONDS,
    Range,
)
from .rule import Check, Confidence, Place, Problems, Severity, declare, rule

DEPLOYMENT_CONFIG = API + "DeploymentConfig.html"
BLUE_GREEN_POLICY = API + "BlueGreenUpdatePolicy.html"
TRAFFIC_ROUTING_CONFIG = API + "TrafficRoutingConfig.html"
ROLLING_POLICY = API + "RollingUpdatePolicy.html"

DEPLOYMENT = "Endpoint.DeploymentConfig"
BLUE_GREEN = f"{DEPLOYMENT}.BlueGreenUpdatePolicy"
ROUTING = f"{BLUE_GREEN}.TrafficRoutingConfiguration"
ROLLING = f"{DEPLOYMENT}.RollingUpdatePolicy"


@rule(
    "MCE-P04",
    guards=DEPLOYMENT,
    source=DEPLOYMENT_CONFIG,
    fix="keep the blue/green or the rolling policy, and remove the other",
)
def one_update_policy(deployment: dict[str, Any], place: Place) -> Problems:
    """A deployment is blue/green or rolling, not both."""
    if is_certain(deployment.get("BlueGreenUpdatePolicy")) and is_certain(deployment.get("RollingUpdatePolicy")):
        yield place.problem("gives a blue/green and a rolling policy; a deployment has one of them")


_SIZE_BY_TYPE = {"CANARY": ("CanarySize", "canary size"), "LINEAR": ("LinearStepSize", "step size")}


@rule(
    "MCE-P05",
    guards=ROUTING,
    source=TRAFFIC_ROUTING_CONFIG,
    fix="give a canary size with CANARY, a step size with LINEAR and neither with ALL_AT_ONCE",
    also=(
        required(ROUTING, Type=f"traffic routing type ({TRAFFIC_ROUTING})"),
        chosen(f"{ROUTING}.Type", TRAFFIC_ROUTING),
    ),
)
def size_fits_traffic_routing(routing: dict[str, Any], place: Place) -> Problems:
    """Canary routing has a canary size, linear routing a step size, all at once neither."""
    kind = text(routing, "Type")
    if kind in TRAFFIC_ROUTING:
        for owner, (key, noun) in _SIZE_BY_TYPE.items():
            if kind == owner and not is_set(routing, key):
                yield place.problem(f"{kind} needs a {noun}")
            elif kind != owner and is_certain(routing.get(key)):
                yield place.problem(f"a {noun} is for {owner}; the type is {kind}", key)


declare(
    "MCE-P06",
    "Every deployment says how long it waits between its steps, up to an hour.",
    required(ROUTING, WaitIntervalInSeconds="wait interval"),
    within(f"{ROUTING}.WaitIntervalInSeconds", WAIT_SECONDS, "seconds"),
    required(ROLLING, WaitIntervalInSeconds="wait interval"),
    within(f"{ROLLING}.WaitIntervalInSeconds", WAIT_SECONDS, "seconds"),
    source=TRAFFIC_ROUTING_CONFIG,
    fix="give a wait interval from 0 to 3600 seconds",
)


def _sized(guards: str, limit: Range) -> tuple[Check, ...]:
    def find(size: dict[str, Any], place: Place) -> Problems:
        value, unit = number(size, "Value"), text(size, "Type")
        if unit == "CAPACITY_PERCENT" and value is not None and value not in limit:
            return (place.problem(f"got {value} percent of a variant's instances; it must be {limit} percent"),)
        if unit == "INSTANCE_COUNT" and value is not None and value not in CAPACITY_SIZE:
            return (place.problem(f"got {value} instances; it must be {CAPACITY_SIZE}"),)
        return ()

    return (
        Check(guards, (dict,), find),
        required(guards, Type=f"unit ({CAPACITY_TYPE})", Value="value"),
        chosen(f"{guards}.Type", CAPACITY_TYPE),
    )


declare(
    "MCE-P07",
    "A canary is at most 50 percent of a variant's instances.",
    *_sized(f"{ROUTING}.CanarySize", CANARY_PERCENT),
    source=TRAFFIC_ROUTING_CONFIG,
    fix="choose a canary of 1 to 50 percent",
)

declare(
    "MCE-P08",
    "A step of linear routing is 10 to 50 percent of a variant's instances.",
    *_sized(f"{ROUTING}.LinearStepSize", LINEAR_STEP_PERCENT),
    source=TRAFFIC_ROUTING_CONFIG,
    fix="choose steps of 10 to 50 percent",
)

declare(
    "MCE-P09",
    "A batch of a rolling deployment is 5 to 50 percent of a variant's instances.",
    *_sized(f"{ROLLING}.MaximumBatchSize", BATCH_PERCENT),
    *_sized(f"{ROLLING}.RollbackMaximumBatchSize", ROLLBACK_PERCENT),
    required(ROLLING, MaximumBatchSize="maximum batch size"),
    source=ROLLING_POLICY,
    fix="choose batches of 5 to 50 percent, and for a rollback up to 100 percent",
)


_LEAST_PERCENT = {
    "CanarySize": 0,
    "LinearStepSize": LINEAR_STEP_PERCENT.minimum,
    "MaximumBatchSize": BATCH_PERCENT.minimum,
}


@rule(
    "MCE-P10",
    guards=(f"{ROUTING}.CanarySize", f"{ROUTING}.LinearStepSize", f"{ROLLING}.MaximumBatchSize"),
    source=TRAFFIC_ROUTING_CONFIG,
    fix="change the number of instances at the start or in a step, or give the size in percent",
    confidence=Confidence.INFERRED,
)
def step_in_instances(size: dict[str, Any], place: Place) -> Problems:
    """A canary, step or batch that is given in instances is within the same bounds as one in percent."""
    instances = number(size, "Value")
    least = _LEAST_PERCENT[str(place.path[-1])]
    # What is retained in an update is not what the config says.
    is_retained = place.properties.get("RetainAllVariantProperties") not in (None, False)
    if text(size, "Type") == "INSTANCE_COUNT" and instances is not None and not is_retained:
        for variant in dicts(_variants(place)):
            count = number(variant, "InitialInstanceCount")
            if count is None:
                continue
            if instances * 2 > count:
                yield place.problem(f"got {instances} of {count} instances; at most half of them can be one step")
                return
            if instances * 100 < count * least:
                yield place.problem(f"got {instances} of {count} instances; one step is at least {least} percent")
                return


@rule(
    "MCE-P11",
    guards=ROLLING,
    source=GUIDE + "deployment-guardrails-exclusions.html",
    fix="use a blue/green deployment",
)
def rolling_exclusions(_: dict[str, Any], place: Place) -> Problems:
    """A rolling deployment is for endpoints with one production variant on instances."""
    variants = _variants(place)
    if sum(map(is_certain, variants)) > 1:
        yield place.problem(f"the endpoint has {len(variants)} production variants; a rolling deployment takes one")
    elif any(is_certain(variant.get("ServerlessConfig")) for variant in dicts(variants)):
        yield place.problem("the endpoint is serverless, which a rolling deployment does not support")


@rule(
    "MCE-P12",
    guards=(BLUE_GREEN, ROLLING),
    source=BLUE_GREEN_POLICY,
    fix="raise the maximum execution time, or wait less",
    also=(
        within(f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds", EXECUTION_SECONDS, "seconds"),
        within(f"{ROLLING}.MaximumExecutionTimeoutInSeconds", EXECUTION_SECONDS, "seconds"),
    ),
)
def time_for_all_waits(policy: dict[str, Any], place: Place) -> Problems:
    """A deployment's maximum execution time is 600 to 28800 seconds and longer than all its waits together."""
    limit = number(policy, "MaximumExecutionTimeoutInSeconds")
    if limit is not None:
        total = sum(waits(policy))
        if total >= limit:
            message = f"the deployment waits at least {total:g} seconds, but may take {limit:g} at most"
            yield place.problem(message, "MaximumExecutionTimeoutInSeconds")


declare(
    "MCE-P13",
    "The old fleet is terminated at most an hour after a deployment.",
    within(f"{BLUE_GREEN}.TerminationWaitInSeconds", TERMINATION_WAIT_SECONDS, "seconds"),
    source=BLUE_GREEN_POLICY,
    fix="wait 0 to 3600 seconds",
)

declare(
    "MCE-P14",
    "A deployment is watched by 1 to 10 alarms.",
    counted(f"{DEPLOYMENT}.AutoRollbackConfiguration.Alarms", ALARMS, "alarms"),
    required(f"{DEPLOYMENT}.AutoRollbackConfiguration.Alarms[]", AlarmName="alarm name"),
    fits(f"{DEPLOYMENT}.AutoRollbackConfiguration.Alarms[].AlarmName", ALARM_NAME),
    source=API + "AutoRollbackConfig.html",
    fix="name 1 to 10 CloudWatch alarms, or combine several into a composite alarm",
)


@rule(
    "MCE-P15",
    severity=Severity.WARNING,
    guards=DEPLOYMENT,
    source=GUIDE + "deployment-guardrails-configuration.html",
    fix="add CloudWatch alarms to roll back on",
)
def waiting_needs_alarms(deployment: dict[str, Any], place: Place) -> Problems:
    """A deployment that waits between steps has alarms to watch meanwhile, or it never rolls back on them."""
    rollback = deployment.get("AutoRollbackConfiguration")
    if rollback is None or (isinstance(rollback, dict) and rollback.get("Alarms") is None):
        policy = deployment.get("BlueGreenUpdatePolicy")
        routing = policy.get("TrafficRoutingConfiguration") if isinstance(policy, dict) else None
        is_gradual = text(routing, "Type") in ("CANARY", "LINEAR") or isinstance(
            deployment.get("RollingUpdatePolicy"), dict
        )
        if is_gradual or (isinstance(routing, dict) and (number(routing, "WaitIntervalInSeconds") or 0) > 0):
            yield place.problem("the deployment has no alarms, so that nothing is watched while it waits")


@rule(
    "MCE-P18",
    guards="Endpoint.RetainDeploymentConfig",
    source=API + "UpdateEndpoint.html",
    fix="keep the deployment configuration in the template, and do not retain the last one",
    confidence=Confidence.INFERRED,
)
def retained_deployment(retained: bool, place: Place) -> Problems:
    """An update has a deployment configuration of its own or reuses the last one, not both."""
    if retained and is_certain(place.properties.get("DeploymentConfig")):
        yield place.problem("reuses the last deployment configuration, but the endpoint gives one of its own")


def _variants(place: Place) -> list[Any]:
    """The production variants of the endpoint's config, if this description holds it."""
    config = place.description.referred(place.properties.get("EndpointConfigName"), "EndpointConfig")
    variants = config.get("ProductionVariants") if config is not None else None
    return variants if isinstance(variants, list) else []


def waits(policy: dict[str, Any]) -> Iterator[float]:
    """How long a deployment waits at least, as far as known."""
    yield number(policy, "TerminationWaitInSeconds") or 0
    routing = policy.get("TrafficRoutingConfiguration", policy)
    if isinstance(routing, dict):
        step = routing.get("LinearStepSize") or routing.get("MaximumBatchSize")
        percent = number(step, "Value") if isinstance(step, dict) and text(step, "Type") == "CAPACITY_PERCENT" else None
        waits = 1 if not percent or percent < 1 else max(1, -int(-100 // percent) - 1)
        yield (number(routing, "WaitIntervalInSeconds") or 0) * waits


@rule(
    "MCE-P20",
    severity=Severity.WARNING,
    guards=f"{DEPLOYMENT}.AutoRollbackConfiguration",
    source=GUIDE + "deployment-guardrails-configuration.html",
    fix="let the deployment wait: after the last step, or between its steps",
)
def time_to_watch_alarms(_: dict[str, Any], place: Place) -> Problems:
    """A deployment with rollback alarms waits, so that they are watched for some time."""
    deployment = place.siblings
    waits: list[object] = []
    for policy in (deployment.get("BlueGreenUpdatePolicy"), deployment.get("RollingUpdatePolicy")):
        if isinstance(policy, Unknown):
            return
        if isinstance(policy, dict):
            routing = policy.get("TrafficRoutingConfiguration")
            if isinstance(routing, dict) and text(routing, "Type") in ("CANARY", "LINEAR"):
                waits.append(routing.get("WaitIntervalInSeconds"))
            waits += [policy.get("TerminationWaitInSeconds"), policy.get("WaitIntervalInSeconds")]
    if not any(wait is not None and wait != 0 for wait in waits):
        yield place.problem("the deployment never waits, so that no alarm has the time to go off")

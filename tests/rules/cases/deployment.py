"""Endpoints, and how an update of them is deployed."""

from sagemaker_multi_container.rules import Reference, Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, SERIAL, SINGLE, variant

NAME = "Endpoint.EndpointName"
CONFIG = "Endpoint.EndpointConfigName"
RETAIN = "Endpoint.RetainAllVariantProperties"
EXCLUDED = "Endpoint.ExcludeRetainedVariantProperties"
D = "Endpoint.DeploymentConfig"
BLUE_GREEN = f"{D}.BlueGreenUpdatePolicy"
ROUTING = f"{BLUE_GREEN}.TrafficRoutingConfiguration"
CANARY = f"{ROUTING}.CanarySize"
ROLLING = f"{D}.RollingUpdatePolicy"
ROLLBACK = f"{ROLLING}.RollbackMaximumBatchSize"
BATCH = f"{ROLLING}.MaximumBatchSize"
ALARMS = f"{D}.AutoRollbackConfiguration.Alarms"
V = "Config.ProductionVariants[0]"


def percent(value: int) -> dict[str, object]:
    """A part of a variant's capacity."""
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def instances(value: int) -> dict[str, object]:
    """A number of instances."""
    return {"Type": "INSTANCE_COUNT", "Value": value}


def linear(value: int, wait: int = 60) -> dict[str, object]:
    """Linear routing of traffic."""
    return {"Type": "LINEAR", "LinearStepSize": percent(value), "WaitIntervalInSeconds": wait}


AT_ONCE = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}

CASES = [
    breaks("MCE-P01", {NAME: "a" * 64}, NAME, "has 64 characters; at most 63"),
    breaks("MCE-P01", {NAME: "my_endpoint"}, NAME, "'my_endpoint' is not valid"),
    keeps("MCE-P01", {NAME: "a" * 63}),
    breaks("MCE-P02", {NAME: "My-Endpoint"}, NAME, "has capital letters"),
    breaks("MCE-P02", {NAME: Unknown(suffix="-Search")}, NAME, "'…-Search' has capital letters"),
    keeps("MCE-P02", {NAME: Unknown()}),
    breaks("MCE-P03", {CONFIG: Reference(logical_id="Config", attribute=None)}, CONFIG, "Ref of Config is not the"),
    breaks(
        "MCE-P03",
        {CONFIG: Reference(logical_id="Config", attribute="EndpointConfigArn")},
        CONFIG,
        "not the endpoint config's name but its ARN",
    ),
    breaks("MCE-P03", {CONFIG: "arn:aws:sagemaker:x"}, CONFIG, "cannot be the name of an endpoint config"),
    keeps("MCE-P03", {CONFIG: Reference(logical_id="Parameter", attribute=None)}),
    keeps("MCE-P03", {CONFIG: "config-2"}),
    breaks("MCE-P04", {f"{ROLLING}": {}}, D, "a blue/green and a rolling policy"),
    keeps("MCE-P04", {f"{ROLLING}": Unknown()}),
    breaks("MCE-P05", {CANARY: ABSENT}, ROUTING, "CANARY needs a canary size"),
    breaks("MCE-P05", {f"{ROUTING}.Type": "LINEAR"}, ROUTING, "LINEAR needs a step size"),
    breaks("MCE-P05", {f"{ROUTING}.Type": "ALL_AT_ONCE"}, CANARY, "a canary size is for CANARY"),
    breaks("MCE-P05", {f"{ROUTING}.Type": "canary"}, f"{ROUTING}.Type", "it must be ALL_AT_ONCE, CANARY or LINEAR"),
    breaks("MCE-P05", {ROUTING: {}}, ROUTING, "has no traffic routing type"),
    keeps("MCE-P05", {ROUTING: AT_ONCE}),
    keeps("MCE-P05", {ROUTING: linear(10)}),
    keeps("MCE-P05", {f"{ROUTING}.Type": Unknown()}),
    breaks("MCE-P06", {f"{ROUTING}.WaitIntervalInSeconds": ABSENT}, ROUTING, "has no wait interval"),
    breaks(
        "MCE-P06", {f"{ROUTING}.WaitIntervalInSeconds": 3601}, f"{ROUTING}.WaitIntervalInSeconds", "0 to 3600 seconds"
    ),
    breaks("MCE-P06", {f"{ROLLING}.WaitIntervalInSeconds": ABSENT}, ROLLING, "has no wait interval", base=SERIAL),
    keeps("MCE-P06", {f"{ROUTING}.WaitIntervalInSeconds": 0}),
    breaks("MCE-P07", {CANARY: percent(60)}, CANARY, "got 60 percent of a variant's instances; it must be 1 to 50"),
    breaks(
        "MCE-P07", {CANARY: {"Type": "PERCENT", "Value": 1}}, f"{CANARY}.Type", "INSTANCE_COUNT or CAPACITY_PERCENT"
    ),
    keeps("MCE-P07", {CANARY: percent(50)}),
    keeps("MCE-P07", {CANARY: instances(60)}),
    breaks("MCE-P08", {ROUTING: linear(5)}, f"{ROUTING}.LinearStepSize", "got 5 percent"),
    keeps("MCE-P08", {ROUTING: linear(50)}),
    breaks("MCE-P09", {BATCH: percent(80)}, BATCH, "it must be 5 to 50 percent", base=SERIAL),
    breaks("MCE-P09", {BATCH: ABSENT}, ROLLING, "has no maximum batch size", base=SERIAL),
    keeps("MCE-P09", {BATCH: percent(5)}, base=SERIAL),
    breaks("MCE-P09", {ROLLBACK: percent(150)}, ROLLBACK, "it must be 1 to 100 percent", base=SERIAL),
    keeps("MCE-P09", {ROLLBACK: percent(100)}, base=SERIAL),
    breaks("MCE-P07", {CANARY: instances(0)}, CANARY, "got 0 instances; it must be at least 1"),
    breaks(
        "MCE-P10", {BATCH: instances(1), f"{V}.InitialInstanceCount": 100}, BATCH, "at least 5 percent", base=SERIAL
    ),
    breaks("MCE-P20", {f"{D}.BlueGreenUpdatePolicy": ABSENT}, f"{D}.AutoRollbackConfiguration", "never waits"),
    breaks(
        "MCE-P20",
        {f"{D}.BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": AT_ONCE}},
        f"{D}.AutoRollbackConfiguration",
        "never waits",
    ),
    keeps(
        "MCE-P20",
        {f"{D}.BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": AT_ONCE, "TerminationWaitInSeconds": 60}},
    ),
    keeps("MCE-P20", {f"{D}.BlueGreenUpdatePolicy": Unknown()}),
    keeps("MCE-P20", {}, base=SERIAL),
    breaks("MCE-P10", {RETAIN: ABSENT, CANARY: instances(2)}, CANARY, "got 2 of 2 instances"),
    breaks("MCE-P10", {RETAIN: False, CANARY: instances(1), f"{V}.InitialInstanceCount": 1}, CANARY, "got 1 of 1"),
    breaks("MCE-P10", {BATCH: instances(3)}, BATCH, "got 3 of 4 instances", base=SERIAL),
    keeps("MCE-P10", {RETAIN: ABSENT, CANARY: instances(1)}),
    keeps("MCE-P10", {CANARY: instances(2)}),
    keeps("MCE-P10", {RETAIN: ABSENT, CANARY: instances(2), f"{V}.InitialInstanceCount": Unknown()}),
    breaks(
        "MCE-P11",
        {"Config.ProductionVariants": [variant("A"), variant("B")]},
        ROLLING,
        "has 2 production variants",
        base=SERIAL,
    ),
    breaks("MCE-P11", {D: {"RollingUpdatePolicy": {}}}, ROLLING, "the endpoint is serverless", base=SINGLE),
    keeps("MCE-P11", {"Config.ProductionVariants": [variant("A"), Unknown()]}, base=SERIAL),
    keeps("MCE-P11", {"Config.ProductionVariants": [variant("A"), variant("B")]}),
    breaks(
        "MCE-P12",
        {f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds": 700},
        f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds",
        "waits at least 720 seconds, but may take 700 at most",
    ),
    breaks(
        "MCE-P12",
        {ROUTING: linear(10, 400)},
        f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds",
        "waits at least 3720 seconds",
    ),
    breaks(
        "MCE-P12",
        {f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds": 28801},
        f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds",
        "it must be 600 to 28800 seconds",
    ),
    breaks(
        "MCE-P12",
        {BATCH: percent(5), f"{ROLLING}.WaitIntervalInSeconds": 300},
        f"{ROLLING}.MaximumExecutionTimeoutInSeconds",
        "waits at least 5700 seconds",
        base=SERIAL,
    ),
    keeps("MCE-P12", {f"{BLUE_GREEN}.MaximumExecutionTimeoutInSeconds": 721}),
    keeps("MCE-P12", {ROUTING: linear(10, 386)}),
    breaks(
        "MCE-P13",
        {f"{BLUE_GREEN}.TerminationWaitInSeconds": 7200},
        f"{BLUE_GREEN}.TerminationWaitInSeconds",
        "got 7200; it must be 0 to 3600 seconds",
    ),
    keeps("MCE-P13", {f"{BLUE_GREEN}.TerminationWaitInSeconds": 0}),
    breaks("MCE-P14", {ALARMS: [{"AlarmName": str(index)} for index in range(11)]}, ALARMS, "got 11 alarms"),
    breaks("MCE-P14", {ALARMS: []}, ALARMS, "got 0 alarms; there must be 1 to 10"),
    breaks("MCE-P14", {f"{ALARMS}[0].AlarmName": " "}, f"{ALARMS}[0].AlarmName", "other than white space"),
    breaks("MCE-P14", {f"{ALARMS}[0]": {}}, f"{ALARMS}[0]", "has no alarm name"),
    keeps("MCE-P14", {ALARMS: [{"AlarmName": str(index)} for index in range(10)]}),
    breaks("MCE-P15", {f"{D}.AutoRollbackConfiguration": ABSENT}, D, "nothing is watched while it waits"),
    breaks("MCE-P15", {f"{D}.AutoRollbackConfiguration": ABSENT}, D, "has no alarms", base=SERIAL),
    breaks(
        "MCE-P15",
        {D: {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {**AT_ONCE, "WaitIntervalInSeconds": 60}}}},
        D,
        "has no alarms",
    ),
    keeps("MCE-P15", {D: {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": AT_ONCE}}}),
    keeps("MCE-P15", {f"{D}.AutoRollbackConfiguration": Unknown()}),
    breaks("MCE-P16", {RETAIN: ABSENT}, EXCLUDED, "but none are retained"),
    breaks(
        "MCE-P16",
        {f"{EXCLUDED}[0].VariantPropertyType": "DataCaptureConfig"},
        f"{EXCLUDED}[0].VariantPropertyType",
        "it must be DesiredInstanceCount or DesiredWeight",
    ),
    breaks("MCE-P16", {EXCLUDED: [{}] * 4}, EXCLUDED, "got 4 excluded properties"),
    keeps("MCE-P16", {RETAIN: Unknown()}),
    keeps("MCE-P16", {RETAIN: ABSENT, EXCLUDED: []}),
    breaks("MCE-P18", {"Endpoint.RetainDeploymentConfig": True}, "Endpoint.RetainDeploymentConfig", "one of its own"),
    keeps("MCE-P18", {"Endpoint.RetainDeploymentConfig": True, D: ABSENT}),
    keeps("MCE-P18", {"Endpoint.RetainDeploymentConfig": False}),
]

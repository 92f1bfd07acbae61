"""What scales variants automatically, and between which numbers of instances."""

from __future__ import annotations

from typing import Any

from sagemaker_multi_container.rules import Reference, Resource, Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, COMPONENTS, SERIAL

V = "Config.ProductionVariants[0]"
ID = "Target.ResourceId"
LOW = "Target.MinCapacity"
HIGH = "Target.MaxCapacity"
METRIC = "Policy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType"
INVOCATIONS = {"PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}
CONCURRENCY = {
    "PredefinedMetricSpecification": {
        "PredefinedMetricType": "SageMakerVariantConcurrentRequestsPerModelHighResolution"
    }
}
TRACKED = "Policy.TargetTrackingScalingPolicyConfiguration"


def resource_id(attribute: str | None = "EndpointName", variant: str = "AllTraffic") -> Reference:
    """The id of a variant of the endpoint, whose name is not known."""
    return Reference(prefix="endpoint/", suffix=f"/variant/{variant}", logical_id="Endpoint", attribute=attribute)


def target(**properties: Any) -> Resource:
    """What scales the variant of an endpoint whose name is not known."""
    return Resource(
        "ScalableTarget",
        {
            "ServiceNamespace": "sagemaker",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "ResourceId": resource_id(),
            "MinCapacity": 1,
            "MaxCapacity": 8,
            **properties,
        },
    )


def at_night(**bounds: int) -> list[dict[str, Any]]:
    """Other bounds at a certain time."""
    return [{"ScheduledActionName": "night", "Schedule": "cron(0 22 * * ? *)", "ScalableTargetAction": bounds}]


TABLE = Resource(
    "ScalableTarget",
    {
        "ServiceNamespace": "dynamodb",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "ResourceId": "table/AllTraffic",
        "MinCapacity": 0,
        "MaxCapacity": -1,
    },
)
COPIES = target(
    ScalableDimension="sagemaker:inference-component:DesiredCopyCount",
    ResourceId="inference-component/ranker",
    MinCapacity=0,
)

CASES = [
    breaks("MCE-A01", {"Target.ServiceNamespace": "ecs"}, "Target.ServiceNamespace", "got 'ecs'"),
    breaks("MCE-A01", {"Target.ScalableDimension": "DesiredInstanceCount"}, "Target.ScalableDimension", "it must be"),
    breaks("MCE-A01", {ID: "endpoint/search-models"}, ID, "expected endpoint/<endpoint name>/variant/<variant name>"),
    breaks("MCE-A01", {ID: "search-models/AllTraffic"}, ID, "'search-models/AllTraffic' is not valid"),
    breaks("MCE-A01", {ID: Unknown(prefix="variant/")}, ID, "'variant/…' is not valid"),
    breaks("MCE-A01", {ID: resource_id(variant="a/b")}, ID, "is not valid"),
    breaks("MCE-A01", {ID: resource_id(attribute=None)}, ID, "holds the endpoint's ARN"),
    breaks("MCE-A01", {ID: resource_id(variant="Other")}, ID, "scales 'Other', and the endpoint's variants are 'AllTr"),
    keeps("MCE-A01", {ID: "endpoint/another-endpoint/variant/Other"}),
    keeps("MCE-A01", {ID: resource_id()}),
    keeps("MCE-A01", {ID: Unknown(prefix="endpoint/")}),
    keeps("MCE-A01", {ID: Reference(prefix="endpoint/", logical_id="Endpoint", attribute="EndpointName")}),
    keeps("MCE-A01", {f"{V}.VariantName": Unknown()}),
    keeps("MCE-A01", {"Endpoint.EndpointConfigName": Unknown()}),
    keeps("MCE-A01", {"Target": TABLE}),
    keeps("MCE-A01", {"Target": COPIES}, base=COMPONENTS),
    breaks("MCE-A02", {f"{V}.InitialInstanceCount": 1}, LOW, "the minimum is 2, and the variant starts with 1"),
    breaks("MCE-A02", {f"{V}.InitialInstanceCount": 9}, HIGH, "the maximum is 8, and the variant starts with 9"),
    breaks("MCE-A02", {ID: resource_id(), LOW: 3}, LOW, "the minimum is 3"),
    keeps("MCE-A02", {f"{V}.InitialInstanceCount": 8}),
    keeps("MCE-A02", {f"{V}.InitialInstanceCount": Unknown()}),
    keeps("MCE-A02", {ID: Unknown(), LOW: 3}),
    breaks("MCE-A05", {LOW: 0}, LOW, "got 0; it must be at least 1"),
    breaks("MCE-A05", {LOW: 9}, LOW, "the minimum of 9 is above the maximum of 8"),
    breaks("MCE-A05", {"Target": target(MinCapacity=-1)}, LOW, "got -1; it must be at least 0", base=SERIAL),
    breaks("MCE-A05", {LOW: Unknown(), HIGH: -1}, HIGH, "got -1; it must be at least 0"),
    breaks(
        "MCE-A05",
        {"Target.ScheduledActions": at_night(MinCapacity=0)},
        "Target.ScheduledActions[0].ScalableTargetAction.MinCapacity",
        "at least 1",
    ),
    breaks(
        "MCE-A05",
        {"Target.ScheduledActions": at_night(MinCapacity=3, MaxCapacity=2)},
        "Target.ScheduledActions[0].ScalableTargetAction.MinCapacity",
        "the minimum of 3 is above the maximum of 2",
    ),
    keeps("MCE-A05", {LOW: 8, "Target.ScheduledActions": at_night(MaxCapacity=1)}),
    keeps("MCE-A05", {"Target": target(MinCapacity=0)}, base=SERIAL),
    keeps("MCE-A05", {LOW: 0, "Config.AsyncInferenceConfig": Unknown()}),
    keeps("MCE-A05", {LOW: 0, ID: "endpoint/another-endpoint/variant/AllTraffic"}),
    keeps("MCE-A05", {"Target": TABLE}),
    keeps("MCE-A05", {"Target": target(MinCapacity=0)}, base=COMPONENTS),
    breaks("MCE-V14", {f"{V}.InstanceType": "ml.t2.medium"}, ID, "'ml.t2.medium', which are burstable"),
    breaks(
        "MCE-V14",
        {"Target": target(), f"{V}.InstancePools[1].InstanceType": "ml.t2.large"},
        ID,
        "'ml.t2.large'",
        base=SERIAL,
    ),
    keeps("MCE-V14", {f"{V}.InstanceType": "ml.t2.medium", ID: Unknown(prefix="endpoint/")}),
    keeps("MCE-V14", {f"{V}.InstanceType": "ml.t2.medium", "Target": TABLE}),
    keeps("MCE-V14", {"Target": target()}, base=SERIAL),
    breaks("MCE-P17", {"Endpoint.RetainAllVariantProperties": ABSENT}, ID, "back to its initial instance count"),
    breaks("MCE-P17", {"Endpoint.RetainAllVariantProperties": False, ID: resource_id()}, ID, "each update"),
    breaks(
        "MCE-P17",
        {"Endpoint.ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredInstanceCount"}]},
        ID,
        "each update",
    ),
    keeps("MCE-P17", {"Endpoint.RetainAllVariantProperties": Unknown()}),
    keeps("MCE-P17", {"Endpoint.ExcludeRetainedVariantProperties": ABSENT}),
    keeps("MCE-P17", {"Endpoint.RetainAllVariantProperties": ABSENT, "Target": TABLE}),
    breaks("MCE-A04", {TRACKED: INVOCATIONS}, METRIC, "counts the invocations of all containers alike"),
    breaks(
        "MCE-A04",
        {TRACKED: INVOCATIONS, "Policy.ScalingTargetId": ABSENT, "Policy.ResourceId": resource_id()},
        METRIC,
        "all containers alike",
    ),
    keeps("MCE-A04", {TRACKED: CONCURRENCY}),
    keeps("MCE-A04", {TRACKED: INVOCATIONS, "Model.InferenceExecutionConfig.Mode": "Serial"}),
    keeps("MCE-A04", {TRACKED: INVOCATIONS, "Policy.ScalingTargetId": Unknown()}),
    breaks(
        "MCE-A06",
        {
            "Target": target(),
            "Policy": Resource(
                "ScalingPolicy",
                {
                    "ScalingTargetId": Reference(logical_id="Target", attribute=None),
                    "TargetTrackingScalingPolicyConfiguration": INVOCATIONS,
                },
            ),
        },
        METRIC,
        "does not publish its invocations",
        base=SERIAL,
    ),
    keeps("MCE-A06", {TRACKED: INVOCATIONS}),
    keeps("MCE-A06", {TRACKED: INVOCATIONS, "Config.AsyncInferenceConfig": Unknown()}),
]

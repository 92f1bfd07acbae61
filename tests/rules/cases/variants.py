"""Variants of an endpoint config."""

from sagemaker_multi_container.rules import Reference, Resource, Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, COMPONENTS, SERIAL, SINGLE, container, containers, variant

VARIANTS = "Config.ProductionVariants"
V = f"{VARIANTS}[0]"
POOLS = f"{V}.InstancePools"
SERVERLESS = f"{V}.ServerlessConfig"
RESERVATION = f"{V}.CapacityReservationConfig"
ROUTING = f"{V}.RoutingConfig"
ON_DEMAND = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
PREFIX = {"PrefixLength": 2048, "ConcurrencyThreshold": 8}


def variants(number: int) -> list[object]:
    """As many variants, with different names."""
    return [variant(f"V{index}") for index in range(number)]


CASES = [
    breaks("MCE-V01", {VARIANTS: variants(11)}, VARIANTS, "got 11 production variants; there must be 1 to 10"),
    breaks("MCE-V01", {VARIANTS: []}, VARIANTS, "got 0 production variants"),
    breaks("MCE-V01", {VARIANTS: ABSENT}, "Config", "has no production variants"),
    keeps("MCE-V01", {VARIANTS: variants(10)}),
    keeps("MCE-V01", {VARIANTS: Unknown()}),
    breaks(
        "MCE-V02", {VARIANTS: [variant("A"), variant("A")]}, f"{VARIANTS}[1].VariantName", "'A' is already the name"
    ),
    breaks(
        "MCE-V02",
        {"Config.ShadowProductionVariants": [variant("AllTraffic")]},
        "Config.ShadowProductionVariants[0].VariantName",
        "'AllTraffic' is already the name",
        base=SERIAL,
    ),
    keeps("MCE-V02", {VARIANTS: [variant("A"), variant("a"), {}, {}]}),
    breaks("MCE-V03", {f"{V}.VariantName": "All_Traffic"}, f"{V}.VariantName", "'All_Traffic' is not valid"),
    breaks("MCE-V03", {f"{V}.VariantName": ABSENT}, V, "has no name"),
    keeps("MCE-V03", {f"{V}.VariantName": "a" * 63}),
    breaks("MCE-V05", {f"{V}.InitialInstanceCount": 0}, f"{V}.InitialInstanceCount", "got 0; it must be at least 1"),
    breaks("MCE-V05", {f"{V}.InitialInstanceCount": ABSENT}, V, "no initial number of instances"),
    keeps("MCE-V05", {f"{V}.InitialInstanceCount": 1}),
    keeps("MCE-V05", {f"{V}.InitialInstanceCount": True}),
    keeps("MCE-V05", {}, base=SINGLE),
    keeps("MCE-V05", {f"{V}.InstanceType": "ml.m5.large"}, base=SINGLE),
    breaks(
        "MCE-V06", {f"{V}.InitialVariantWeight": -0.5}, f"{V}.InitialVariantWeight", "got -0.5; it must be at least 0"
    ),
    keeps("MCE-V06", {f"{V}.InitialVariantWeight": 0}),
    breaks("MCE-V07", {f"{V}.InitialVariantWeight": 0}, VARIANTS, "every production variant has weight 0"),
    keeps("MCE-V07", {VARIANTS: [variant("A", InitialVariantWeight=0), variant("B")]}),
    keeps("MCE-V07", {VARIANTS: [variant("A", InitialVariantWeight=0), Unknown()]}),
    breaks(
        "MCE-V18",
        {f"{V}.ModelDataDownloadTimeoutInSeconds": 30},
        f"{V}.ModelDataDownloadTimeoutInSeconds",
        "got 30; it must be 60 to 3600 seconds",
    ),
    keeps("MCE-V18", {f"{V}.ModelDataDownloadTimeoutInSeconds": 3600}),
    breaks(
        "MCE-V19",
        {f"{V}.ContainerStartupHealthCheckTimeoutInSeconds": 7200},
        f"{V}.ContainerStartupHealthCheckTimeoutInSeconds",
        "got 7200; it must be 60 to 3600 seconds",
    ),
    keeps("MCE-V19", {f"{V}.ContainerStartupHealthCheckTimeoutInSeconds": 60}),
    breaks(
        "MCE-V20",
        {"Model.PrimaryContainer": ABSENT, "Model.Containers": containers(2)},
        SERVERLESS,
        "do not support several containers",
        base=SINGLE,
    ),
    breaks(
        "MCE-V20",
        {"Model.EnableNetworkIsolation": True, "Model.VpcConfig": {}, "Config.DataCaptureConfig": {}},
        SERVERLESS,
        "do not support data capture and VPC connections and network isolation",
        base=SINGLE,
    ),
    breaks("MCE-V20", {SERVERLESS: ON_DEMAND}, SERVERLESS, "several containers"),
    keeps("MCE-V20", {"Config.DataCaptureConfig": {"EnableCapture": False}}, base=SINGLE),
    keeps("MCE-V20", {"Model.PrimaryContainer": ABSENT, "Model.Containers": containers(1)}, base=SINGLE),
    keeps("MCE-V20", {"Model.Containers": Unknown(), "Model.VpcConfig": Unknown()}, base=SINGLE),
    breaks(
        "MCE-V21", {f"{V}.InstanceType": "ml.m5.large"}, f"{V}.InstanceType", "for a serverless variant", base=SINGLE
    ),
    breaks("MCE-V21", {SERVERLESS: ABSENT}, V, "neither an instance type nor instance pools", base=SINGLE),
    keeps("MCE-V21", {SERVERLESS: Unknown()}),
    keeps("MCE-V21", {f"{V}.InstanceType": Unknown()}, base=SINGLE),
    breaks("MCE-V22", {f"{V}.AcceleratorType": "ml.eia2.medium"}, f"{V}.AcceleratorType", "no longer supported"),
    keeps("MCE-V22", {f"{V}.AcceleratorType": None}),
    breaks(
        "MCE-V23",
        {f"{ROUTING}.RoutingStrategy": "RANDOM"},
        f"{ROUTING}.PrefixAwareRoutingConfig",
        "the routing strategy is RANDOM",
    ),
    breaks("MCE-V23", {f"{ROUTING}.PrefixAwareRoutingConfig": ABSENT}, ROUTING, "PREFIX_AWARE needs a prefix length"),
    breaks(
        "MCE-V23",
        {f"{ROUTING}.PrefixAwareRoutingConfig": {"PrefixLength": 100}},
        f"{ROUTING}.PrefixAwareRoutingConfig.PrefixLength",
        "it must be 1024 to 65536",
    ),
    breaks("MCE-V23", {ROUTING: {"RoutingStrategy": "KV_AWARE"}}, f"{ROUTING}.RoutingStrategy", "got 'KV_AWARE'"),
    breaks("MCE-V23", {ROUTING: {}}, ROUTING, "has no routing strategy"),
    keeps("MCE-V23", {ROUTING: {"RoutingStrategy": Unknown(), "PrefixAwareRoutingConfig": PREFIX}}),
    keeps("MCE-V23", {f"{ROUTING}.PrefixAwareRoutingConfig": Unknown()}),
    breaks(
        "MCE-V24",
        {f"{V}.ManagedInstanceScaling": {"Status": "ENABLED"}},
        f"{V}.ManagedInstanceScaling",
        "is for inference components",
    ),
    breaks(
        "MCE-V24",
        {f"{V}.ManagedInstanceScaling.MinInstanceCount": 3},
        f"{V}.ManagedInstanceScaling",
        "the minimum of 3 instances is above the maximum of 2",
        base=COMPONENTS,
    ),
    keeps("MCE-V24", {}, base=COMPONENTS),
    keeps("MCE-V24", {f"{V}.ManagedInstanceScaling": {"Status": "DISABLED"}}),
    breaks("MCE-V25", {f"{V}.InstanceType": "ml.m5.large"}, POOLS, "an instance type and instance pools", base=SERIAL),
    breaks(
        "MCE-V25",
        {POOLS: [{"InstanceType": "ml.m5.large", "Priority": 1}] * 6},
        POOLS,
        "got 6 instance pools",
        base=SERIAL,
    ),
    breaks("MCE-V25", {f"{POOLS}[0].Priority": 6}, f"{POOLS}[0].Priority", "it must be 1 to 5", base=SERIAL),
    breaks("MCE-V25", {f"{POOLS}[0].Priority": ABSENT}, f"{POOLS}[0]", "has no priority", base=SERIAL),
    breaks(
        "MCE-V25",
        {f"{V}.VariantInstanceProvisionTimeoutInSeconds": 60},
        f"{V}.VariantInstanceProvisionTimeoutInSeconds",
        "it must be 300 to 3600 seconds",
    ),
    keeps("MCE-V25", {f"{V}.InstanceType": Unknown()}, base=SERIAL),
    breaks(
        "MCE-V27",
        {f"{RESERVATION}.CapacityReservationPreference": "open"},
        f"{RESERVATION}.CapacityReservationPreference",
        "got 'open'; it must be capacity-reservations-only",
    ),
    breaks(
        "MCE-V27",
        {f"{RESERVATION}.MlReservationArn": "cr-0123456789"},
        f"{RESERVATION}.MlReservationArn",
        "the ARN of an ML capacity reservation",
    ),
    keeps("MCE-V27", {f"{RESERVATION}.MlReservationArn": Unknown()}),
    breaks("MCE-V28", {f"{V}.ModelName": ABSENT}, V, "names no model"),
    keeps("MCE-V28", {f"{V}.ModelName": Unknown()}),
    keeps("MCE-V28", {}, base=COMPONENTS),
    breaks(
        "MCE-V29",
        {f"{V}.ModelName": Reference(logical_id="Model", attribute=None)},
        f"{V}.ModelName",
        "Ref of Model is not the model's name but its ARN",
    ),
    breaks(
        "MCE-V29",
        {f"{V}.ModelName": Reference(logical_id="Model", attribute="ModelArn")},
        f"{V}.ModelName",
        "Fn::GetAtt ModelArn of Model",
    ),
    breaks(
        "MCE-V29",
        {f"{POOLS}[1].ModelNameOverride": Reference(logical_id="Model", attribute=None)},
        f"{POOLS}[1].ModelNameOverride",
        "Ref of Model",
        base=SERIAL,
    ),
    breaks("MCE-V29", {f"{V}.ModelName": "my_model"}, f"{V}.ModelName", "'my_model' cannot be the name of a model"),
    breaks("MCE-V29", {f"{V}.ModelName": Unknown(prefix="arn:")}, f"{V}.ModelName", "is an ARN"),
    keeps("MCE-V29", {f"{V}.ModelName": Reference(logical_id="ModelNameParameter", attribute=None)}),
    keeps("MCE-V29", {f"{V}.ModelName": "a-model-of-another-stack"}),
    breaks("MCE-V30", {f"{V}.InitialInstanceCount": 1}, f"{V}.InitialInstanceCount", "got 1 instance"),
    keeps("MCE-V30", {f"{V}.InitialInstanceCount": 2}),
    keeps("MCE-V30", {f"{V}.InitialInstanceCount": 1}, base=SINGLE),
    breaks("MCE-V31", {f"{V}.EnableSSMAccess": True}, f"{V}.EnableSSMAccess", "opens a shell"),
    keeps("MCE-V31", {f"{V}.EnableSSMAccess": Unknown()}),
    breaks(
        "MCE-E13",
        {
            "Second": Resource("Model", {"Containers": containers(2), "InferenceExecutionConfig": {"Mode": "Direct"}}),
            VARIANTS: [variant("A"), variant("B", "Second")],
        },
        f"{VARIANTS}[1].ModelName",
        "lacks 'ranker', 'scorer', 'tagger'",
    ),
    keeps(
        "MCE-E13",
        {
            "Second": Resource(
                "Model",
                {
                    "Containers": [container(name) for name in ("tagger", "scorer", "ranker")],
                    "InferenceExecutionConfig": {"Mode": "Direct"},
                },
            ),
            VARIANTS: [variant("A"), variant("B", "Second")],
        },
    ),
    keeps(
        "MCE-E13",
        {"Second": Resource("Model", {"Containers": containers(2)}), VARIANTS: [variant("A"), variant("B", "Second")]},
        base=SERIAL,
    ),
]

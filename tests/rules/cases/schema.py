"""Properties by their names, and values of their types."""

from typing import Any

from sagemaker_multi_container.rules import Reference, Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, SERIAL, SINGLE, container

C = "Model.Containers"
V = "Config.ProductionVariants[0]"
METRIC = "Policy.TargetTrackingScalingPolicyConfiguration"


def with_property(name: str) -> dict[str, Any]:
    """A change that gives the first container another property."""
    return {f"{C}[0].{name}": "ranker"}


CASES = [
    breaks("MCE-T02", {f"{V}.InitialInstanceCount": 1.5}, f"{V}.InitialInstanceCount", "got 1.5; it must be an"),
    breaks("MCE-T02", {f"{V}.InitialInstanceCount": "two"}, f"{V}.InitialInstanceCount", "got 'two'; it must be an"),
    breaks("MCE-T02", {f"{V}.InitialInstanceCount": True}, f"{V}.InitialInstanceCount", "got true; it must be an"),
    breaks("MCE-T02", {f"{V}.InitialVariantWeight": "1,5"}, f"{V}.InitialVariantWeight", "it must be a number"),
    breaks("MCE-T02", {"Model.EnableNetworkIsolation": 1}, "Model.EnableNetworkIsolation", "it must be true or false"),
    breaks("MCE-T02", {"Model.VpcConfig.Subnets": "subnet-1"}, "Model.VpcConfig.Subnets", "got a string; it must be a"),
    breaks("MCE-T02", {C: container("ranker")}, C, "got a map; it must be a list"),
    breaks("MCE-T02", {f"{C}[0].Image": {"Uri": "x"}}, f"{C}[0].Image", "got a map; it must be a string"),
    breaks("MCE-T02", {f"{C}[0].Image": ["x"]}, f"{C}[0].Image", "got a list; it must be a string"),
    breaks("MCE-T02", {f"{C}[0].Environment": ["A=1"]}, f"{C}[0].Environment", "got a list; it must be a map"),
    breaks("MCE-T02", {f"{C}[0].Mode": None}, f"{C}[0].Mode", "got null"),
    breaks("MCE-T02", {"Target.MinCapacity": "a few"}, "Target.MinCapacity", "it must be an integer"),
    breaks("MCE-T02", {f"{METRIC}.TargetValue": "50%"}, f"{METRIC}.TargetValue", "it must be a number"),
    keeps("MCE-T02", {f"{V}.InitialInstanceCount": "2", f"{V}.VolumeSizeInGB": 50.0}),
    keeps("MCE-T02", {f"{V}.InitialVariantWeight": ".5", "Target.MaxCapacity": "+8"}),
    keeps("MCE-T02", {"Model.EnableNetworkIsolation": "True", "Endpoint.RetainAllVariantProperties": "false"}),
    keeps("MCE-T02", {"Model.Tags[0].Value": 2026, f"{C}[0].ContainerHostname": False}),
    keeps("MCE-T02", {f"{C}[0].Environment": {"WORKERS": 2, "NESTED": []}, f"{C}[1].Environment": '{"A": "1"}'}),
    keeps("MCE-T02", {C: Unknown(), f"{V}.InitialInstanceCount": Reference(logical_id="Counter", attribute="N")}),
    breaks("MCE-T03", with_property("container_hostname"), f"{C}[0].container_hostname", "CloudFormation writes 'Con"),
    breaks("MCE-T03", with_property("containerHostname"), f"{C}[0].containerHostname", "is not the property's"),
    breaks("MCE-T03", {"Model.VPCConfig": {}}, "Model.VPCConfig", "writes 'VpcConfig'"),
    breaks("MCE-T03", {"Target.RoleArn": "x"}, "Target.RoleArn", "writes 'RoleARN'"),
    keeps("MCE-T03", {f"{C}[0].Environment": {"image": "x", "IMAGE": "y"}}),
    keeps("MCE-T03", with_property("Hostname")),
    breaks("MCE-T04", with_property("ContainerHostnam"), f"{C}[0].ContainerHostnam", "mean 'ContainerHostname'?"),
    breaks("MCE-T04", {f"{V}.ServerlessCfg": {}}, f"{V}.ServerlessCfg", "did you mean 'ServerlessConfig'?"),
    breaks("MCE-T04", {"Model.InferenceExecutionConfig.Xyz": 1}, "Model.InferenceExecutionConfig.Xyz", "it knows Mode"),
    breaks("MCE-T04", {"Endpoint.EndpointArn": "arn:"}, "Endpoint.EndpointArn", "is no property"),
    keeps("MCE-T04", {f"{C}[0].Environment": {"Imag": "x"}}),
    keeps("MCE-T04", {f"{C}[0].ContainerMetricsConfig": {}, "Config.CrossRegionTrafficConfig": {}}),
    keeps("MCE-T04", {f"{V}.AcceleratorPartitionLayouts": []}, base=SERIAL),
    breaks("MCE-T05", {"Endpoint.EndpointConfigName": ABSENT}, "Endpoint", "has no endpoint config"),
    breaks(
        "MCE-T05", {f"{V}.ServerlessConfig.MaxConcurrency": ABSENT}, f"{V}.ServerlessConfig", "maximum", base=SINGLE
    ),
    breaks("MCE-T05", {"Target.MinCapacity": None}, "Target", "has no minimum capacity"),
    breaks("MCE-T05", {f"{METRIC}.TargetValue": ABSENT}, METRIC, "has no target value"),
    keeps("MCE-T05", {"Endpoint.EndpointConfigName": Unknown(), f"{METRIC}.TargetValue": 0}),
]

"""A change that has something of everything, as a pull request would bring it."""

from __future__ import annotations

from typing import Any

from .templates import DIRECT, REGISTRY, attribute, container, edited, resource, variant

ROLE = {
    "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "sagemaker.amazonaws.com"}}
        ],
    }
}


def _policy(*resources: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": list(resources)}
    return resource(
        "AWS::IAM::Policy",
        {
            "PolicyName": "execution",
            "Roles": [{"Ref": "Role"}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    )


def _target(minimum: int, maximum: int) -> dict[str, Any]:
    return resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "ServiceNamespace": "sagemaker",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "ResourceId": {
                "Fn::Join": ["", ["endpoint/", attribute("Endpoint", "EndpointName"), "/variant/main"]],
            },
            "MinCapacity": minimum,
            "MaxCapacity": maximum,
        },
    )


BEFORE = edited(
    DIRECT,
    {
        "Role": resource("AWS::IAM::Role", ROLE),
        "Policy": _policy("arn:aws:s3:::models/ranker/model.tar.gz"),
        "Target": _target(2, 4),
        "Config.ProductionVariants": [variant(InitialVariantWeight=9), variant("next", InitialVariantWeight=1)],
    },
)
AFTER = edited(
    BEFORE,
    {
        "Policy": _policy("arn:aws:s3:::models/*"),
        "Target": _target(2, 8),
        "Model.Containers": [
            container("ranker", Image=f"{REGISTRY}/ranker:1.1", Environment={"LOG_LEVEL": "debug", "WORKERS": "4"}),
            container("labeller", Image=f"{REGISTRY}/tagger:1.0", ModelDataUrl="s3://models/tagger/model.tar.gz"),
            container("my_new"),
        ],
        "Config.ProductionVariants": [
            variant(InstanceType="ml.c5.xlarge", InitialVariantWeight=1),
            variant("next", InitialVariantWeight=1),
        ],
        "Endpoint.DeploymentConfig": {
            "BlueGreenUpdatePolicy": {
                "TrafficRoutingConfiguration": {
                    "Type": "CANARY",
                    "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
                    "WaitIntervalInSeconds": 600,
                },
                "TerminationWaitInSeconds": 120,
            },
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "search-errors"}, {"AlarmName": "search-latency"}]},
        },
    },
)

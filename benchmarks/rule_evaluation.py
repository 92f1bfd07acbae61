"""What it costs to hold one endpoint against all rules: pure Python, without the CDK.

Each endpoint is another one, as in an app or a template, so that nothing is gained by remembering the last.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Sequence

from sagemaker_multi_container.rules import Description, Reference, Resource, evaluate

from .estimates import Estimate, estimate

_ENDPOINTS = 100

CASES = {
    "2 containers": (2, True),
    "15 containers": (15, True),
    "2 containers, schema rules, too": (2, False),
    "15 containers, schema rules, too": (15, False),
}
"""How many containers, and whether the endpoint is certain to fit CloudFormation's schemas, as the construct's is."""


def measure(rounds: int) -> dict[str, Estimate]:
    """Microseconds for each endpoint, the cases by turns."""
    microseconds: dict[str, list[float]] = {name: [] for name in CASES}
    order = random.Random(0)  # noqa: S311 - to be repeatable
    for _ in range(rounds):
        for name in order.sample([*CASES], len(CASES)):
            containers, fits_schema = CASES[name]
            # A description remembers what it has looked up, so each is new.
            described = descriptions(containers, fits_schema=fits_schema)
            microseconds[name].append(_seconds_each(described) * 1e6)
    return {name: estimate(each[1:]) for name, each in microseconds.items()}


def descriptions(containers: int, *, fits_schema: bool) -> list[Description]:
    """A hundred endpoints of so many containers, no two alike, with which nothing is wrong."""
    return [
        Description(_endpoint(f"search{number}", number, containers), region="us-east-1", fits_schema=fits_schema)
        for number in range(_ENDPOINTS)
    ]


def _seconds_each(described: Sequence[Description]) -> float:
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    for description in described:
        evaluate(description)
    ended = time.perf_counter()
    gc.enable()
    return (ended - started) / len(described)


def _endpoint(name: str, number: int, containers: int) -> dict[str, Resource]:
    model = {
        "Containers": [
            {
                "ContainerHostname": f"{name}-stage{index}",
                "Image": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}/stage{index}:1.{number}",
                "ModelDataUrl": f"s3://models/{name}/{index}/model.tar.gz",
                "Environment": {"LOG_LEVEL": "info", "WORKERS": str(number)},
            }
            for index in range(containers)
        ],
        "InferenceExecutionConfig": {"Mode": "Direct"},
        "ExecutionRoleArn": f"arn:aws:iam::123456789012:role/{name}",
        "EnableNetworkIsolation": True,
    }
    config = {
        "ProductionVariants": [
            {
                "VariantName": "AllTraffic",
                "ModelName": Reference(logical_id="Model", attribute="ModelName"),
                "InstanceType": "ml.m5.xlarge",
                "InitialInstanceCount": 2 + number % 3,
                "InitialVariantWeight": 1,
            }
        ],
        "KmsKeyId": f"arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-{number:012}",
    }
    endpoint = {
        "EndpointName": name,
        "EndpointConfigName": Reference(logical_id="EndpointConfig", attribute="EndpointConfigName"),
    }
    return {
        "Model": Resource("Model", model),
        "EndpointConfig": Resource("EndpointConfig", config),
        "Endpoint": Resource("Endpoint", endpoint),
    }

"""What an endpoint costs: each message to Node takes its time, and how many there are is exact.

A number here may fall. If it rises, each app with the construct becomes slower: there must be a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    ModelData,
    MultiContainerEndpoint,
    ProductionVariant,
)

from .builders import container, containers

Cost = Callable[[Callable[[str], object]], int]

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
TWO = [
    ContainerDefinition(hostname=name, image=ContainerImage.from_uri(f"{REGISTRY}/{name}:1"))
    for name in ("first", "second")
]


def declare(scope: Construct, id: str = "Endpoint", **arguments: Any) -> MultiContainerEndpoint:
    """An endpoint of which no argument is asked of the CDK."""
    defaults: dict[str, Any] = {"containers": TWO, "instance_type": "ml.m5.xlarge"}
    return MultiContainerEndpoint(scope, id, **defaults | arguments)


@pytest.fixture(name="cost")
def _cost(messages: list[str]) -> Cost:
    """How many messages making something takes, once everything that is made once is there."""

    def cost(make: Callable[[str], object]) -> int:
        make("First")
        messages.clear()
        make("Second")
        return len(messages)

    return cost


def test_an_endpoint_with_a_role_of_its_own(stack: cdk.Stack, cost: Cost) -> None:
    """Itself, role, policy and three resources; two attributes of the role and two names; and that the model waits."""
    assert cost(lambda name: declare(stack, name)) == 6 + 2 + 2 + 1


@pytest.mark.parametrize("mutable", [True, False])
def test_an_endpoint_with_a_given_role(stack: cdk.Stack, cost: Cost, mutable: bool) -> None:
    """Itself and three resources, two names, four for a policy that the role may take, two for what the model awaits.

    The role is asked, since it may be immutable, of another account or made by others: so its policy is the CDK's own.
    """
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/shared", mutable=mutable)

    assert cost(lambda name: declare(stack, name, role=role)) == 4 + 2 + 4 + 2


def test_an_endpoint_in_a_construct_of_its_own(stack: cdk.Stack, cost: Cost) -> None:
    """That construct, and one to find its stack."""
    assert cost(lambda name: declare(Construct(stack, name))) == 11 + 2


@pytest.mark.parametrize(
    "arguments",
    [
        {"containers": containers(*(f"c{number}" for number in range(15)))},
        {"containers": [container("a", environment={f"KEY{number}": "value" for number in range(50)}), container("b")]},
        {"containers": [container("a", model_data=ModelData.from_s3_uri("s3://a/a.tar.gz")), container("b")]},
        {"endpoint_name": "ranking", "retain_weights": True, "network_isolation": True},
        {
            "instance_type": None,
            "variants": [ProductionVariant(name=name, instance_type="ml.m5.large") for name in ("a", "b", "c")],
        },
    ],
    ids=["containers", "environment variables", "artefacts", "settings", "variants"],
)
def test_what_an_endpoint_says_costs_nothing(stack: cdk.Stack, cost: Cost, arguments: dict[str, Any]) -> None:
    """However much it is."""
    assert cost(lambda name: declare(stack, name, **arguments)) == 11


def test_repositories_and_buckets_are_read_once(stack: cdk.Stack, cost: Cost) -> None:
    """However many containers use them."""
    repository = ecr.Repository.from_repository_name(stack, "Repository", "models")
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "models")

    def fifteen() -> list[ContainerDefinition]:
        return [
            ContainerDefinition(
                hostname=f"c{number}",
                image=ContainerImage.from_ecr_repository(repository, tag=str(number)),
                model_data=ModelData.from_bucket(bucket, f"{number}.tar.gz"),
            )
            for number in range(15)
        ]

    assert cost(lambda name: declare(stack, name, containers=fifteen())) == 11


@pytest.mark.parametrize(("arguments", "retention"), [({}, 2), ({"retain_instance_counts": True}, 0)])
def test_an_endpoint_that_is_scaled_and_watched(
    app: cdk.App, stack: cdk.Stack, messages: list[str], arguments: dict[str, Any], retention: int
) -> None:
    """One for each resource; its name and the target's id; and what an update retains, unless that is said at once."""
    latency = cdk.Duration.seconds(1)

    def make(name: str) -> None:
        made = declare(stack, name, **arguments)
        made.auto_scale(min_capacity=1, max_capacity=4).scale_on_invocations("Calls", target_invocations_per_minute=600)
        made.add_alarms(
            latency_p99=latency,
            error_rate_5xx=1,
            error_rate_4xx=False,
            cpu_utilization=80,
            memory_utilization=False,
            disk_utilization=False,
        )

    make("First")
    messages.clear()
    make("Second")
    assert len(messages) == 11 + 5 + 2 + retention

    messages.clear()
    app.synth()
    assert len(messages) == 1


def test_synth_asks_an_endpoint_nothing(app: cdk.App, stack: cdk.Stack, messages: list[str]) -> None:
    """One message for the whole app, and no call back."""
    for number in range(3):
        declare(stack, f"Endpoint{number}")
    messages.clear()
    app.synth()

    assert len(messages) == 1

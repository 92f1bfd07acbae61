"""What deploys and is likely not meant: CDK warnings with stable ids."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match

from sagemaker_multi_container import ContainerImage, Deployment

from .builders import DIRECT, container, endpoint, image

CASE = "sagemaker-multi-container:MCE-C07"


def warnings(stack: cdk.Stack, id: str = "") -> list[str]:
    """The texts of the stack's warnings, or of those with an id."""
    found = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp(id or ".*"))
    return [str(message.entry.data) for message in found]


def test_warns_with_the_place_the_reason_and_the_id(stack: cdk.Stack) -> None:
    """Hostnames become DNS names, which do not tell upper from lower case."""
    endpoint(stack, containers=[container("Ranker"), container("ranker")])

    (warning,) = warnings(stack)
    assert "containers[1].hostname (tests/unit/builders.py:" in warning
    assert "'ranker' and 'Ranker' differ only by case" in warning
    assert CASE in warning


def test_a_warning_can_be_acknowledged(stack: cdk.Stack) -> None:
    """With the CDK's own means."""
    made = endpoint(stack, containers=[container("Ranker"), container("ranker")])
    cdk.Annotations.of(made).acknowledge_warning(CASE, "nothing looks them up by DNS")

    assert warnings(stack) == []


def test_says_each_warning_once(stack: cdk.Stack) -> None:
    """Not again for each container that is added."""
    made = endpoint(stack, containers=[container("Ranker"), container("ranker")])
    made.add_container(container("third"))
    made.add_container(container("Third"))

    assert len(warnings(stack, "MCE-C07")) == 2


@pytest.mark.parametrize("instances", [1, 2])
def test_a_plain_endpoint_has_no_warning(stack: cdk.Stack, instances: int) -> None:
    """What is only a matter of policy is left to those who have the policy."""
    endpoint(stack, mode=DIRECT, initial_instance_count=instances)

    assert warnings(stack) == []


def test_never_shows_a_secret(stack: cdk.Stack) -> None:
    """Environment variables that look like one are named, not shown."""
    secret = "hunter2-hunter2"  # noqa: S105
    endpoint(stack, containers=[container("a", environment={"DB_PASSWORD": secret}), container("b")])

    (warning,) = warnings(stack, "MCE-C40")
    assert "DB_PASSWORD" in warning
    assert secret not in warning


def test_warns_of_a_tag_that_moves(stack: cdk.Stack) -> None:
    """A new image under it is no change to CloudFormation."""
    latest = ContainerImage.from_uri(f"123456789012.dkr.ecr.{cdk.Aws.REGION}.amazonaws.com/ranker:latest")
    endpoint(stack, containers=[container("a", image=latest), container("b", image=image())])

    assert len(warnings(stack, "MCE-C20")) == 1


@pytest.mark.parametrize("is_watched", [True, False])
def test_does_not_warn_of_what_came_later(stack: cdk.Stack, is_watched: bool) -> None:
    """A deployment that waits needs alarms, and those can only be added when the endpoint is there."""
    canary = Deployment.canary(instances=1, wait=cdk.Duration.minutes(5))
    made = endpoint(stack, endpoint_name="search", initial_instance_count=2, deployment=canary)
    made.add_alarms(rollback=is_watched)

    assert len(warnings(stack, "MCE-P15")) == (not is_watched)


def test_warns_of_what_isolated_containers_cannot_reach(stack: cdk.Stack) -> None:
    """As far as their environment variables tell; without isolation they may reach it."""
    containers = [container("a", environment={"FEATURES": "s3://features/v1"}), container("b")]
    endpoint(stack, "Open", containers=containers)
    endpoint(stack, "Isolated", containers=containers, network_isolation=True)

    (warning,) = warnings(stack, "MCE-M10")
    assert "'FEATURES' holds an address that a container in network isolation cannot reach" in warning

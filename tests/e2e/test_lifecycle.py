"""What CloudFormation does to an endpoint, from its creation to its deletion."""

from __future__ import annotations

import pytest

from sagemaker_multi_container import InferenceExecutionMode, ProductionVariant

from .conftest import STACK, Cloud, Observed, containers, declare

pytestmark = pytest.mark.e2e

UPDATE = ["CreateModel", "CreateEndpointConfig", "UpdateEndpoint", "DeleteEndpointConfig", "DeleteModel"]


def rolled(before: Observed, after: Observed) -> bool:
    """The same endpoint on a new config with new models, and in service."""
    return (
        after.identity == before.identity
        and after.status == "InService"
        and after.config != before.config
        and not set(after.models) & set(before.models)
    )


def test_creates_and_deletes_an_endpoint(cloud: Cloud) -> None:
    """And leaves nothing."""
    created = cloud.deploy(declare(containers("a", "b"), mode=InferenceExecutionMode.DIRECT))

    assert (created.status, created.mode, created.hostnames) == ("InService", "Direct", ["a", "b"])
    assert created.variants == {"AllTraffic": 1}
    assert cloud.calls == ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]

    deleted = cloud.destroy()
    assert deleted.exit_code == 0, deleted.output
    sagemaker = cloud.aws.client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert sagemaker.list_models()["Models"] == []


def test_rolls_out_a_changed_container(cloud: Cloud) -> None:
    """Under the same name and ARN; the old config is deleted only after the update."""
    before = cloud.deploy(declare(containers("a", "b")))
    after = cloud.deploy(declare(containers("a", "b", tag="2")))

    assert rolled(before, after)
    assert cloud.calls == UPDATE


def test_rolls_out_a_reordered_pipeline(cloud: Cloud) -> None:
    """Though CloudFormation takes the list of containers for unordered."""
    before = cloud.deploy(declare(containers("a", "b")))
    after = cloud.deploy(declare(containers("b", "a")))

    assert rolled(before, after)
    assert after.hostnames == ["b", "a"]


def test_rolls_out_a_new_revision_of_an_artefact(cloud: Cloud) -> None:
    """Though not one property of any resource has changed."""
    before = cloud.deploy(declare(containers("a", "b", revision="1")))
    after = cloud.deploy(declare(containers("a", "b", revision="2")))

    assert rolled(before, after)


def test_flips_the_mode(cloud: Cloud) -> None:
    """From a pipeline to containers that are called one by one."""
    before = cloud.deploy(declare(containers("a", "b")))
    after = cloud.deploy(declare(containers("a", "b"), mode=InferenceExecutionMode.DIRECT))

    assert rolled(before, after)
    assert (before.mode, after.mode) == ("Serial", "Direct")


def test_adds_a_variant(cloud: Cloud) -> None:
    """With containers of its own: the endpoint's model stays, the config is replaced."""
    live = ProductionVariant(name="live", instance_type="ml.m5.large")
    before = cloud.deploy(declare(containers("a", "b"), variants=[live]))

    own = containers("a", "b", tag="2")
    candidate = ProductionVariant(name="candidate", instance_type="ml.m5.large", weight=0, containers=own)
    after = cloud.deploy(declare(containers("a", "b"), variants=[live, candidate]))

    assert after.identity == before.identity
    assert after.models[0] == before.models[0]
    assert after.variants == {"live": 1, "candidate": 1}
    assert "DeleteModel" not in cloud.calls


def test_a_failing_update_goes_back_to_the_old_containers(cloud: Cloud) -> None:
    """The endpoint stays in service, the stack is rolled back, and the reason is said."""
    before = cloud.deploy(declare(containers("a", "b")))
    reason = "The container a did not pass the ping health check."
    cloud.aws.fail_next("UpdateEndpoint", reason)
    failed = cloud.try_to_deploy(declare(containers("a", "b", tag="2")))

    assert failed.exit_code == 1
    assert reason in failed.output
    assert cloud.observe() == before
    (stack,) = cloud.aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_changes_nothing_without_a_change(cloud: Cloud) -> None:
    """A second deployment of the same app makes no call to SageMaker."""
    before = cloud.deploy(declare(containers("a", "b")))
    after = cloud.deploy(declare(containers("a", "b")))

    assert after == before
    assert cloud.calls == []

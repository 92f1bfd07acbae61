"""An app that uses everything at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from cfnlint.api import lint_file

from sagemaker_multi_container import MultiContainerEndpoint
from tests.oracles.api import refusals

from .conftest import STACK, Cloud
from .everything import Everything


def declared(tag: str) -> Any:
    """The app with images of this tag; its pipeline is what is looked at."""

    def declare(stack: cdk.Stack) -> MultiContainerEndpoint:
        return Everything(stack, tag=tag).pipeline

    return declare


@pytest.mark.e2e
def test_everything_deploys_updates_rolls_back_and_deletes(cloud: Cloud) -> None:
    """The scaled counts survive an update, and an alarm that is on stops the next one."""
    service, scaling = cloud.aws.client("sagemaker"), cloud.aws.client("application-autoscaling")
    before = cloud.deploy(declared("1"))
    scaled = [{"VariantName": "live", "DesiredInstanceCount": 3}]
    service.update_endpoint_weights_and_capacities(EndpointName="by-name", DesiredWeightsAndCapacities=scaled)

    after = cloud.deploy(declared("2"))
    assert after.identity == before.identity
    assert not set(after.models) & set(before.models)
    by_name = service.describe_endpoint(EndpointName="by-name")
    assert {each["VariantName"]: each["CurrentInstanceCount"] for each in by_name["ProductionVariants"]} == {
        "live": 3,
        "next": 2,
    }
    assert {each["VariantName"]: each["CurrentWeight"] for each in by_name["ProductionVariants"]} == {
        "live": 1.0,
        "next": 0.0,
    }
    assert len(scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]) == 3

    alarm = by_name["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"][0]["AlarmName"]
    cloud.aws.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="test")
    failed = cloud.try_to_deploy(declared("3"))
    assert failed.exit_code == 1
    assert f'because alarm "{alarm}" is in ALARM' in " ".join(failed.output.split())
    assert service.describe_endpoint(EndpointName="by-name")["EndpointConfigName"] == by_name["EndpointConfigName"]

    deleted = cloud.destroy()
    assert deleted.exit_code == 0, deleted.output
    assert service.list_endpoints()["Endpoints"] == service.list_models()["Models"] == []
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []


def test_everything_is_taken_by_cloudformation_and_the_api(tmp_path: Path) -> None:
    """What the embedded AWS does not emulate is judged by cfn-lint and by botocore's validation."""
    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.Stack(app, STACK)
    declared("1")(stack)
    assembly = app.synth()

    assert [str(match) for match in lint_file(tmp_path / f"{STACK}.template.json")] == []
    assert refusals(assembly.get_stack_by_name(STACK).template) == []

"""The trap of L1 resources in Python: of a plain dict, the CDK drops the keys that it does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import cloudformation_include as cfn_include

from tests.plugin.apps import ENVIRONMENT, IMAGE, ROLE, checked, faulty_model, report_of, report_on
from tests.unit.builders import endpoint

HINT = "dropped it without a word"


def model_of(stack: cdk.Stack, *containers: dict[str, Any], mode: str = "Direct") -> sagemaker.CfnModel:
    """A model whose containers are plain dicts."""
    execution: dict[str, Any] = {"mode": mode}
    return sagemaker.CfnModel(
        stack, "Model", execution_role_arn=ROLE, inference_execution_config=execution, containers=[*containers]
    )


def config_of(stack: cdk.Stack, **variant: Any) -> sagemaker.CfnEndpointConfig:
    """An endpoint config whose variant is a plain dict."""
    return sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[{"variantName": "main", **variant}])


def endpoint_of(stack: cdk.Stack, deployment: dict[str, Any]) -> sagemaker.CfnEndpoint:
    """An endpoint whose deployment is a plain dict."""
    return sagemaker.CfnEndpoint(stack, "Search", endpoint_config_name="search", deployment_config=deployment)


NAMED = {"containerHostname": "tagger", "image": IMAGE}


def _hostname(stack: cdk.Stack) -> None:
    model_of(stack, {"container_hostname": "ranker", "image": IMAGE, "environment": ENVIRONMENT}, NAMED)


def _hostname_in_cloudformations_case(stack: cdk.Stack) -> None:
    model_of(stack, {"ContainerHostname": "ranker", "image": IMAGE}, NAMED)


def _hostname_with_a_typo(stack: cdk.Stack) -> None:
    model_of(stack, {"containerHostName": "ranker", "image": IMAGE}, NAMED)


def _hostname_of_a_pipeline(stack: cdk.Stack) -> None:
    model_of(stack, {"container_hostname": "ranker", "image": IMAGE}, NAMED, mode="Serial")


def _model_package(stack: cdk.Stack) -> None:
    model_of(stack, {"containerHostname": "ranker", "model_package_name": "ranker"}, NAMED)


def _model_name(stack: cdk.Stack) -> None:
    config_of(stack, model_name="ranking", instanceType="ml.m5.xlarge", initialInstanceCount=1)


def _instance_type(stack: cdk.Stack) -> None:
    config_of(stack, modelName="ranking", instance_type="ml.m5.xlarge", initialInstanceCount=1)


def _initial_instance_count(stack: cdk.Stack) -> None:
    config_of(stack, modelName="ranking", instanceType="ml.m5.xlarge", initial_instance_count=1)


CANARY = {"type": "CANARY", "canarySize": {"type": "INSTANCE_COUNT", "value": 1}}


def _wait(stack: cdk.Stack) -> None:
    routing = {**CANARY, "wait_interval_in_seconds": 300}
    endpoint_of(stack, {"blueGreenUpdatePolicy": {"trafficRoutingConfiguration": routing}})


def _alarms(stack: cdk.Stack) -> None:
    routing = {**CANARY, "waitIntervalInSeconds": 300}
    alarms = {"auto_rollback_configuration": {"alarms": [{"alarmName": "errors"}]}}
    endpoint_of(stack, {"blueGreenUpdatePolicy": {"trafficRoutingConfiguration": routing}, **alarms})


@pytest.mark.parametrize(
    ("declare", "rule", "keys"),
    [
        (_hostname, "MCE-C04", "containerHostname, or CfnModel.ContainerDefinitionProperty(container_hostname=...)"),
        (_hostname_in_cloudformations_case, "MCE-C04", "containerHostname"),
        (_hostname_with_a_typo, "MCE-C04", "containerHostname"),
        (_hostname_of_a_pipeline, "MCE-C05", "containerHostname"),
        (_model_package, "MCE-C15", "modelPackageName"),
        (_model_name, "MCE-V28", "modelName, or CfnEndpointConfig.ProductionVariantProperty(model_name=...)"),
        (_instance_type, "MCE-V21", "instanceType"),
        (_initial_instance_count, "MCE-V05", "initialInstanceCount"),
        (_wait, "MCE-P06", "waitIntervalInSeconds, or CfnEndpoint.TrafficRoutingConfigProperty"),
        (_alarms, "MCE-P15", "autoRollbackConfiguration, or CfnEndpoint.DeploymentConfigProperty"),
    ],
)
def test_what_is_missing_may_have_been_dropped(tmp_path: Path, declare: Any, rule: str, keys: str) -> None:
    """The finding says so, and what to write."""
    report = report_on(tmp_path, declare)

    fixes = {violation["ruleName"]: violation["suggestedFix"] for violation in report.violations}
    assert HINT in fixes[rule]
    assert f"write {keys}" in fixes[rule]


def test_a_dict_of_which_nothing_is_left_is_reported(tmp_path: Path) -> None:
    """Though the endpoint would be deployed: without the canary, say."""
    report = report_on(tmp_path, lambda stack: endpoint_of(stack, {"blue_green_update_policy": {}}))

    (violation,) = report.violations
    assert violation["ruleName"] == "MCE-L01"
    assert violation["severity"] == "warning"
    assert violation["description"].startswith("DeploymentConfig: is empty")
    assert report.paths == ["Stack/Search"]


def test_it_can_be_ignored_in_the_metadata(tmp_path: Path) -> None:
    """Like what is found in templates."""

    def declare(stack: cdk.Stack) -> None:
        made = endpoint_of(stack, {"blue_green_update_policy": {}})
        made.add_metadata("mce", {"ignore": {"MCE-L01": "on purpose"}})

    assert report_on(tmp_path, declare).violations == []


def test_an_emptied_dict_is_found_wherever_it_is(tmp_path: Path) -> None:
    """In a list, too; environments without variables are the user's."""
    report = report_on(
        tmp_path, lambda stack: model_of(stack, {"model_package_name": "a"}, {**NAMED, "environment": {}})
    )

    emptied = [each["description"] for each in report.violations if each["ruleName"] == "MCE-L01"]
    assert [description.partition(":")[0] for description in emptied] == ["Containers[0]"]


def test_what_is_written_elsewhere_was_not_dropped(tmp_path: Path) -> None:
    """Of a template there is no Python, and the constructs of this library take no dicts."""
    template = {
        "Search": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointConfigName": "search", "DeploymentConfig": {}},
        },
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "InferenceExecutionConfig": {"Mode": "Direct"},
                "Containers": [{"Image": IMAGE}, {"Image": IMAGE}],
                "ExecutionRoleArn": ROLE,
            },
        },
    }
    file = tmp_path / "written.json"
    file.write_text(json.dumps({"Resources": template}), encoding="utf-8")
    app = checked(tmp_path / "cdk.out")
    cfn_include.CfnInclude(cdk.Stack(app, "Included"), "Template", template_file=str(file))
    made = endpoint(cdk.Stack(app, "Ours"))
    made.cfn_models[0].add_property_override("InferenceExecutionConfig.Mode", "Direct")
    made.cfn_models[0].add_property_deletion_override("Containers.0.ContainerHostname")

    report = report_of(app)

    assert set(report.rules) == {"MCE-C04"}
    assert not any(HINT in violation["suggestedFix"] for violation in report.violations)


def test_what_is_there_was_not_dropped(tmp_path: Path) -> None:
    """The same rule finds values that are wrong, too."""

    def declare(stack: cdk.Stack) -> None:
        config_of(stack, modelName="ranking", instanceType="ml.m5.xlarge", initialInstanceCount=0)
        faulty_model(stack)

    report = report_on(tmp_path, declare)

    hinted = {violation["ruleName"] for violation in report.violations if HINT in violation["suggestedFix"]}
    assert set(report.rules) == {"MCE-V05", "MCE-C04"}
    assert hinted == {"MCE-C04"}

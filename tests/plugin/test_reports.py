"""What the plugin reports, of which constructs, and what comes of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from aws_cdk import cloudformation_include as cfn_include

from sagemaker_multi_container import MultiContainerEndpointChecks
from sagemaker_multi_container.rules import RULES, Severity
from tests.conftest import ROOT
from tests.plugin.apps import (
    IMAGE,
    PREFIX,
    ROLE,
    checked,
    doubtful_model,
    faulty_model,
    model,
    report_of,
    report_on,
)
from tests.unit.builders import endpoint

_BINARIES = ROOT / ".venv" / "bin"


def test_says_what_is_wrong_where_and_what_to_do(tmp_path: Path) -> None:
    """All that the CDK can show: message, property, resource, fix, source and severity."""
    report = report_on(tmp_path, faulty_model)

    (violation,) = report.violations
    (construct,) = violation["violatingConstructs"]
    assert violation["ruleName"] == "MCE-C04"
    assert violation["severity"] == "error"
    assert violation["description"] == "Containers[0]: has no hostname, and Direct mode calls containers by it"
    assert violation["suggestedFix"].startswith(RULES["MCE-C04"].fix)
    assert violation["suggestedFix"].endswith(f"see {RULES['MCE-C04'].source}")
    assert violation["ruleMetadata"]["source"] == RULES["MCE-C04"].source
    assert construct["constructPath"] == "Stack/Model"
    assert construct["cloudFormationResource"] == {
        "templatePath": "Stack.template.json",
        "logicalId": "Model",
        "propertyPaths": ["Properties.Containers.0"],
    }


def test_an_error_fails_the_synthesis(tmp_path: Path) -> None:
    """With the whole report, in a test as on the command line."""
    report = report_on(tmp_path, faulty_model)

    assert "ERROR Containers[0]: has no hostname" in report.error
    assert f"Acknowledge with '{PREFIX}MCE-C04'" in report.error


def test_a_warning_does_not(tmp_path: Path) -> None:
    """It is in the report."""
    report = report_on(tmp_path, doubtful_model)

    assert report.rules == ["MCE-C07"]
    assert report.violations[0]["severity"] == "warning"
    assert report.error == ""


def test_says_nothing_of_what_is_only_worth_knowing(tmp_path: Path) -> None:
    """As the construct; `mce check` does."""

    def declare(stack: cdk.Stack) -> None:
        model(stack)
        sagemaker.CfnEndpointConfig(
            stack,
            "Config",
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    variant_name="main", model_name="ranking", instance_type="ml.m5.xlarge", initial_instance_count=1
                )
            ],
        )

    assert report_on(tmp_path, declare).violations == []
    infos = {rule.id for rule in RULES.values() if rule.severity is Severity.INFO}
    assert {"MCE-E11", "MCE-M09"} <= infos
    assert infos.isdisjoint(MultiContainerEndpointChecks().rule_ids)


def test_an_app_without_endpoints_passes(tmp_path: Path) -> None:
    """Also one with empty stacks, or none."""
    (tmp_path / "none").mkdir()
    app = checked(tmp_path / "some")
    sns.Topic(cdk.Stack(app, "Stack"), "Topic")
    cdk.Stack(app, "Empty")
    cdk.Stage(app, "EmptyStage")

    assert report_of(app).violations == []
    checked(tmp_path / "none").synth()


def _in_a_stack(app: cdk.App) -> None:
    faulty_model(cdk.Stack(app, "Stack"))


def _in_a_nested_stack(app: cdk.App) -> None:
    faulty_model(cdk.NestedStack(cdk.NestedStack(cdk.Stack(app, "Stack"), "Outer"), "Inner"))


def _in_a_stage(app: cdk.App) -> None:
    faulty_model(cdk.Stack(cdk.Stage(app, "Stage"), "Stack"))


def _in_a_stage_beside_a_stack(app: cdk.App) -> None:
    cdk.Stack(app, "Stack")
    _in_a_stage(app)


def _in_a_stage_of_a_stage(app: cdk.App) -> None:
    faulty_model(cdk.Stack(cdk.Stage(cdk.Stage(app, "Outer"), "Inner"), "Stack"))


def _in_a_template(app: cdk.App) -> None:
    file = Path(app.outdir).parent / "written.json"
    containers = [{"Image": IMAGE}, {"Image": IMAGE, "ContainerHostname": "tagger"}]
    properties = {
        "ExecutionRoleArn": ROLE,
        "InferenceExecutionConfig": {"Mode": "Direct"},
        "Containers": containers,
    }
    resources = {"Model": {"Type": "AWS::SageMaker::Model", "Properties": properties}}
    file.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    cfn_include.CfnInclude(cdk.Stack(app, "Stack"), "Template", template_file=str(file))


def _as_a_plain_resource(app: cdk.App) -> None:
    properties = {"InferenceExecutionConfig": {"Mode": "Direct"}, "Containers": [{"Image": IMAGE}, {"Image": IMAGE}]}
    cdk.CfnResource(cdk.Stack(app, "Stack"), "Model", type="AWS::SageMaker::Model", properties=properties)


def _by_an_escape_hatch(app: cdk.App) -> None:
    made = endpoint(cdk.Stack(app, "Stack"))
    made.cfn_models[0].add_property_override("InferenceExecutionConfig.Mode", "Direct")
    made.cfn_models[0].add_property_deletion_override("Containers.0.ContainerHostname")


@pytest.mark.parametrize(
    ("declare", "path"),
    [
        (_in_a_stack, "Stack/Model"),
        (_in_a_nested_stack, "Stack/Outer/Inner/Model"),
        (_in_a_stage, "Stage/Stack/Model"),
        (_in_a_stage_beside_a_stack, "Stage/Stack/Model"),
        (_in_a_stage_of_a_stage, "Outer/Inner/Stack/Model"),
        (_in_a_template, "Stack/Template/Model"),
        (_as_a_plain_resource, "Stack/Model"),
        (_by_an_escape_hatch, "Stack/Endpoint/Model76e26143"),
    ],
)
def test_finds_it_whoever_made_it(tmp_path: Path, declare: Callable[[cdk.App], None], path: str) -> None:
    """And says which construct it was."""
    app = checked(tmp_path / "cdk.out")
    declare(app)

    report = report_of(app)

    assert set(report.rules) == {"MCE-C04"}
    assert set(report.paths) == {path}


def test_looks_at_all_resources_of_an_endpoint(tmp_path: Path) -> None:
    """Across references, as the service sees them."""

    def declare(stack: cdk.Stack) -> None:
        ranking = model(stack)
        config = sagemaker.CfnEndpointConfig(
            stack,
            "Config",
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    variant_name="main", model_name=ranking.ref, instance_type="ml.t2.medium", initial_instance_count=1
                )
            ],
        )
        name = config.attr_endpoint_config_name
        made = sagemaker.CfnEndpoint(stack, "Search", endpoint_config_name=name, endpoint_name="search-")
        appscaling.CfnScalableTarget(
            stack,
            "Scaling",
            resource_id=f"endpoint/{made.attr_endpoint_name}/variant/main",
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            service_namespace="sagemaker",
            min_capacity=0,
            max_capacity=4,
        )

    report = report_on(tmp_path, declare)

    found = set(zip(report.paths, report.rules, strict=True))
    assert {
        ("Stack/Config", "MCE-V29"),
        ("Stack/Search", "MCE-P01"),
        ("Stack/Scaling", "MCE-A05"),
        ("Stack/Scaling", "MCE-V14"),
    } <= found


def test_a_stage_can_have_it_alone(tmp_path: Path) -> None:
    """It says nothing of the other stages then."""
    app = cdk.App(outdir=str(tmp_path))
    production = cdk.Stage(app, "Production")
    cdk.Validations.of(production).add_plugins(MultiContainerEndpointChecks())
    for stage in (cdk.Stage(app, "Test"), production, cdk.Stage(production, "Inner")):
        faulty_model(cdk.Stack(stage, "Stack"))

    assert report_of(app).paths == ["Production/Stack/Model", "Production/Inner/Stack/Model"]


def test_says_the_same_of_several_resources_once(tmp_path: Path) -> None:
    """One violation, with all of them, in the order of the templates."""
    app = checked(tmp_path)
    for number in range(12):
        faulty_model(cdk.Stack(app, f"Stack{number}"))
    doubtful_model(cdk.Stack(app, "Doubtful"))

    report = report_of(app)

    assert report.rules == ["MCE-C04", "MCE-C07"]
    assert report.paths == [*(f"Stack{number}/Model" for number in range(12)), "Doubtful/Model"]


def test_asks_the_cdk_nothing_of_apps_in_which_all_is_well(tmp_path: Path, messages: list[str]) -> None:
    """A round trip to Node for each resource or stack would slow large apps down."""
    counts = []
    for stacks in (1, 12):
        app = checked(tmp_path / str(stacks))
        for number in range(stacks):
            model(cdk.Stack(app, f"Stack{number}"))
        messages.clear()
        app.synth()
        counts.append(len(messages))

    assert counts[0] == counts[1]


def test_the_command_line_shows_it_and_takes_the_acknowledgement_it_asks_for(tmp_path: Path) -> None:
    """`cdk synth` fails, and succeeds once what it printed is acknowledged."""
    failed = _synth(tmp_path / "failed")

    assert failed.returncode == 1
    printed = failed.stdout + failed.stderr
    assert "ERROR Containers[0]: has no hostname, and Direct mode calls containers by it" in printed
    assert "Stack/Model (Model)" in printed
    ids = re.findall(r"Acknowledge with '([^']+)'", printed)
    assert ids == ["sagemaker-multi-container::MCE-C04"]

    acknowledged = _synth(tmp_path / "acknowledged", "--context", f"acknowledged={ids[0]}")

    assert acknowledged.returncode == 0, acknowledged.stdout + acknowledged.stderr
    assert "MCE-C04" not in acknowledged.stdout + acknowledged.stderr


def _synth(outdir: Path, *options: str) -> subprocess.CompletedProcess[str]:
    app = f"{sys.executable} -m tests.plugin.app"
    command = ["cdk", "synth", "--quiet", "--no-notices", "--app", app, "--output", str(outdir), *options]
    environment = os.environ | {"PATH": f"{_BINARIES}{os.pathsep}{os.environ['PATH']}", "CI": "true"}
    # The CDK behaves otherwise below pytest, which a user's app is not.
    outside = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=outside | {"CDK_DISABLE_CLI_TELEMETRY": "true", "CDK_VALIDATION": "false"},
        capture_output=True,
        text=True,
        check=False,
    )

"""What someone knows of and has given a reason for is not reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from constructs import Construct, IConstruct

from sagemaker_multi_container import InstanceResource, MultiContainerEndpoint, ProductionVariant
from sagemaker_multi_container.check import findings_of
from sagemaker_multi_container.template import read
from tests.plugin.apps import PREFIX, Report, checked, doubtful_model, faulty_model, report_of, report_on
from tests.unit.builders import DIRECT, container, containers, endpoint

WARNING = "sagemaker-multi-container:MCE-C07"
REASON = "nothing looks them up by DNS"


def acknowledge(construct: IConstruct, id: str) -> None:
    """As the CDK's documentation has it."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=id, reason=REASON))


def doubtful_endpoint(scope: Construct, **arguments: Any) -> MultiContainerEndpoint:
    """An endpoint of ours that warns of MCE-C07."""
    return endpoint(scope, containers=[container("Ranker"), container("ranker")], **arguments)


def metadata(outdir: Path) -> dict[str, dict[str, str]]:
    """The reasons in the templates of an app, by the resource's type."""
    return {
        resource["Type"].rpartition("::")[2]: resource["Metadata"]["mce"]["ignore"]
        for file in sorted(outdir.glob("*.template.json"))
        for resource in json.loads(file.read_text(encoding="utf-8"))["Resources"].values()
        if "mce" in resource.get("Metadata", {})
    }


def found(outdir: Path) -> list[tuple[str, str | None]]:
    """The rules, but those that are only worth knowing, that `mce check` finds broken, each with why it is ignored."""
    findings = [finding for template in read(outdir) for finding in findings_of(template)]
    return [(finding.rule.id, finding.ignored) for finding in findings if finding.rule.severity != "info"]


def unanswered(outdir: Path) -> list[str]:
    """Those that it would report."""
    return [rule for rule, reason in found(outdir) if reason is None]


@pytest.mark.parametrize("declare", [faulty_model, doubtful_model])
def test_takes_the_id_that_is_printed(tmp_path: Path, declare: Callable[[cdk.Stack], Construct]) -> None:
    """Of an error or a warning; the reason stays in the CDK's report."""
    (rule,) = report_on(tmp_path / "before", declare).rules

    report = report_on(tmp_path / "after", lambda stack: acknowledge(declare(stack), PREFIX + rule))

    assert report.violations == []
    assert report.error == ""
    (suppressed,) = report.suppressed
    assert (suppressed["ruleName"], suppressed["reason"]) == (rule, REASON)
    assert found(tmp_path / "after") == [(rule, REASON)]


def test_an_id_may_be_bare(tmp_path: Path) -> None:
    """As `mce check` prints it."""
    report = report_on(tmp_path, lambda stack: acknowledge(faulty_model(stack), "MCE-C04"))

    assert report.violations == []
    assert found(tmp_path) == [("MCE-C04", REASON)]


def test_holds_for_all_that_is_below(tmp_path: Path) -> None:
    """Of a stack, say."""

    def declare(stack: cdk.Stack) -> None:
        faulty_model(stack)
        acknowledge(stack, f"{PREFIX}MCE-C04")

    assert report_on(tmp_path, declare).violations == []
    assert unanswered(tmp_path) == []


def test_holds_for_nothing_else(tmp_path: Path) -> None:
    """Neither for another resource nor for another rule."""

    def declare(stack: cdk.Stack) -> None:
        acknowledge(faulty_model(stack, "Known"), f"{PREFIX}MCE-C04")
        acknowledge(faulty_model(stack, "Other"), f"{PREFIX}MCE-C06")

    assert report_on(tmp_path, declare).paths == ["Stack/Other"]
    assert found(tmp_path) == [("MCE-C04", REASON), ("MCE-C04", None)]


def test_a_reason_in_the_metadata_will_do(tmp_path: Path) -> None:
    """It goes with the template, wherever that is checked."""

    def declare(stack: cdk.Stack) -> None:
        faulty_model(stack).add_metadata("mce", {"ignore": {"MCE-C04": REASON}})

    assert report_on(tmp_path, declare).violations == []
    assert unanswered(tmp_path) == []


def test_a_rule_that_the_construct_switched_off_is_off_for_all(tmp_path: Path) -> None:
    """The reason is in the template, at the models that break it, those that are added later among them."""
    same = [container("stage"), container("stage")]

    def declare(stack: cdk.Stack) -> None:
        made = endpoint(
            stack,
            instance_type=None,
            containers=None,
            acknowledged_rules={"MCE-C06": REASON},
            variants=[ProductionVariant(name="first", instance_type="ml.m5.xlarge", containers=same)],
        )
        made.add_variant(ProductionVariant(name="second", instance_type="ml.m5.xlarge", containers=same))

    report = report_on(tmp_path, declare)

    assert report.error == ""
    assert report.violations == []
    assert unanswered(tmp_path) == []
    assert metadata(tmp_path) == {"Model": {"MCE-C06": REASON}}
    template = (tmp_path / "Stack.template.json").read_text(encoding="utf-8")
    assert template.count(REASON) == 2


def test_a_warning_of_the_construct_is_not_repeated(tmp_path: Path) -> None:
    """It is the CDK's to show."""
    app = checked(tmp_path)
    made = doubtful_endpoint(cdk.Stack(app, "Stack"))

    assert report_of(app).violations == []
    assert any(WARNING in str(entry.data) for entry in made.node.metadata)
    assert metadata(tmp_path) == {}
    assert unanswered(tmp_path) == ["MCE-C07"]


def test_what_the_construct_could_not_see_is_reported(tmp_path: Path) -> None:
    """A warning about an escape hatch."""

    def declare(stack: cdk.Stack) -> None:
        made = doubtful_endpoint(stack, endpoint_name="search")
        made.cfn_endpoint.add_property_override("EndpointName", "Search")

    report = report_on(tmp_path, declare)

    assert report.rules == ["MCE-P02"]
    assert report.paths == ["Stack/Endpoint/Resource"]


def _by_annotation(made: Construct) -> None:
    cdk.Annotations.of(made).acknowledge_warning(WARNING, REASON)


def _by_validation(made: Construct) -> None:
    acknowledge(made, f"Annotation::{WARNING}")


def _by_validation_of_the_stack(made: Construct) -> None:
    acknowledge(cdk.Stack.of(made), WARNING)


def _by_validation_of_the_stage(made: Construct) -> None:
    acknowledge(made.node.scopes[1], WARNING)


@pytest.mark.parametrize("is_nested", [False, True])
@pytest.mark.parametrize(
    ("way", "reason"),
    [
        (_by_annotation, "acknowledged in the CDK app"),
        (_by_validation, REASON),
        (_by_validation_of_the_stack, REASON),
        (_by_validation_of_the_stage, REASON),
    ],
)
def test_a_warning_of_the_construct_that_is_acknowledged_is_silenced_for_all(
    tmp_path: Path,
    is_nested: bool,
    way: Callable[[Construct], None],
    reason: str,
) -> None:
    """The cloud assembly says so, with the reason, unless the CDK forgot it; the template stays as it is."""
    app = checked(tmp_path)
    stack = cdk.Stack(cdk.Stage(app, "Stage"), "Stack")
    made = doubtful_endpoint(cdk.NestedStack(stack, "Nested") if is_nested else stack)
    way(made)

    report = report_of(app)

    assert report.violations == []
    assert not any(WARNING in str(entry.data) for entry in made.node.metadata if entry.type == "aws:cdk:warning")
    assert found(tmp_path) == [("MCE-C07", reason)]
    assert metadata(tmp_path / "assembly-Stage") == {}


def test_a_warning_of_the_scaling_too(tmp_path: Path) -> None:
    """It stands at the scaling policy."""

    def declare(stack: cdk.Stack) -> None:
        made = endpoint(stack, mode=DIRECT, initial_instance_count=2)
        count = made.auto_scale(min_capacity=1, max_capacity=4)
        count.scale_on_invocations("Load", max_requests_per_second=10)
        cdk.Annotations.of(made).acknowledge_warning("sagemaker-multi-container:MCE-A04", REASON)

    assert report_on(tmp_path, declare).violations == []
    assert ("MCE-A04", "acknowledged in the CDK app") in found(tmp_path)
    assert unanswered(tmp_path) == []


def test_without_acknowledgements_templates_stay_as_they_are(tmp_path: Path) -> None:
    """Not a byte of Metadata."""

    def declare(stack: cdk.Stack) -> None:
        endpoint(stack, "Plain", containers=containers())
        doubtful_endpoint(stack).auto_scale(min_capacity=1, max_capacity=4).scale_on_utilization(
            "Cpu", resource=InstanceResource.CPU, target_utilization_percent=60
        )

    report: Report = report_on(tmp_path, declare)

    assert report.violations == []
    assert '"Metadata"' not in (tmp_path / "Stack.template.json").read_text(encoding="utf-8")

"""What is checked, and what stands in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagemaker_multi_container.check.report import at_least, check
from sagemaker_multi_container.rules import Severity
from tests.check.examples import BUCKET, LATEST, RIGHT, WITHOUT_HOSTNAME, container, model, report_on, template, write


def test_checks_every_path_in_the_order_given(tmp_path: Path) -> None:
    late, early = write(tmp_path / "a.json", LATEST), write(tmp_path / "b.json", WITHOUT_HOSTNAME)

    report = check([early, late, early], {})

    assert [(each.template.file, each.rule.id) for each in report.findings] == [(early, "MCE-C04"), (late, "MCE-C20")]
    assert report.number_of_resources == 2


def test_what_cannot_be_read_does_not_hide_the_rest(tmp_path: Path) -> None:
    report = check([tmp_path / "nowhere.json", write(tmp_path / "a.json", WITHOUT_HOSTNAME)], {})

    assert [each.path.name for each in report.unreadable] == ["nowhere.json"]
    assert [each.rule.id for each in report.findings] == ["MCE-C04"]


@pytest.mark.parametrize("document", [BUCKET, template()])
def test_says_that_there_is_no_endpoint(tmp_path: Path, document: dict[str, object]) -> None:
    """Who points at the wrong file must not take it for a clean one."""
    (note,) = report_on(tmp_path, document).notes

    assert note.endswith(
        "endpoint.template.json: there is no SageMaker Model, EndpointConfig, Endpoint or scaling of one to check"
    )
    assert report_on(tmp_path, RIGHT).notes == ()


def scaling(namespace: str, resource_id: str, dimension: str) -> dict[str, object]:
    """A template with a scalable target, a policy that names it, and one that says by itself what it scales."""
    scaled = {"ServiceNamespace": namespace, "ResourceId": resource_id, "ScalableDimension": dimension}
    target = "AWS::ApplicationAutoScaling::ScalableTarget"
    policy = "AWS::ApplicationAutoScaling::ScalingPolicy"
    return template(
        Target={"Type": target, "Properties": {"MinCapacity": 1, "MaxCapacity": 4, **scaled}},
        Policy={"Type": policy, "Properties": {"ScalingTargetId": {"Ref": "Target"}}},
        Other={"Type": policy, "Properties": scaled},
    )


def test_counts_the_scaling_of_endpoints(tmp_path: Path) -> None:
    """It is checked, and may have a template of its own. That of others is nobody's endpoint."""
    ours = scaling("sagemaker", "endpoint/search/variant/all", "sagemaker:variant:DesiredInstanceCount")
    table = scaling("dynamodb", "table/searches", "dynamodb:table:ReadCapacityUnits")

    assert (report_on(tmp_path, ours).number_of_resources, report_on(tmp_path, ours).notes) == (3, ())
    assert (report_on(tmp_path, table).number_of_resources, len(report_on(tmp_path, table).notes)) == (0, 1)


def test_says_that_a_macro_may_change_a_template(tmp_path: Path) -> None:
    (note,) = report_on(tmp_path, {"Transform": ["AWS::LanguageExtensions", "MyMacro"], **RIGHT}).notes

    assert note.endswith(
        "endpoint.template.json: a macro (MyMacro) may change this template; what it makes is not checked"
    )


@pytest.mark.parametrize(
    ("threshold", "counted"),
    [
        (Severity.ERROR, ["error"]),
        (Severity.WARNING, ["error", "warning"]),
        (Severity.INFO, ["error", "warning", "info"]),
    ],
)
def test_severities_are_ordered(threshold: Severity, counted: list[str]) -> None:
    assert [each.value for each in Severity if at_least(each, threshold)] == counted


def test_people_see_findings_by_line(tmp_path: Path) -> None:
    """A rule about all containers is asked before those about each, and need not come first."""
    document = template(
        Model=model(container("my_ranker"), container(None)), Other=model(container(None), container("a"))
    )
    report = report_on(tmp_path, document)

    shown = report.shown(Severity.ERROR)

    assert [each.rule.id for each in report.findings] == ["MCE-C04", "MCE-C08", "MCE-C04"]
    assert [each.rule.id for each in shown] == ["MCE-C08", "MCE-C04", "MCE-C04"]
    assert [each.line for each in shown] == sorted(each.line or 0 for each in shown)

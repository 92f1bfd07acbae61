"""The report as SARIF.

The schema beside this file is SARIF 2.1.0 as Microsoft's SARIF SDK publishes it (npm package
`@microsoft/sarif-multitool-ts` 5.7.0, MIT licence).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sagemaker_multi_container.check.report import Report, check
from sagemaker_multi_container.check.sarif import as_sarif
from sagemaker_multi_container.rules import RULES
from tests.check.examples import (
    LATEST,
    OPEN,
    RIGHT,
    WITHOUT_HOSTNAME,
    assembly,
    container,
    model,
    report_on,
    template,
    write,
)

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_text())


def _run(report: Report) -> dict[str, Any]:
    log = json.loads(as_sarif(report))
    Draft202012Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    return dict(run)


def _fingerprints(report: Report) -> list[str]:
    return [each["partialFingerprints"]["primaryLocationLineHash"] for each in _run(report)["results"]]


@pytest.mark.parametrize("document", [RIGHT, WITHOUT_HOSTNAME, LATEST, OPEN])
def test_keeps_to_the_schema(tmp_path: Path, document: dict[str, Any]) -> None:
    assert _run(report_on(tmp_path, document))["tool"]["driver"]["name"] == "mce check"
    assert _run(report_on(tmp_path, document, MCE_C04="legacy"))["invocations"][0]["executionSuccessful"] is True


def test_the_schema_would_object() -> None:
    """It is the real one: it knows what a result needs."""
    with pytest.raises(Exception, match="'message' is a required property"):
        Draft202012Validator(SCHEMA).validate(
            {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "mce"}}, "results": [{"ruleId": "MCE-C04"}]}]}
        )


def test_describes_every_rule(tmp_path: Path) -> None:
    """Code scanning shows it beside each alert."""
    rules = _run(report_on(tmp_path, RIGHT))["tool"]["driver"]["rules"]

    assert [each["id"] for each in rules] == list(RULES)
    described = next(each for each in rules if each["id"] == "MCE-C04")
    rule = RULES["MCE-C04"]
    assert described["shortDescription"]["text"] == rule.summary
    assert described["helpUri"] == rule.source
    assert rule.fix[1:] in described["help"]["text"]
    assert rule.source in described["help"]["markdown"]
    assert described["defaultConfiguration"]["level"] == "error"
    assert described["properties"]["problem.severity"] == "error"


@pytest.mark.parametrize(
    ("document", "rule", "level"),
    [(WITHOUT_HOSTNAME, "MCE-C04", "error"), (LATEST, "MCE-C20", "warning"), (OPEN, "MCE-M09", "note")],
)
def test_a_result_has_its_rule_level_and_fix(tmp_path: Path, document: dict[str, Any], rule: str, level: str) -> None:
    run = _run(report_on(tmp_path, document))

    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == (rule, level)
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == rule
    assert result["message"]["text"].endswith(f"Fix: {RULES[rule].fix}.")


def test_files_are_told_from_the_root_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever in it the command runs: code scanning knows no other files."""
    folder = tmp_path / "infra 1"
    folder.mkdir()
    report = report_on(folder, WITHOUT_HOSTNAME)

    def uri() -> dict[str, Any]:
        (location,) = _run(report)["results"][0]["locations"]
        return dict(location["physicalLocation"]["artifactLocation"])

    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(folder)
    assert uri() == {"uri": "endpoint.template.json", "uriBaseId": "%SRCROOT%"}
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert uri() == {"uri": "infra%201/endpoint.template.json", "uriBaseId": "%SRCROOT%"}
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    assert uri() == {"uri": (folder / "endpoint.template.json").as_uri()}


def test_a_result_leads_to_its_line_and_resource(tmp_path: Path) -> None:
    document = template(
        Model=model(container("ranker"), container(None), metadata={"aws:cdk:path": "Search/Endpoint/Model"})
    )
    report = report_on(tmp_path, document)

    (location,) = _run(report)["results"][0]["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": report.findings[0].line or 1}
    assert location["logicalLocations"] == [
        {
            "name": "Model",
            "fullyQualifiedName": "Search/Endpoint/Model.Containers[1]",
            "decoratedName": "Search/Endpoint/Model",
            "kind": "resource",
        }
    ]


def test_an_alert_stands_at_the_line_in_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If that is in the repository: code scanning shows it there, and the template's place as related."""
    frames = ["hosting (/home/me/shared/hosting.py:7)", f"build ({tmp_path}/my app/app.py:39)"]
    report = check([assembly(tmp_path / "my app" / "cdk.out", WITHOUT_HOSTNAME, *frames)], {})

    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    (result,) = _run(report)["results"]
    in_template = result["locations"][0]["physicalLocation"]
    assert in_template["artifactLocation"]["uri"].endswith("/cdk.out/Search.template.json")
    assert "relatedLocations" not in result
    fingerprints = _fingerprints(report)

    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (result,) = _run(report)["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20app/app.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 39},
    }
    assert result["locations"][0]["logicalLocations"][0]["name"] == "Model"
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20app/cdk.out/Search.template.json", "uriBaseId": "%SRCROOT%"},
        "region": in_template["region"],
    }
    assert _fingerprints(report) == fingerprints


def test_fingerprints_stay_when_lines_move(tmp_path: Path) -> None:
    """Also when the CDK gives the model another logical id: its hash changes with its containers."""
    model_of_cdk = model(container("ranker"), container(None), metadata={"aws:cdk:path": "Search/Endpoint/Model"})
    before = report_on(tmp_path, template(Model0F230181=model_of_cdk))
    fingerprints = _fingerprints(before)
    bucket = {"Type": "AWS::S3::Bucket"}

    assert _fingerprints(report_on(tmp_path, template(Bucket=bucket, Model0F230181=model_of_cdk))) == fingerprints
    assert _fingerprints(report_on(tmp_path, template(Model13A7C0DE=model_of_cdk))) == fingerprints


def test_fingerprints_tell_findings_apart(tmp_path: Path) -> None:
    wrong = model(container("my_ranker"), container(None), container(None))
    report = check(
        [write(tmp_path / "a.json", template(One=wrong, Two=wrong)), write(tmp_path / "b.json", template(One=wrong))],
        {},
    )

    fingerprints = _fingerprints(report)

    assert len(set(fingerprints)) == len(fingerprints) == len(report.findings) == 9


def test_what_is_ignored_is_no_alert(tmp_path: Path) -> None:
    """Code scanning opens alerts for suppressed results too, so they stand beside the results, with the reasons."""
    run = _run(report_on(tmp_path, WITHOUT_HOSTNAME, MCE_C04="the second is never called"))

    assert run["results"] == []
    assert run["invocations"][0]["toolConfigurationNotifications"] == [
        {"level": "note", "message": {"text": "MCE-C04 in Model: the second is never called"}}
    ]


def test_what_could_not_be_read_is_told(tmp_path: Path) -> None:
    """A log without results must not look like a clean one."""
    run = _run(check([tmp_path / "nowhere.json"], {}))

    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "error"
    assert "nowhere.json" in notification["message"]["text"]

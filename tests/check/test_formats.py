"""How a report is written: as text, as JSON and as annotations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from sagemaker_multi_container.check.annotations import as_annotations
from sagemaker_multi_container.check.as_json import as_json
from sagemaker_multi_container.check.report import Report, check
from sagemaker_multi_container.check.sarif import as_sarif
from sagemaker_multi_container.check.text import as_text
from sagemaker_multi_container.rules import RULES, Severity
from tests.check.examples import (
    BUCKET,
    LATEST,
    OPEN,
    RIGHT,
    VALUE,
    WITHOUT_HOSTNAME,
    assembly,
    container,
    model,
    report_on,
    template,
    write,
)

HOSTILE = "ranker\n::error::owned\x1b[31m\u202e"
"""A name that ends the line, starts a workflow command, colours a terminal and turns text around."""


def _plain(report: Report, least: Severity = Severity.WARNING) -> str:
    return click.unstyle(as_text(report, least))


def _of_cdk(document: dict[str, Any]) -> dict[str, Any]:
    resources = {
        logical_id: {**resource, "Metadata": {"aws:cdk:path": f"Search/{logical_id}/Resource"}}
        for logical_id, resource in document["Resources"].items()
    }
    return {"Resources": resources}


def test_text_has_all_one_needs_to_repair_it(tmp_path: Path) -> None:
    report = report_on(tmp_path, WITHOUT_HOSTNAME)
    rule = RULES["MCE-C04"]

    text = _plain(report)

    assert f"endpoint ({tmp_path}/endpoint.template.json)\n\n  Model\n    error MCE-C04 Containers[1] (" in text
    assert f"      has no hostname, and Direct mode calls containers by it\n      fix: {rule.fix}\n" in text
    assert f"      see: {rule.source}\n" in text


def test_text_and_annotations_lead_to_the_line(tmp_path: Path) -> None:
    """In the form that terminals and editors open."""
    report = report_on(tmp_path, WITHOUT_HOSTNAME)
    lines = report.templates[0].file.read_text().splitlines()
    (finding,) = report.findings

    assert finding.line is not None
    assert "Image" in lines[finding.line] or "Environment" in lines[finding.line]
    assert f"(endpoint.template.json:{finding.line})" in _plain(report).replace(f"{tmp_path}/", "")
    assert f",line={finding.line}," in as_annotations(report, Severity.ERROR)


@pytest.fixture(name="declared")
def _declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The report on an assembly of which is known where in the app of this working directory things were made."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    frames = ["hosting (/home/me/shared/hosting.py:7)", f"build ({tmp_path}/infra/app.py:39)", "main (/run.py:1)"]
    assembly(tmp_path / "cdk.out", WITHOUT_HOSTNAME, *frames)
    return check([Path("cdk.out")], {})


def test_the_line_in_the_app_is_shown(declared: Report) -> None:
    """The innermost one in the repository, beside that in the template."""
    (finding,) = declared.findings

    assert f"(infra/app.py:39, cdk.out/Search.template.json:{finding.line})" in _plain(declared)
    (found,) = json.loads(as_json(declared))
    assert (found["file"], found["declared_at"]) == (
        "cdk.out/Search.template.json",
        {"file": "infra/app.py", "line": 39},
    )


def test_annotations_stand_at_the_line_in_the_app(declared: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which the pull request changes, rather than at the template, which is not in the repository."""
    command, _ = as_annotations(declared, Severity.ERROR).splitlines()
    assert command.startswith("::error file=infra/app.py,line=39,title=MCE-C04::Search/Model Containers[1]: ")
    assert command.endswith(f"%0Ain: cdk.out/Search.template.json:{declared.findings[0].line}")

    monkeypatch.setenv("GITHUB_WORKSPACE", "/elsewhere")
    command, _ = as_annotations(declared, Severity.ERROR).splitlines()
    assert "Search.template.json,line=" in command
    assert "app.py" not in command


def test_an_app_outside_of_the_repository_is_shown_by_its_innermost_line(
    declared: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the path that it has there."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    assert "(/home/me/shared/hosting.py:7, " in _plain(declared)
    assert json.loads(as_json(declared))[0]["declared_at"] == {"file": "/home/me/shared/hosting.py", "line": 7}


def test_a_file_that_leads_nowhere_is_in_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links that lead to each other, say."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").symlink_to(tmp_path / "app.py")
    report = check([assembly(tmp_path / "cdk.out", WITHOUT_HOSTNAME, f"build ({tmp_path}/app.py/{'a' * 300}:1)")], {})

    for written in (_plain(report), as_json(report), as_sarif(report), as_annotations(report, Severity.INFO)):
        assert "MCE-C04" in written


def test_resources_of_a_cdk_app_are_called_by_their_constructs(tmp_path: Path) -> None:
    report = report_on(tmp_path, _of_cdk(WITHOUT_HOSTNAME))

    assert "\n  Search/Model/Resource\n    error MCE-C04" in _plain(report)
    assert "::Search/Model/Resource Containers[1]: has no hostname" in as_annotations(report, Severity.ERROR)


def test_findings_are_grouped_by_template_and_resource(tmp_path: Path) -> None:
    worse = model(container("my_ranker"), container(None))
    first = write(tmp_path / "first.json", template(One=worse, Two=worse))
    report = check([first, write(tmp_path / "second.json", template(One=worse))], {})

    headings = [line for line in _plain(report).splitlines() if re.match(r"( {2})?\S.*$", line)]

    assert headings == [
        f"first ({first})",
        "  One",
        "  Two",
        f"second ({tmp_path / 'second.json'})",
        "  One",
        headings[-1],
    ]
    assert headings[-1] == "6 errors, 0 warnings; 2 templates, 3 endpoint resources checked"


@pytest.mark.parametrize(
    ("document", "least", "says"),
    [
        (RIGHT, Severity.WARNING, "no findings; 1 template, 1 endpoint resource checked"),
        (BUCKET, Severity.WARNING, "no findings; 1 template, 0 endpoint resources checked"),
        (LATEST, Severity.WARNING, "0 errors, 1 warning; 1 template, 1 endpoint resource checked"),
        (OPEN, Severity.INFO, "0 errors, 0 warnings, 1 info; 1 template, 1 endpoint resource checked"),
        (
            OPEN,
            Severity.WARNING,
            "0 errors, 0 warnings; 1 template, 1 endpoint resource checked; 1 info not shown (--verbose)",
        ),
    ],
)
def test_the_last_line_counts(tmp_path: Path, document: dict[str, Any], least: Severity, says: str) -> None:
    report = report_on(tmp_path, document)

    assert _plain(report, least).splitlines()[-1] == says
    assert as_annotations(report, least).splitlines()[-1] == says


def test_infos_are_shown_on_demand(tmp_path: Path) -> None:
    report = report_on(tmp_path, OPEN)

    assert "MCE-M09" not in _plain(report, Severity.WARNING)
    assert "info MCE-M09" in _plain(report, Severity.INFO)
    assert "MCE-M09" not in as_annotations(report, Severity.WARNING)
    assert as_annotations(report, Severity.INFO).startswith("::notice ")


def test_what_is_ignored_is_told_with_its_reason(tmp_path: Path) -> None:
    report = report_on(tmp_path, WITHOUT_HOSTNAME, MCE_C04="the second is never called")

    text = _plain(report)

    assert "ignored\n  MCE-C04 in Model: the second is never called\n" in text
    assert text.endswith("no findings; 1 template, 1 endpoint resource checked; 1 ignored\n")
    assert "MCE-C04" not in as_annotations(report, Severity.INFO)
    assert [each["ignored"] for each in json.loads(as_json(report))] == ["the second is never called"]


def test_json_is_a_list_of_findings(tmp_path: Path) -> None:
    (found,) = json.loads(as_json(report_on(tmp_path, _of_cdk(WITHOUT_HOSTNAME))))

    rule = RULES["MCE-C04"]
    line = found.pop("line")
    assert found.pop("declared_at") is None
    assert line is None or line > 1
    assert found == {
        "rule": "MCE-C04",
        "severity": "error",
        "file": f"{tmp_path}/endpoint.template.json",
        "stack": "endpoint",
        "logical_id": "Model",
        "construct_path": "Search/Model/Resource",
        "path": "Containers[1]",
        "message": "has no hostname, and Direct mode calls containers by it",
        "fix": rule.fix,
        "source": rule.source,
        "ignored": None,
    }


def test_json_has_infos_too(tmp_path: Path) -> None:
    assert [each["severity"] for each in json.loads(as_json(report_on(tmp_path, OPEN)))] == ["info"]
    assert json.loads(as_json(report_on(tmp_path, RIGHT))) == []


def test_annotations_are_workflow_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a path from the root of the repository, wherever in it the command runs."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    folder = tmp_path / "infra: 100%, new"
    folder.mkdir()
    report = report_on(folder, WITHOUT_HOSTNAME)

    command, _ = as_annotations(report, Severity.ERROR).splitlines()

    properties, _, message = command.removeprefix("::error ").partition("::")
    assert re.sub(r",line=\d+", "", properties) == ("file=infra%3A 100%25%2C new/endpoint.template.json,title=MCE-C04")
    rule = RULES["MCE-C04"]
    assert message.split("%0A") == [
        "Model Containers[1]: has no hostname, and Direct mode calls containers by it",
        f"fix: {rule.fix}",
        f"see: {rule.source}",
    ]


@pytest.mark.parametrize("ignored", [False, True])
def test_a_template_cannot_forge_a_line(tmp_path: Path, ignored: bool) -> None:
    """What a pull request puts into a name must not become a command of GitHub Actions or of a terminal."""
    forged = model(container("ranker"), container(None), container(HOSTILE))
    report = report_on(tmp_path, template(**{HOSTILE: forged}), **({"MCE_C04": HOSTILE} if ignored else {}))

    for written in (_plain(report, Severity.INFO), as_annotations(report, Severity.INFO)):
        assert not any(line.startswith("::error::owned") for line in written.splitlines())
        assert not {"\x1b", "\u202e"} & set(written)
    assert "ranker\\n::error::owned\\x1b[31m\\u202e" in _plain(report)


def test_values_of_environment_variables_are_never_written(tmp_path: Path) -> None:
    """Not even where an environment variable is what is wrong."""
    wrong = container("my_ranker", Environment={"TOKEN": VALUE * 100, "no name": VALUE, "N": [VALUE]})
    report = report_on(tmp_path, template(Model=model(wrong, container(None, Environment=VALUE))))

    assert any("Environment" in each.property_path for each in report.findings)
    for written in (
        as_text(report, Severity.INFO),
        as_json(report),
        as_sarif(report),
        as_annotations(report, Severity.INFO),
    ):
        assert VALUE not in written

"""The report for programs, as JSON."""

from __future__ import annotations

import json

from .findings import TemplateFinding
from .report import Report


def as_json(report: Report) -> str:
    """A list of all findings, also those that are ignored."""
    return json.dumps([_finding(each) for each in report.findings], indent=2) + "\n"


def _finding(finding: TemplateFinding) -> dict[str, object]:
    template = finding.template
    declared_at = finding.declared_at
    return {
        "rule": finding.rule.id,
        "severity": finding.rule.severity,
        "file": template.file.as_posix(),
        "line": finding.line,
        "declared_at": declared_at and {"file": declared_at.file.as_posix(), "line": declared_at.line},
        "stack": template.stack,
        "logical_id": finding.logical_id,
        "construct_path": template.construct_path(finding.logical_id),
        "path": finding.property_path,
        "message": finding.message,
        "fix": finding.rule.fix,
        "source": finding.rule.source,
        "ignored": finding.ignored,
    }

"""The report as SARIF 2.1.0, the format of static analysis that code scanning shows."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from ..rules import RULES, Confidence, Rule, Severity
from .findings import TemplateFinding
from .report import Report
from .repository import path_in_repository
from .tool import version

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# What GitHub reads from a rule's properties.
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_PRECISIONS = {Confidence.DOCUMENTED: "very-high", Confidence.INFERRED: "high"}

Json = dict[str, Any]


def as_sarif(report: Report) -> str:
    """A log of one run with all rules and all findings.

    Those that are ignored are told of beside the results: code scanning shows even suppressed results as open alerts.
    """
    index = {rule_id: number for number, rule_id in enumerate(RULES)}
    occurrences = Counter[str]()
    run = {
        "tool": {
            "driver": {
                "name": "mce check",
                "version": version(),
                "rules": [_rule(each) for each in RULES.values()],
            }
        },
        "invocations": [_invocation(report)],
        "results": [_result(each, index, occurrences) for each in report.standing],
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> Json:
    fix = f"{rule.fix[0].upper()}{rule.fix[1:]}."
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary.partition("\n")[0]},
        "fullDescription": {"text": f"{rule.summary} ({rule.confidence})"},
        "help": {"text": f"{fix} See {rule.source}", "markdown": f"{fix}\n\n[Source]({rule.source})"},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "precision": _PRECISIONS[rule.confidence],
            "problem.severity": _PROBLEMS[rule.severity],
            "tags": ["aws", "sagemaker"],
        },
    }


def _invocation(report: Report) -> Json:
    return {
        "executionSuccessful": not report.unreadable,
        "toolExecutionNotifications": [_notification("error", str(each)) for each in report.unreadable],
        "toolConfigurationNotifications": [
            *(_notification("warning", each) for each in report.notes),
            *(_notification("note", f"{each.rule.id} in {each.resource}: {each.ignored}") for each in report.ignored),
        ],
    }


def _notification(level: str, text: str) -> Json:
    return {"level": level, "message": {"text": text}}


def _result(finding: TemplateFinding, index: Mapping[str, int], occurrences: Counter[str]) -> Json:
    rule = finding.rule
    fingerprint = _fingerprint(finding)
    occurrences[fingerprint] += 1
    in_template = _physical_location(finding.template.file, finding.line)
    declared_at = finding.declared_in_repository
    # Code scanning shows an alert beside a line of the repository, where a synthesized template seldom is.
    in_app = _physical_location(declared_at.file, declared_at.line) if declared_at is not None else None
    synthesized = {"physicalLocation": in_template, "message": {"text": "the synthesized template"}}
    return {
        "ruleId": rule.id,
        "ruleIndex": index[rule.id],
        "level": _LEVELS[rule.severity],
        "message": {"text": f"{finding.message}. Fix: {rule.fix}."},
        "locations": [{"physicalLocation": in_app or in_template, "logicalLocations": [_logical_location(finding)]}],
        **({"relatedLocations": [synthesized]} if in_app else {}),
        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:{occurrences[fingerprint]}"},
    }


def _physical_location(file: Path, line: int | None) -> Json:
    relative = path_in_repository(file)
    artifact = (
        {"uri": quote(os.fsencode(relative)), "uriBaseId": "%SRCROOT%"}
        if relative
        else {"uri": file.resolve().as_uri()}
    )
    # GitHub shows nothing that has no line.
    return {"artifactLocation": artifact, "region": {"startLine": line or 1}}


def _logical_location(finding: TemplateFinding) -> Json:
    construct_path = finding.template.construct_path(finding.logical_id)
    return {
        "name": finding.logical_id,
        "fullyQualifiedName": ".".join(filter(None, [finding.resource, finding.property_path])),
        "kind": "resource",
        **({"decoratedName": construct_path} if construct_path else {}),
    }


def _fingerprint(finding: TemplateFinding) -> str:
    """The same for the same finding after other lines moved, and after a hash in a logical id of the CDK changed."""
    identity = (finding.rule.id, finding.template.stack, finding.resource, finding.property_path)
    return hashlib.sha256("\n".join(identity).encode(errors="backslashreplace")).hexdigest()[:16]

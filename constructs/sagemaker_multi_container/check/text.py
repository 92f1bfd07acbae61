"""The report for people: grouped by template and resource. It has colours, which are left out where there are none."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

import click

from ..rules import Severity
from .findings import TemplateFinding
from .printable import printable
from .report import Report, at_least

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_PLURALS = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "infos"}


def as_text(report: Report, least: Severity) -> str:
    """The findings that are at least so severe, those that are ignored with the reasons, and what was counted.

    Empty if nothing could be read: "no findings" would mean something else.
    """
    if report.unreadable and not report.templates:
        return ""
    blocks = [*_findings(report.shown(least)), *_ignored(report.ignored), summary(report, least)]
    return "\n\n".join(blocks) + "\n"


def summary(report: Report, least: Severity) -> str:
    """The findings in numbers, in one line."""
    counts = {each: _count(report.number_of(each), each, _PLURALS[each]) for each in Severity}
    shown = [count for severity, count in counts.items() if at_least(severity, least)]
    hidden = [counts[each] for each in Severity if not at_least(each, least) and report.number_of(each)]
    checked = f"{_count(len(report.templates), 'template')}, {_count(report.number_of_resources, 'endpoint resource')}"
    parts = [", ".join(shown) if report.standing else "no findings", f"{checked} checked"]
    if report.ignored:
        parts.append(f"{len(report.ignored)} ignored")
    if hidden:
        parts.append(f"{', '.join(hidden)} not shown (--verbose)")
    if report.unreadable:
        parts.append(f"{len(report.unreadable)} not readable")
    return "; ".join(parts)


def _findings(findings: Collection[TemplateFinding]) -> Iterator[str]:
    for template, in_template in groupby(findings, key=lambda each: each.template):
        yield click.style(printable(f"{template.stack} ({template.file})"), bold=True)
        for resource, in_resource in groupby(in_template, key=lambda each: each.resource):
            yield "\n".join([f"  {printable(resource)}", *map(_finding, in_resource)])


def _finding(finding: TemplateFinding) -> str:
    rule = finding.rule
    severity = click.style(f"{rule.severity} {rule.id}", fg=_COLOURS[rule.severity])
    line = finding.line
    places = [f"{finding.template.file}:{line}" if line else str(finding.template.file)]
    if (declared_at := finding.declared_at) is not None:
        places.insert(0, f"{declared_at.file}:{declared_at.line}")
    where = printable(" ".join(filter(None, [finding.property_path, f"({', '.join(places)})"])))
    details = [printable(finding.message), f"fix: {rule.fix}", f"see: {rule.source}"]
    return "\n".join([f"    {severity} {where}", *(f"      {each}" for each in details)])


def _ignored(findings: Collection[TemplateFinding]) -> Iterator[str]:
    if findings:
        lines = (printable(f"  {each.rule.id} in {each.resource}: {each.ignored}") for each in findings)
        yield "\n".join(["ignored", *dict.fromkeys(lines)])


def _count(number: int, one: str, several: str | None = None) -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"

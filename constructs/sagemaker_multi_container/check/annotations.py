"""The report as workflow commands, which GitHub Actions shows as annotations."""

from __future__ import annotations

from ..rules import Severity
from .findings import TemplateFinding
from .printable import printable
from .report import Report
from .repository import path_in_repository
from .text import summary

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


def as_annotations(report: Report, least: Severity) -> str:
    """A command for each finding that is at least so severe, and a line of the log that counts them."""
    return "\n".join([*map(_command, report.shown(least)), summary(report, least)]) + "\n"


def _command(finding: TemplateFinding) -> str:
    rule = finding.rule
    template = finding.template.file
    declared_at = finding.declared_in_repository
    file, line = (template, finding.line) if declared_at is None else (declared_at.file, declared_at.line)
    properties = {"file": printable(path_in_repository(file) or file.as_posix()), "line": line, "title": rule.id}
    written = ",".join(
        f"{name}={str(value).translate(_IN_PROPERTIES)}" for name, value in properties.items() if value is not None
    )
    where = " ".join(filter(None, [finding.resource, finding.property_path]))
    lines = [printable(f"{where}: {finding.message}"), f"fix: {rule.fix}", f"see: {rule.source}"]
    if declared_at is not None:
        lines.append(printable(f"in: {template}:{finding.line}" if finding.line else f"in: {template}"))
    message = "\n".join(lines)
    return f"::{_COMMANDS[rule.severity]} {written}::{message.translate(_IN_MESSAGES)}"

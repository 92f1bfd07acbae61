"""The report as workflow commands, which GitHub Actions shows as annotations."""

from __future__ import annotations

from ..rules import Severity
from .findings import TemplateFinding
from .report import Report
from .repository import path_in_repository
from .text import printable, summary

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


def as_annotations(report: Report, least: Severity) -> str:
    """A command for each finding that is at least so severe, and a line of the log that counts them."""
    return "\n".join([*map(_command, report.shown(least)), summary(report, least)]) + "\n"


def _command(finding: TemplateFinding) -> str:
    rule = finding.rule
    file = path_in_repository(finding.template.file) or finding.template.file.as_posix()
    properties = {"file": printable(file), "line": finding.line, "title": rule.id}
    written = ",".join(
        f"{name}={str(value).translate(_IN_PROPERTIES)}" for name, value in properties.items() if value is not None
    )
    where = " ".join(filter(None, [finding.resource, finding.property_path]))
    message = "\n".join([printable(f"{where}: {finding.message}"), f"fix: {rule.fix}", f"see: {rule.source}"])
    return f"::{_COMMANDS[rule.severity]} {written}::{message.translate(_IN_MESSAGES)}"

"""What the rules find in a template, without what its authors know of and have given a reason for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..rules import Path, Rule, evaluate
from ..template import Template

METADATA: Final = "mce"
"""The key in the Metadata of a template or a resource: `mce: {ignore: {MCE-C06: why it does not apply}}`."""


@dataclass(frozen=True, slots=True)
class TemplateFinding:
    """A rule that a template breaks, and where."""

    template: Template
    rule: Rule
    logical_id: str
    path: Path
    """The way from the resource's properties to the value."""
    message: str
    """What was given and what is allowed."""
    ignored: str | None = None
    """Why it is to be ignored, if someone said so."""

    @property
    def property_path(self) -> str:
        """The property as CloudFormation's users write it, such as `Containers[0].Image`; empty for the resource."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps).removeprefix(".")

    @property
    def line(self) -> int | None:
        """The line in the template's file, if lines can be told."""
        return self.template.line(self.logical_id, self.path)


def findings_of(template: Template, ignore: Mapping[str, str] | None = None) -> list[TemplateFinding]:
    """All that the rules find in a template, in the order in which it is written.

    Args:
        template: The template.
        ignore: Reasons to ignore rules, by id, beside those in the Metadata of the template and of its resources.
    """
    everywhere = {**_ignored_by(template.document.get("Metadata")), **(ignore or {})}
    findings = []
    for finding in evaluate(template.description):
        reasons = _ignored_by(template.metadata(finding.resource)) | everywhere
        found = TemplateFinding(
            template, finding.rule, finding.resource, finding.path, finding.message, reasons.get(finding.rule.id)
        )
        findings.append(found)
    return findings


def _ignored_by(metadata: Any) -> dict[str, str]:
    ours = metadata.get(METADATA) if isinstance(metadata, Mapping) else None
    match ours:
        case {"ignore": dict(reasons)}:
            return {rule: reason for rule, reason in reasons.items() if isinstance(reason, str) and reason.strip()}
    return {}

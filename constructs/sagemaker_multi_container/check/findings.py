"""What the rules find in a template, and what its authors know of and have given a reason for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..rules import Path, Rule, evaluate
from ..template import Template
from .ignoring import reasons_in


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

    @property
    def resource(self) -> str:
        """The resource as its author knows it: the path of the construct if a CDK app made it, else the logical id."""
        return self.template.construct_path(self.logical_id) or self.logical_id


def findings_of(template: Template, ignore: Mapping[str, str] | None = None) -> list[TemplateFinding]:
    """All that the rules find in a template, in the order in which it is written.

    Args:
        template: The template.
        ignore: Reasons to ignore rules, by id. Those in the Metadata of the template come before them, and those in
            the Metadata of a resource before both.
    """
    everywhere = {**(ignore or {}), **reasons_in(template.document.get("Metadata"))}
    findings = []
    for finding in evaluate(template.description):
        reasons = everywhere | reasons_in(template.metadata(finding.resource))
        found = TemplateFinding(
            template, finding.rule, finding.resource, finding.path, finding.message, reasons.get(finding.rule.id)
        )
        findings.append(found)
    return findings

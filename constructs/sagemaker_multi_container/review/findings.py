"""What the rules find after a change and did not find before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Hashable, Mapping

from ..check import TemplateFinding, findings_of
from ..rules import Path
from ..rules.description import text
from ..template import Template
from .changes import FindingsChange, NewFinding

Findings = list[TemplateFinding]


def findings_in(template: Template | None, ignore: Mapping[str, str]) -> Findings:
    """What the rules find in a template, also what is ignored for a reason."""
    return [] if template is None else findings_of(template, ignore)


def of_resources(findings: Findings, logical_ids: Container[str]) -> Findings:
    """Those about some resources."""
    return [each for each in findings if each.logical_id in logical_ids]


def without(findings: Findings, logical_ids: Container[str]) -> Findings:
    """Those about other resources."""
    return [each for each in findings if each.logical_id not in logical_ids]


def compare_findings(before: Findings, after: Findings, renamed: Mapping[str, str]) -> FindingsChange:
    """The findings that come and go.

    Args:
        before: Those before the change.
        after: Those after it.
        renamed: What resources, containers and variants were called before, by what they are called afterwards.
    """
    told = Counter(_key(each, {}) for each in before if each.ignored is None)
    kept_quiet = Counter(_key(each, {}) for each in before if each.ignored is not None)
    new, ignored = [], []
    for each in after:
        key = _key(each, renamed)
        is_known = bool(told[key])
        told[key] -= is_known
        if each.ignored is None:
            new += [] if is_known else [_new(each)]
        elif kept_quiet[key]:
            kept_quiet[key] -= 1
        else:
            ignored.append(_new(each))
    return FindingsChange(new=tuple(new), ignored=tuple(ignored), resolved=told.total())


def _key(finding: TemplateFinding, renamed: Mapping[str, str]) -> Hashable:
    """What makes it the same finding: neither the words of the message nor the place of a container in the list."""
    steps = (finding.logical_id, *_by_names(finding.template, finding.logical_id, finding.path))
    return finding.rule.id, tuple(renamed.get(step, step) if isinstance(step, str) else step for step in steps)


def _by_names(template: Template, logical_id: str, path: Path) -> Path:
    """A path with the hostnames of containers and the names of variants in place of their numbers."""
    inside: object = template.properties(logical_id)
    named: list[str | int] = []
    for step in path:
        inside = _inside(inside, step)
        name = (text(inside, "ContainerHostname") or text(inside, "VariantName")) if isinstance(step, int) else None
        named.append(name or step)
    return tuple(named)


def _inside(value: object, step: str | int) -> object:
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None


def _new(finding: TemplateFinding) -> NewFinding:
    declared_at = finding.declared_at
    return NewFinding(
        rule=finding.rule.id,
        severity=finding.rule.severity.value,
        logical_id=finding.logical_id,
        path=finding.property_path,
        message=finding.message,
        fix=finding.rule.fix,
        source=finding.rule.source,
        file=str(finding.template.file),
        line=finding.line,
        declared_at=f"{declared_at.file.as_posix()}:{declared_at.line}" if declared_at is not None else None,
        ignored=finding.ignored,
    )

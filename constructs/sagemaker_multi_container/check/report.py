"""What one check of some paths gives: what was read, what was found, and what could not be taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ..rules import Description, Resource, Severity
from ..rules.scaling import is_scaled_instance_count, target_of
from ..template import Template, UnreadableTemplateError, read
from .findings import TemplateFinding, findings_of
from .ignoring import unusable_reasons


@dataclass(frozen=True, slots=True)
class Report:
    """What was found at some paths."""

    templates: tuple[Template, ...]
    findings: tuple[TemplateFinding, ...]
    """All of them, in the order in which they are written, with those that are ignored."""
    notes: tuple[str, ...]
    """What a user must know of the check itself, such as a reason that cannot be taken."""
    unreadable: tuple[UnreadableTemplateError, ...]

    @property
    def standing(self) -> tuple[TemplateFinding, ...]:
        """The findings that nobody gave a reason to ignore."""
        return tuple(each for each in self.findings if each.ignored is None)

    @property
    def ignored(self) -> tuple[TemplateFinding, ...]:
        """The findings that are ignored for a reason."""
        return tuple(each for each in self.findings if each.ignored is not None)

    @property
    def number_of_resources(self) -> int:
        """How many models, endpoint configs and endpoints were checked, and what scales them."""
        return sum(map(_number_of_resources, self.templates))

    def shown(self, least: Severity) -> list[TemplateFinding]:
        """What people are to see of the standing findings: those that are at least so severe, by line."""
        severe = (each for each in self.standing if at_least(each.rule.severity, least))
        by_resource = groupby(severe, key=lambda each: (id(each.template), each.logical_id))
        return [finding for _, found in by_resource for finding in sorted(found, key=lambda each: each.line or 0)]

    def number_of(self, severity: Severity) -> int:
        """How many findings of a severity stand."""
        return sum(each.rule.severity is severity for each in self.standing)


def at_least(severity: Severity, threshold: Severity) -> bool:
    """Whether a severity is the threshold or worse."""
    worst_first = list(Severity)
    return worst_first.index(severity) <= worst_first.index(threshold)


def check(paths: Iterable[Path], ignore: Mapping[str, str]) -> Report:
    """Hold the cloud assemblies and templates at some paths against the rules.

    Args:
        paths: The paths. One that cannot be read does not keep the others from being checked.
        ignore: Reasons to ignore rules, by id, beside those in the templates.
    """
    templates: list[Template] = []
    notes: list[str] = []
    unreadable: list[UnreadableTemplateError] = []
    for path in dict.fromkeys(paths):
        try:
            read_here = read(path)
        except UnreadableTemplateError as reason:
            unreadable.append(reason)
            continue
        templates += read_here
        if not any(map(_number_of_resources, read_here)):
            name = path if path.is_dir() else read_here[0].file
            notes.append(f"{name}: there is no SageMaker Model, EndpointConfig, Endpoint or scaling of one to check")
        for template in read_here:
            notes += unusable_reasons(template)
            notes += (
                f"{template.file}: a macro ({each}) may change this template; what it makes is not checked"
                for each in template.macros
            )
    findings = [finding for template in templates for finding in findings_of(template, ignore)]
    return Report(tuple(templates), tuple(findings), tuple(notes), tuple(unreadable))


def _number_of_resources(template: Template) -> int:
    description = template.description
    return sum(_is_of_an_endpoint(each, description) for each in description.resources.values())


def _is_of_an_endpoint(resource: Resource, description: Description) -> bool:
    match resource.type:
        case "ScalableTarget":
            return is_scaled_instance_count(resource.properties)
        case "ScalingPolicy":
            return is_scaled_instance_count(target_of(resource.properties, description))
    return True

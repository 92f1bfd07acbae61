"""What the rules find in a template, and what its authors know of and have given a reason for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from ..rules import Path, Rule, evaluate
from ..template import Location, Template
from .ignoring import reasons_for
from .repository import path_from_here, path_in_repository


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
    def declared_at(self) -> Location | None:
        """The line of the CDK app that made the resource, if that can be told, by its path from the working directory.

        It is the innermost line that is in the repository; if none is, the innermost one of the user.
        """
        location = self.declared_in_repository or next(iter(self.template.declared_at(self.logical_id)), None)
        return replace(location, file=path_from_here(location.file)) if location is not None else None

    @property
    def declared_in_repository(self) -> Location | None:
        """The line of the CDK app that made the resource, if that can be told and is in the repository."""
        lines = self.template.declared_at(self.logical_id)
        return next((each for each in lines if path_in_repository(each.file)), None)

    @property
    def resource(self) -> str:
        """The resource as its author knows it: the path of the construct if a CDK app made it, else the logical id."""
        return self.template.construct_path(self.logical_id) or self.logical_id


def findings_of(template: Template, ignore: Mapping[str, str] | None = None) -> list[TemplateFinding]:
    """All that the rules find in a template, in the order in which it is written.

    Args:
        template: The template.
        ignore: Reasons to ignore rules, by id. Those of the template's authors come before them.
    """
    findings = []
    for resource, found in groupby(evaluate(template.description), key=lambda each: each.resource):
        reasons = {**(ignore or {}), **reasons_for(template, resource)}
        findings += [
            TemplateFinding(template, each.rule, resource, each.path, each.message, reasons.get(each.rule.id))
            for each in found
        ]
    return findings

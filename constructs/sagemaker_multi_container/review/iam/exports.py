"""What stacks of an assembly take over from each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from ...template import Template

Found = tuple[Template, Any]
"""The template that an output is in, and what is written as its value."""


class Exports:
    """The outputs of the stacks of an assembly."""

    def __init__(self, templates: Sequence[Template]) -> None:
        """Read them."""
        self._templates = templates
        self._by_export: dict[tuple[object, ...], Found | None] = {}
        self._by_output: dict[tuple[object, ...], Found | None] = {}
        for template in templates:
            outputs = template.document.get("Outputs")
            for output_id, output in outputs.items() if isinstance(outputs, dict) else ():
                found = (template, output.get("Value") if isinstance(output, dict) else None)
                _put(self._by_output, (template.stack.replace("/", "-"), output_id), found)
                match output:
                    case {"Export": {"Name": written}}:
                        name = template.resolver.resolve(written)
                        if isinstance(name, str):
                            _put(self._by_export, (template.account, template.region, name), found)

    def found(self, importing: Template, written: Any) -> Found | None:
        """What a value is taken over from; None if it is not, or if that cannot be told."""
        match written:
            case {"Fn::ImportValue": imported}:
                name = importing.resolver.resolve(imported)
                return (
                    self._by_export.get((importing.account, importing.region, name)) if isinstance(name, str) else None
                )
            case {"Fn::GetStackOutput": {"StackName": str(stack), "OutputName": str(output)}}:
                return self._by_output.get((stack, output))
        return None

    def beside(self, template: Template) -> Iterator[Template]:
        """The other stacks that a stack takes something over from, or that take something over from it."""
        sources = self._sources_of(template)
        for each, its_sources in zip(self._templates, self._sources, strict=True):
            if each is not template and (_is_in(each, sources) or _is_in(template, its_sources)):
                yield each

    @cached_property
    def _sources(self) -> list[list[Template]]:
        return [self._sources_of(each) for each in self._templates]

    def _sources_of(self, template: Template) -> list[Template]:
        found = (self.found(template, each) for each in _imports(template.document))
        return [each[0] for each in found if each is not None]


def _put(outputs: dict[tuple[object, ...], Found | None], key: tuple[object, ...], found: Found) -> None:
    """Of two outputs of the same name, it cannot be told which one is meant."""
    outputs[key] = None if key in outputs else found


def _is_in(template: Template, templates: Sequence[Template]) -> bool:
    return any(each is template for each in templates)


def _imports(document: Any) -> Iterator[Any]:
    pending = [document]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            if "Fn::ImportValue" in each or "Fn::GetStackOutput" in each:
                yield each
            pending += each.values()
        elif isinstance(each, list):
            pending += each

"""The stacks before and after a change, side by side, and what they take from each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from ..template import Template
from ..template.intrinsics import section
from ..template.mentions import names_in
from ..template.reading import NESTED, name_of_nested
from ..template.strings import text_of
from .resources import StackChange
from .values import Value


class Stacks:
    """All stacks that are there before the change or after it."""

    def __init__(self, base: Sequence[Template], head: Sequence[Template]) -> None:
        self._nested_in: dict[str, tuple[str, str]] = {}
        for template in (*head, *base):
            for logical_id, _ in template.resources(NESTED):
                self._nested_in.setdefault(name_of_nested(template, logical_id), (template.stack, logical_id))
        self.changes = [StackChange(*pair, others=self) for pair in _pairs(base, head)]

    def change_of(self, before: Value) -> str | None:
        """What changes of all that a value takes from other stacks, perhaps, after `Stack/`; None if nothing does."""
        return next((change for change in self._changes_of(before) if change is not None), None)

    def deletes(self, stack: StackChange) -> bool:
        """Whether a stack that is gone is deleted by the one that it was nested in. Nobody deletes others."""
        holder = self.holder(stack)
        return holder is not None and not holder[0].retains(holder[1])

    def holder(self, stack: StackChange) -> tuple[StackChange, str] | None:
        """The stack that one is nested in, and the logical id that it has there."""
        name, logical_id = self._nested_in.get(stack.name, ("", ""))
        return next(((each, logical_id) for each in self.changes if each.name == name), None)

    def _changes_of(self, before: Value) -> Iterator[str | None]:
        for exporter, output in self._outputs(before.template, before.written):
            change = exporter.change_of_output(output)
            yield change and f"{exporter.name}/{change}"
        own = next((each for each in self.changes if each.base is before.template), None)
        holder = None if own is None else self.holder(own)
        if holder is None:
            return
        parent, logical_id = holder
        given = before.template.resolver.parameters
        parameters = {name for name in names_in(before.written) if name in given}
        for each in parent.differences(logical_id, logical_id) if parameters else ():
            if each.path[:1] == ("Parameters",) and parameters.intersection(map(str, each.path[1:2])):
                yield f"{parent.name}/{each.follows or logical_id}"

    def _outputs(self, template: Template, written: Any) -> Iterator[tuple[StackChange, str]]:
        """The outputs of other stacks that a value takes."""
        match written:
            case {"Fn::ImportValue": name}:
                exported = text_of(template.resolver.resolve(name))
                yield from self._exports.get(exported, ()) if isinstance(exported, str) else ()
            case {"Fn::GetStackOutput": {"StackName": stack, "OutputName": str(output)}}:
                name = text_of(template.resolver.resolve(stack))
                yield from (
                    (each, output) for each in self.changes if each.base and each.base.resolver.stack_name == name
                )
        if isinstance(written, list | dict):
            for inner in written.values() if isinstance(written, dict) else written:
                yield from self._outputs(template, inner)

    @cached_property
    def _exports(self) -> Mapping[str, list[tuple[StackChange, str]]]:
        """The outputs that are exported, by the names under which they are."""
        exports: dict[str, list[tuple[StackChange, str]]] = {}
        for each, base in ((each, each.base) for each in self.changes if each.base is not None):
            for output, declared in section(base.document, "Outputs").items():
                match declared:
                    case {"Export": {"Name": written}}:
                        name = text_of(base.resolver.resolve(written))
                        if isinstance(name, str):
                            exports.setdefault(name, []).append((each, output))
        return exports


def _pairs(base: Sequence[Template], head: Sequence[Template]) -> Iterator[tuple[Template | None, Template | None]]:
    """Which stack is which: those of the same name, unless they are in other accounts or regions."""
    old = {each.stack: each for each in reversed(base)}
    new = {each.stack: each for each in reversed(head)}
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before is not None and after is not None and not _are_in_one_place(before, after):
            yield before, None
            yield None, after
        else:
            yield before, after


def _are_in_one_place(one: Template, other: Template) -> bool:
    places = ((one.account, other.account), (one.region, other.region))
    return all(None in place or place[0] == place[1] for place in places)

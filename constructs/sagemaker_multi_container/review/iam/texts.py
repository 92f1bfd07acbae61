"""Texts of a template, taken apart into what is known of them and what is only known at deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ...rules import Reference, Unknown
from ...template import Template
from ..values import Value, is_function
from .exports import Exports
from .patterns import Opaque, Pattern, pattern

Parts = list[str | Opaque]

PARTITION: Final = Opaque("AWS::Partition", "${AWS::Partition}", names="AWS::Partition", never_holds=":/")
_PSEUDO_PARAMETERS: Final = {
    PARTITION.identity: PARTITION,
    **{
        name: Opaque(name, f"${{{name}}}", names=name, never_holds=":/")
        for name in ("AWS::AccountId", "AWS::Region", "AWS::URLSuffix")
    },
}
_USUAL_PARTITION: Final = re.compile(r"(arn:)(aws)([:*].*)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Texts:
    """Reads the texts of one template."""

    template: Template
    renamed: Mapping[str, str] = field(default_factory=dict)
    """What resources are called in the template that this one is compared with, if it is not the same."""
    exports: Exports | None = None
    """What the stacks beside it take over from each other."""
    home: Texts | None = None
    """The template that is compared, if this is one beside it."""

    def pattern(self, written: Any, *, has_wildcards: bool = True, ignores_case: bool = False) -> Pattern:
        """A text as a pattern."""
        return pattern(self.parts(written), has_wildcards=has_wildcards, ignores_case=ignores_case)

    def parts(self, written: Any) -> Parts:
        """The parts of a text. The partition `aws` is the one that is deployed to, as `AWS::Partition` is."""
        match self._parts(written):
            case [str(start), *rest] if found := _USUAL_PARTITION.fullmatch(start):
                arn, partition, after = found.groups()
                return [arn, replace(PARTITION, shown=partition), after, *rest]
            case parts:
                return parts

    def _parts(self, written: Any) -> Parts:
        chosen = self.chosen(written)
        texts, there = self.followed(chosen)
        if texts is not self:
            # Only once: templates could take over from each other without end.
            return replace(texts, exports=None)._parts(there)
        known = self.template.resolver.resolve(chosen)
        match chosen:
            case _ if isinstance(known, str | int | float):
                parts: Parts = [str(known).lower() if isinstance(known, bool) else str(known)]
            case {"Fn::Join": [str(separator), list(pieces)]}:
                parts = [part for each in self.each(pieces) for part in (separator, *self._parts(each))][1:]
            case {"Fn::Sub": str(text)}:
                parts = self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(variables)]}:
                parts = self._substituted(text, variables)
            case {"Ref": str(name)} if name in _PSEUDO_PARAMETERS:
                parts = [_PSEUDO_PARAMETERS[name]]
            case _ if isinstance(known, Reference):
                parts = [known.prefix, self.reference(known.logical_id, known.attribute), known.suffix]
            case _:
                around = known if isinstance(known, Unknown) else Unknown()
                parts = [around.prefix, Opaque(self.identity(chosen), _shown(chosen)), around.suffix]
        return _merged(parts)

    def followed(self, written: Any) -> tuple[Texts, Any]:
        """Where a value is written, if it is taken over from another stack: its texts, and the value there."""
        found = None if self.exports is None else self.exports.found(self.template, written)
        if found is None:
            return self, written
        template, value = found
        home = self.home or self
        return (home if template is home.template else replace(home, template=template, renamed={}, home=home)), value

    def reference(self, logical_id: str, attribute: str | None = None) -> Opaque:
        """A reference to a resource, or one of its attributes."""
        shown = f"{logical_id}.{attribute}" if attribute else logical_id
        name = self.renamed.get(logical_id, logical_id)
        if self.home is not None:
            name = f"{self.template.stack}/{name}"
        match self.template.document["Resources"].get(logical_id):
            case {"Type": "AWS::S3::Bucket"}:
                holds_no = "/"
            case _:
                holds_no = ""
        return Opaque(f"{name}.{attribute or ''}", f"${{{shown}}}", names=name, never_holds=holds_no)

    def referred(self, written: Any) -> str | None:
        """The logical id of the resource that a value refers to, if it is nothing but a reference."""
        known = self.template.resolver.resolve(written)
        return known.logical_id if isinstance(known, Reference) and not (known.prefix or known.suffix) else None

    def each(self, written: Any) -> Iterator[Any]:
        """The elements of what may be a list or a single one."""
        chosen = self.chosen(written)
        if isinstance(chosen, list):
            for each in chosen:
                yield from self.each(each)
        elif chosen is not None and chosen != {"Ref": "AWS::NoValue"}:
            known = self.template.resolver.resolve(chosen) if is_function(chosen) else None
            yield from known if isinstance(known, list) else (chosen,)

    def chosen(self, written: Any) -> Any:
        """What is written for the case that a condition chooses, if it is known to."""
        while (branch := self.template.resolver.branch(written)) is not None:
            written = written["Fn::If"][branch]
        return written

    def identity(self, written: Any) -> str:
        """What is written, with all that it means: the same in both templates has the same value."""
        return Value(self.template, None, written).text()

    def _substituted(self, text: str, variables: Mapping[str, Any]) -> Parts:
        parts: Parts = []
        for index, piece in enumerate(_PLACEHOLDER.split(text)):
            if index % 2 == 0:
                parts.append(piece)
            elif piece.startswith("!"):
                parts.append(f"${{{piece[1:]}}}")
            elif piece in variables:
                parts += self._parts(variables[piece])
            else:
                parts += self._parts({"Fn::GetAtt": piece} if "." in piece else {"Ref": piece})
        return parts


def _merged(parts: Parts) -> Parts:
    """The same parts, without empty texts, and with no two texts beside each other."""
    merged: Parts = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part:
            merged.append(part)
    return merged


def _shown(written: object) -> str:
    """An expression that is not known, for people."""
    match written:
        case {"Ref": str(name)} | {"Fn::ImportValue": str(name)}:
            return f"${{{name}}}"
        case {**functions} if len(functions) == 1:
            return f"${{{next(iter(functions))}}}"
    return "…"

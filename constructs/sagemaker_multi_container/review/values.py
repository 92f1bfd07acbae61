"""Values of two templates side by side: where they differ, for certain or perhaps."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..rules import Path, Reference, Unknown
from ..rules.description import ends_otherwise, is_certain, starts_otherwise
from ..template import Template
from ..template.intrinsics import PLACEHOLDER, section
from ..template.mentions import names_in


class Degree(enum.IntEnum):
    """Whether two values differ."""

    SAME = 0
    PERHAPS = 1
    """That is only known at deployment."""
    CERTAIN = 2


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a template: as far as it is known, and as its author wrote it."""

    template: Template
    known: Any
    written: Any

    def __getitem__(self, key: str | int) -> Value:
        """The value inside this one. What is written for the whole stands for it where parts cannot be told apart."""
        known = self.known.get(key) if isinstance(self.known, dict) else self.known[key]
        if isinstance(self.known, dict) and isinstance(self.written, dict) and not is_function(self.written):
            return Value(self.template, known, self.written.get(key))
        written = self.written
        if isinstance(key, int) and isinstance(written, list) and not any(map(is_function, written)):
            return Value(self.template, known, written[key])
        return Value(self.template, known, written)

    def text(self, *, with_defaults: bool = True) -> str:
        """What is written, with all that it means in its template, to compare it with another.

        Args:
            with_defaults: Whether the defaults of parameters matter, which a deployment may leave as they were.
        """
        given = self.template.resolver.parameters
        meanings: dict[str, Any] = {}
        pending = [self.written]
        while pending:
            for name in names_in(pending.pop()):
                for kind in ("Parameters", "Conditions", "Mappings"):
                    definitions = section(self.template.document, kind)
                    if name in meanings or name not in definitions:
                        continue
                    if kind == "Parameters":
                        declared = _declared(definitions[name], with_default=with_defaults)
                        meanings[name] = given.get(name, declared)
                    else:
                        meanings[name] = definitions[name]
                        pending.append(definitions[name])
        return json.dumps([_put_together(self.written), meanings], sort_keys=True, default=str)


def _declared(parameter: object, *, with_default: bool) -> object:
    """What of a parameter's declaration its value depends on."""
    keys = ("Type", "Default") if with_default else ("Type",)
    return {key: parameter.get(key) for key in keys} if isinstance(parameter, dict) else parameter


def _put_together(written: Any) -> Any:
    """What is written, with strings that are put together in one form, whichever function does it."""
    match written:
        case {"Fn::Sub": str(text)}:
            return _joined(_substituted(text, {}))
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return _joined(_substituted(text, variables))
        case {"Fn::Join": [str(separator), list(parts)]}:
            return _joined([piece for part in parts for piece in (separator, part)][1:])
        case dict():
            return {key: _put_together(inner) for key, inner in written.items()}
        case list():
            return [_put_together(inner) for inner in written]
    return written


def _substituted(text: str, variables: Mapping[str, Any]) -> Iterator[Any]:
    for index, piece in enumerate(PLACEHOLDER.split(text)):
        if index % 2 == 0:
            yield piece
        elif piece.startswith("!"):
            yield f"${{{piece[1:]}}}"
        elif piece in variables:
            yield variables[piece]
        else:
            yield {"Fn::GetAtt": piece.split(".", 1)} if "." in piece else {"Ref": piece}


def _joined(pieces: Iterable[Any]) -> Any:
    """Pieces of a string in a row, those inside of them among them."""
    found: list[Any] = []
    for piece in map(_put_together, pieces):
        match piece:
            case {"Fn::Join": ["", list(inner)]}:
                pass
            case _:
                inner = [piece]
        for each in inner:
            if isinstance(each, str) and found and isinstance(found[-1], str):
                found[-1] += each
            elif each != "":
                found.append(each)
    return found[0] if len(found) == 1 else {"Fn::Join": ["", found]}


def value_of(template: Template, logical_id: str) -> Value:
    """The properties of a resource of any type."""
    return Value(
        template, template.properties(logical_id), template.document["Resources"][logical_id].get("Properties", {})
    )


def output_of(template: Template, name: str) -> Value | None:
    """The value of an output; None if there is none of that name."""
    match section(template.document, "Outputs").get(name):
        case {"Value": written}:
            return Value(template, template.resolver.resolve(written), written)
    return None


@dataclass(frozen=True, slots=True)
class Difference:
    """A place at which two values differ."""

    path: Path
    degree: Degree
    follows: str | None = None
    """The logical id of the resource whose replacement is the whole difference, after `Stack/` if in another one."""


class Surroundings(Protocol):
    """What values refer to."""

    def identity(self, old: str, new: str) -> Degree:
        """Whether two resources, by their logical ids before and after, are different ones."""
        ...

    def change_elsewhere(self, before: Value) -> str | None:
        """What changes of all that a value takes from other stacks, perhaps; None if nothing does."""
        ...


def differences(before: Value, after: Value, around: Surroundings, path: Path = ()) -> Iterator[Difference]:
    """All places at which two values differ, from the outside in.

    Args:
        before: A value of the one template.
        after: The value in its place in the other template.
        around: What the values refer to.
        path: The way to the values.
    """
    found = tuple(_differences(before, after, around, path))
    if found and is_function(before.written) and _differ_by_defaults(before, after):
        found = tuple(replace(each, degree=Degree.PERHAPS) for each in found)
    yield from found


def _differences(before: Value, after: Value, around: Surroundings, path: Path) -> Iterator[Difference]:
    old, new = before.known, after.known
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        yield from _of_unknown(before, after, around, path)
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from differences(before[key], after[key], around, (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        shared = min(len(old), len(new))
        for index in range(shared):
            yield from differences(before[index], after[index], around, (*path, index))
        yield from (Difference((*path, index), Degree.CERTAIN) for index in range(shared, max(len(old), len(new))))
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield Difference(path, Degree.CERTAIN)


def _differ_by_defaults(before: Value, after: Value) -> bool:
    """Whether only the defaults of parameters tell values apart: a deployment may keep the values that these had."""
    return before.text() != after.text() and before.text(with_defaults=False) == after.text(with_defaults=False)


def is_function(written: object) -> bool:
    """Whether something is written as an intrinsic function."""
    return isinstance(written, dict) and any(key == "Ref" or str(key).startswith("Fn::") for key in written)


def _of_unknown(before: Value, after: Value, around: Surroundings, path: Path) -> Iterator[Difference]:
    old, new = before.known, after.known
    if isinstance(old, Reference) and isinstance(new, Reference):
        is_same_around = (old.attribute, old.prefix, old.suffix) == (new.attribute, new.prefix, new.suffix)
        degree = around.identity(old.logical_id, new.logical_id)
        if not is_same_around:
            yield Difference(path, Degree.CERTAIN)
        elif degree is not Degree.SAME:
            yield Difference(path, degree, follows=old.logical_id)
    elif isinstance(old, Unknown) and isinstance(new, Unknown):
        if starts_otherwise(old, new.prefix) or _ends_otherwise(old.suffix, new.suffix):
            yield Difference(path, Degree.CERTAIN)
        elif before.text() != after.text():
            yield Difference(path, Degree.PERHAPS)
        else:
            resources = before.template.document["Resources"]
            follows = [name for name in names_in(before.written) if name in resources]
            changed = next((name for name in follows if around.identity(name, name) is not Degree.SAME), None)
            changed = changed or around.change_elsewhere(before)
            if changed is not None:
                yield Difference(path, Degree.PERHAPS, follows=changed)
    else:
        yield Difference(path, _degree(old, new) if isinstance(old, Unknown) else _degree(new, old))


def _ends_otherwise(one: str, other: str) -> bool:
    """Whether no text can end with both."""
    return not (one.endswith(other) or other.endswith(one))


def _degree(unknown: Unknown, known: object) -> Degree:
    """Whether what is not wholly known differs from what is."""
    if isinstance(known, str):
        is_other = starts_otherwise(known, unknown.prefix) or ends_otherwise(known, unknown.suffix)
        return Degree.CERTAIN if is_other else Degree.PERHAPS
    return Degree.CERTAIN if is_certain(unknown) else Degree.PERHAPS


def shown(value: object) -> str | None:
    """A value for people, with `${Resource.Attribute}` for references and `…` for what is not known. None for none."""
    if isinstance(value, Reference):
        attribute = f".{value.attribute}" if value.attribute else ""
        return f"{value.prefix}${{{value.logical_id}{attribute}}}{value.suffix}"
    if isinstance(value, Unknown):
        return f"{value.prefix}…{value.suffix}"
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def property_path(path: Path) -> str:
    """A path as CloudFormation's users write it, such as `Containers[0].Image`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")

"""Values of two templates side by side: where they differ, for certain or perhaps."""

from __future__ import annotations

import enum
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..rules import Path, Reference, Unknown
from ..rules.description import ends_otherwise, is_certain, starts_otherwise
from ..template import Template


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

    def text(self) -> str:
        """What is written, with all that it means in its template, to compare it with another."""
        document = self.template.document
        meanings: dict[str, Any] = {}
        pending = [self.written]
        while pending:
            for name in names_in(pending.pop()):
                for section in ("Parameters", "Conditions", "Mappings"):
                    definitions = document.get(section)
                    if name not in meanings and isinstance(definitions, dict) and name in definitions:
                        meanings[name] = definitions[name]
                        pending.append(definitions[name])
        return json.dumps([self.written, meanings], sort_keys=True, default=str)


def value_of(template: Template, logical_id: str) -> Value:
    """The properties of a resource of any type."""
    return Value(
        template, template.properties(logical_id), template.document["Resources"][logical_id].get("Properties", {})
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A place at which two values differ."""

    path: Path
    degree: Degree
    follows: str | None = None
    """The logical id of the resource whose replacement is the whole difference."""


Identity = Callable[[str, str], Degree]
"""Whether two resources, by their logical ids before and after, are different ones."""


def differences(before: Value, after: Value, identity: Identity, path: Path = ()) -> Iterator[Difference]:
    """All places at which two values differ, from the outside in.

    Args:
        before: A value of the one template.
        after: The value in its place in the other template.
        identity: Whether two resources are different ones.
        path: The way to the values.
    """
    old, new = before.known, after.known
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        yield from _of_unknown(before, after, identity, path)
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from differences(before[key], after[key], identity, (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        inside = [
            list(differences(before[index], after[index], identity, (*path, index)))
            for index in range(min(len(old), len(new)))
        ]
        yield from itertools.chain.from_iterable(inside)
        longer = range(len(inside), max(len(old), len(new)))
        yield from (Difference((*path, index), Degree.CERTAIN) for index in longer)
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield Difference(path, Degree.CERTAIN)


def is_function(written: object) -> bool:
    """Whether something is written as an intrinsic function."""
    return isinstance(written, dict) and any(key == "Ref" or str(key).startswith("Fn::") for key in written)


def _of_unknown(before: Value, after: Value, identity: Identity, path: Path) -> Iterator[Difference]:
    old, new = before.known, after.known
    if isinstance(old, Reference) and isinstance(new, Reference):
        around = (old.attribute, old.prefix, old.suffix) == (new.attribute, new.prefix, new.suffix)
        degree = identity(old.logical_id, new.logical_id)
        if not around:
            yield Difference(path, Degree.CERTAIN)
        elif degree is not Degree.SAME:
            yield Difference(path, degree, follows=old.logical_id)
    elif isinstance(old, Unknown) and isinstance(new, Unknown):
        if starts_otherwise(old, new.prefix) or _ends_otherwise(old.suffix, new.suffix):
            yield Difference(path, Degree.CERTAIN)
        elif before.text() != after.text():
            yield Difference(path, Degree.PERHAPS)
        else:
            names = names_in(before.written)
            follows = [name for name in names if name in before.template.document["Resources"]]
            degree = max((identity(name, name) for name in follows), default=Degree.SAME)
            if degree is not Degree.SAME:
                yield Difference(path, Degree.PERHAPS, follows=follows[0])
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


def names_in(written: Any) -> list[str]:
    """All that could be the name of a parameter, resource, condition or mapping in a value as it is written."""
    if isinstance(written, str):
        return [written, *(name.partition(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", written))]
    inside = [*written, *written.values()] if isinstance(written, Mapping) else written
    return [name for each in inside for name in names_in(each)] if isinstance(inside, list) else []


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

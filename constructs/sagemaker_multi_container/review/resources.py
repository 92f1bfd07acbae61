"""What CloudFormation does to the resources of a stack when its template changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..rules import Path
from ..rules.description import dicts, text
from ..template import Template
from .changes import Fate, ResourceChange
from .values import Degree, Difference, Value, differences, property_path, value_of

NAMES: Final = {"Model": "ModelName", "EndpointConfig": "EndpointConfigName", "Endpoint": "EndpointName"}
"""The property that gives a resource a name of its own."""

_ENDPOINT = "AWS::SageMaker::Endpoint"
_NESTED_STACK = "AWS::CloudFormation::Stack"
_CREATE_ONLY: Final[Mapping[str, frozenset[str]]] = {
    _ENDPOINT: frozenset({"EndpointName"}),
    "AWS::IAM::Role": frozenset({"RoleName", "Path"}),
}
"""The properties whose change replaces a resource. Of the types that are not here, see `_replaces`."""
_REPLACED_BY_ALL_BUT_TAGS = ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig")
_RETAINING = ("Retain", "RetainExceptOnCreate")
_VERSION = re.compile(r"(.+)[0-9a-f]{8}")


class StackChange:
    """The same stack before and after the change."""

    def __init__(self, base: Template | None, head: Template | None) -> None:
        self.base = base
        self.head = head
        self._before = {} if base is None else dict(base.resources())
        self._after = {} if head is None else dict(head.resources())
        self._identities: dict[str, Degree] = {}
        self._differences: dict[tuple[str, str], list[Difference]] = {}

    def before(self, logical_id: str | None) -> Value | None:
        """The properties of a resource before the change."""
        return None if self.base is None or logical_id is None else value_of(self.base, logical_id)

    def after(self, logical_id: str | None) -> Value | None:
        """The properties of a resource after the change."""
        return None if self.head is None or logical_id is None else value_of(self.head, logical_id)

    def is_gone(self, logical_id: str) -> bool:
        """Whether the stack has no such resource after the change."""
        return logical_id not in self._after

    def identity(self, old: str, new: str) -> Degree:
        """Whether two resources, by their logical ids, are different ones once the change is deployed."""
        if old != new:
            return Degree.CERTAIN
        if old not in self._before or old not in self._after:
            return Degree.SAME
        if old not in self._identities:
            self._identities[old] = Degree.SAME  # for what refers to itself
            self._identities[old] = self._replacement(old)
        return self._identities[old]

    def differences(self, old: str, new: str) -> list[Difference]:
        """Where the properties of two resources differ."""
        if (old, new) not in self._differences:
            self._differences[old, new] = self._compare(old, new)
        return self._differences[old, new]

    def change(self, type: str, old: str | None, new: str | None) -> ResourceChange:
        """What happens to a resource that has one logical id now, and the same or another one afterwards."""
        if old is None or new is None:
            fate = Fate.CREATED if old is None else Fate.DELETED
            return ResourceChange(type=type, before=old, after=new, fate=fate, leaves_old=self._is_left(old, new))
        found = self.differences(old, new)
        own = [each for each in found if each.follows is None]
        return ResourceChange(
            type=type,
            before=old,
            after=new,
            fate=self._fate(old, new, found),
            properties=tuple(property_path(each.path) for each in own),
            follows=tuple(dict.fromkeys(each.follows for each in found if each.follows is not None)),
            has_new_version=self._has_new_version(old, new),
            leaves_old=self._is_left(old, new),
        )

    def kept_name(self, type: str, old: str, new: str) -> str | None:
        """The name of its own that a resource has before the change and after it, if that is the same."""
        before, after = self.before(old), self.after(new)
        name = None if before is None else text(before.known, NAMES[type])
        return name if after is not None and text(after.known, NAMES[type]) == name else None

    def _has_new_version(self, old: str, new: str) -> bool:
        """Whether an artefact has another revision: the version in the logical id differs, and not for a hostname."""
        is_other = old != new and _version_apart(old) == _version_apart(new) is not None
        before, after = self.before(old), self.after(new)
        return is_other and before is not None and after is not None and _hostnames(before) == _hostnames(after)

    def _compare(self, old: str, new: str) -> list[Difference]:
        before, after = self.before(old), self.after(new)
        if before is None or after is None:
            return []
        if _are_reordered(before, after):
            # CloudFormation's schema calls the list unordered: AWS does not say whether it sees another order.
            return [Difference(("Containers",), Degree.PERHAPS)]
        return list(differences(before, after, self.identity))

    def _fate(self, old: str, new: str, found: list[Difference]) -> Fate:
        match self.identity(old, new):
            case Degree.CERTAIN:
                return Fate.REPLACED
            case Degree.PERHAPS:
                return Fate.MAY_BE_REPLACED
        degree = max((each.degree for each in found), default=Degree.SAME)
        return (Fate.UNCHANGED, Fate.MAY_BE_UPDATED, Fate.UPDATED)[degree]

    def _replacement(self, logical_id: str) -> Degree:
        old, new = self._before[logical_id].get("Type"), self._after[logical_id].get("Type")
        if old != new:
            return Degree.CERTAIN
        degrees = (
            min(each.degree, _replaces(str(new), each.path)) for each in self.differences(logical_id, logical_id)
        )
        return max(degrees, default=Degree.SAME)

    def _is_left(self, old: str | None, new: str | None) -> bool:
        """Whether the resource as it is now stays in the account though the stack no longer has it."""
        if old is None:
            return False
        if old == new:
            return self._after[new].get("UpdateReplacePolicy") in _RETAINING and self.identity(old, new) > Degree.SAME
        return self._before[old].get("DeletionPolicy") in _RETAINING


def _replaces(type: str, path: Path) -> Degree:
    """Whether a change at this path makes another resource, so that references to it change."""
    if type in _REPLACED_BY_ALL_BUT_TAGS:
        return Degree.SAME if path[:1] == ("Tags",) else Degree.CERTAIN
    if type == _NESTED_STACK:
        return Degree.PERHAPS  # one of its outputs may be another
    return Degree.CERTAIN if path and path[0] in _CREATE_ONLY.get(type, ()) else Degree.SAME


def _are_reordered(before: Value, after: Value) -> bool:
    """Whether the order of the containers is all that differs."""
    old, new = before.known, after.known
    if not isinstance(old.get("Containers"), list) or not isinstance(new.get("Containers"), list):
        return False
    is_permutation = old["Containers"] != new["Containers"] and _sorted(old["Containers"]) == _sorted(new["Containers"])
    return is_permutation and {**old, "Containers": []} == {**new, "Containers": []}


def _sorted(containers: list[Any]) -> list[str]:
    return sorted(map(repr, containers))


def _hostnames(model: Value) -> list[str | None]:
    """Those of a model's containers, in order."""
    return [text(each, "ContainerHostname") for each in dicts(model.known.get("Containers"))]


def _version_apart(logical_id: str) -> str | None:
    """A logical id without the version that this library's construct puts at the end of a model's."""
    match = _VERSION.fullmatch(logical_id)
    return match and match[1]

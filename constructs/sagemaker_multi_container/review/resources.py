"""What CloudFormation does to the resources of a stack when its template changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from ..rules import Path
from ..rules.description import dicts, is_certain, text
from ..template import Template
from .changes import Fate, ResourceChange
from .values import Degree, Difference, Value, differences, output_of, property_path, shown, value_of

NAMES: Final = {"Model": "ModelName", "EndpointConfig": "EndpointConfigName", "Endpoint": "EndpointName"}
"""The property that gives a resource a name of its own."""

_ENDPOINT = "AWS::SageMaker::Endpoint"
_CREATE_ONLY: Final[Mapping[str, frozenset[str]]] = {
    _ENDPOINT: frozenset({"EndpointName"}),
    "AWS::CloudWatch::Alarm": frozenset({"AlarmName"}),
    "AWS::CloudWatch::CompositeAlarm": frozenset({"AlarmName"}),
    "AWS::EC2::SecurityGroup": frozenset({"GroupDescription", "GroupName", "VpcId"}),
    "AWS::EC2::Subnet": frozenset(
        {
            "AvailabilityZone",
            "AvailabilityZoneId",
            "CidrBlock",
            "Ipv4IpamPoolId",
            "Ipv4NetmaskLength",
            "Ipv6IpamPoolId",
            "Ipv6Native",
            "Ipv6NetmaskLength",
            "OutpostArn",
            "VpcId",
        }
    ),
    "AWS::EC2::VPC": frozenset({"CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength"}),
    "AWS::ECR::Repository": frozenset({"EncryptionConfiguration", "RepositoryName"}),
    "AWS::IAM::Role": frozenset({"RoleName", "Path"}),
    "AWS::KMS::Alias": frozenset({"AliasName"}),
    "AWS::KMS::Key": frozenset(),
    "AWS::Lambda::Function": frozenset({"FunctionName", "PackageType"}),
    "AWS::S3::Bucket": frozenset({"BucketName", "BucketNamePrefix", "BucketNamespace"}),
    "AWS::SNS::Topic": frozenset({"FifoTopic", "TopicName"}),
}
"""The properties whose change replaces a resource. Of the types that are not here, see `_replaces`."""
_REPLACED_BY_ALL_BUT_TAGS = ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig")
_RETAINING = ("Retain", "RetainExceptOnCreate")
_VERSION = re.compile(r"(.+[0-9A-F]{8})[0-9a-f]{8}")
"""The construct's version follows the hash that the CDK gives every logical id. A date such as 20240101 does not."""


class OtherStacks(Protocol):
    """The stacks beside one, and the one that it is nested in."""

    def change_of(self, before: Value) -> str | None:
        """What changes of all that a value takes from them, perhaps, after `Stack/`; None if nothing does."""
        ...

    def deletes(self, stack: StackChange) -> bool:
        """Whether a stack that is gone is deleted by the one that it was nested in. Nobody deletes others."""
        ...


class StackChange:
    """The same stack before and after the change."""

    def __init__(self, base: Template | None, head: Template | None, others: OtherStacks | None = None) -> None:
        self.base = base
        self.head = head
        self._others = others
        self.name = head.stack if head is not None else base.stack if base is not None else ""
        self._before = {} if base is None else dict(base.resources())
        self._after = {} if head is None else dict(head.resources())
        self._identities: dict[str, Degree] = {}
        self._differences: dict[tuple[str, str], list[Difference]] = {}
        self._outputs: dict[str, str | None] = {}

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
            fate = self._arrival(new) if old is None else self._departure(old)
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
        if self.base is None or self.head is None:
            return None
        name = self.base.properties(old).get(NAMES[type])
        place = (NAMES[type],)
        is_same = is_certain(name) and self.base.spelled(old, place) == self.head.spelled(new, place)
        return shown(name) if is_same else None

    def change_elsewhere(self, before: Value) -> str | None:
        """What changes of all that a value takes from other stacks, perhaps; None if nothing does."""
        return None if self._others is None else self._others.change_of(before)

    def change_of_output(self, name: str) -> str | None:
        """What changes an output of the stack, perhaps: a resource, else the output itself."""
        if name not in self._outputs:
            self._outputs[name] = None  # for what refers to itself
            found = next(self._differences_of_output(name), None)
            self._outputs[name] = None if found is None else found.follows or name
        return self._outputs[name]

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
        return list(differences(before, after, self))

    def _differences_of_output(self, name: str) -> Iterator[Difference]:
        if self.base is not None and self.head is not None:
            before, after = (output_of(each, name) for each in (self.base, self.head))
            if before is not None and after is not None:
                yield from differences(before, after, self)

    def _fate(self, old: str, new: str, found: list[Difference]) -> Fate:
        identity = self.identity(old, new)
        if identity is Degree.CERTAIN:
            return Fate.REPLACED
        existence = self._existence(old, new)
        if existence is not None:
            return existence
        if identity is Degree.PERHAPS:
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

    def _arrival(self, new: str | None) -> Fate:
        is_certain = self.head is None or new is None or self.head.exists(new)
        return Fate.CREATED if is_certain else Fate.MAY_BE_CREATED

    def _departure(self, old: str) -> Fate:
        return Fate.DELETED if self.base is None or self.base.exists(old) else Fate.MAY_BE_DELETED

    def _existence(self, old: str, new: str) -> Fate | None:
        """What another condition does to a resource; None if it has the same one."""
        if self.base is None or self.head is None:
            return None
        match self.base.exists(old), self.head.exists(new):
            case True, None:
                return Fate.MAY_BE_DELETED
            case None, True:
                return Fate.MAY_BE_CREATED
            case None, None if self.base.condition(old) != self.head.condition(new):
                return Fate.MAY_COME_OR_GO
        return None

    def retains(self, logical_id: str) -> bool:
        """Whether a resource that the stack no longer has stays in the account."""
        return self._is_left(logical_id, None)

    def _is_left(self, old: str | None, new: str | None) -> bool:
        """Whether the resource as it is now stays in the account though the stack no longer has it."""
        if old is None:
            return False
        if self.head is None and self._others is not None and not self._others.deletes(self):
            return True
        if old == new:
            return self._after[new].get("UpdateReplacePolicy") in _RETAINING and self.identity(old, new) > Degree.SAME
        return self._before[old].get("DeletionPolicy") in _RETAINING


def _replaces(type: str, path: Path) -> Degree:
    """Whether a change at this path makes another resource, so that references to it change."""
    if type in _REPLACED_BY_ALL_BUT_TAGS:
        return Degree.SAME if path[:1] == ("Tags",) else Degree.CERTAIN
    if type not in _CREATE_ONLY:
        # Another one, or with other attributes; a nested stack with other outputs, a custom resource with any others.
        return Degree.SAME if path[:1] == ("Tags",) else Degree.PERHAPS
    return Degree.CERTAIN if path and path[0] in _CREATE_ONLY[type] else Degree.SAME


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

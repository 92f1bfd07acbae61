"""A template that was read: its resources, what is known of their properties, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..rules import Description, Resource
from ..rules import Path as PropertyPath
from ..rules.property_types import converted, properties_of
from .assets import Assets
from .documents import lines_of
from .intrinsics import Resolver
from .lines import Lines, written
from .names import with_references
from .origin import Location, Origin
from .resource_types import TYPES
from .spelling import Spelling


@dataclass(frozen=True, kw_only=True)
class Template:
    """A CloudFormation template."""

    file: Path
    """The file that it was read from."""
    stack: str
    """The stack, as a person knows it: `Stage/Stack` or `Stack/Nested` in a cloud assembly, else the file's name
    without its endings."""
    document: Mapping[str, Any]
    """The whole template, with the long forms of intrinsic functions."""
    resolver: Resolver
    text: str | None = field(default=None, repr=False, compare=False)
    """What was read."""
    region: str | None = None
    account: str | None = None
    origin: Origin = field(default_factory=Origin, repr=False, compare=False)
    """What a cloud assembly says of the constructs that made its resources; nothing of a template in a file."""
    assets: Assets = field(default_factory=Assets, repr=False, compare=False)
    """What a cloud assembly stages for its stack; nothing of a template in a file."""

    @cached_property
    def description(self) -> Description:
        """The endpoints of this template, for the rules."""
        resources = {
            logical_id: Resource(TYPES[resource["Type"]], properties)
            for logical_id, resource in self.resources(*TYPES)
            if isinstance(properties := self._resolved(logical_id), dict)
        }
        return Description(with_references(resources, self), region=self.region, account=self.account)

    @property
    def macros(self) -> tuple[str, ...]:
        """The macros that may change the whole template when it is deployed, by name. Those of AWS are none of them."""
        written = self.document.get("Transform")
        names = (each.get("Name") if isinstance(each, dict) else each for each in _listed(written))
        return tuple(each for each in names if isinstance(each, str) and not each.startswith("AWS::"))

    def resources(self, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The resources that will exist, as they are written, by logical id: all, or those of some types.

        One that is no resource, or whose condition does not hold, is left out.
        """
        for logical_id, resource in self.document["Resources"].items():
            match resource:
                case {"Type": str(its_type)} if not types or its_type in types:
                    if self.exists(logical_id) is not False:
                        yield logical_id, resource

    def properties(self, logical_id: str) -> Mapping[str, Any]:
        """The properties of a resource of any type, as far as they are known.

        Those of the types in `TYPES` are as CloudFormation converts them: `"2"` is 2 where a number is asked for.
        """
        properties = self._resolved(logical_id)
        return properties if isinstance(properties, dict) else {}

    def _resolved(self, logical_id: str) -> Any:
        """The properties of a resource, or something else if a macro makes them or they are none."""
        resource = self.document["Resources"][logical_id]
        properties = self.resolver.resolve(resource.get("Properties", {}))
        its_type = TYPES.get(resource["Type"])
        return properties if its_type is None else converted(properties, properties_of(its_type))

    def spelled(self, logical_id: str, path: PropertyPath) -> str | None:
        """A text that is the same for properties that are the same at deployment; None if that cannot be told."""
        _, value = written(self.document["Resources"][logical_id].get("Properties"), path, self.resolver)
        return None if value is None else self._spelling.text(value)

    def exists(self, logical_id: str) -> bool | None:
        """Whether the stack will have a resource; None if it depends on a condition that is not known."""
        resource = self.document["Resources"].get(logical_id)
        if not isinstance(resource, dict):
            return False
        name = resource.get("Condition")
        return True if name is None else self.resolver.condition(name)

    def condition(self, logical_id: str) -> str | None:
        """What a resource depends on, in a text that is the same for the same; None if it has no condition.

        That of another template is the same, too, as long as its parameters have the same values.
        """
        resource = self.document["Resources"].get(logical_id)
        name = resource.get("Condition") if isinstance(resource, dict) else None
        return None if name is None else self._spelling.condition(name)

    def exists_with(self, logical_id: str, other: str) -> bool:
        """Whether a resource is certain to exist if another one does."""
        return self.exists(logical_id) is True or self.condition(logical_id) == self.condition(other)

    def metadata(self, logical_id: str) -> Mapping[str, Any]:
        """The metadata of a resource, as it is written; empty if there is none, or no such resource."""
        resource = self.document["Resources"].get(logical_id)
        metadata = resource.get("Metadata") if isinstance(resource, dict) else None
        return metadata if isinstance(metadata, dict) else {}

    def construct_path(self, logical_id: str) -> str | None:
        """The path of the construct that made the resource, such as `Stack/Endpoint/Model`, if a CDK app did."""
        path = self.metadata(logical_id).get("aws:cdk:path")
        return path if isinstance(path, str) else self.origin.path(logical_id)

    def known_as(self, logical_id: str) -> str:
        """What people know a resource by: the path of its construct inside of the stack, else its logical id."""
        path = self.construct_path(logical_id)
        return path.removeprefix(f"{self.stack}/").removesuffix("/Resource") if path else logical_id

    def declared_at(self, logical_id: str) -> tuple[Location, ...]:
        """The lines of the CDK app that made a resource, the innermost first; empty if that cannot be told."""
        return self.origin.lines(logical_id)

    def acknowledged(self, logical_id: str) -> Mapping[str, str]:
        """What was acknowledged in the CDK app of a resource or of a construct around it: reasons, by the CDK's ids."""
        return self.origin.acknowledged(logical_id)

    def line(self, logical_id: str, path: PropertyPath = ()) -> int | None:
        """The line of the file, from 1, at which a resource or one of its properties stands.

        Of a property that is not there, the line of what would hold it. None if lines cannot be told.
        """
        resource = self.document["Resources"].get(logical_id)
        if self._lines is None or not isinstance(resource, dict):
            return None
        way: list[str | int] = ["Resources", logical_id]
        if path:
            way += ["Properties", *written(resource.get("Properties"), path, self.resolver)[0]]
        return self._lines.line(way)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.resolver)

    @cached_property
    def _lines(self) -> Lines | None:
        return None if self.text is None else lines_of(self.text)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]

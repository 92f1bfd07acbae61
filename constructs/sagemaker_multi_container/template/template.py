"""A template that was read: its resources, what is known of their properties, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ..rules import Description, Resource
from ..rules import Path as PropertyPath
from ..rules.description import ResourceType
from .intrinsics import Resolver

TYPES: Final[Mapping[str, ResourceType]] = {
    "AWS::SageMaker::Model": "Model",
    "AWS::SageMaker::EndpointConfig": "EndpointConfig",
    "AWS::SageMaker::Endpoint": "Endpoint",
    "AWS::ApplicationAutoScaling::ScalableTarget": "ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "ScalingPolicy",
}
"""The resources that the rules look at, by CloudFormation type."""


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
    region: str | None = None
    account: str | None = None

    @cached_property
    def description(self) -> Description:
        """The endpoints of this template, for the rules."""
        resources = {
            logical_id: Resource(TYPES[resource["Type"]], self.properties(logical_id))
            for logical_id, resource in self.resources()
            if resource["Type"] in TYPES
        }
        return Description(resources, region=self.region, account=self.account)

    def resources(self, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The resources that will exist, as they are written, by logical id: all, or those of some types."""
        for logical_id, resource in self.document["Resources"].items():
            if not types or resource["Type"] in types:
                yield logical_id, resource

    def properties(self, logical_id: str) -> Mapping[str, Any]:
        """The properties of a resource of any type, as far as they are known."""
        written = self.document["Resources"][logical_id].get("Properties", {})
        resolved: Mapping[str, Any] = self.resolver.resolve(written)
        return resolved

    def metadata(self, logical_id: str) -> Mapping[str, Any]:
        """The metadata of a resource, as it is written; empty if there is none."""
        metadata = self.document["Resources"][logical_id].get("Metadata")
        return metadata if isinstance(metadata, dict) else {}

    def construct_path(self, logical_id: str) -> str | None:
        """The path of the construct that made the resource, such as `Stack/Endpoint/Model`, if a CDK app did."""
        path = self.metadata(logical_id).get("aws:cdk:path")
        return path if isinstance(path, str) else None

    def line(self, logical_id: str, path: PropertyPath = ()) -> int | None:
        """The line of the file, from 1, at which a resource or one of its properties stands.

        Of a property that is not there, the line of what would hold it. None if lines cannot be told.
        """
        return None

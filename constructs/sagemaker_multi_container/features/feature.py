"""What an endpoint does beside answering calls: one shape for all that a value object of its own says."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import sagemaker_multi_container

from ..arguments import ArgumentReader, where
from ..permissions import Statement
from ..rules import Path

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something that was asked for: as CloudFormation writes it, and what the execution role needs for it."""

    properties: object
    """The CloudFormation property; None where nothing was asked for, unknown where it was given wrongly."""
    statements: list[Statement] = field(default_factory=list)
    arguments: Mapping[str, str] = field(default_factory=dict)
    """The arguments that the properties inside come from, where they have names of their own."""
    buckets: Mapping[str, s3.IBucket] = field(default_factory=dict)
    """The buckets that it uses, by argument: they must be in the endpoint's region."""
    declared_at: str = ""

    def where(self, owner: str, path: Path) -> str:
        """The argument that a property comes from, as an error message names it."""
        inner = next((self.arguments[str(key)] for key in reversed(path) if key in self.arguments), "")
        return where(owner, inner, self.declared_at)


_NOTHING = Feature(properties=None)
_KINDS = {
    "async_inference": "AsyncInference",
    "core_dump": "CoreDump",
    "data_capture": "DataCapture",
    "deployment": "Deployment",
    "explainer": "ClarifyExplainer",
    "metrics_config": "MetricsConfig",
    "routing_strategy": "RoutingStrategy",
}


class Bindable(Protocol):
    """A value object that says what is asked for."""

    @property
    @abstractmethod
    def declared_at(self) -> str:
        """The line that made it."""

    @abstractmethod
    def bind(self, read: ArgumentReader) -> Feature:
        """What is asked for, with the problems in the reader."""


def bind_feature(argument: str, value: Bindable | None, read: ArgumentReader) -> Feature:
    """Read an argument that is a value object of its own kind, or None."""
    if value is None:
        return _NOTHING
    # By its public name, which imports it when it is needed: most endpoints have few features.
    kind: type[object] = getattr(sagemaker_multi_container, _KINDS[argument])
    name = kind.__name__
    if not isinstance(value, kind):
        factories = ", ".join(key for key, each in vars(kind).items() if isinstance(each, staticmethod))
        fix = f"use one of its factories: {factories}" if factories else f"write {name}(...)"
        return Feature(properties=read.wrong(argument, value, f"a {name}", fix))
    feature = value.bind(ArgumentReader(read.problems, where(read.owner, argument), value.declared_at))
    return replace(feature, declared_at=value.declared_at)

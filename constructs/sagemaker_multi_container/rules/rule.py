"""A rule: what SageMaker accepts, as data and one pure function; and how the rules are applied to a description."""

from __future__ import annotations

import enum
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .description import Description, Path, Unknown


class Severity(enum.StrEnum):
    """What a finding means for the deployment."""

    ERROR = "error"
    """SageMaker or CloudFormation would refuse it, or the endpoint could not work."""
    WARNING = "warning"
    """It deploys, and is likely not what was meant."""
    INFO = "info"
    """It deploys and works; a policy that many organisations have would object."""


class Confidence(enum.StrEnum):
    """How sure we are that the service behaves as the rule says."""

    DOCUMENTED = "documented"
    """AWS says so: in its documentation, its API model or its CloudFormation schema."""
    INFERRED = "inferred"
    """It follows from what AWS says, or others reported it. Such a rule can be switched off."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that SageMaker demands of an endpoint's declaration."""

    id: str
    summary: str
    severity: Severity
    guards: tuple[str, ...]
    """The properties it looks at, such as `Model.Containers[].Image`."""
    source: str
    """Where AWS (or who else) says so."""
    fix: str
    """What to do about a finding."""
    confidence: Confidence
    check: Check = field(repr=False)
    takes: type | tuple[type, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a value breaks."""

    rule: Rule
    resource: str
    """The logical id of the resource."""
    path: Path
    """The way from the resource's properties to the value."""
    message: str
    """What was given and what is allowed."""


@dataclass(frozen=True, slots=True)
class Place:
    """The value a rule is looking at: in which resource of which description, and where in it."""

    description: Description
    resource: str
    path: Path

    @property
    def properties(self) -> Mapping[str, Any]:
        """All properties of the resource."""
        return self.description.resources[self.resource].properties

    def inside(self, step: str | int) -> Place:
        """The place of a value inside this one."""
        return Place(self.description, self.resource, (*self.path, step))

    def problem(self, message: str, *below: str | int) -> tuple[Path, str]:
        """A breach of the rule at this value or, with `below`, at a value inside it."""
        return (*self.path, *below), message


Problems = Iterator[tuple[Path, str]]
"""What a rule's function yields: where, and what was given and what is allowed."""
Check = Callable[[Any, Place], Problems]

RULES: dict[str, Rule] = {}
"""Every rule, by id."""

_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "list": list,
    "dict": dict,
    "object": object,
}
_SHORTHANDS = {
    "Container": ("Model.Containers[]", "Model.PrimaryContainer"),
    "Variant": ("EndpointConfig.ProductionVariants[]", "EndpointConfig.ShadowProductionVariants[]"),
}


def rule(
    id: str,
    *,
    guards: str,
    source: str,
    fix: str,
    severity: Severity = Severity.ERROR,
    confidence: Confidence = Confidence.DOCUMENTED,
) -> Callable[[Check], Check]:
    """Make a function a rule. It is called with each value of the property that it guards, and yields problems.

    The docstring is the rule's summary. The annotation of the first parameter says which values it takes: any other,
    an unknown one above all, is none of its business; only a rule that takes `object` sees unknown values too.

    Args:
        id: The rule's name for ever, as users write it to acknowledge or ignore it.
        guards: A property path below the resource's type, with `[]` for each element of a list. `Container` stands for
            every container of a model, `Variant` for every variant of a config.
        source: Where AWS (or who else) says so.
        fix: What to do about a finding.
        severity: What a finding means for the deployment.
        confidence: How sure we are.
    """

    def register(check: Check) -> Check:
        annotation = next(iter(inspect.get_annotations(check).values()))
        head, dot, rest = guards.partition(".")
        RULES[id] = Rule(
            id=id,
            summary=inspect.getdoc(check) or "",
            severity=severity,
            guards=tuple(prefix + dot + rest for prefix in _SHORTHANDS.get(head, (head,))),
            source=source,
            fix=fix,
            confidence=confidence,
            check=check,
            takes=_TYPES[annotation.partition("[")[0]],
        )
        return check

    return register


class _Node:
    """The rules that guard one property, and the properties inside it that are guarded."""

    __slots__ = ("children", "item", "rules")

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.children: dict[str, _Node] = {}
        self.item: _Node | None = None

    def descend(self, path: str) -> _Node:
        node = self
        for step in path.replace("[]", ".[]").split("."):
            if step == "[]":
                node.item = node = node.item or _Node()
            else:
                node = node.children.setdefault(step, _Node())
        return node


def evaluate(description: Description) -> list[Finding]:
    """Everything in a description that breaks a rule, in the order in which it is written."""
    findings: list[Finding] = []
    for logical_id, resource in description.resources.items():
        root = _rules_by_property().get(resource.type)
        if root is not None:
            findings.extend(_walk(resource.properties, root, Place(description, logical_id, ())))
    return findings


@functools.cache
def _rules_by_property() -> dict[str, _Node]:
    forest = _Node()
    for each in RULES.values():
        for path in each.guards:
            forest.descend(path).rules.append(each)
    return forest.children


def _walk(value: object, node: _Node, place: Place) -> Iterator[Finding]:
    for each in node.rules:
        if isinstance(value, each.takes) and (each.takes is object or not isinstance(value, Unknown)):
            for path, message in each.check(value, place):
                yield Finding(each, place.resource, path, message)
    if isinstance(value, dict):
        for key, child in node.children.items():
            inner = value.get(key)
            if inner is not None:
                yield from _walk(inner, child, place.inside(key))
    elif isinstance(value, list) and node.item is not None:
        for index, inner in enumerate(value):
            yield from _walk(inner, node.item, place.inside(index))

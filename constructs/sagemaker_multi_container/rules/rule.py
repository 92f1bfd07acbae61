"""A rule: what SageMaker accepts, as data and pure functions; and how the rules are applied to a description."""

from __future__ import annotations

import enum
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
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
    """It deploys and works; it is worth knowing, or a policy that many organisations have would object."""


class Confidence(enum.StrEnum):
    """How sure we are that the service behaves as the rule says."""

    DOCUMENTED = "documented"
    """AWS says so: in its documentation, its API model or its CloudFormation schema."""
    INFERRED = "inferred"
    """It follows from what AWS says, or others reported it. Such a rule can be switched off."""


@dataclass(slots=True)
class Place:
    """The value a rule is looking at: in which resource of which description, and where in it.

    There is one for each resource, and it goes from value to value: it is true for as long as a rule looks.
    """

    description: Description
    resource: str
    properties: Mapping[str, Any]
    """All properties of the resource."""
    siblings: Any
    """The dictionary or list that holds the value. A resource's properties hold themselves."""
    steps: list[str | int] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The way from the resource's properties to the value."""
        return tuple(self.steps)

    def problem(self, message: str, *below: str | int) -> tuple[Path, str]:
        """A breach of the rule at this value or, with `below`, at a value inside it."""
        return (*self.steps, *below), message


Problems = Iterable[tuple[Path, str]]
"""What a check finds: where, and what was given and what is allowed."""
Find = Callable[[Any, Place], Problems]


@dataclass(frozen=True, slots=True)
class Check:
    """One look at one property."""

    guards: str
    """The property, such as `Model.Containers[].Image`. `Container` stands for every container of a model, `Variant`
    for every variant of a config, `Resource` for the model, the config and the endpoint alike."""
    takes: tuple[type, ...]
    """The values it looks at. Any other, an unknown one above all, is none of its business."""
    find: Find = field(repr=False)

    def paths(self) -> tuple[str, ...]:
        """The property, or all those that a shorthand stands for."""
        head, dot, rest = self.guards.partition(".")
        return tuple(prefix + dot + rest for prefix in _SHORTHANDS.get(head, (head,)))


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that SageMaker demands of an endpoint's declaration."""

    id: str
    summary: str
    severity: Severity
    source: str
    """Where AWS (or who else) says so."""
    fix: str
    """What to do about a finding."""
    confidence: Confidence
    checks: tuple[Check, ...] = field(repr=False)
    about_schema: bool = False
    """Whether it only demands what CloudFormation's schemas do. What is certain to fit them is not held against it."""

    @property
    def guards(self) -> tuple[str, ...]:
        """The properties it looks at, such as `Model.Containers[].Image`."""
        return tuple(dict.fromkeys(path for check in self.checks for path in check.paths()))


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


RULES: dict[str, Rule] = {}
"""Every rule, by id."""

_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list,),
    "dict": (dict,),
    "object": (object,),
    "Unknown": (Unknown,),
}
_SHORTHANDS = {
    "Container": ("Model.Containers[]", "Model.PrimaryContainer"),
    "Variant": ("EndpointConfig.ProductionVariants[]", "EndpointConfig.ShadowProductionVariants[]"),
    "Resource": ("Model", "EndpointConfig", "Endpoint"),
}


def declare(
    id: str,
    summary: str,
    *checks: Check,
    source: str,
    fix: str,
    severity: Severity = Severity.ERROR,
    confidence: Confidence = Confidence.DOCUMENTED,
    about_schema: bool = False,
) -> None:
    """Add a rule that consists of ready-made checks to the table.

    Args:
        id: The rule's name for ever, as users write it to acknowledge or ignore it.
        summary: What is demanded, in a sentence.
        checks: The looks it takes at properties.
        source: Where AWS (or who else) says so.
        fix: What to do about a finding.
        severity: What a finding means for the deployment.
        confidence: How sure we are.
        about_schema: Whether it only demands what CloudFormation's schemas do.
    """
    if id in RULES:
        msg = f"there are two rules {id}"
        raise ValueError(msg)
    RULES[id] = Rule(id, summary, severity, source, fix, confidence, checks, about_schema)


def rule(
    id: str,
    *,
    guards: str | tuple[str, ...],
    source: str,
    fix: str,
    severity: Severity = Severity.ERROR,
    confidence: Confidence = Confidence.DOCUMENTED,
    about_schema: bool = False,
    also: tuple[Check, ...] = (),
) -> Callable[[Find], Find]:
    """Make a function a rule. It is called with each value of the properties that it guards, and finds problems.

    The docstring is the rule's summary. The annotation of the first parameter says which values it takes: any other,
    an unknown one above all, is none of its business. A rule that takes `str | Unknown` sees unknown values, too; one
    that takes `object` sees everything.

    Args:
        id: The rule's name for ever, as users write it to acknowledge or ignore it.
        guards: The property, or several, as in `Check.guards`.
        source: Where AWS (or who else) says so.
        fix: What to do about a finding.
        severity: What a finding means for the deployment.
        confidence: How sure we are.
        about_schema: Whether it only demands what CloudFormation's schemas do.
        also: Ready-made checks that belong to the same rule.
    """

    def register(find: Find) -> Find:
        annotation = next(iter(find.__annotations__.values()))
        takes = tuple(kind for name in annotation.split(" | ") for kind in _TYPES[name.partition("[")[0]])
        own = [Check(path, takes, find) for path in ((guards,) if isinstance(guards, str) else guards)]
        summary = inspect.cleandoc(find.__doc__ or "")
        declare(
            id,
            summary,
            *own,
            *also,
            source=source,
            fix=fix,
            severity=severity,
            confidence=confidence,
            about_schema=about_schema,
        )
        return find

    return register


class _ChecksByType(dict[type, tuple[tuple[Rule, Find], ...]]):
    """The checks of one property that look at values of a type, found out when the first such value comes."""

    def __init__(self) -> None:
        self.all: list[tuple[Rule, Check]] = []

    def __missing__(self, kind: type) -> tuple[tuple[Rule, Find], ...]:
        self[kind] = found = tuple((rule, check.find) for rule, check in self.all if _takes(check, kind))
        return found


class _Node:
    """The checks that guard one property, and the properties inside it that are guarded."""

    __slots__ = ("checks", "children", "item")

    def __init__(self) -> None:
        self.checks = _ChecksByType()
        self.children: dict[str, _Node] = {}
        self.item: _Node | None = None

    def guard(self, path: str, rule: Rule, check: Check) -> None:
        node = self
        for step in path.replace("[]", ".[]").split("."):
            if step == "[]":
                node.item = node = node.item or _Node()
            else:
                node = node.children.setdefault(step, _Node())
        node.checks.all.append((rule, check))


def _takes(check: Check, kind: type) -> bool:
    # Python calls True an int; SageMaker does not.
    return issubclass(kind, check.takes) and (kind is not bool or bool in check.takes or object in check.takes)


def evaluate(description: Description) -> list[Finding]:
    """Everything in a description that breaks a rule, in the order in which it is written."""
    findings: list[Finding] = []
    roots = _properties_with_rules(about_schema=not description.fits_schema)
    for logical_id, resource in description.resources.items():
        root = roots.get(resource.type)
        if root is not None:
            properties = resource.properties
            _walk(properties, root, Place(description, logical_id, properties, properties), findings)
    return findings


@functools.cache
def _properties_with_rules(*, about_schema: bool) -> dict[str, _Node]:
    forest = _Node()
    for each in RULES.values():
        for check in each.checks if about_schema or not each.about_schema else ():
            for path in check.paths():
                forest.guard(path, each, check)
    return forest.children


def _walk(value: object, node: _Node, place: Place, findings: list[Finding]) -> None:
    for each, find in node.checks[type(value)]:
        for path, message in find(value, place):
            findings.append(Finding(each, place.resource, path, message))
    if node.children and isinstance(value, dict):
        for key, inner in value.items():
            child = node.children.get(key)
            if child is not None and inner is not None:
                place.siblings = value
                place.steps.append(key)
                _walk(inner, child, place, findings)
                place.steps.pop()
    elif node.item is not None and isinstance(value, list):
        for index, inner in enumerate(value):
            place.siblings = value
            place.steps.append(index)
            _walk(inner, node.item, place, findings)
            place.steps.pop()

"""The policies of a template, by the role, user or group that has them, and what they say as far as that is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from ...rules.description import text
from ..quoting import code
from ..values import is_function
from .conditions import IGNORING_CASE, WITH_WILDCARDS, Condition, Conditions, of_template
from .patterns import Matcher, Pattern, pattern
from .statements import Statement
from .texts import PARTITION, Texts

PrincipalKind = Literal["role", "user", "group"]

_PRINCIPALS: Final[Mapping[str, PrincipalKind]] = {
    "AWS::IAM::Role": "role",
    "AWS::IAM::User": "user",
    "AWS::IAM::Group": "group",
}
_NAME: Final[Mapping[PrincipalKind, str]] = {"role": "RoleName", "user": "UserName", "group": "GroupName"}
_NAMES: Final[Mapping[PrincipalKind, str]] = {"role": "Roles", "user": "Users", "group": "Groups"}
_SERVERLESS: Final = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
"""What AWS SAM makes a role for, with the policies that are written in it."""
_MANAGED_POLICY: Final = "AWS::IAM::ManagedPolicy"
_POLICIES: Final = (
    "AWS::IAM::Policy",
    _MANAGED_POLICY,
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
)
_ACCOUNT = re.compile(r"\d{12}")


class _UnreadableError(Exception):
    """Part of a policy is only known at deployment, or is not what IAM takes."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A role, a user or a group. The same one has the same kind and identity in both templates."""

    kind: PrincipalKind
    identity: Pattern
    """A reference to it, or its name if it is declared elsewhere."""
    shown: str = field(compare=False)
    """The path of its construct, else its logical id, else its ARN or name as it is written."""
    is_declared: bool = field(compare=False, default=False)
    """Whether it is a resource of the template."""


@dataclass(slots=True)
class Policies:
    """What the template says that a principal may do, and who may assume it."""

    statements: list[Statement] = field(default_factory=list)
    trust: list[Statement] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    """What is only known at deployment: where it stands, by what is written."""
    managed: list[Pattern] = field(default_factory=list)
    """ARNs of managed policies that are not in the template."""
    boundary: Pattern | None = None

    def add(self, others: Policies) -> None:
        """Take what another template says of the same principal."""
        self.statements += others.statements
        self.trust += others.trust
        self.unread |= others.unread
        self.managed += others.managed
        self.boundary = self.boundary or others.boundary


class PolicyReader:
    """Reads the policies of one template."""

    def __init__(self, texts: Texts) -> None:
        """Start reading the template of these texts."""
        self.texts: Final = texts
        self._template = template = texts.template
        self._found: dict[Principal, Policies] = {}
        self._by_name: dict[tuple[PrincipalKind, str], str] = {}
        for logical_id, resource in template.resources(*_PRINCIPALS):
            kind = _PRINCIPALS[resource["Type"]]
            name = text(template.properties(logical_id), _NAME[kind])
            if name is not None:
                self._by_name[kind, name] = logical_id

    def read(self) -> Mapping[Principal, Policies]:
        """All policies of the template, by principal."""
        for logical_id, resource in self._template.resources(*_PRINCIPALS):
            self._read_principal(_PRINCIPALS[resource["Type"]], logical_id, properties_of(resource))
        for logical_id, resource in self._template.resources(*_SERVERLESS):
            self._read_policies("role", logical_id, properties_of(resource))
        for logical_id, resource in self._template.resources(*_POLICIES):
            properties = properties_of(resource)
            for principal in self._attached_to(properties):
                policies = self._found.setdefault(principal, Policies())
                policies.statements += self._statements(properties.get("PolicyDocument"), logical_id, policies)
        return self._found

    def principal(self, kind: PrincipalKind, written: Any) -> Principal:
        """Who is written as a reference, a name, or an ARN."""
        texts, there = self.texts.followed(self.texts.chosen(written))
        logical_id = texts.referred(there)
        if logical_id is not None:
            return _declared(kind, logical_id, texts)
        parts = self.texts.parts(written)
        whole = pattern(parts, has_wildcards=False)
        match parts[-1:]:
            case [str(end)] if "/" in end or len(parts) == 1:
                name = end.rpartition("/")[2]
                if (kind, name) in self._by_name:
                    return _declared(kind, self._by_name[kind, name], self.texts)
                return Principal(kind, pattern([name], has_wildcards=False), whole.shown)
        return Principal(kind, whole, whole.shown)

    def _read_principal(self, kind: PrincipalKind, logical_id: str, properties: Mapping[str, Any]) -> None:
        policies = self._read_policies(kind, logical_id, properties)
        for arn in self.texts.each(properties.get("ManagedPolicyArns")):
            self._read_managed(arn, policies)
        boundary = self.texts.chosen(properties.get("PermissionsBoundary"))
        if boundary is not None and boundary != {"Ref": "AWS::NoValue"}:
            policies.boundary = self.texts.pattern(boundary, has_wildcards=False)
        trust = properties.get("AssumeRolePolicyDocument")
        if trust is not None:
            policies.trust += self._statements(trust, logical_id, policies, is_trust=True)

    def _read_policies(self, kind: PrincipalKind, logical_id: str, properties: Mapping[str, Any]) -> Policies:
        """The policies that are written in a resource. AWS SAM allows the names of managed ones among them."""
        policies = self._found.setdefault(_declared(kind, logical_id, self.texts), Policies())
        for written in self.texts.each(properties.get("Policies")):
            policy = self.texts.chosen(written)
            match policy:
                case str() | {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::Join": _} | {"Fn::Sub": _}:
                    self._read_managed(policy, policies)
                case {"PolicyDocument": document}:
                    policies.statements += self._statements(document, logical_id, policies)
                case _:
                    policies.statements += self._statements(written, logical_id, policies)
        return policies

    def _read_managed(self, arn: Any, policies: Policies) -> None:
        resource = self._template.document["Resources"].get(self.texts.referred(arn), {})
        if resource.get("Type") == _MANAGED_POLICY:
            document = properties_of(resource).get("PolicyDocument")
            policies.statements += self._statements(document, str(self.texts.referred(arn)), policies)
        else:
            policies.managed.append(self.texts.pattern(arn, has_wildcards=False))

    def _attached_to(self, properties: Mapping[str, Any]) -> Iterator[Principal]:
        for kind in _NAMES:
            for name in (_NAMES[kind], _NAME[kind]):
                yield from (self.principal(kind, each) for each in self.texts.each(properties.get(name)))

    def _statements(
        self, document: Any, logical_id: str, policies: Policies, *, is_trust: bool = False
    ) -> Iterator[Statement]:
        chosen = self.texts.chosen(document)
        meanwhile = self._condition_of(logical_id)
        depends_on = "".join(each.key for each in meanwhile)
        if not isinstance(chosen, dict) or "Statement" not in chosen:
            policies.unread[depends_on + self.texts.identity(document)] = f"a policy in {code(logical_id)}"
            return
        for written in self.texts.each(chosen["Statement"]):
            try:
                statement = self._statement(written, is_trust=is_trust)
            except _UnreadableError:
                policies.unread[depends_on + self.texts.identity(written)] = f"a statement in {code(logical_id)}"
            else:
                yield replace(statement, conditions=statement.conditions + meanwhile)

    def _condition_of(self, logical_id: str) -> Conditions:
        """What must hold for a resource to exist."""
        meaning = self._template.condition(logical_id)
        if meaning is None or self._template.exists(logical_id):
            return ()
        return (of_template(str(self._template.document["Resources"][logical_id]["Condition"]), meaning),)

    def _statement(self, written: Any, *, is_trust: bool) -> Statement:
        match written:
            case {"Effect": "Allow" | "Deny" as effect}:
                return Statement(
                    effect=effect,
                    actions=self._matcher(written, "Action"),
                    resources=self._matcher(written, "Principal" if is_trust else "Resource"),
                    conditions=self._conditions(written.get("Condition")),
                    is_trust=is_trust,
                )
        raise _UnreadableError

    def _matcher(self, statement: Mapping[str, Any], element: str) -> Matcher:
        """One of the elements of a statement that can be negated, such as `Action` and `NotAction`."""
        for name in (element, f"Not{element}"):
            if name in statement:
                patterns = self._principals if element == "Principal" else self._patterns
                return Matcher(_in_order(patterns(statement[name], element)), negated=name != element)
        raise _UnreadableError

    def _patterns(self, written: Any, element: str) -> Iterator[Pattern]:
        for each in self.texts.each(written):
            yield self.texts.pattern(each, ignores_case=element == "Action")

    def _principals(self, written: Any, _: str) -> Iterator[Pattern]:
        chosen = self.texts.chosen(written)
        if not isinstance(chosen, dict) or is_function(chosen):
            yield self.texts.pattern(chosen)
            return
        for kind, names in chosen.items():
            for each in self.texts.each(names):
                parts = self.texts.parts(each)
                shown = f"{kind} {pattern(parts)}"
                match parts:
                    case [str(account)] if kind == "AWS" and _ACCOUNT.fullmatch(account):
                        parts = ["arn:", PARTITION, f":iam::{account}:*"]
                    case [*before, str(end)] if kind == "AWS" and end.endswith(":root"):
                        # The account, which is everyone in it.
                        parts = [*before, f"{end.removesuffix('root')}*"]
                yield Pattern(pattern([f"{kind} ", *parts]).symbols, shown)

    def _conditions(self, written: Any) -> Conditions:
        found = []
        for operator, keys in self._block(written).items():
            quantifier, _, plain = str(operator).lower().rpartition(":")
            name = plain.removesuffix("ifexists")
            for key, values in self._block(keys).items():
                patterns = (
                    self.texts.pattern(each, has_wildcards=name in WITH_WILDCARDS, ignores_case=name in IGNORING_CASE)
                    for each in self.texts.each(values)
                )
                condition = Condition(
                    operator=name,
                    quantifier=quantifier,
                    if_exists=name != plain,
                    key=str(key).lower(),
                    values=_in_order(patterns),
                    shown=f"{operator} {key}",
                )
                found.append(condition)
        return tuple(sorted(found, key=lambda each: (each.quantifier, each.operator, each.if_exists, each.key)))

    def _block(self, written: Any) -> Mapping[str, Any]:
        chosen = self.texts.chosen({} if written is None else written)
        if not isinstance(chosen, dict) or is_function(chosen):
            raise _UnreadableError
        return chosen


def _declared(kind: PrincipalKind, logical_id: str, texts: Texts) -> Principal:
    shown = texts.template.known_as(logical_id)
    if texts.home is not None:
        shown = f"{texts.template.stack}/{shown}"
    return Principal(kind, pattern([texts.reference(logical_id)]), shown, is_declared=True)


def properties_of(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of a resource, as they are written."""
    properties = resource.get("Properties")
    return properties if isinstance(properties, dict) else {}


def _in_order(patterns: Iterable[Pattern]) -> tuple[Pattern, ...]:
    """Each once, in an order that does not depend on how they were written."""
    return tuple(sorted(dict.fromkeys(patterns), key=lambda each: (each.shown, repr(each.symbols))))

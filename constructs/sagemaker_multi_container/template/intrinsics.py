"""What is known of a value in a template before it is deployed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..rules import Reference, Unknown
from ..rules.names import NAMES
from .parameters import of_type, value_of
from .partitions import partition_of, url_suffix_of
from .resource_types import type_of
from .strings import joined, known, text_of

NOTHING: Final = object()
"""What `AWS::NoValue` stands for: as if the property had not been written."""

NO_VALUE: Final = "AWS::NoValue"
ACCOUNT: Final = "AWS::AccountId"
REGION: Final = "AWS::Region"
STACK_NAME: Final = "AWS::StackName"
PARTITION: Final = "AWS::Partition"
URL_SUFFIX: Final = "AWS::URLSuffix"
SHARED: Final = frozenset({ACCOUNT, REGION, PARTITION, URL_SUFFIX})
"""The pseudo parameters that nested stacks share with the stack that they are nested in."""

PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")
"""What `Fn::Sub` puts something in the place of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """Evaluates the intrinsic functions of one template, as far as the template alone says what they give."""

    document: Mapping[str, Any]
    region: str | None = None
    account: str | None = None
    stack_name: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The values that the stack gets from the one that it is nested in."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What somebody knows of parameters and pseudo parameters, by name, in place of what the template says."""
    _parameters: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _conditions: dict[str, bool | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    _elements: dict[int, tuple[list[Any], list[int]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """By the id of a list, which is kept so that no other one gets its id."""

    def resolve(self, value: Any) -> Any:
        """The value with all that is known in its place, and `Unknown` and `Reference` for the rest."""
        try:
            return self._resolve(value)
        except RecursionError:
            return Unknown()

    def condition(self, name: object) -> bool | None:
        """Whether a condition holds; None if that is not known."""
        if not isinstance(name, str):
            return None
        if name not in self._conditions:
            # Unknown for those that it depends on, should they depend on it.
            self._conditions[name] = None
            try:
                self._conditions[name] = self._holds(section(self.document, "Conditions").get(name))
            except RecursionError:
                return None
        return self._conditions[name]

    def branch(self, value: Any) -> int | None:
        """Which argument of `Fn::If` a value is, if it is one and its condition is known."""
        match value:
            case {"Fn::If": [condition, _, _]} if len(value) == 1:
                holds = self.condition(condition)
                return None if holds is None else 1 if holds else 2
        return None

    def elements(self, values: list[Any]) -> list[int]:
        """Which elements of a list, as it is written, there are once it is resolved."""
        if id(values) not in self._elements:
            there = [index for index, each in enumerate(values) if self.resolve(each) is not NOTHING]
            self._elements[id(values)] = values, there
        return self._elements[id(values)][1]

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, str):
            return known(value)
        if isinstance(value, list):
            return [each for each in map(self._resolve, value) if each is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = _FUNCTIONS.get(name)
            if function is not None:
                return function(self, argument)
        # A function that is not known, or a macro or a loop that adds keys to those beside it.
        if any(key.startswith("Fn::") for key in value):
            return Unknown()
        resolved = {key: self._resolve(inner) for key, inner in value.items()}
        return {key: inner for key, inner in resolved.items() if inner is not NOTHING}

    def _text(self, value: Any) -> str | None:
        """A string that is known as a whole, else None."""
        text = text_of(self._resolve(value))
        return text if isinstance(text, str) else None

    def _ref(self, name: Any) -> Any:
        if not isinstance(name, str):
            return Unknown()
        if name.startswith("AWS::"):
            return self._pseudo_parameter(name)
        declarations = section(self.document, "Parameters")
        if name in declarations:
            if name not in self._parameters:
                self._parameters[name] = (
                    of_type(declarations[name], self.values[name])
                    if name in self.values
                    else value_of(declarations[name], self.parameters.get(name))
                )
            return self._parameters[name]
        if name in section(self.document, "Resources"):
            return Reference(logical_id=name, attribute=None)
        return Unknown()

    def _pseudo_parameter(self, name: str) -> Any:
        if name == NO_VALUE:
            return NOTHING
        known_values = {
            ACCOUNT: self.account,
            PARTITION: partition_of(self.region),
            REGION: self.region,
            STACK_NAME: self.stack_name,
            URL_SUFFIX: url_suffix_of(self.region),
            **self.values,
        }
        found = known_values.get(name)
        return Unknown() if found is None else found

    def _get_att(self, argument: Any) -> Any:
        match argument.split(".", 1) if isinstance(argument, str) else argument:
            case [str(logical_id), attribute] if (name := self._text(attribute)) is not None:
                return Reference(logical_id=logical_id, attribute=name)
        return Unknown()

    def _sub(self, argument: Any) -> Any:
        match argument:
            case str(template):
                variables: dict[str, Any] = {}
            case [str(template), dict(variables)]:
                pass
            case _:
                return Unknown()
        pieces: list[Any] = PLACEHOLDER.split(template)
        pieces[1::2] = [self._substitute(name, variables) for name in pieces[1::2]]
        return joined(pieces)

    def _substitute(self, name: str, variables: dict[str, Any]) -> Any:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in variables:
            return self._resolve(variables[name])
        return self._get_att(name) if "." in name else self._ref(name)

    def _join(self, argument: Any) -> Any:
        match argument:
            case [str(separator), pieces]:
                elements = self._resolve(pieces)
                if isinstance(elements, list):
                    return joined([piece for each in elements for piece in (separator, each)][1:])
        return Unknown()

    def _split(self, argument: Any) -> Any:
        match argument:
            case [str(separator), source] if separator:
                match text_of(self._resolve(source)):
                    case str(text):
                        return text.split(separator)
                    case Reference("", "", logical_id=logical_id, attribute=None) if separator == "/":
                        return self._parts_of_arn(logical_id)
        return Unknown()

    def _parts_of_arn(self, logical_id: str) -> Any:
        """What `Ref` of a resource gives, up to its name and after that."""
        its_type = type_of(section(self.document, "Resources").get(logical_id))
        if its_type is None or its_type not in NAMES:
            return Unknown()
        return [Unknown(prefix="arn:"), Reference(logical_id=logical_id, attribute=NAMES[its_type])]

    def _select(self, argument: Any) -> Any:
        match argument:
            case [index, source]:
                position = self._text(index)
                elements = self._resolve(source)
                if isinstance(elements, list) and position is not None and re.fullmatch("[0-9]{1,9}", position):
                    return dict(enumerate(elements)).get(int(position), Unknown())
        return Unknown()

    def _length(self, argument: Any) -> Any:
        elements = self._resolve(argument)
        # A bare unknown element may turn out to be none.
        return len(elements) if isinstance(elements, list) and Unknown() not in elements else Unknown()

    def _if(self, argument: Any) -> Any:
        match argument:
            case [condition, then, otherwise]:
                holds = self.condition(condition)
                if holds is not None:
                    return self._resolve(then if holds else otherwise)
                common = self._resolve(then)
                return common if common == self._resolve(otherwise) else Unknown()
        return Unknown()

    def _find_in_map(self, argument: Any) -> Any:
        match argument:
            case [_, _, _]:
                default: Any = None
            case [_, _, _, {"DefaultValue": default}]:
                pass
            case _:
                return Unknown()
        found: Any = section(self.document, "Mappings")
        for key in map(self._text, argument[:3]):
            if key is None:
                return Unknown()
            found = found.get(key) if isinstance(found, dict) else None
        match found:
            case None:
                return Unknown() if default is None else self._resolve(default)
            case str():
                return known(found)
            case dict():
                return Unknown()
        return found

    def _to_json_string(self, argument: Any) -> Any:
        try:
            return json.dumps(self._resolve(argument), separators=(",", ":"))
        except TypeError:
            return Unknown()

    def _base64(self, argument: Any) -> Any:
        text = self._text(argument)
        return Unknown() if text is None else base64.b64encode(text.encode()).decode()

    def _holds(self, condition: Any) -> bool | None:
        """Whether a condition holds, in the logic of three values."""
        match condition:
            case {"Condition": name}:
                return self.condition(name)
            case {"Fn::Equals": [left, right]}:
                one, other = self._text(left), self._text(right)
                return None if one is None or other is None else one == other
            case {"Fn::Not": [inner]}:
                return _not(self._holds(inner))
            case {"Fn::And": [*conditions]}:
                return _all([self._holds(each) for each in conditions])
            case {"Fn::Or": [*conditions]}:
                return _not(_all([_not(self._holds(each)) for each in conditions]))
        return None


def section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A section of a template; empty if there is none."""
    content = document.get(name)
    return content if isinstance(content, dict) else {}


def _not(holds: bool | None) -> bool | None:
    return None if holds is None else not holds


def _all(conditions: list[bool | None]) -> bool | None:
    return False if False in conditions else None if None in conditions else True


_FUNCTIONS: Final[Mapping[str, Callable[[Resolver, Any], Any]]] = {
    "Ref": Resolver._ref,
    "Fn::Base64": Resolver._base64,
    "Fn::FindInMap": Resolver._find_in_map,
    "Fn::GetAtt": Resolver._get_att,
    "Fn::If": Resolver._if,
    "Fn::Join": Resolver._join,
    "Fn::Length": Resolver._length,
    "Fn::Select": Resolver._select,
    "Fn::Split": Resolver._split,
    "Fn::Sub": Resolver._sub,
    "Fn::ToJsonString": Resolver._to_json_string,
}

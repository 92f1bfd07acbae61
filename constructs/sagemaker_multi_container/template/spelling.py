"""What is written in a template, spelled out so that it can be compared where it is not known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final

from .intrinsics import PLACEHOLDER, Resolver, section
from .strings import LONGEST, text_of

MARK: Final = "\0"
"""What stands around what is not known in a text."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of one template."""

    resolver: Resolver
    _conditions: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def text(self, value: Any) -> str:
        """A text that is the same for values that are the same at deployment, whatever that is.

        It is the value itself if that is a known string, and what is written of it in place of all that is not known.
        """
        try:
            pieces = self._pieces(value)
        except RecursionError:
            pieces = None
        if pieces is None or sum(map(len, pieces)) > LONGEST:
            return f"{MARK}{json.dumps(value, sort_keys=True)}{MARK}"
        return "".join(pieces)

    def condition(self, name: object) -> str:
        """A text that is the same for conditions that hold in the same deployments."""
        if not isinstance(name, str):
            return json.dumps(name, sort_keys=True)
        if name not in self._conditions:
            # Its name for those that it depends on, should they depend on it.
            self._conditions[name] = name
            try:
                written = self._written(section(self.resolver.document, "Conditions").get(name, name))
            except RecursionError:
                return name
            self._conditions[name] = written if isinstance(written, str) else _digest(written)
        return self._conditions[name]

    def _pieces(self, value: Any) -> list[str] | None:
        """What a string is put together of; None if the value is not put together at all."""
        known = text_of(self.resolver.resolve(value))
        if isinstance(known, str):
            return [known]
        match value:
            case str():
                return [value]
            case {"Fn::Sub": str(text)}:
                return self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(variables)]}:
                return self._substituted(text, variables)
            case {"Fn::Join": [str(separator), list(parts)]}:
                there = (self.text(parts[index]) for index in self.resolver.elements(parts))
                return [piece for each in there for piece in (separator, each)][1:]
        return None

    def _substituted(self, text: str, variables: dict[str, Any]) -> list[str]:
        pieces = PLACEHOLDER.split(text)
        pieces[1::2] = [self.text(variables.get(name, _named(name))) for name in pieces[1::2]]
        return pieces

    def _written(self, condition: Any) -> Any:
        """A condition with what it depends on in place of all names."""
        match condition:
            case {"Condition": name}:
                holds = self.resolver.condition(name)
                return self.condition(name) if holds is None else holds
            case {"Fn::Equals": [left, right]}:
                return ["Fn::Equals", *sorted([self.text(left), self.text(right)])]
            case {"Fn::And": [*conditions]} | {"Fn::Or": [*conditions]} | {"Fn::Not": [*conditions]}:
                return [*condition, *map(self._written, conditions)]
        return condition


def _digest(condition: Any) -> str:
    """A condition in short: spelled out it could be long, for those that it depends on may depend on the same ones."""
    return hashlib.sha256(json.dumps(condition, sort_keys=True).encode()).hexdigest()


def _named(name: str) -> dict[str, Any]:
    """What a placeholder of `Fn::Sub` stands for."""
    if name.startswith("!"):
        return {"Fn::Sub": f"${{{name}}}"}
    return {"Fn::GetAtt": name.split(".", 1)} if "." in name else {"Ref": name}

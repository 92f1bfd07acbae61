"""What is known of a value in a template before it is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..rules import Reference, Unknown

NOTHING: Final = object()
"""What `AWS::NoValue` stands for: as if the property had not been written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """Evaluates the intrinsic functions of one template, as far as the template alone says what they give."""

    document: Mapping[str, Any]
    region: str | None = None
    account: str | None = None

    def resolve(self, value: Any) -> Any:
        """The value with all that is known in its place, and `Unknown` and `Reference` for the rest."""
        if isinstance(value, list):
            return [each for each in map(self.resolve, value) if each is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref":
                return self._ref(argument)
            if function == "Fn::GetAtt":
                return self._get_att(argument)
            if str(function).startswith("Fn::"):
                return Unknown()
        resolved = {key: self.resolve(inner) for key, inner in value.items()}
        return {key: inner for key, inner in resolved.items() if inner is not NOTHING}

    def _ref(self, name: object) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name in self.document["Resources"]:
            return Reference(logical_id=str(name), attribute=None)
        return Unknown()

    def _get_att(self, argument: object) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        match parts:
            case [str(logical_id), str(attribute)]:
                return Reference(logical_id=logical_id, attribute=attribute)
        return Unknown()

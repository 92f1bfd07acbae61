"""Arguments that Python itself would have refused, had it checked types: one way to read them and to say so."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import aws_cdk as cdk

from .declared_at import caller
from .errors import EndpointConfigurationError, Problem
from .rules import Unknown
from .tokens import is_token

WRONG_ARGUMENT = "MCE-Y01"
"""The id of a problem with an argument that is of a wrong type, missing, or contradicts another one."""

_IN_WORDS = {bool: "True or False", float: "a number", int: "a whole number", str: "a string"}
_LONGEST_VALUE_SHOWN = 80


def refuse(argument: str, message: str, fix: str) -> NoReturn:
    """Refuse an argument of a value object at once, at the line that gave it."""
    raise EndpointConfigurationError("", [Problem(WRONG_ARGUMENT, f"{argument} ({caller()})", message, fix)])


def describe(value: object) -> str:
    """A value as an error message shows it: short, and with its type, since that is the mistake."""
    if value is None:
        return "None"
    if isinstance(value, Mapping):
        # Its values may be secrets.
        return f"a {type(value).__name__} with the keys {', '.join(map(repr, value))}"
    shown = repr(value)
    if len(shown) > _LONGEST_VALUE_SHOWN:
        shown = f"{shown[: _LONGEST_VALUE_SHOWN - 3]}..."
    return f"the {type(value).__name__} {shown}"


def said_by_the_cdk(error: Exception) -> str:
    """What the CDK complains about, without the code in front."""
    return re.sub(r"^[A-Z]\w+: ", "", str(error).splitlines()[0])


def _encoded(token: object, kind: type) -> object:
    """A token as the string or number that L1 takes."""
    if isinstance(token, str | int | float | list) or kind is bool:
        return token
    resolvable = cast("cdk.IResolvable", token)
    return cdk.Token.as_string(resolvable) if kind is str else cdk.Token.as_number(resolvable)


def _is_infinite(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def given(properties: Mapping[str, object]) -> dict[str, Any]:
    """Properties without those that were left out."""
    return {name: value for name, value in properties.items() if value is not None}


def where(owner: str, argument: str, declared_at: str = "") -> str:
    """An argument as an error message names it: `containers[1].hostname (app.py:42)`."""
    name = ".".join(part for part in (owner, argument) if part)
    return f"{name} ({declared_at})" if declared_at else name


@dataclass(frozen=True, slots=True)
class ArgumentReader:
    """Reads arguments, and collects what is wrong with them: a wrong one is a problem, and its value unknown."""

    problems: list[Problem]
    owner: str = ""
    """What the arguments belong to, such as `containers[1]`; empty for the endpoint itself."""
    declared_at: str = ""
    """The line that made the owner."""

    def refuse(self, argument: str, message: str, fix: str, rule: str = WRONG_ARGUMENT) -> Unknown:
        """Note a problem with an argument."""
        self.problems.append(Problem(rule, where(self.owner, argument, self.declared_at), message, fix))
        return Unknown()

    def wrong(self, argument: str, value: object, expected: str, fix: str) -> Unknown:
        """Note that an argument is of a wrong type."""
        return self.refuse(argument, f"is {describe(value)}, expected {expected}", fix)

    def read(self, argument: str, value: object, expected: type) -> object:
        """A value of one type, or a token, or None."""
        if value is None:
            return None
        if is_token(value):
            return _encoded(value, expected)
        fits = isinstance(value, (int, float) if expected is float else expected)
        if fits and (expected is bool) == isinstance(value, bool) and not _is_infinite(value):
            return value
        words = _IN_WORDS.get(expected, f"a {expected.__name__}")
        return self.wrong(argument, value, words, f"give {words}")

    def required(self, argument: str, value: object, expected: type) -> object:
        """A value of one type, or a token."""
        if value is not None:
            return self.read(argument, value, expected)
        words = _IN_WORDS[expected]
        return self.refuse(argument, f"is None, expected {words}", f"give {words}")

    def strings(self, argument: str, value: object) -> object:
        """A list of strings, or None."""
        if value is None or (isinstance(value, list) and is_token(value)):
            return value
        if isinstance(value, str) or not isinstance(value, Sequence):
            return self.wrong(argument, value, "a list of strings", "write ['...', '...']")
        return [self.required(f"{argument}[{index}]", item, str) for index, item in enumerate(value)]

    def mapping(self, argument: str, value: object) -> object:
        """A dictionary whose keys are strings, or None."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            return self.wrong(argument, value, "a dictionary", "write {'NAME': 'value'}")
        for name in value:
            if not isinstance(name, str):
                self.refuse(argument, f"has the name {name!r}, expected a string", f"write {str(name)!r}")
        return {name: inner for name, inner in value.items() if isinstance(name, str)}

    def seconds(self, argument: str, value: object) -> object:
        """A duration in whole seconds, or None."""
        if value is None:
            return None
        if not isinstance(value, cdk.Duration):
            message = f"is {describe(value)}, expected a cdk.Duration"
            return self.refuse(argument, message, "write cdk.Duration.seconds(300)")
        try:
            return self._whole(argument, value.to_seconds(integral=False), "seconds")
        except RuntimeError as refused:  # a token in another unit
            return self.refuse(argument, said_by_the_cdk(refused), "write cdk.Duration.seconds(...)")

    def gibibytes(self, argument: str, value: object) -> object:
        """A size in whole GiB, or None."""
        return self._size(argument, value, "gibibytes", "GiB")

    def mebibytes(self, argument: str, value: object) -> object:
        """A size in whole MiB, or None."""
        return self._size(argument, value, "mebibytes", "MiB")

    def construct(self, argument: str, value: object, attribute: str, expected: str, fix: str) -> object:
        """An attribute of a CDK construct, or None."""
        return None if value is None else self.required_construct(argument, value, attribute, expected, fix)

    def required_construct(self, argument: str, value: object, attribute: str, expected: str, fix: str) -> object:
        """An attribute of a CDK construct."""
        if not hasattr(value, attribute):
            return self.wrong(argument, value, expected, fix)
        return getattr(value, attribute)

    def same_region(self, argument: str, resource: Any, region: str) -> None:
        """Note if a resource is in another region than this one, as far as both are known."""
        if is_token(region):
            return
        found = resource.env.region
        if found != region and not is_token(found):
            message = f"is in {found}, and the endpoint is in {region}"
            self.refuse(argument, message, "give one of the endpoint's region")

    def _size(self, argument: str, value: object, unit: str, short: str) -> object:
        if value is None:
            return None
        if not isinstance(value, cdk.Size):
            return self.wrong(argument, value, "a cdk.Size", f"write cdk.Size.{unit}(...)")
        try:
            size = getattr(value, f"to_{unit}")(rounding=cdk.SizeRoundingBehavior.NONE)
        except RuntimeError as refused:  # a token in another unit
            return self.refuse(argument, said_by_the_cdk(refused), f"write cdk.Size.{unit}(...)")
        return self._whole(argument, size, short)

    def _whole(self, argument: str, number: float | None, unit: str) -> object:
        # Numbers that are too large for JSON come back as none.
        if number is not None and number == int(number):
            return number
        return self.refuse(argument, f"is {number} {unit}, expected a whole number", f"give whole {unit}")

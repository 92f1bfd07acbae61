"""Arguments that Python itself would have refused, had it checked types: one way to read them and to say so."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, cast

import aws_cdk as cdk

from .declared_at import caller
from .errors import EndpointConfigurationError, Problem
from .readings import MISSING, attribute
from .rules import Unknown
from .tokens import TokenKind, is_token, kind_of_token

WRONG_ARGUMENT = "MCE-Y01"
"""The id of a problem with an argument that is of a wrong type, missing, or contradicts another one."""

LARGEST_NUMBER: Final = 2**53
"""The largest number up to which JSON, which the CDK passes arguments on in, carries all whole ones."""

_IN_WORDS: Final[Mapping[type, str]] = {
    bool: "True or False",
    float: "a number",
    int: "a whole number",
    str: "a string",
}
# What L1 takes as it is.
_TOKENS: Final[Mapping[type, TokenKind]] = {
    bool: TokenKind.RESOLVABLE,
    float: TokenKind.NUMBER,
    int: TokenKind.NUMBER,
    str: TokenKind.STRING,
}
_HOW_TO_ENCODE: Final[Mapping[type, str]] = {
    bool: "give True or False, or cdk.Fn.condition_if(...)",
    float: "give value_as_number of a CfnParameter, or cdk.Token.as_number(...)",
    int: "give value_as_number of a CfnParameter, or cdk.Token.as_number(...)",
    str: "give value_as_string of a CfnParameter, cdk.Token.as_string(...), or cdk.Fn.select(0, ...) of a list",
}
_PLAIN = (str, bytes, int, float, enum.Enum)
_LONGEST_VALUE_SHOWN = 80
_ACCOUNT_OR_REGION = re.compile(r"[a-z0-9-]+")


def refuse(argument: str, message: str, fix: str) -> NoReturn:
    """Refuse an argument of a value object at once, at the line that gave it."""
    raise EndpointConfigurationError("", [Problem(WRONG_ARGUMENT, f"{argument} ({caller()})", message, fix)])


def describe(value: object) -> str:
    """A value as an error message shows it: short, and with its type, since that is the mistake."""
    if value is None:
        return "None"
    kind = kind_of_token(value)
    if kind is not None:
        return f"{kind} that is only known at deployment"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    if isinstance(value, Mapping):
        # Its values may be secrets.
        return f"a {name} with the keys {', '.join(map(repr, value))}"
    shown = _shown(value)
    if shown is None:
        return f"the {name}"
    if len(shown) > _LONGEST_VALUE_SHOWN:
        shown = f"{shown[: _LONGEST_VALUE_SHOWN - 3]}..."
    return f"the {name} {shown}"


def _shown(value: object) -> str | None:
    """A plain value; not what an object holds, which may be secrets, and the address of which says nothing."""
    items = value if isinstance(value, list | tuple | set | frozenset) else [value]
    if not all(isinstance(item, _PLAIN) for item in items):
        return None
    try:
        return repr(value)
    except ValueError:  # Python prints no numbers of thousands of digits
        return None


def said_by_the_cdk(error: Exception) -> str:
    """What the CDK complains about, without the code in front."""
    return re.sub(r"^[A-Z]\w+: ", "", (str(error) or type(error).__name__).splitlines()[0])


def offers(value: object, name: str) -> bool:
    """Whether a value is an object with this attribute, rather than a class whose objects would have it."""
    return _attribute(value, name) is not MISSING


def _attribute(value: object, name: str) -> object:
    return MISSING if isinstance(value, type) else attribute(value, name)


def plain(value: Any) -> Any:
    """The string or number that a member of an enum is: in f-strings it would be a name, and jsii refuses it."""
    if isinstance(value, enum.Enum):
        return str.__str__(value) if isinstance(value, str) else value.value
    return value


def text_of(argument: str, value: object, fix: str) -> str:
    """A string of a value object, which refuses anything else at once; tokens of other kinds are encoded."""
    problems: list[Problem] = []
    read = ArgumentReader(problems).required(argument, value, str)
    if isinstance(read, str):
        return read
    refuse(argument, problems[0].message, fix)


def _is_number(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


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
        """A value of one type, or a token that L1 takes for it, or None."""
        if value is None:
            return None
        words = _IN_WORDS[expected]
        kind = kind_of_token(value)
        if kind is not None:
            return self._encoded(argument, value, kind, expected)
        fits = isinstance(value, (int, float) if expected is float else expected)
        if not fits or (expected is bool) != isinstance(value, bool) or not _is_number(value):
            return self.wrong(argument, value, words, f"give {words}")
        if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
            message = f"is {describe(value)}, and the CDK passes on no number beyond 2**53 exactly"
            return self.refuse(argument, message, "give a smaller number")
        return plain(value)

    def literal(self, argument: str, value: object, expected: type) -> object:
        """A value of one type that decides something at synth, so that it can be no token, or None."""
        if not is_token(value):
            return self.read(argument, value, expected)
        words = _IN_WORDS[expected]
        message = f"is {describe(value)}, and what follows from it is decided at synth"
        return self.refuse(argument, message, f"give {words} that is known at synth")

    def required(self, argument: str, value: object, expected: type) -> object:
        """A value of one type, or a token."""
        if value is not None:
            return self.read(argument, value, expected)
        words = _IN_WORDS[expected]
        return self.refuse(argument, f"is None, expected {words}", f"give {words}")

    def strings(self, argument: str, value: object) -> object:
        """A list of strings, or a token for one, or None."""
        match kind_of_token(value):
            case TokenKind.LIST if isinstance(value, list):
                return value
            case TokenKind.RESOLVABLE:
                return cdk.Token.as_list(value)
            case TokenKind():
                fix = "give value_as_list of a CfnParameter, or write ['...', '...']"
                return self.wrong(argument, value, "a list of strings", fix)
            case _:
                return self.literals(argument, value)

    def literals(self, argument: str, value: object) -> object:
        """A list of strings whose length is known at synth, or None."""
        if value is None:
            return None
        if is_token(value):
            return self.wrong(argument, value, "a list that is known at synth", "write ['...', '...']")
        if isinstance(value, str) or not isinstance(value, Sequence):
            return self.wrong(argument, value, "a list of strings", "write ['...', '...']")
        return [self.required(f"{argument}[{index}]", item, str) for index, item in enumerate(value)]

    def mapping(self, argument: str, value: object) -> object:
        """A dictionary whose keys are strings, or None."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            # The value itself is not shown: it may be a secret.
            message = f"is of type {type(value).__name__}, expected a dictionary"
            return self.refuse(argument, message, "write {'NAME': 'value'}")
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

    def construct(self, argument: str, value: object, name: str, expected: str, fix: str) -> object:
        """An attribute of a CDK construct, or None."""
        return None if value is None else self.required_construct(argument, value, name, expected, fix)

    def required_construct(self, argument: str, value: object, name: str, expected: str, fix: str) -> object:
        """An attribute of a CDK construct."""
        found = _attribute(value, name)
        return self.wrong(argument, value, expected, fix) if found is MISSING else found

    def same_region(self, argument: str, resource: Any, region: str) -> None:
        """Note if a resource is in another region than this one, as far as both are known."""
        if not is_token(region):
            self._same(argument, "region", attribute(resource, "env").region, region)

    def same_environment(self, argument: str, resource: Any, region: str, account: str, arn: str = "") -> None:
        """Note if a resource is in another region or account than these, as far as they are known.

        Args:
            argument: The argument.
            resource: The resource.
            region: The region that it should be in.
            account: The account that it should be in.
            arn: Its ARN. Some imported resources do not know otherwise where they are.
        """
        if is_token(region) and is_token(account):
            return
        environment = attribute(resource, "env")
        in_arn = [*arn.split(":"), *[""] * 5][3:5]
        expected = {"region": (environment.region, region), "account": (environment.account, account)}
        for part, (noun, (found, wanted)) in zip(in_arn, expected.items(), strict=True):
            self._same(argument, noun, part if _ACCOUNT_OR_REGION.fullmatch(part) else found, wanted)

    def _same(self, argument: str, noun: str, found: str, expected: str) -> None:
        if found != expected and not is_token(found) and not is_token(expected):
            message = f"is in {found}, and the endpoint is in {expected}"
            self.refuse(argument, message, f"give one of the endpoint's {noun}")

    def _encoded(self, argument: str, value: object, kind: TokenKind, expected: type) -> object:
        """A token as the string or number that L1 takes."""
        if kind is _TOKENS[expected]:
            return value
        if kind is not TokenKind.RESOLVABLE:
            return self.wrong(argument, value, _IN_WORDS[expected], _HOW_TO_ENCODE[expected])
        resolvable = cast("cdk.IResolvable", value)
        return cdk.Token.as_string(resolvable) if expected is str else cdk.Token.as_number(resolvable)

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

"""What the parameters of a template are, as far as it says so.

A template is read as it would be deployed as it stands: whoever deploys it gives no values, so that a parameter is its
default. What is found is thus true of that deployment. A default that cannot be meant is not taken for one.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ..rules import Unknown
from .strings import known, text_of

LONGEST: Final = 4096
"""The characters of a parameter that CloudFormation takes."""

# What authors write in place of a value that they cannot know.
_PLACEHOLDER = re.compile(r"<[^<>]+>|\b(?:change|replace|fill)[-_ ]?(?:me|this|in)\b|\bTODO\b", re.IGNORECASE)


def value_of(declaration: Any, given: Any = None) -> str | list[str] | Unknown:
    """The value of a parameter, which is a string or a list of them as in CloudFormation.

    It is unknown without a default, with one that is blank or holds a placeholder such as `<your-bucket>` or
    `CHANGEME`, for secrets (`NoEcho`), and for what CloudFormation looks up in Systems Manager.

    Args:
        declaration: What the template says about the parameter.
        given: The value that the stack gets from the one that it is nested in.
    """
    if not isinstance(declaration, dict) or text_of(declaration.get("NoEcho", False)) != "false":
        return Unknown()
    text = known(text_of(declaration.get("Default") if given is None else given))
    is_looked_up = str(declaration.get("Type")).startswith("AWS::SSM::Parameter::Value")
    if is_looked_up or (isinstance(text, str) and len(text) > LONGEST):
        return Unknown()
    if given is None and isinstance(text, str) and (not text.strip() or _PLACEHOLDER.search(text)):
        return Unknown()
    return of_type(declaration, text)


def of_type(declaration: Any, text: str | Unknown) -> str | list[str] | Unknown:
    """What a text is as the value of a parameter: the list that it stands for, if the parameter is one."""
    its_type = str(declaration.get("Type")) if isinstance(declaration, dict) else ""
    if "CommaDelimitedList" in its_type or "List<" in its_type:
        return [each.strip() for each in text.split(",")] if isinstance(text, str) else Unknown()
    return text

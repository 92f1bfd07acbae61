"""What an assembly declares of the endpoint that is verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..rules import Unknown
from ..template import Template
from ..template.choice import choose
from ..template.endpoints import Endpoint, Scaling, endpoints_of
from ..template.intrinsics import section
from ..template.reading import NESTED, name_of_nested
from .stacks import Stack

_PARTS_OF_ARN: Final = 6


class UnclearError(Exception):
    """Raised where what was given does not fit together. Its text is a line for the user."""


def declared_endpoint(
    path: Path,
    templates: Sequence[Template],
    *,
    name: str | None = None,
    stack: str | None = None,
    id: str | None = None,
) -> Endpoint:
    """The endpoint that is meant.

    Args:
        path: Where the templates are from.
        templates: All that were read.
        name: What the deployed endpoint is called. None means any.
        stack: The stack that declares it, by either of its names. None means any.
        id: The path of its construct, its logical id or its name. None means the only one, or the one of that name.

    Raises:
        UnclearEndpointError: If there is none, or several.
    """
    fixed = {each.name for template in templates for each in endpoints_of(template)}
    return choose(path, templates, stack=stack, endpoint=id or (name if name in fixed else None))


def way_to(template: Template, templates: Sequence[Template]) -> tuple[str, ...] | None:
    """The name of the deployed stack that a template is of, and the logical ids of those nested in it that lead there.

    None if that cannot be told, as of a template in a file of its own.
    """
    if template.resolver.stack_name is not None:
        return (template.resolver.stack_name,)
    for holder in templates:
        for logical_id, _ in holder.resources(NESTED):
            if name_of_nested(holder, logical_id) == template.stack:
                way = way_to(holder, templates)
                return None if way is None else (*way, logical_id)
    return None


def as_deployed(endpoint: Endpoint, arn: str, stack: Stack | None) -> Endpoint:
    """An endpoint as its template declares it where it was deployed, and with the parameters that it was deployed with.

    Args:
        endpoint: The endpoint.
        arn: The ARN of something of its account and region.
        stack: Its stack. None if it could not be asked for, so that no parameter is known.
    """
    template = endpoint.template
    _, _, _, region, account, _ = arn.split(":", _PARTS_OF_ARN - 1)
    names = section(template.document, "Parameters")
    given: Mapping[str, Any] = dict.fromkeys(names, Unknown()) if stack is None else stack.parameters
    resolver = replace(template.resolver, region=region, account=account, parameters=given)
    placed = replace(template, region=region, account=account, resolver=resolver)
    return Endpoint(placed, endpoint.logical_id, Scaling(placed))

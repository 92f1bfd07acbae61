"""What an assembly declares of the endpoint that is verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..review.endpoints import Endpoint, Scaling, endpoints_of
from ..review.naming import known_as
from ..rules import Unknown
from ..template import Template
from ..template.intrinsics import section
from ..template.reading import NESTED, name_of_nested
from .stacks import Stack

_PARTS_OF_ARN: Final = 6


class UnclearError(Exception):
    """Raised where it is not clear what is meant. Its text is a line for the user."""


def choose(
    templates: Sequence[Template], *, name: str | None = None, stack: str | None = None, id: str | None = None
) -> Endpoint:
    """The endpoint that is meant.

    Args:
        templates: Those of an assembly.
        name: The endpoint's name, unless CloudFormation generates it. None means any.
        stack: Its stack, by either of the names that a stack has. None means any.
        id: Its logical id, its name, or the path of its construct, with the stack or without. None means any.

    Raises:
        UnclearError: If there is none, or several.
    """
    given = [each for template in templates for each in endpoints_of(template)]
    found = [each for each in given if _is_in(each, stack) and _is_called(each, id)]
    if name is not None:
        named = [each for each in found if each.name == name]
        found = named or [each for each in found if each.name is None]
    if len(found) == 1:
        return found[0]
    wanted = found or given
    listed = ", ".join(sorted(f"{each.template.stack}: {known_as(each.template, each.logical_id)}" for each in wanted))
    if not given:
        raise UnclearError("the assembly declares no endpoint")
    if not found:
        raise UnclearError(f"the assembly declares no such endpoint; there is {listed}")
    raise UnclearError(f"the assembly declares several endpoints: give --stack or --endpoint to choose from {listed}")


def _is_in(endpoint: Endpoint, stack: str | None) -> bool:
    return stack is None or stack in (endpoint.template.stack, endpoint.template.resolver.stack_name)


def _is_called(endpoint: Endpoint, id: str | None) -> bool:
    if id is None or id in (endpoint.logical_id, endpoint.name):
        return True
    path = endpoint.template.construct_path(endpoint.logical_id)
    inside = known_as(endpoint.template, endpoint.logical_id)
    return any(f"{each}/".startswith(f"{id}/") for each in (path, inside) if each is not None)


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

"""The names that endpoints were given, and where they are taken."""

from __future__ import annotations

from collections.abc import Iterable

from ..template import Template
from ..template.endpoints import Endpoint, endpoints_of
from .values import shown

Place = tuple[str | None, str | None, str | None, str]
"""What an endpoint's name is unique in: account, region, the stack if the name is not wholly known, and the name."""


def place_of(endpoint: Endpoint) -> Place | None:
    """Where an endpoint's fixed name is taken, whose case does not count. None if CloudFormation generates one."""
    template, name = endpoint.template, endpoint.spelled_name
    if name is None:
        return None
    return template.account, template.region, None if endpoint.name else template.stack, name.lower()


def names_taken(templates: Iterable[Template]) -> dict[Place, str]:
    """The stack that has an endpoint of a fixed name, by that name."""
    return {
        place: template.stack
        for template in templates
        for endpoint in endpoints_of(template)
        if (place := place_of(endpoint)) is not None
    }


def own_name(endpoint: Endpoint) -> str | None:
    """An endpoint's fixed name for people, with `…` for what is not known. None if CloudFormation generates one."""
    return shown(endpoint.properties.get("EndpointName"))

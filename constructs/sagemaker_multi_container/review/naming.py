"""What people know things by."""

from __future__ import annotations

from ..template import Template


def known_as(template: Template, logical_id: str) -> str:
    """What people know a resource by: the path of its construct inside of the stack, else its logical id."""
    path = template.construct_path(logical_id)
    return path.removeprefix(f"{template.stack}/").removesuffix("/Resource") if path else logical_id

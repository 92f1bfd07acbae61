"""What the engine needs to know of a CloudFormation resource type."""

from typing import Protocol
from uuid import uuid4

from embedded_aws.endpoint import Json

Provisioned = tuple[str, dict[str, str]]
"""What `Ref` returns, and what `Fn::GetAtt` does."""


class HandlerError(Exception):
    """What a stack event gives as the reason when a resource cannot be created, updated or deleted."""

    def __init__(self, message: str) -> None:
        super().__init__(f'Resource handler returned message: "{message}"')


class ResourceType(Protocol):
    """A resource type: what it is called, what replaces a resource of it, and what is done to one."""

    @property
    def type_name(self) -> str:
        """The name in templates."""
        ...

    @property
    def create_only(self) -> tuple[str, ...]:
        """The properties whose change replaces the resource."""
        ...

    @property
    def name_property(self) -> str | None:
        """The property for a name of one's own that two resources cannot share during a replacement."""
        ...

    @property
    def taggable(self) -> bool:
        """Whether the tags of the stack go to the property `Tags`."""
        ...

    def create(self, logical_id: str, properties: Json, stack_name: str, /) -> Provisioned:
        """Create the resource."""
        ...

    def update(self, physical_id: str, old: Json, new: Json, /) -> Provisioned:
        """Apply the changes that do not replace the resource."""
        ...

    def delete(self, physical_id: str, /) -> None:
        """Delete the resource, if it still exists."""
        ...


def generated_name(stack_name: str, logical_id: str, max_length: int) -> str:
    """A name that tells where the resource comes from, for one that has none of its own."""
    suffix = uuid4().hex[:12]
    return f"{f'{stack_name}-{logical_id}'[: max_length - len(suffix) - 1]}-{suffix}"

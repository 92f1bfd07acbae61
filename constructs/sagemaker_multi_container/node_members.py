"""What Node may call of an endpoint."""

from __future__ import annotations

from typing import TypeVar

from constructs import Construct

_Class = TypeVar("_Class", bound=type[Construct])


def unknown_to_node(cls: _Class) -> _Class:
    """Tell jsii that nothing in this class, nor in those above, is there for Node to call.

    Whenever a construct is made, jsii holds each member of its Python classes against each interface that they
    implement. For an endpoint, which has many, that took longer than all the rules.
    """
    type.__setattr__(cls, "__jsii_declared_type__", vars(Construct)["__jsii_declared_type__"])
    return cls

"""The ways to declare an endpoint that are compared.

Endpoints that are written by hand have the same resources with the same properties as ours; a test holds them against
each other. With the alpha package, which cannot make those, the comparison is feature for feature: a pipeline of two
containers whose images are in repositories and whose model data is in a bucket, the role that the package makes, and
where it is watched, its own scaling and alarms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

import aws_cdk as cdk

Declare = Callable[[cdk.Stack, str, int], object]
"""Declares the endpoint of that id and number in a stack. No two numbers have the same containers."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to declare an endpoint."""

    name: str
    writes: str
    """The function that writes it, such as `with_ours.own_role`."""

    def prepare(self, stack: cdk.Stack) -> Declare:
        """Make in a stack what its endpoints share, which is not measured.

        Only now is the peer's module imported, since each has time and memory of its own.
        """
        module, _, function = self.writes.partition(".")
        prepare: Callable[[cdk.Stack], Declare] = getattr(import_module(f".{module}", __package__), function)
        return prepare(stack)


_ALL = [
    Peer("objects", "by_hand_with_objects.own_role"),
    Peer("control", "by_hand_with_objects.own_role"),
    Peer("dicts", "by_hand_with_dicts.own_role"),
    Peer("l1", "by_hand_with_dicts.own_role_l1"),
    Peer("ours", "with_ours.own_role"),
    Peer("objects given role", "by_hand_with_objects.given_role"),
    Peer("dicts given role", "by_hand_with_dicts.given_role"),
    Peer("ours given role", "with_ours.given_role"),
    Peer("objects watched", "by_hand_with_objects.watched"),
    Peer("dicts watched", "by_hand_with_dicts.watched"),
    Peer("ours watched", "with_ours.watched"),
    Peer("alpha", "with_alpha.own_role"),
    Peer("alpha importing", "with_alpha.importing"),
    Peer("alpha importing watched", "with_alpha.importing_watched"),
    Peer("ours of objects", "with_ours.of_objects"),
    Peer("alpha watched", "with_alpha.watched"),
    Peer("ours of objects watched", "with_ours.of_objects_watched"),
]
PEERS: Mapping[str, Peer] = {peer.name: peer for peer in _ALL}
"""Every peer, by name."""

TWINS: Mapping[str, tuple[str, ...]] = {
    "ours": ("objects", "dicts", "l1"),
    "ours given role": ("objects given role", "dicts given role"),
    "ours watched": ("objects watched", "dicts watched"),
}
"""Which peers make the same resources as ours."""

VARIATIONS: Mapping[str, Peer] = {
    "13 more containers": Peer("13 more containers", "with_ours.with_most_containers"),
    "20 environment variables": Peer("20 environment variables", "with_ours.with_more_variables"),
    "5 tags on the stack": Peer("5 tags on the stack", "with_ours.with_tags"),
}
"""What may cost no further message."""

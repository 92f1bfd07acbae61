"""How many messages go to Node: an exact count, on any machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import aws_cdk as cdk
from jsii._kernel.providers.process import _NodeProcess

from .peers import Peer

_FEW = 2
_MORE = 12


def per_endpoint(peer: Peer) -> float:
    """What one more endpoint costs, synthesis included. Whatever is sent once in a process or a stack is left out."""
    _sent(peer, 1)
    return (_sent(peer, _MORE) - _sent(peer, _FEW)) / (_MORE - _FEW)


def _sent(peer: Peer, endpoints: int) -> int:
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    declare = peer.prepare(stack)
    with counted() as sent:
        for number in range(endpoints):
            declare(stack, f"Endpoint{number}", number)
        app.synth()
    return sent()


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """Gives a function that tells how many messages were sent within this context."""
    sent: list[None] = []
    send = _NodeProcess.send

    def sends(process: _NodeProcess, *arguments: Any) -> Any:
        sent.append(None)
        return send(process, *arguments)

    # jsii has no public way to count.
    with patch.object(_NodeProcess, "send", sends):
        yield lambda: len(sent)

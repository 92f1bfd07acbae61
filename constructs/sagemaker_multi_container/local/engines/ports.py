"""The ports that a container is told to listen on."""

from __future__ import annotations

import random
import socket
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from ..errors import LocalEndpointError
from ..running import BIND_TO_PORT, SAFE_PORT_RANGE

LOOPBACK: Final = "127.0.0.1"

_BLOCK: Final = 10
_FIRST, _LAST = 10_000, 32_000
"""Away from 8080, and below the ports that systems give to outgoing connections."""
_given: Final[deque[int]] = deque(maxlen=200)
"""What processes may not listen on yet, though they were told to."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one container. How many SageMaker gives, it does not say; here they are 10."""

    bind_to: int

    @property
    def environment(self) -> dict[str, str]:
        """What tells a container its ports, as SageMaker does.

        https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-troubleshooting.html
        """
        return {
            BIND_TO_PORT: str(self.bind_to),
            SAFE_PORT_RANGE: f"{self.bind_to + 1}-{self.bind_to + _BLOCK - 1}",
        }


def in_own_network(index: int) -> Ports:
    """The ports of a container in a network that only containers of its model share."""
    return Ports(_FIRST + index * _BLOCK)


def on_this_machine() -> Ports:
    """Ports that nobody listens on here.

    Raises:
        LocalEndpointError: If there are none.
    """
    blocks = range(_FIRST, _LAST, _BLOCK)
    for start in random.sample(blocks, len(blocks)):
        if start not in _given and _are_free(range(start, start + _BLOCK)):
            _given.append(start)
            return Ports(start)
    raise LocalEndpointError(f"no {_BLOCK} consecutive ports from {_FIRST} to {_LAST} are free on {LOOPBACK}")


def _are_free(ports: range) -> bool:
    with ExitStack() as stack:
        for port in ports:
            listener = stack.enter_context(socket.socket())
            try:
                listener.bind((LOOPBACK, port))
            except OSError:
                return False
    return True

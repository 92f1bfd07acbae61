"""The ports that containers are told."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from sagemaker_multi_container.local.engines.ports import LOOPBACK, Ports, in_own_network, on_this_machine


def all_of(ports: Ports) -> set[int]:
    """Every port that a container may listen on."""
    low, high = map(int, ports.environment["SAGEMAKER_SAFE_PORT_RANGE"].split("-"))
    assert ports.environment["SAGEMAKER_BIND_TO_PORT"] == str(ports.bind_to)
    return {ports.bind_to, *range(low, high + 1)}


def test_containers_that_share_a_network_share_no_port() -> None:
    """Up to 15 of them, and none has 8080."""
    seen: set[int] = {8080}
    for index in range(15):
        own = all_of(in_own_network(index))
        assert not own & seen
        seen |= own


def test_processes_share_no_port() -> None:
    """Also before any of them listens. All their ports are free."""
    seen: set[int] = {8080}
    with ExitStack() as stack:
        for _ in range(50):
            own = all_of(on_this_machine())
            assert not own & seen
            seen |= own
        for port in seen - {8080}:
            stack.enter_context(socket.socket()).bind((LOOPBACK, port))

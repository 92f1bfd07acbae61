"""The fixture of pytest for endpoints that run on this machine.

Every pytest of an environment that has this package loads it, so it imports late.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, final

import pytest

if TYPE_CHECKING:
    from .local.dataplane import DataPlane
    from .local.endpoint import LocalEndpoint


@final
class LocalEndpoints:
    """Runs endpoints on this machine for a test, all behind one URL."""

    def __init__(self, data_plane: DataPlane, exit_stack: ExitStack) -> None:
        self._data_plane = data_plane
        self._exit_stack = exit_stack

    def start(self, endpoint: LocalEndpoint) -> LocalEndpoint:
        """Start an endpoint, which is stopped when the test ends.

        Raises:
            LocalEndpointError: If it cannot run.
        """
        self._exit_stack.callback(endpoint.stop)
        return endpoint.start(self._data_plane)

    @property
    def url(self) -> str:
        """Where the runtime API answers, which `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` says during the test."""
        return self._data_plane.url


@pytest.fixture
def local_endpoints(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalEndpoints]:
    """Runs endpoints on this machine, and sends the clients of the tested code to them.

    `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` is set and heeded, without a proxy in between, and a region and credentials
    that are none: nothing reaches AWS by it.
    """
    from .local.dataplane import DataPlane  # noqa: PLC0415
    from .local.endpoint import ENDPOINT_URL  # noqa: PLC0415

    with ExitStack() as exit_stack:
        endpoints = LocalEndpoints(exit_stack.enter_context(DataPlane()), exit_stack)
        monkeypatch.setenv(ENDPOINT_URL, endpoints.url)
        monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        if "AWS_DEFAULT_REGION" not in os.environ:
            monkeypatch.setenv("AWS_DEFAULT_REGION", os.environ.get("AWS_REGION", "us-east-1"))
        _leave_proxies_out(monkeypatch)
        yield endpoints


def _leave_proxies_out(monkeypatch: pytest.MonkeyPatch) -> None:
    unproxied = os.environ.get("no_proxy", os.environ.get("NO_PROXY", ""))
    if unproxied != "*":
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, f"{unproxied},127.0.0.1".removeprefix(","))

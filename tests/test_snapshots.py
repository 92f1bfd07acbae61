"""Whole templates of the reference app, as they are committed. Renew them with `pytest --snapshot-update`."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from app import build


@pytest.fixture(name="templates")
def _templates(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("mode", ["Direct", "Serial"])
def test_the_reference_app(templates: SnapshotAssertion, flags: dict[str, Any], mode: str) -> None:
    """In both modes, without and with the recommended feature flags."""
    app = build(cdk.App(context=flags | {"mode": mode}))
    stack = app.node.find_child("ReferenceEndpoint")
    assert isinstance(stack, cdk.Stack)

    assert Template.from_stack(stack).to_json() == templates

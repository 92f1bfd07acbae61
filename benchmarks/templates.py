"""What a peer synthesizes, but for the names that its author chose."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk

from .peers import Peer


def resources_of_one_endpoint(peer: Peer) -> list[str]:
    """Type, properties and dependencies of each of its resources, as JSON.

    A logical id becomes the type of its resource, policies have no names, and metrics in an expression are numbered.
    """
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    peer.prepare(stack)(stack, "Endpoint", 0)
    template: Mapping[str, Any] = app.synth().get_stack_by_name("Stack").template
    types = {logical_id: resource["Type"] for logical_id, resource in template["Resources"].items()}
    return sorted(json.dumps(_renamed(each, types), sort_keys=True) for each in template["Resources"].values())


def _renamed(value: Any, types: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        renamed = {key: _renamed(inner, types) for key, inner in value.items() if key != "PolicyName"}
        return renamed | ({"Metrics": _numbered(renamed["Metrics"])} if "Metrics" in renamed else {})
    if isinstance(value, list):
        return [_renamed(inner, types) for inner in value]
    return types.get(value, value) if isinstance(value, str) else value


def _numbered(metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    numbers = {metric["Id"]: f"m{number}" for number, metric in enumerate(metrics)}
    return [metric | {"Id": numbers[metric["Id"]], **_expression(metric, numbers)} for metric in metrics]


def _expression(metric: dict[str, Any], numbers: Mapping[str, str]) -> dict[str, str]:
    if "Expression" not in metric:
        return {}
    return {"Expression": re.sub(r"\w+", lambda word: numbers.get(word[0], word[0]), metric["Expression"])}

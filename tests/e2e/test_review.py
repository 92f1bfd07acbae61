"""What the review of two assemblies says, and what happens when the one is deployed after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
import pytest

from sagemaker_multi_container import Deployment, InferenceExecutionMode, MultiContainerEndpoint, ProductionVariant
from sagemaker_multi_container.review import Outcome, compare
from sagemaker_multi_container.review.changes import EndpointChange, Fate
from sagemaker_multi_container.template import read

from .conftest import Cloud, Observed, containers


@dataclass(frozen=True)
class Step:
    """A change of the endpoint, on top of those before."""

    title: str
    change: Mapping[str, Any]
    outcome: Outcome
    """What the review must say."""
    calls: list[str]
    """What the deployment must ask of SageMaker."""


LIVE = ProductionVariant(name="live", instance_type="ml.m5.large")
NEXT = ProductionVariant(name="next", instance_type="ml.m5.large", weight=0, containers=containers("a", "b", tag="9"))
ROLL = ["CreateModel", "CreateEndpointConfig", "UpdateEndpoint", "DeleteEndpointConfig", "DeleteModel"]
STEPS = [
    Step("nothing", {}, Outcome.UNCHANGED, []),
    Step("an image", {"tag": "2"}, Outcome.ROLLS, ROLL),
    Step("the order", {"hostnames": ("b", "a")}, Outcome.ROLLS, ROLL),
    Step("a revision", {"revision": "2"}, Outcome.ROLLS, ROLL),
    Step("the mode", {"mode": InferenceExecutionMode.DIRECT}, Outcome.ROLLS, ROLL),
    Step("tags", {"tags": {"team": "search"}}, Outcome.UPDATED, ["AddTags"] * 3),
    Step(
        "one more variant",
        {"variants": [LIVE, NEXT]},
        Outcome.ROLLS,
        ["CreateModel", "CreateEndpointConfig", "UpdateEndpoint", "DeleteEndpointConfig"],
    ),
    Step(
        "the deployment",
        {"deployment": Deployment.all_at_once(termination_wait=cdk.Duration.seconds(1))},
        Outcome.UPDATED,
        ["UpdateEndpoint"],
    ),
    Step(
        "the construct's id",
        {"id": "Renamed"},
        Outcome.REPLACED,
        [*ROLL[:1] * 2, ROLL[1], "CreateEndpoint", "DeleteEndpoint", ROLL[3], *ROLL[4:] * 2],
    ),
    Step("the endpoint's name", {"name": "search"}, Outcome.REPLACED, ["CreateEndpoint", "DeleteEndpoint"]),
]


@pytest.mark.e2e
def test_the_review_says_what_happens(cloud: Cloud) -> None:
    """To the endpoint, its models and its config, its mode, containers and variants."""
    declared: dict[str, Any] = {"variants": [LIVE]}
    before, base = cloud.deploy(endpoint(**declared)), read(cloud.assembly)
    for step in STEPS:
        declared |= step.change
        after, head = cloud.deploy(endpoint(**declared)), read(cloud.assembly)
        (said,) = compare(base, head).endpoints

        assert (said.outcome, said.refusals) == (step.outcome, ()), step.title
        assert sorted(cloud.calls) == sorted(step.calls), step.title
        assert what_is_said(said) == what_happened(before, after), step.title
        before, base = after, head


def endpoint(
    *,
    variants: list[ProductionVariant],
    id: str = "Endpoint",
    name: str | None = None,
    hostnames: tuple[str, ...] = ("a", "b"),
    tag: str = "1",
    revision: str = "1",
    mode: InferenceExecutionMode = InferenceExecutionMode.SERIAL,
    tags: Mapping[str, str] | None = None,
    deployment: Deployment | None = None,
) -> Callable[[cdk.Stack], MultiContainerEndpoint]:
    """An endpoint of one stack."""

    def declare(stack: cdk.Stack) -> MultiContainerEndpoint:
        made = MultiContainerEndpoint(
            stack,
            id,
            endpoint_name=name,
            mode=mode,
            containers=containers(*hostnames, tag=tag, revision=revision),
            variants=variants,
            deployment=deployment,
        )
        for key, value in (tags or {}).items():
            cdk.Tags.of(made).add(key, value)
        return made

    return declare


def what_is_said(change: EndpointChange) -> dict[str, object]:
    """What the review says of the endpoint afterwards."""
    fates = {each.type: each.fate for each in reversed(change.resources)}
    model = change.models[0]
    return {
        "same endpoint": change.outcome is not Outcome.REPLACED,
        "new config": fates["EndpointConfig"] is Fate.REPLACED,
        "new model": fates["Model"] is Fate.REPLACED,
        "mode": (model.mode.before, model.mode.after),
        "hostnames": [each.after.hostname for each in model.containers if each.after is not None],
        "variants": {
            each.name.after: each.capacity.after and each.capacity.after.instances for each in change.variants
        },
    }


def what_happened(before: Observed, after: Observed) -> dict[str, object]:
    """The same of what was deployed."""
    return {
        "same endpoint": after.identity == before.identity,
        "new config": after.config != before.config,
        "new model": after.models[0] != before.models[0],
        "mode": (before.mode, after.mode),
        "hostnames": after.hostnames,
        "variants": {name: f"{count} x ml.m5.large" for name, count in after.variants.items()},
    }

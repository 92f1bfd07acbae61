"""Which calls break, and what callers must do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.review import Kind

from .templates import ABSENT, DIRECT, REGISTRY, attribute, container, edited, moved, reviewed, variant

SERIAL = edited(DIRECT, {"Model.InferenceExecutionConfig.Mode": "Serial"})
SINGLE = edited(
    DIRECT, {"Model": {**DIRECT["Resources"]["Model"], "Properties": {"PrimaryContainer": container("one")}}}
)
GENERATED = edited(DIRECT, {"Endpoint.EndpointName": ABSENT})
ASYNCHRONOUS = edited(SERIAL, {"Config.AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://out"}}})
TWO = edited(DIRECT, {"Config.ProductionVariants": [variant("main"), variant("next")]})
MANY = container("ranker", Mode="MultiModel", ModelDataUrl="s3://models/many/")
RENAMED = container("sorter", Image=container("ranker")["Image"])
SINGLE_RANKER = edited(
    DIRECT,
    {
        "Model.Containers": ABSENT,
        "Model.InferenceExecutionConfig": ABSENT,
        "Model.PrimaryContainer": container("ranker"),
    },
)
OTHER = edited(DIRECT, {"Model.Containers[1]": container("other")})["Resources"]["Model"]
SECOND = edited(DIRECT, {"Other": OTHER, "Config.ProductionVariants": [variant("main"), variant("next", "Other")]})
UNKNOWN_MODE = {"Model.InferenceExecutionConfig": {"Mode": {"Fn::ImportValue": "mode"}}}


@pytest.mark.parametrize(
    ("before", "after", "calls", "remedy"),
    [
        (
            SERIAL,
            DIRECT,
            "without TargetContainerHostname are refused",
            "TargetContainerHostname: `ranker` or `tagger`",
        ),
        (SINGLE, DIRECT, "without TargetContainerHostname are refused", "`ranker` or `tagger`"),
        (DIRECT, SERIAL, "with TargetContainerHostname are refused", "leave TargetContainerHostname out"),
        (DIRECT, edited(DIRECT, {"Model.Containers[0]": RENAMED}), "`ranker` are refused", "pass `sorter`"),
        (
            DIRECT,
            edited(DIRECT, {"Model.Containers": [container("tagger")]}),
            "`ranker` are refused: the container is gone",
            "call `tagger`",
        ),
        (
            SERIAL,
            edited(SERIAL, {"Model.Containers[0]": container("cleaner", ModelDataUrl="s3://other/model.tar.gz")}),
            "requests go to `cleaner` instead of `ranker`",
            "send what `cleaner` takes",
        ),
        (
            SERIAL,
            moved(
                edited(SERIAL, {"Model.Containers": [container("ranker"), container("tagger"), container("last")]}),
                Model="Other",
            ),
            "answers come from `last` instead of `tagger`",
            "expect what `last` returns",
        ),
        (
            DIRECT,
            edited(DIRECT, {"Endpoint.EndpointName": "find"}),
            "all calls of `search` fail",
            "EndpointName `find`",
        ),
        (GENERATED, moved(GENERATED, Endpoint="Other"), "its generated name fail", "the new generated name"),
        (DIRECT, {"Resources": {}}, "all calls of `search` fail", "call another one"),
        (
            DIRECT,
            edited(DIRECT, {"Config.ProductionVariants[0].VariantName": "live"}),
            "calls with TargetVariant `main` are refused",
            "pass `live`",
        ),
        (
            TWO,
            edited(TWO, {"Config.ProductionVariants": [variant("main")]}),
            "calls with TargetVariant `next` are refused",
            "no TargetVariant",
        ),
        (SERIAL, ASYNCHRONOUS, "InvokeEndpoint is refused", "InvokeEndpointAsync"),
        (ASYNCHRONOUS, SERIAL, "InvokeEndpointAsync is refused", "InvokeEndpoint with"),
        (DIRECT, edited(DIRECT, {"Model.Containers[0]": MANY}), "without TargetModel fail: container `ranker`", "pass"),
        (edited(DIRECT, {"Model.Containers[0]": MANY}), DIRECT, "with TargetModel are refused", "leave"),
        (DIRECT, SINGLE_RANKER, "with TargetContainerHostname are refused: `ranker` is the only", "go to `ranker`"),
        (
            DIRECT,
            edited(DIRECT, {"Model.Containers[1].ContainerHostname": ABSENT}),
            "`tagger` are refused: the container has no hostname any more",
            "call `ranker`",
        ),
        (DIRECT, SECOND, "`tagger` that land on the new variant `next` are refused", "TargetVariant `main`"),
        (
            DIRECT,
            edited(SECOND, {"Other.InferenceExecutionConfig.Mode": "Serial"}),
            "with TargetContainerHostname that land on the new variant `next` are refused",
            "same containers",
        ),
    ],
)
def test_says_which_calls_break_and_what_to_do(
    tmp_path: Path, before: Mapping[str, Any], after: Mapping[str, Any], calls: str, remedy: str
) -> None:
    """Once, and for certain."""
    change = reviewed(tmp_path, before, after)
    (broken,) = change.callers

    assert calls in broken.calls
    assert remedy in broken.remedy
    assert broken.is_certain
    assert Kind.BREAKS_CALLERS in change.kinds


def test_a_reversed_pipeline_takes_other_requests_and_gives_other_answers(tmp_path: Path) -> None:
    """Perhaps only: CloudFormation may not see another order of the same containers."""
    after = edited(SERIAL, {"Model.Containers": [container("tagger"), container("ranker")]})
    change = reviewed(tmp_path, SERIAL, after)

    assert [(each.calls, each.is_certain) for each in change.callers] == [
        ("requests go to `tagger` instead of `ranker`", False),
        ("answers come from `ranker` instead of `tagger`", False),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(DIRECT, edited(DIRECT, {"Model.Containers[0].Image": "ranker:2"}), id="an image"),
        pytest.param(
            DIRECT,
            edited(DIRECT, {"Model.Containers": [*map(container, ("ranker", "tagger", "new"))]}),
            id="one more container",
        ),
        pytest.param(SERIAL, edited(SERIAL, {"Model.Containers[0]": RENAMED}), id="a hostname within a pipeline"),
        pytest.param(DIRECT, TWO, id="one more variant"),
        pytest.param(None, DIRECT, id="a new endpoint"),
    ],
)
def test_says_nothing_where_no_call_breaks(
    tmp_path: Path, before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> None:
    """Neither for an endpoint that rolls nor for a new one."""
    change = reviewed(tmp_path, before, after)

    assert change.callers == ()
    assert Kind.BREAKS_CALLERS not in change.kinds


def test_a_mode_that_is_only_known_at_deployment_may_break_calls(tmp_path: Path) -> None:
    """And that is said as a possibility."""
    (broken,) = reviewed(tmp_path, DIRECT, edited(DIRECT, UNKNOWN_MODE)).callers

    assert "only known at deployment" in broken.calls
    assert not broken.is_certain


def test_an_endpoint_that_may_be_replaced_may_break_calls(tmp_path: Path) -> None:
    """Its new name is not known."""
    change = reviewed(tmp_path, DIRECT, edited(DIRECT, {"Endpoint.EndpointName": {"Fn::ImportValue": "name"}}))

    assert [each.is_certain for each in change.callers] == [False]


@pytest.mark.parametrize(
    ("containers", "calls"),
    [
        pytest.param(
            [
                {**container("ranker"), "ContainerHostname": "tagger"},
                {**container("tagger"), "ContainerHostname": "ranker"},
            ],
            [
                ("`tagger` mean something else: it gets what `ranker` was", "pass `ranker` for what `tagger` was"),
                ("`ranker` mean something else: it gets what `tagger` was", "pass `tagger` for what `ranker` was"),
            ],
            id="hostnames",
        ),
        pytest.param(
            [
                container("ranker", Image=container("tagger")["Image"]),
                container("tagger", Image=container("ranker")["Image"]),
            ],
            [
                ("`ranker` mean something else: it gets the image that `tagger` had", "send what it takes then"),
                ("`tagger` mean something else: it gets the image that `ranker` had", "send what it takes then"),
            ],
            id="images",
        ),
    ],
)
def test_what_is_swapped_means_something_else(
    tmp_path: Path, containers: list[dict[str, Any]], calls: list[tuple[str, str]]
) -> None:
    """Calls are taken as before, but by another container."""
    change = reviewed(tmp_path, DIRECT, edited(DIRECT, {"Model.Containers": containers}))

    assert [
        (each.calls.removeprefix("calls with TargetContainerHostname "), each.remedy) for each in change.callers
    ] == calls
    assert all(each.is_certain for each in change.callers)


def test_another_version_of_an_image_is_no_swap(tmp_path: Path) -> None:
    """Also if another container has had it."""
    shared = [container("ranker"), container("tagger", Image=f"{REGISTRY}/ranker:2.0")]
    before = edited(DIRECT, {"Model.Containers": shared})
    after = edited(before, {"Model.Containers[0].Image": f"{REGISTRY}/ranker:2.0"})

    assert reviewed(tmp_path, before, after).callers == ()


def test_containers_without_hostnames_are_told_apart(tmp_path: Path) -> None:
    """By the places that they had."""
    first, second = ({**container(each), "ContainerHostname": None} for each in ("ranker", "tagger"))
    before = edited(SERIAL, {"Model.Containers": [first, second]})
    change = reviewed(tmp_path, before, edited(SERIAL, {"Model.Containers": [second, first]}))

    assert [each.calls for each in change.callers] == [
        "requests go to the former container 2 instead of the former container 1",
        "answers come from the former container 1 instead of the former container 2",
    ]


CONDITIONAL = {"/Parameters.Stage": {"Type": "String"}, "/Conditions.Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}


def either(one: Any, other: Any) -> dict[str, Any]:
    """A value that depends on what is only known at deployment."""
    return {"Fn::If": ["Prod", one, other]}


@pytest.mark.parametrize(
    ("place", "before", "after", "what"),
    [
        ("Model.Containers[1].ContainerHostname", either("tagger", "x"), either("labeller", "x"), "hostnames"),
        ("Model.Containers[1].ContainerHostname", either("tagger", "x"), "labeller", "hostnames"),
        ("Model.Containers[1].ContainerHostname", "tagger", either("labeller", "x"), "hostnames"),
        ("Model.Containers[1]", either(container("tagger"), container("x")), container("new"), "containers"),
        ("Model.Containers", either([container("a")], [container("b")]), either([container("c")], []), "containers"),
        ("Model.InferenceExecutionConfig.Mode", either("Direct", "Serial"), "Serial", "mode"),
        ("Config.ProductionVariants[0].VariantName", either("a", "b"), "main", "variants"),
        ("Config.ProductionVariants", either([variant("a")], [variant("b")]), [variant()], "variants"),
        ("Config.ProductionVariants[0].ModelName", either("a", "b"), attribute("Model", "ModelName"), "containers"),
        ("Endpoint.EndpointConfigName", either("a", "b"), attribute("Config", "EndpointConfigName"), "config"),
    ],
)
def test_what_was_not_known_or_will_not_be_may_break_calls(
    tmp_path: Path, place: str, before: Any, after: Any, what: str
) -> None:
    """Whichever side of the change is only known at deployment."""
    change = reviewed(tmp_path, *(edited(DIRECT, {**CONDITIONAL, place: each}) for each in (before, after)))
    told = [each for each in change.callers if f"the {what} may change" in each.calls]

    assert [each.is_certain for each in told] == [False]
    assert not any(each.is_certain for each in change.callers)
    assert Kind.BREAKS_CALLERS in change.kinds

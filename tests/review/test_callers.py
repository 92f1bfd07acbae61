"""Which calls break, and what callers must do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.review import Kind

from .templates import ABSENT, DIRECT, container, edited, moved, reviewed, variant

SERIAL = edited(DIRECT, {"Model.InferenceExecutionConfig.Mode": "Serial"})
SINGLE = edited(
    DIRECT, {"Model": {**DIRECT["Resources"]["Model"], "Properties": {"PrimaryContainer": container("one")}}}
)
GENERATED = edited(DIRECT, {"Endpoint.EndpointName": ABSENT})
ASYNCHRONOUS = edited(SERIAL, {"Config.AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://out"}}})
TWO = edited(DIRECT, {"Config.ProductionVariants": [variant("main"), variant("next")]})
MANY = container("ranker", Mode="MultiModel", ModelDataUrl="s3://models/many/")
RENAMED = container("sorter", Image=container("ranker")["Image"])
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

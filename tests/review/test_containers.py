"""The containers before and after a change, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .templates import ABSENT, DIRECT, container, edited, reviewed

SSM = {"Secret": {"Type": "AWS::SSM::Parameter::Value<String>"}}


def names(tmp_path: Path, changes: Mapping[str, Any], base: Mapping[str, Any] = DIRECT) -> list[tuple[Any, Any]]:
    """The hostnames of the containers that are paired with each other."""
    (model,) = reviewed(tmp_path, base, edited(base, changes)).models
    return [(each.before and each.before.hostname, each.after and each.after.hostname) for each in model.containers]


def test_pairs_by_hostname_whatever_the_order(tmp_path: Path) -> None:
    """In the new order."""
    changes = {"Model.Containers": [container("tagger"), container("ranker")]}

    assert names(tmp_path, changes) == [("tagger", "tagger"), ("ranker", "ranker")]


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param({}, id="image and artefact"),
        pytest.param({"Image": "other"}, id="artefact"),
        pytest.param({"ModelDataUrl": "s3://other"}, id="image"),
        pytest.param({"ModelDataUrl": "s3://other", "Image": container("ranker")["Image"] + "-next"}, id="repository"),
    ],
)
def test_recognises_a_renamed_container(tmp_path: Path, kept: Mapping[str, Any]) -> None:
    """By what it runs, even if that has changed a little."""
    renamed = {**container("ranker"), "ContainerHostname": "sorter", **kept}

    assert names(tmp_path, {"Model.Containers[0]": renamed}) == [("ranker", "sorter"), ("tagger", "tagger")]


def test_a_container_of_another_image_and_artefact_is_another_one(tmp_path: Path) -> None:
    """The one is added, the other removed; what is removed comes last."""
    changes = {"Model.Containers[0]": container("cleaner")}

    assert names(tmp_path, changes) == [(None, "cleaner"), ("tagger", "tagger"), ("ranker", None)]


def test_a_single_container_is_the_same_one(tmp_path: Path) -> None:
    """Whatever it is called, and if it has no hostname."""
    single = edited(DIRECT, {"Model.Containers": ABSENT, "Model.PrimaryContainer": {"Image": "one"}})

    assert names(tmp_path, {"Model.PrimaryContainer": {"Image": "two"}}, single) == [(None, None)]


def test_tells_the_environment_by_names(tmp_path: Path) -> None:
    """Added, removed, changed, and perhaps changed where a value is only known at deployment."""
    before = edited(
        DIRECT,
        {"/Parameters": SSM, "Model.Containers[0].Environment": {"A": "1", "B": "2", "C": {"Ref": "Secret"}, "D": "4"}},
    )
    environment = {"B": "3", "C": {"Fn::Sub": "${Secret}!"}, "D": "4", "E": "5"}
    (model,) = reviewed(tmp_path, before, edited(before, {"Model.Containers[0].Environment": environment})).models
    change = model.containers[0]

    assert (change.environment_added, change.environment_removed) == (("E",), ("A",))
    assert (change.environment_changed, change.environment_perhaps_changed) == (("B",), ("C",))


def test_an_environment_that_is_not_known_is_a_property_that_differs(tmp_path: Path) -> None:
    """There is nothing to compare."""
    after = edited(DIRECT, {"Model.Containers[0].Environment": {"Fn::Transform": {"Name": "Macro"}}})
    (model,) = reviewed(tmp_path, DIRECT, after).models

    assert model.containers[0].environment_removed == ("LOG_LEVEL", "TOKEN")


@pytest.mark.parametrize(
    ("properties", "artefact"),
    [
        ({"ModelDataUrl": "https://models.s3.amazonaws.com/a.tar.gz?X-Amz-Signature=s3cr3t"}, "a.tar.gz"),
        ({"ModelDataUrl": ABSENT, "ModelDataSource": {"S3DataSource": {"S3Uri": "s3://models/b/"}}}, "s3://models/b/"),
        ({"ModelDataUrl": {"Fn::Sub": "s3://${AWS::NoSuch}/c.tar.gz"}}, "s3://…/c.tar.gz"),
    ],
)
def test_shows_where_the_model_data_is(tmp_path: Path, properties: Mapping[str, Any], artefact: str) -> None:
    """As far as it is known, and without a signature."""
    changes = {f"Model.Containers[0].{name}": value for name, value in properties.items()}
    (model,) = reviewed(tmp_path, DIRECT, edited(DIRECT, changes)).models
    after = model.containers[0].after

    assert after is not None
    assert (after.artefact or "").endswith(artefact)


def test_lists_other_properties_that_differ(tmp_path: Path) -> None:
    """Those that have no column of their own, and those that are only known at deployment."""
    changes = {
        "/Parameters": SSM,
        "Model.Containers[0].Image": {"Fn::Sub": "${Secret}${Secret}"},
        "Model.Containers[0].InferenceSpecificationName": "fast",
    }
    before = edited(DIRECT, changes)
    after = edited(
        before,
        {
            "Model.Containers[0].Image": {"Ref": "Secret"},
            "Model.Containers[0].InferenceSpecificationName": "slow",
        },
    )
    (model,) = reviewed(tmp_path, before, after).models

    assert model.containers[0].properties == ("Image", "InferenceSpecificationName")

"""The tables of a comment have the columns that say something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.review import as_markdown, as_text
from tests.review.templates import ABSENT, DIRECT, REGISTRY, container, edited, review

IMAGE, ARTEFACT = "Model.Containers[0].Image", "Model.Containers[0].ModelDataUrl"


def head(tmp_path: Path, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str | None:
    """The head of the table of containers, if there is one."""
    lines = as_markdown(review(tmp_path, before, after)).splitlines()
    return next((line for line in lines if line.startswith("| Containers |")), None)


@pytest.mark.parametrize(
    ("before", "after", "columns"),
    [
        pytest.param(DIRECT, edited(DIRECT, {IMAGE: "other"}), "Image", id="an image, and the artefacts stay"),
        pytest.param(DIRECT, edited(DIRECT, {ARTEFACT: "s3://other"}), "Image | Artefact", id="an artefact"),
        pytest.param(DIRECT, edited(DIRECT, {ARTEFACT: ABSENT}), "Image | Artefact", id="an artefact that goes"),
        pytest.param(
            DIRECT,
            edited(DIRECT, {"Model.Containers": [container("ranker")]}),
            "Image | Artefact",
            id="a container that goes",
        ),
        pytest.param(
            DIRECT,
            edited(DIRECT, {"Model.Containers[0].Environment.LOG_LEVEL": "debug"}),
            "Image | Environment",
            id="an environment",
        ),
        pytest.param(None, DIRECT, "Image | Artefact | Environment", id="a new endpoint"),
    ],
)
def test_only_what_changes_has_a_column(
    tmp_path: Path, before: Mapping[str, Any] | None, after: Mapping[str, Any], columns: str
) -> None:
    """But images, which say what a container is."""
    assert head(tmp_path, before, after) == f"| Containers | {columns} |"


def test_containers_that_stay_need_no_table(tmp_path: Path) -> None:
    """Such as if the mode changes."""
    after = edited(DIRECT, {"Model.InferenceExecutionConfig.Mode": "Serial"})

    assert head(tmp_path, DIRECT, after) is None
    assert "Containers: mode `Direct` → `Serial`, their properties as before." in as_markdown(
        review(tmp_path, DIRECT, after)
    )


FOLDER = "s3://models/" + "a-long-way-down/" * 12


@pytest.mark.parametrize(
    ("place", "before", "after", "told"),
    [
        pytest.param(ARTEFACT, f"{FOLDER}1/model.tar.gz", f"{FOLDER}2/model.tar.gz", "1/model.tar.gz` → ", id="deep"),
        pytest.param(ARTEFACT, f"{FOLDER}1/{FOLDER}", f"{FOLDER}2/{FOLDER}", "way-down/1/s3", id="in the middle"),
        pytest.param(ARTEFACT, f"{FOLDER}1", f"{FOLDER}1/", "way-down/1/`", id="at the very end"),
        pytest.param(
            IMAGE,
            f"{REGISTRY}/ranker:1.0",
            f"666666666666{REGISTRY[12:]}/ranker:1.1",
            f"`{REGISTRY}/ranker:1.0` → `666666666666{REGISTRY[12:]}/ranker:1.1`",
            id="a registry together with a tag",
        ),
        pytest.param(
            IMAGE,
            f"{REGISTRY}/team/ranker@sha256:{'a' * 64}",
            f"{REGISTRY}/other/ranker@sha256:{'b' * 64}",
            f"`{REGISTRY}/team/ranker@sha256:{'a' * 12}…` → `{REGISTRY}/other/ranker@sha256:{'b' * 12}…`",
            id="a folder together with a digest",
        ),
    ],
)
def test_where_long_values_differ_is_seen(tmp_path: Path, place: str, before: str, after: str, told: str) -> None:
    """Whatever else has to be left out."""
    text = as_markdown(review(tmp_path, edited(DIRECT, {place: before}), edited(DIRECT, {place: after})))
    (row,) = (line for line in text.splitlines() if line.startswith("| `ranker` |"))

    assert told in row
    assert " → " in row


def test_what_moves_within_a_pipeline_is_said(tmp_path: Path) -> None:
    """Though the first and the last container stay, so that no call breaks."""
    names = ["first", "second", "third", "last"]
    serial = edited(DIRECT, {"Model.InferenceExecutionConfig.Mode": "Serial"})
    before, after = (
        edited(serial, {"Model.Containers": [container(names[index]) for index in order]})
        for order in ((0, 1, 2, 3), (0, 2, 1, 3))
    )
    said = "Within the pipeline, third, second and last get what another container gives."

    assert said in as_text(review(tmp_path, before, after))
    assert "Within the pipeline" not in as_text(review(tmp_path, before, edited(before, {IMAGE: "other"})))

"""The tables of a comment have the columns that say something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.review import as_markdown
from tests.review.templates import ABSENT, DIRECT, container, edited, review

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

"""What the name of a file says of its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagemaker_multi_container.invocation.content_types import content_type_of


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("rows.csv", "text/csv"),
        ("ROWS.CSV", "text/csv"),
        ("rows.v2.csv", "text/csv"),
        ("query.json", "application/json"),
        ("queries.jsonl", "application/jsonlines"),
        ("tensor.npy", "application/x-npy"),
        ("cat.png", "image/png"),
        ("rows.csv.gz", None),
        ("model.tar.gz", None),
        ("rows", None),
        (".csv", None),
        ("rows.unheard-of", None),
    ],
)
def test_endings(name: str, holds: str | None) -> None:
    """What is compressed is not what it was before."""
    assert content_type_of(Path(name)) == holds

"""Templates to read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sagemaker_multi_container.template import Template, read

Reads: TypeAlias = Callable[[str | bytes | Mapping[str, Any]], Template]


@pytest.fixture(name="template")
def _template(tmp_path: Path) -> Reads:
    """Writes a template, data as JSON, and reads it."""

    def written_and_read(content: str | bytes | Mapping[str, Any]) -> Template:
        file = tmp_path / "app.template"
        text = json.dumps(content) if isinstance(content, Mapping) else content
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        (found,) = read(file)
        return found

    return written_and_read

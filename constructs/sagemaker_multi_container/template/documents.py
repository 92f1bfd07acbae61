"""The text of a template, JSON or YAML, as plain data with the long forms of intrinsic functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class UnreadableTemplateError(Exception):
    """Raised where a path is no template and no cloud assembly. Its text is one line for the user."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def read_document(path: Path) -> dict[str, Any]:
    """The template in a file.

    Raises:
        UnreadableTemplateError: If it is no template.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise UnreadableTemplateError(path, str(reason)) from reason
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise UnreadableTemplateError(path, "is no CloudFormation template: it has no Resources")
    return document

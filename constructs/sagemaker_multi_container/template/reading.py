"""Finds the templates at a path: a cloud assembly, or a single file."""

from __future__ import annotations

import json
from pathlib import Path

from .documents import UnreadableTemplateError, read_document
from .intrinsics import Resolver
from .template import Template


def read(path: Path) -> list[Template]:
    """The templates of a cloud assembly (with its stages and nested stacks), or the one in a file.

    Raises:
        UnreadableTemplateError: If there is none, or one of them cannot be read.
    """
    if not path.is_dir():
        return [_template(path, path.name.split(".")[0], None)]
    manifest = path / "manifest.json"
    if not manifest.is_file():
        raise UnreadableTemplateError(path, "is a directory without a cloud assembly: it has no manifest.json")
    templates = []
    for artifact in json.loads(manifest.read_text(encoding="utf-8"))["artifacts"].values():
        if artifact["type"] == "aws:cloudformation:stack":
            file = path / artifact["properties"]["templateFile"]
            templates.append(_template(file, artifact["displayName"], artifact["environment"]))
    return templates


def _template(file: Path, stack: str, environment: str | None) -> Template:
    document = read_document(file)
    account, _, region = (environment or "").removeprefix("aws://").partition("/")
    known_region = region if region and not region.startswith("unknown") else None
    known_account = account if account and not account.startswith("unknown") else None
    return Template(
        file=file,
        stack=stack,
        document=document,
        resolver=Resolver(document=document, region=known_region, account=known_account),
        region=known_region,
        account=known_account,
    )

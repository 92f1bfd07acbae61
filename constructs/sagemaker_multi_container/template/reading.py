"""Finds the templates at a path: a cloud assembly, or a single file, with the stacks that are nested in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..rules import Unknown
from .assembly import MANIFEST, confined, stacks_of
from .assets import Assets
from .documents import Document, UnreadableTemplateError, is_directory, read_document, read_given, real
from .intrinsics import ACCOUNT, REGION, SHARED, STACK_NAME, Resolver
from .origin import Origin, StackMetadata
from .strings import elsewhere, text_of
from .template import Template

NESTED: Final = "AWS::CloudFormation::Stack"
MOST: Final = 1000
"""The stacks that are read; nesting can multiply them without end."""


def read(path: Path, *, values: Mapping[str, str] | None = None) -> list[Template]:
    """The templates of a cloud assembly (with its stages and nested stacks), or the one in a file.

    A file may be a pipe, and `-` is standard input. Of a file, nested stacks are read, too, if their `TemplateURL` is a
    file as before `aws cloudformation package`.
    A stack stands before those nested in it.

    Args:
        path: The folder or the file.
        values: What is known of parameters and of pseudo parameters such as `AWS::Region`, by name, in place of what
            the templates say. Nested stacks get their parameters from the stack that they are nested in.

    Raises:
        UnreadableTemplateError: If there is neither, or one of the templates cannot be read.
    """
    templates = []
    known = values or {}
    for template in _assembly(path, known) if is_directory(path) else _single(path, known):
        templates.append(template)
        if len(templates) > MOST:
            raise UnreadableTemplateError(path, f"has more than {MOST:,} stacks, nested ones among them")
    return templates


@dataclass(frozen=True)
class _Reading:
    """What the stacks that are read together share."""

    assembly: Path | None = None
    """The cloud assembly that they are in."""
    assets: Assets = field(default_factory=Assets)
    values: Mapping[str, str] = field(default_factory=dict)
    """What somebody knows of parameters and pseudo parameters, by name."""
    documents: dict[Path, Document] = field(default_factory=dict)
    """What was read, so that each file is read once."""

    def document(self, file: Path) -> Document:
        place = real(file)
        if place not in self.documents:
            self.documents[place] = read_document(file, is_synthesized=self.assembly is not None)
        return self.documents[place]


def _single(path: Path, values: Mapping[str, str]) -> Iterator[Template]:
    file, document = read_given(path)
    name = file.name.split(".")[0] or file.name
    reading = _Reading(values=values)
    return _with_nested(_template(file, name, document, reading.assets, values), reading)


def _assembly(folder: Path, values: Mapping[str, str]) -> Iterator[Template]:
    if not _is_there(folder / MANIFEST):
        synthesized = folder / "cdk.out"
        hint = str(synthesized) if _is_there(synthesized / MANIFEST) else "the folder that cdk synth wrote, or a file"
        raise UnreadableTemplateError(folder, f"is no cloud assembly, for it has no {MANIFEST}; give {hint}")
    documents: dict[Path, Document] = {}
    for stack in stacks_of(folder):
        reading = _Reading(folder, Assets(tuple(stack.asset_manifests)), values, documents)
        template = _template(
            stack.file,
            stack.display_name,
            reading.document(stack.file),
            reading.assets,
            values,
            region=stack.region,
            account=stack.account,
            stack_name=stack.stack_name,
            origin=Origin(StackMetadata(stack.metadata, stack.metadata_file, folder)),
        )
        yield from _with_nested(template, reading)


def _template(
    file: Path,
    stack: str,
    document: Document,
    assets: Assets,
    values: Mapping[str, str],
    *,
    region: str | None = None,
    account: str | None = None,
    stack_name: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    origin: Origin | None = None,
) -> Template:
    resolver = Resolver(
        document=document.content,
        region=values.get(REGION, region),
        account=values.get(ACCOUNT, account),
        stack_name=values.get(STACK_NAME, stack_name),
        parameters=parameters or {},
        values=values,
    )
    return Template(
        file=file,
        stack=stack,
        document=document.content,
        text=document.text,
        resolver=resolver,
        region=resolver.region,
        account=resolver.account,
        origin=origin or Origin(),
        assets=assets,
    )


def _with_nested(template: Template, reading: _Reading) -> Iterator[Template]:
    """A template and those nested in it. One that holds itself could not be deployed, and is not read again."""
    pending = [(template, [real(template.file)])]
    while pending:
        holder, holders = pending.pop()
        yield holder
        nested = []
        for logical_id, _ in holder.resources(NESTED):
            file = _nested_file(holder, logical_id, reading)
            if file is not None and (place := real(file)) not in holders:
                nested.append((_nested(holder, logical_id, file, reading), [*holders, place]))
        pending += reversed(nested)


def _nested(holder: Template, logical_id: str, file: Path, reading: _Reading) -> Template:
    document = reading.document(file)
    declared = document.content.get("Parameters")
    given = holder.properties(logical_id).get("Parameters", {})
    parameters = (
        {name: elsewhere(value) for name, value in given.items()}
        if isinstance(given, dict)
        else dict.fromkeys(declared if isinstance(declared, dict) else (), Unknown())
    )
    return _template(
        file,
        name_of_nested(holder, logical_id),
        document,
        reading.assets,
        {name: value for name, value in reading.values.items() if name in SHARED},
        region=holder.region,
        account=holder.account,
        parameters=parameters,
        origin=holder.origin.nested(logical_id),
    )


def name_of_nested(holder: Template, logical_id: str) -> str:
    """How people know the stack that a resource of another one nests in it."""
    path = holder.construct_path(logical_id)
    return path.rpartition("/")[0].removesuffix(".NestedStack") if path else f"{holder.stack}/{logical_id}"


def _nested_file(holder: Template, logical_id: str, reading: _Reading) -> Path | None:
    """The template of a nested stack, if it is at hand."""
    url = text_of(holder.properties(logical_id).get("TemplateURL"))
    named = holder.metadata(logical_id).get("aws:asset:path", url)
    if isinstance(named, str) and "://" not in named:
        file = holder.file.parent / named
        if reading.assembly is None:
            # Until it is packaged, a file that is not there may still be made.
            return file if _is_there(file) else None
    else:
        staged = reading.assets.files.get((url if isinstance(url, str) else url.suffix).rpartition("/")[2])
        if staged is None:
            return None
        file = staged.path
    return file if reading.assembly is None else confined(file, reading.assembly, holder.file)


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False

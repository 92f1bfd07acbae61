"""Cloud assemblies, which `cdk synth` writes: the stacks in their manifests, those of stages among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .documents import UnreadableTemplateError, read_json, real

MANIFEST: Final = "manifest.json"
LARGEST: Final = 100
"""The megabytes of a manifest that are read: those of old releases of the CDK tell of every construct."""

_ENVIRONMENT = re.compile(r"aws://(?P<account>[^/]*)/(?P<region>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesizedStack:
    """A stack of an assembly."""

    file: Path
    """Its template."""
    display_name: str
    """Its name as a person knows it, such as `Stage/Stack`."""
    stack_name: str
    account: str | None
    region: str | None
    metadata: object
    """What the manifest itself says of its constructs, in older releases of the CDK."""
    metadata_file: Path | None
    """Where else that is said."""
    asset_manifests: list[Path]
    """The lists of the files that are uploaded for it, the templates of nested stacks among them."""


def stacks_of(folder: Path) -> Iterator[SynthesizedStack]:
    """The stacks of an assembly: first its own, then those of each stage.

    Raises:
        UnreadableTemplateError: If there is no assembly in the folder, or it is broken.
    """
    folders = [folder]
    places = {real(folder)}
    for each in folders:
        manifest = each / MANIFEST
        artifacts = _artifacts(manifest)
        asset_manifests = [
            confined(each / file, folder, manifest)
            for artifact in artifacts.values()
            for file in _given(artifact, "cdk:asset-manifest", "file", manifest)
        ]
        for name, artifact in artifacts.items():
            for file in _given(artifact, "aws:cloudformation:stack", "templateFile", manifest):
                template = confined(each / file, folder, manifest)
                yield _stack(name, artifact, each, template, asset_manifests)
            for stage in _given(artifact, "cdk:cloud-assembly", "directoryName", manifest):
                directory = confined(each / stage, folder, manifest)
                if real(directory) not in places:
                    places.add(real(directory))
                    folders.append(directory)


def confined(path: Path, folder: Path, named_by: Path) -> Path:
    """A path that a file of an assembly names.

    Raises:
        UnreadableTemplateError: If it leads out of the assembly.
    """
    if real(path).is_relative_to(real(folder)):
        return path
    raise UnreadableTemplateError(named_by, f"names {str(path)!r}, outside of the cloud assembly")


def _artifacts(manifest: Path) -> Mapping[str, Any]:
    artifacts = read_json(manifest, LARGEST).get("artifacts", {})
    if not isinstance(artifacts, dict):
        raise UnreadableTemplateError(manifest, "is no manifest of a cloud assembly: its artifacts are no mapping")
    return artifacts


def _given(artifact: Any, its_type: str, name: str, manifest: Path) -> list[str]:
    """What artifacts of a type say in one of their properties; nothing if an artifact is of another type."""
    match artifact:
        case {"type": str(given), "properties": {**properties}} if given == its_type:
            value = properties.get(name)
            if isinstance(value, str):
                return [value]
        case {"type": str(given)} if given != its_type:
            return []
    raise UnreadableTemplateError(manifest, f"is no manifest of a cloud assembly: an artifact has no {name}")


def _stack(name: str, artifact: Any, folder: Path, file: Path, asset_manifests: list[Path]) -> SynthesizedStack:
    stack_name, display_name = artifact["properties"].get("stackName"), artifact.get("displayName")
    metadata_file = artifact.get("additionalMetadataFile")
    environment = _ENVIRONMENT.fullmatch(str(artifact.get("environment")))
    account, region = environment.groups() if environment is not None else (None, None)
    return SynthesizedStack(
        file=file,
        display_name=display_name if isinstance(display_name, str) else name,
        stack_name=stack_name if isinstance(stack_name, str) else name,
        account=None if account in (None, "", "unknown-account") else account,
        region=None if region in (None, "", "unknown-region") else region,
        metadata=artifact.get("metadata"),
        metadata_file=folder / metadata_file if isinstance(metadata_file, str) else None,
        asset_manifests=asset_manifests,
    )

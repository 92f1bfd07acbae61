"""What a cloud assembly stages for its stacks: files that are uploaded, and images that are built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .assembly import LARGEST
from .documents import read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAsset:
    """A file or a directory that is uploaded to S3."""

    path: Path
    packaging: str
    """`file`: uploaded as it is. `zip`: a directory that is uploaded as an archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAsset:
    """An image that is pushed to ECR. One with several destinations is several of them."""

    id: str
    display_name: str | None
    """What people know it by, such as `Endpoint/Containers0Image`."""
    source: Mapping[str, Any]
    """How it is made, as the manifest says: built from a `directory`, or by an `executable`."""
    folder: Path
    """Where the paths of its source start."""
    repository: str
    """Perhaps with placeholders, such as `images-${AWS::Region}`."""
    tag: str


@dataclass(frozen=True)
class Assets:
    """The assets in some manifests, which are read when an asset is asked for."""

    manifests: tuple[Path, ...] = ()

    @cached_property
    def files(self) -> Mapping[str, FileAsset]:
        """The files, by the last part of their key in S3, which is a hash of the content.

        Raises:
            UnreadableTemplateError: If a manifest cannot be read.
        """
        return {
            key.rpartition("/")[2]: FileAsset(path=manifest.parent / path, packaging=str(source.get("packaging")))
            for manifest, _, asset in self._entries("files")
            for source, destination in _destinations(asset)
            if isinstance(path := source.get("path"), str) and isinstance(key := destination.get("objectKey"), str)
        }

    @cached_property
    def images(self) -> tuple[ImageAsset, ...]:
        """The images.

        Raises:
            UnreadableTemplateError: If a manifest cannot be read.
        """
        return tuple(
            ImageAsset(
                id=asset_id,
                display_name=name if isinstance(name := asset.get("displayName"), str) else None,
                source=source,
                folder=manifest.parent,
                repository=repository,
                tag=tag,
            )
            for manifest, asset_id, asset in self._entries("dockerImages")
            for source, destination in _destinations(asset)
            if isinstance(repository := destination.get("repositoryName"), str)
            and isinstance(tag := destination.get("imageTag"), str)
        )

    def _entries(self, kind: str) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
        for manifest in self.manifests:
            assets = read_json(manifest, LARGEST).get(kind)
            for asset_id, asset in assets.items() if isinstance(assets, dict) else ():
                if isinstance(asset, dict):
                    yield manifest, asset_id, asset


def _destinations(asset: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The source of an asset with each of its destinations."""
    match asset:
        case {"source": dict(source), "destinations": dict(destinations)}:
            yield from ((source, each) for each in destinations.values() if isinstance(each, dict))

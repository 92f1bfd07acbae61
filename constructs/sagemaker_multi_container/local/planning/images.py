"""The images of containers: built from what the assembly staged, or named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...rules import Unknown
from ...rules.description import known
from ...template import Template
from ...template.assets import ImageAsset
from ..plan import BuiltImage, Image, NamedImage
from .declared import DeclaredContainer
from .findings import Findings, phrase

_BUILD: Final = {
    "directory",
    "dockerFile",
    "dockerBuildArgs",
    "dockerBuildContexts",
    "dockerBuildSecrets",
    "dockerBuildSsh",
    "dockerBuildTarget",
    "networkMode",
    "platform",
}
_CACHE: Final = {"cacheFrom", "cacheTo", "cacheDisabled"}
"""What makes a build quicker or slower, and no other image."""


def image_of(container: DeclaredContainer, findings: Findings) -> Image | None:
    """What the container's image is on this machine. None if there is a problem."""
    way = f"--image {container.option}=REFERENCE"
    uri, template = container.properties.get("Image"), container.model.template
    if uri is None:
        package = container.properties.get("ModelPackageName")
        what = "has no image" if package is None else f"gets its image from {phrase('the model package', package)}"
        findings.problem(container.where, what, f"give {way}, or --container {container.option}=URL|COMMAND")
    elif not isinstance(uri, str | Unknown):
        findings.problem(container.where, "its image is no text", f"give {way}")
    elif asset := _asset_at(uri, template):
        return _built(asset, container, findings)
    elif isinstance(uri, str):
        return NamedImage(name=uri)
    else:
        what, path = phrase("its image", uri), (*container.path, "Image")
        findings.unknown(container.where, what, template, container.model.logical_id, path, way=way)
    return None


def _asset_at(uri: str | Unknown, template: Template) -> ImageAsset | None:
    """The asset that will be pushed to where an image is pulled from, as far as both are known."""
    image = f"/{uri.partition('/')[2]}" if isinstance(uri, str) else Unknown(suffix=uri.suffix)
    for asset in template.assets.images:
        place = template.resolver.resolve({"Fn::Sub": f"/{asset.repository}:{asset.tag}"})
        # Of a repository's name nothing may be known; a tag is a hash of the content.
        if known(image).rpartition(":")[1:] == (":", asset.tag) and _may_be(image, place):
            return asset
    return None


def _may_be(image: str | Unknown, place: str | Unknown) -> bool:
    """Whether a repository and a tag may be the same as others."""
    if isinstance(image, Unknown):
        ending = place if isinstance(place, str) else place.suffix
        return image.suffix.endswith(ending) or ending.endswith(image.suffix)
    if isinstance(place, Unknown):
        return image.startswith(place.prefix) and image.endswith(place.suffix)
    return image == place


def _built(asset: ImageAsset, container: DeclaredContainer, findings: Findings) -> BuiltImage | None:
    source, way = asset.source, f"give --image {container.option}=REFERENCE"
    if "executable" in source:
        what = "its image is loaded by a command of the assembly, which is not run"
        findings.problem(container.where, what, f"load it yourself and {way}")
        return None
    directory = (asset.folder / str(source.get("directory"))).resolve()
    if not directory.is_dir():
        what = f"its image is built from {str(directory)!r}, which is not there"
        findings.problem(container.where, what, f"synthesize again, or {way}")
        return None
    if others := sorted(source.keys() - _BUILD - _CACHE):
        findings.note(f"{container.where}: its image is built without the options {', '.join(others)}")
    return BuiltImage(
        directory=directory,
        dockerfile=_text(source, "dockerFile"),
        target=_text(source, "dockerBuildTarget"),
        build_args=_texts(source, "dockerBuildArgs"),
        build_contexts=_texts(source, "dockerBuildContexts"),
        build_secrets=_texts(source, "dockerBuildSecrets"),
        ssh=_text(source, "dockerBuildSsh"),
        platform=_text(source, "platform"),
        network_mode=_text(source, "networkMode"),
        asset=asset.id,
        title=asset.display_name,
    )


def _text(source: Mapping[str, Any], key: str) -> str | None:
    value = source.get(key)
    return value if isinstance(value, str) else None


def _texts(source: Mapping[str, Any], key: str) -> dict[str, str]:
    value = source.get(key)
    return {name: str(text) for name, text in value.items()} if isinstance(value, dict) else {}

"""Images: built from the assets of an assembly, or pulled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..plan import BuiltImage, Image, NamedImage
from .container_cli import CliError, ContainerCli

REPOSITORY: Final = "sagemaker-multi-container-local"
ASSET: Final = "sagemaker-multi-container.asset"
"""The label of images that were built here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What an image says of itself."""

    labels: Mapping[str, str]
    system: str
    architecture: str
    user: str
    """As whom its containers run; empty for root."""

    @property
    def platform(self) -> str:
        """Such as `linux/amd64`."""
        return f"{self.system}/{self.architecture}"


def reference_of(image: Image) -> str:
    """What the engine calls an image. That of a built one changes with its content and with how it is built."""
    if isinstance(image, NamedImage):
        return image.name
    options = hashlib.sha256(repr(_options(image)).encode()).hexdigest()[:12]
    return f"{REPOSITORY}:{image.asset[:64]}-{options}"


def make_present(cli: ContainerCli, image: Image, tell: Callable[[str], object]) -> None:
    """Build or pull an image that the engine has not, passing on what the engine prints.

    Raises:
        CliError: If that fails.
    """
    reference = reference_of(image)
    if is_present(cli, reference):
        return
    if isinstance(image, NamedImage):
        tell("pulling")
        cli.follow(["pull", reference], lambda line: tell(f"pulling: {line}"))
    else:
        tell("building")
        labels = "--label", f"{ASSET}={image.asset}"
        arguments = ["build", "--tag", reference, *labels, *_options(image), "."]
        cli.follow(arguments, lambda line: tell(f"building: {line}"), image.directory)


def is_present(cli: ContainerCli, reference: str) -> bool:
    """Whether the engine has an image."""
    try:
        cli.inspect("image", reference)
    except CliError:
        return False
    return True


def facts_of(cli: ContainerCli, reference: str) -> ImageFacts:
    """What an image says of itself.

    Raises:
        CliError: If the engine does not have it.
    """
    (known,) = cli.inspect("image", reference)
    configuration: dict[str, Any] = known.get("Config") or {}
    return ImageFacts(
        labels=configuration.get("Labels") or {},
        system=known["Os"],
        architecture=known["Architecture"],
        user=configuration.get("User") or "",
    )


def _options(image: BuiltImage) -> list[str]:
    """As the CDK gives them to `docker build` when it publishes the asset."""
    options = [option for name, value in image.build_args.items() for option in ("--build-arg", f"{name}={value}")]
    for name, value in image.build_contexts.items():
        options += "--build-context", f"{name}={value}"
    for name, value in image.build_secrets.items():
        options += "--secret", f"id={name},{value}"
    for option, chosen in (
        ("--ssh", image.ssh),
        ("--target", image.target),
        ("--file", image.dockerfile),
        ("--network", image.network_mode),
        ("--platform", image.platform),
    ):
        if chosen is not None:
            options += option, chosen
    return options

"""Rules about the images of containers and where they are pulled from."""

from __future__ import annotations

import re
from typing import Any

from .checks import chosen, quoted, required
from .description import Unknown, is_set, text, written
from .limits import API, GUIDE, IMAGE, REPOSITORY_ACCESS, compiled
from .rule import Confidence, Place, Problems, Severity, rule

CONTAINER_DEFINITION = API + "ContainerDefinition.html"
IMAGE_CONFIG = API + "ImageConfig.html"
PRIVATE_REGISTRY = GUIDE + "your-algorithms-containers-inference-private.html"

_ECR_HOST = r"\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\..+"
_ECR_REGION = r"\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\."
_REPOSITORY = r"[a-z0-9][a-z0-9._/-]*"
_TAG = r"\w[\w.-]{0,127}"
_LAMBDA_ARN = r"arn:[^:]+:lambda:[^:]+:\d{12}:function:.+"
_OTHER_SERVICE = r"arn:[^:]*:(?!lambda:)[^:]+:"
_DIGEST = r"sha256:[0-9a-f]{64}"


@rule(
    "MCE-C16",
    guards="Container.Image",
    source=CONTAINER_DEFINITION,
    fix="remove the white space, or shorten the name of the repository or the tag",
)
def image_characters(image: str | Unknown, place: Place) -> Problems:
    """An image's name has no white space and at most 255 characters."""
    name = written(image)
    if "".join(name.split()) != name:
        yield place.problem(f"{quoted(image)} contains white space")
    elif isinstance(image, str) and len(image) > IMAGE.longest:
        yield place.problem(f"has {len(image)} characters; an image's name has at most {IMAGE.longest}")


@rule(
    "MCE-C17",
    guards="Container.Image",
    source=CONTAINER_DEFINITION,
    fix="write registry/repository:tag or registry/repository@sha256:digest",
)
def image_form(image: str | Unknown, place: Place) -> Problems:
    """An image is named as registry/repository[:tag] or registry/repository[@digest]."""
    name, at, digest = _ending(image).rpartition("@")
    if at and not compiled(_DIGEST).fullmatch(digest):
        yield place.problem(f"{quoted(image)} is not valid: a digest is sha256: and 64 hexadecimal digits")
    elif not at and ":sha256:" in digest:
        yield place.problem(f"{quoted(image)} is not valid: a digest follows @, not a colon")
    elif isinstance(image, str):
        registry, slash, rest = (name if at else digest).partition("/")
        repository, colon, tag = rest.partition(":")
        if not (registry and slash and compiled(_REPOSITORY).fullmatch(repository)):
            yield place.problem(f"{quoted(image)} is not registry/repository in lower case, with a tag or a digest")
        elif colon and not compiled(_TAG, re.ASCII).fullmatch(tag):
            yield place.problem(f"{quoted(image)} is not valid: {quoted(tag)} is no tag")


@rule(
    "MCE-C18",
    guards="Container.Image",
    source=IMAGE_CONFIG,
    fix="push the image to Amazon ECR, or set the repository access mode to Vpc and connect the model to that VPC",
)
def platform_image_is_in_ecr(image: str | Unknown, place: Place) -> Problems:
    """An image that does not come from a registry in the VPC is in Amazon ECR."""
    config = place.siblings.get("ImageConfig")
    in_vpc = config is not None and text(config, "RepositoryAccessMode") != "Platform"
    registry, slash, _ = (image if isinstance(image, str) else image.prefix).partition("/")
    if slash and not in_vpc and not compiled(_ECR_HOST).fullmatch(registry):
        yield place.problem(f"{quoted(image)} is not in a private Amazon ECR registry")


@rule(
    "MCE-C19",
    guards="Container.Image",
    source=CONTAINER_DEFINITION,
    fix="use a repository in the endpoint's region; ECR can replicate the image there",
)
def image_is_in_the_region(image: str | Unknown, place: Place) -> Problems:
    """An image in Amazon ECR is in the endpoint's region."""
    region = place.description.region
    if region is not None:
        found = compiled(_ECR_REGION).search(written(image))
        if found and found[1] != region:
            yield place.problem(f"{quoted(image)} is in {found[1]}, but the endpoint is in {region}")


@rule(
    "MCE-C20",
    severity=Severity.WARNING,
    guards="Container.Image",
    source=API + "DeployedImage.html",
    fix="name the image by its digest, or by a tag that is never moved",
)
def image_is_pinned(image: str | Unknown, place: Place) -> Problems:
    """An image is named by a digest or a tag that stays; CloudFormation does not see that latest has moved."""
    ending = _ending(image)
    last = ending.rpartition("/")[2]
    if ending.endswith(":latest"):
        yield place.problem(f"{quoted(image)} names the tag latest; a new image under it is no change to deploy")
    elif "/" in ending and ":" not in last and "@" not in last:
        yield place.problem(
            f"{quoted(image)} names no tag, so the tag latest; a new image under it is no change to deploy"
        )


@rule(
    "MCE-C21",
    guards="Container.ImageConfig",
    source=IMAGE_CONFIG,
    fix="set the repository access mode to Platform (Amazon ECR) or Vpc (a registry in your VPC)",
    also=(chosen("Container.ImageConfig.RepositoryAccessMode", REPOSITORY_ACCESS),),
)
def repository_access_mode(config: dict[str, Any], place: Place) -> Problems:
    """An image configuration says where the image's registry is."""
    if not is_set(config, "RepositoryAccessMode"):
        yield place.problem(f"has no repository access mode; it must be {REPOSITORY_ACCESS}")


@rule(
    "MCE-C22",
    guards="Container.ImageConfig.RepositoryAuthConfig",
    source=API + "RepositoryAuthConfig.html",
    fix="remove the credentials, or set the repository access mode to Vpc",
    also=(
        required(
            "Container.ImageConfig.RepositoryAuthConfig",
            RepositoryCredentialsProviderArn="Lambda function that provides the credentials",
        ),
    ),
)
def registry_credentials(_: dict[str, Any], place: Place) -> Problems:
    """Only a private registry in the VPC takes credentials."""
    if text(place.siblings, "RepositoryAccessMode") == "Platform":
        yield place.problem("gives credentials for the registry, but the repository access mode is Platform")


@rule(
    "MCE-C23",
    guards="Container.ImageConfig.RepositoryAccessMode",
    source=PRIVATE_REGISTRY,
    fix="connect the model to the VPC of the registry",
)
def private_registry_needs_vpc(mode: str, place: Place) -> Problems:
    """A model whose image is in a private registry is connected to that registry's VPC."""
    if mode == "Vpc" and not is_set(place.properties, "VpcConfig"):
        yield place.problem("the image is pulled from a registry in a VPC, but the model is connected to none")


@rule(
    "MCE-C24",
    guards="Container.ImageConfig.RepositoryAuthConfig.RepositoryCredentialsProviderArn",
    source=API + "RepositoryAuthConfig.html",
    fix="use the ARN of a Lambda function that returns the credentials",
)
def credentials_come_from_lambda(arn: str | Unknown, place: Place) -> Problems:
    """The credentials of a private registry come from a Lambda function."""
    if isinstance(arn, str):
        is_wrong = not compiled(_LAMBDA_ARN).fullmatch(arn)
    else:
        is_wrong = compiled(_OTHER_SERVICE).match(arn.prefix) is not None
    if is_wrong:
        yield place.problem(f"{quoted(arn)} is not the ARN of a Lambda function")


@rule(
    "MCE-M12",
    guards="Container.ImageConfig.RepositoryAuthConfig",
    source=PRIVATE_REGISTRY,
    fix="turn network isolation off, or pull the image from Amazon ECR",
    confidence=Confidence.INFERRED,
)
def isolation_and_registry_credentials(_: dict[str, Any], place: Place) -> Problems:
    """A model whose registry asks for credentials is not isolated from the network, over which they are fetched."""
    if place.properties.get("EnableNetworkIsolation") is True:
        yield place.problem("the registry's credentials are fetched over the network, which network isolation closes")


def _ending(image: str | Unknown) -> str:
    """What is known of the end of an image's name."""
    return image if isinstance(image, str) else image.suffix

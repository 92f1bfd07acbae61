"""Images: built and pulled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sagemaker_multi_container.local.engines import Engines
from sagemaker_multi_container.local.engines.container_cli import ContainerCli
from sagemaker_multi_container.local.engines.images import ASSET, facts_of, is_present, reference_of
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import BuiltImage, NamedImage
from tests.local.engines.builders import container, model

from .conftest import Build

LABELLED = """\
FROM base AS chosen
ARG GREETING
LABEL greeting=$GREETING stage=chosen
FROM chosen AS last
LABEL stage=last
"""


def prepare(*images: BuiltImage | NamedImage) -> list[tuple[str, str]]:
    """Prepare containers, and give what was told."""
    told: list[tuple[str, str]] = []
    with Engines(lambda hostname, state: told.append((hostname, state))) as engines:
        engines.prepare([model(*(container(f"container-{index}", image) for index, image in enumerate(images)))])
    return told


def test_an_asset_is_built_as_its_options_say(build: Build, cli: ContainerCli) -> None:
    """With its Dockerfile, its arguments and its target."""
    image = build(LABELLED, dockerfile="Dockerfile.serve", build_args={"GREETING": "good day"}, target="chosen")

    told = prepare(image)

    labels = facts_of(cli, reference_of(image)).labels
    assert (labels["greeting"], labels["stage"], labels[ASSET]) == ("good day", "chosen", image.asset)
    assert told[0] == ("container-0", "building")
    assert any("LABEL greeting" in state for _, state in told)


def test_an_image_is_built_once(build: Build) -> None:
    """For all containers that have it, and not again at the next start."""
    image = build("LABEL once=true\n")

    told = prepare(image, image)

    assert told[:2] == [("container-0", "building"), ("container-1", "building")]
    assert prepare(image) == []


def test_other_options_make_another_image(build: Build) -> None:
    """Also where the CDK leaves them out of the asset's hash."""
    image = build(LABELLED)

    references = {reference_of(image), reference_of(replace(image, build_args={"GREETING": "hello"}))}

    assert len(references) == 2


def test_what_cannot_be_built_is_told_with_the_words_of_the_engine(build: Build, tmp_path: Path) -> None:
    """Every image at once."""
    missing, unknown = build("COPY no-such-file /\n"), build("NONSENSE\n")

    with pytest.raises(LocalEndpointError) as caught:
        prepare(missing, unknown)

    first, second = caught.value.problems
    assert first.startswith("container-0: cannot build the image of context-0\n    | ")
    assert "no-such-file" in first
    assert second.startswith("container-1: cannot build the image of context-1")
    assert "NONSENSE" in second
    assert str(tmp_path) not in first.partition("\n")[0]


def test_an_image_that_does_not_exist_cannot_be_pulled(cli: ContainerCli) -> None:
    """The message says how to give another."""
    nowhere = NamedImage(name="127.0.0.1:1/no/such:image")

    with pytest.raises(LocalEndpointError) as caught:
        prepare(nowhere)

    assert not is_present(cli, nowhere.name)
    (problem,) = caught.value.problems
    assert problem.startswith(
        "container-0: the image 127.0.0.1:1/no/such:image is not on this machine and cannot be pulled; log in to its"
        " registry, or give --image container-0=REFERENCE"
    )
    assert "127.0.0.1:1" in problem.partition("REFERENCE")[2]


def test_an_image_that_is_here_is_not_pulled(image: NamedImage) -> None:
    """Nothing is told of it."""
    assert prepare(image) == []


def test_an_image_says_what_it_is(image: NamedImage, cli: ContainerCli) -> None:
    """Its labels and its platform."""
    facts = facts_of(cli, image.name)

    assert facts.labels["com.amazonaws.sagemaker.capabilities.accept-bind-to-port"] == "true"
    assert facts.platform in {"linux/amd64", "linux/arm64"}

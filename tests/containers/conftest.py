"""The engine that the tests of containers share."""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from embedded_aws.container_engine import FoundEngine, NoEngineError, find_engine
from sagemaker_multi_container.local.engines.container_cli import CliError, ContainerCli
from sagemaker_multi_container.local.engines.images import reference_of
from sagemaker_multi_container.local.plan import BuiltImage, NamedImage

Build = Callable[..., BuiltImage]


@pytest.fixture(scope="session", name="engine")
def _engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FoundEngine]:
    """An engine that runs containers. While it is used, `CDK_DOCKER` names it."""
    lock = tmp_path_factory.getbasetemp().parent / "container-engine.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # one worker builds the image, the others find it
        try:
            found = find_engine(tmp_path_factory.mktemp("engine"))
        except NoEngineError as error:
            pytest.skip(f"no container engine runs here ({error})")
    with found.in_use():
        yield found


@pytest.fixture(name="cli")
def _cli(engine: FoundEngine) -> ContainerCli:
    """The CLI of the engine."""
    return ContainerCli(engine.program)


@pytest.fixture(name="image")
def _image(engine: FoundEngine) -> NamedImage:
    """The image of the model server."""
    return NamedImage(name=engine.image)


@pytest.fixture(name="build")
def _build(image: NamedImage, cli: ContainerCli, tmp_path: Path) -> Iterator[Build]:
    """Makes assets whose images add something to that of the model server. Their images are removed in the end."""
    built: list[BuiltImage] = []

    def build(instructions: str, **options: Any) -> BuiltImage:
        folder = tmp_path / f"context-{len(built)}"
        folder.mkdir()
        (folder / options.get("dockerfile", "Dockerfile")).write_text(f"FROM {image.name} AS base\n{instructions}")
        built.append(BuiltImage(directory=folder, asset=uuid.uuid4().hex, **options))
        return built[-1]

    yield build
    for each in built:
        with suppress(CliError):
            cli("rmi", "--force", reference_of(each))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs an engine."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.containers)

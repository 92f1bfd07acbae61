"""Which container engine runs containers here: `python -m embedded_aws.container_engine`.

That a CLI is installed, or that it answers, says little.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from unittest.mock import patch

from embedded_aws import host_image
from sagemaker_multi_container.local.engines.container_cli import CliError, ContainerCli
from sagemaker_multi_container.local.engines.images import is_present

SETTINGS: Final = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
"""
"""With which podman runs where limits may not be raised, and where crun does not know the control groups."""


@dataclass(frozen=True)
class FoundEngine:
    """An engine that has run a container."""

    program: str
    image: str
    """An image of the model server."""
    environment: dict[str, str] = field(default_factory=dict)
    """What the engine needs in its environment."""

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let `CDK_DOCKER` name it for some time."""
        with patch.dict(os.environ, {"CDK_DOCKER": self.program, **self.environment}):
            yield


class NoEngineError(Exception):
    """No engine runs containers. The text says why."""


def find_engine(folder: Path) -> FoundEngine:
    """Find one, and leave in the folder what it needs.

    Raises:
        NoEngineError: If there is none.
    """
    settings = folder / "containers.conf"
    settings.write_text(SETTINGS)
    reasons = []
    for program in dict.fromkeys((os.environ.get("CDK_DOCKER") or "docker", "docker", "podman")):
        environments: list[dict[str, str]] = [{}]
        if Path(program).name == "podman":
            environments.append({"CONTAINERS_CONF": str(settings)})
        for environment in environments:
            try:
                with patch.dict(os.environ, environment):
                    return FoundEngine(program, _image_that_runs(ContainerCli(program)), environment)
            except CliError as error:
                reasons.append(f"{program}: {' '.join(str(error).split())}")
    raise NoEngineError("; ".join(reasons))


def _image_that_runs(cli: ContainerCli) -> str:
    cli("ps")
    image = f"sagemaker-multi-container-tests:{host_image.version()}"
    if not is_present(cli, image):
        if shutil.which("ldd") is None:
            raise CliError("there is no ldd to make an image with")
        with tempfile.TemporaryDirectory() as context:
            host_image.write_context(Path(context))
            cli("build", "--tag", image, context)
    cli("run", "--rm", "--publish", "127.0.0.1::8080", "--env", "FAULT_EXIT_CODE=0", image, "serve")
    return image


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as _folder:
        try:
            print(f"containers run on {find_engine(Path(_folder)).program}")
        except NoEngineError as error:
            sys.exit(f"no container engine runs here ({error})")

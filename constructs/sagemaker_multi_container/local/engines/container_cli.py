"""Containers of images, run by the container CLI of this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import LocalEndpointError
from ..plan import ContainerPlan, ModelPlan
from ..running import Progress, RunningContainer


class ContainerEngine:
    """Runs images with the CLI that `CDK_DOCKER` names."""

    def prepare(self, containers: Sequence[ContainerPlan], progress: Progress) -> None:
        """Build and pull the images."""
        raise LocalEndpointError("no container engine yet")

    def start(
        self, model: ModelPlan, containers: Sequence[ContainerPlan], folders: Mapping[str, str], progress: Progress
    ) -> list[RunningContainer]:
        """Start the containers."""
        raise LocalEndpointError("no container engine yet")

    def stop(self) -> None:
        """Stop and remove all that it started."""

"""What engines start: containers of whatever kind, each at an address on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from .plan import ContainerPlan, ModelPlan

BIND_TO_PORT: Final = "SAGEMAKER_BIND_TO_PORT"
SAFE_PORT_RANGE: Final = "SAGEMAKER_SAFE_PORT_RANGE"
MODEL_FOLDER: Final = "/opt/ml/model"
DEFAULT_PORT: Final = 8080
"""Where a container listens that ignores `SAGEMAKER_BIND_TO_PORT`."""
SECONDS_TO_END: Final = 2.0
"""Between SIGTERM and SIGKILL when containers are stopped. SageMaker waits 30 s:
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

Progress = Callable[[str, str], None]
"""Is told the title of a container and what happens to it, such as `building`, while engines work."""


def silent(_title: str, _state: str) -> None:
    """A `Progress` that nobody watches."""


class RunningContainer(Protocol):
    """A container that was started, or is attached."""

    @property
    def plan(self) -> ContainerPlan:
        """What it runs."""
        ...

    @property
    def url(self) -> str:
        """Where it answers, such as `http://127.0.0.1:41234`."""
        ...

    @property
    def default_port_url(self) -> str | None:
        """Where it answers if it ignores `SAGEMAKER_BIND_TO_PORT`; None if that cannot be known."""
        ...

    def ended(self) -> str | None:
        """How it ended, such as `exited with code 1`; None while it runs, or if that cannot be known."""
        ...

    def logs(self, lines: int = 20) -> str:
        """The last lines that it printed; empty if they are not at hand."""
        ...


class Engine(Protocol):
    """A way to run containers. It is given those of one instance that are of its kind."""

    def prepare(self, containers: Sequence[ContainerPlan], progress: Progress) -> None:
        """Make ready what takes long: build and pull images.

        Raises:
            LocalEndpointError: If something is missing.
        """
        ...

    def start(
        self, containers: Sequence[ContainerPlan], folders: Mapping[str, str], progress: Progress
    ) -> Sequence[RunningContainer]:
        """Start containers of a model, without waiting until they answer.

        Args:
            containers: Those of its containers that this engine runs.
            folders: The unpacked model data, by hostname.
            progress: What is told what happens.

        Raises:
            LocalEndpointError: If one cannot be started; the others are stopped then.
        """
        ...

    def stop(self) -> None:
        """Stop and remove all that it started. It never raises, and may be called again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningModel:
    """The containers of one instance, in their order."""

    plan: ModelPlan
    containers: tuple[RunningContainer, ...]

"""What runs otherwise than the template says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ..plan import Attached, Command, NamedImage
from ..stub import Stub
from .declared import DeclaredContainer
from .findings import Findings

Override: TypeAlias = NamedImage | Command | Attached | Stub
"""What a container may be in place of the image that its template names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What is given in place of what a template says.

    Containers are named by their hostname, which stands for all containers of that hostname, or by
    `VARIANT/HOSTNAME`, which goes before.
    """

    containers: Mapping[str, Override] = field(default_factory=dict)
    """What runs. Nothing stands in for an image unless it is given here."""
    model_data: Mapping[str, Path | None] = field(default_factory=dict)
    """What `/opt/ml/model` holds: a directory, or an archive that is unpacked. None to run without."""
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Environment variables, beside those of the template or in their place."""

    def workload(self, container: DeclaredContainer) -> Override | None:
        """What runs in place of the container's image; None if nothing is given."""
        key = container.key_in(self.containers)
        return None if key is None else self.containers[key]

    def variables(self, container: DeclaredContainer) -> dict[str, str]:
        """The environment variables that are given."""
        own = container.key_in(self.environment)
        given = self.environment.get(container.hostname, {})
        return {**given, **(self.environment[own] if own is not None else {})}

    def check(self, containers: Sequence[DeclaredContainer], findings: Findings) -> None:
        """Find what is given for containers that do not exist, or twice for one that variants share."""
        names = {name for each in containers for name in each.names}
        shown = ", ".join(dict.fromkeys(each.option for each in containers))
        for option, key in self._given():
            if key not in names:
                findings.problem(f"{option} {key}", "there is no such container", f"there are {shown}")
        for container in containers:
            for given in (self.containers, self.model_data, self.environment):
                same = [name for name in container.names[:-1] if name in given]
                if len(same) > 1:
                    which = f"{' and '.join(same)} are one container here, for these variants serve the same model"
                    findings.problem(container.where, which, f"give {same[0]} alone, or {container.hostname}")

    def _given(self) -> Iterator[tuple[str, str]]:
        """The options and the containers that they name."""
        for key, workload in self.containers.items():
            yield "--image" if isinstance(workload, NamedImage) else "--container", key
        yield from (("--model-data", key) for key in self.model_data)
        yield from (("--env", key) for key in self.environment)

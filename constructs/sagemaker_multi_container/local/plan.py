"""What is to run: an endpoint, its variants, and the containers on one instance of each, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from .stub import Stub

Mode = Literal["Serial", "Direct"]

DEFAULT_REGION: Final = "us-east-1"
DEFAULT_ACCOUNT: Final = "123456789012"
"""What is shown where no region and account are known. Nothing is looked up there."""

STARTUP_TIMEOUT: Final = 480.0
"""The seconds in which all containers must answer pings, unless the variant says otherwise (AWS: 8 minutes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltImage:
    """An image that is built from a directory, as an asset of the CDK says."""

    directory: Path
    dockerfile: str | None = None
    """Below the directory; `Dockerfile` if it is None."""
    target: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    build_contexts: Mapping[str, str] = field(default_factory=dict)
    build_secrets: Mapping[str, str] = field(default_factory=dict)
    ssh: str | None = None
    platform: str | None = None
    network_mode: str | None = None
    asset: str
    """What names the content: the hash of the asset."""
    title: str | None = None
    """What people know it by, such as `Endpoint/Containers0Image`."""

    def __str__(self) -> str:
        return f"image of {self.title or self.directory.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedImage:
    """An image that the engine has or can pull."""

    name: str

    def __str__(self) -> str:
        return f"image {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A process on this machine, which gets the container's environment and must serve on `SAGEMAKER_BIND_TO_PORT`."""

    arguments: tuple[str, ...]
    directory: Path | None = None
    """Where it runs; the working directory if it is None."""

    def __str__(self) -> str:
        return f"process {' '.join(self.arguments)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A server that somebody else started, such as one under a debugger."""

    url: str
    """Such as `http://127.0.0.1:8080`."""

    def __str__(self) -> str:
        return f"server at {self.url}"


Image = BuiltImage | NamedImage
Workload = Image | Command | Attached | Stub
"""What a container is on this machine. `str()` says it to people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPlan:
    """A container of a model."""

    hostname: str
    variant: str | None = None
    """The variant that has it, where a container of another model has the same hostname. None where none has."""
    workload: Workload
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the model declares, without what SageMaker adds."""
    model_data: Path | None = None
    """What `/opt/ml/model` holds: a directory, or an archive that is unpacked. None if there is none."""

    @property
    def title(self) -> str:
        """What people know it by, and options may call it: `ranker`, or `stable/ranker`."""
        return self.hostname if self.variant is None else f"{self.variant}/{self.hostname}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlan:
    """The containers that share an instance, in their order, and how they are called."""

    key: str
    """Its logical id in the template."""
    mode: Mode
    containers: tuple[ContainerPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantPlan:
    """A production variant. Two that serve the same model share its containers here."""

    name: str
    weight: float
    model: str
    """The key of its model."""
    startup_timeout: float = STARTUP_TIMEOUT
    """Seconds."""
    instance_types: tuple[str, ...] = ()
    """Those that it may run on at AWS, as far as known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPlan:
    """An endpoint."""

    name: str
    """What callers call it."""
    title: str
    """What people know it by: the path of its construct, or its name."""
    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT
    variants: tuple[VariantPlan, ...]
    models: tuple[ModelPlan, ...]
    notes: tuple[str, ...] = ()
    """What is otherwise here than at AWS, one line each."""

    def with_startup_timeout(self, seconds: float) -> EndpointPlan:
        """The same, with so many seconds for the containers of each variant to answer pings."""
        return replace(self, variants=tuple(replace(each, startup_timeout=seconds) for each in self.variants))

    def model(self, key: str) -> ModelPlan:
        """The model of that key."""
        return next(each for each in self.models if each.key == key)

"""An endpoint that runs on this machine: its plan, the engines and the data plane put together."""

from __future__ import annotations

import atexit
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, final

from ..rules.limits import CONTAINER_HOSTNAME, ENDPOINT_NAME, EXECUTION_MODE
from .dataplane import DataPlane
from .errors import LocalEndpointError
from .health import wait_until_healthy
from .instances import started
from .plan import STARTUP_TIMEOUT, ContainerPlan, EndpointPlan, Mode, ModelPlan, VariantPlan
from .planning import Override, Overrides
from .planning import plan as plan_endpoint
from .running import Progress, RunningContainer, RunningModel, silent
from .served import RequestRecord, ServedContainer, ServedEndpoint, ServedVariant

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

ENDPOINT_URL: Final = "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"
"""Where boto3, the AWS CLI and the other SDKs read where the runtime API of SageMaker is."""
MOST_REQUESTS: Final = 10_000
"""The requests that are remembered, the newest."""

_DEFAULT_ACCEPT: Final = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
_MODEL: Final = "Model"


@final
class LocalEndpoint:
    """A multi-container endpoint that runs on this machine and answers the unmodified boto3 client.

    It serves for as long as a `with` block lasts, or from `start` to `stop` or the end of the process, on 127.0.0.1
    alone:

    >>> with LocalEndpoint.from_assembly("cdk.out") as endpoint:  # doctest: +SKIP
    ...     endpoint.client().invoke_endpoint(EndpointName=endpoint.name, Body=b"...", TargetContainerHostname="ranker")

    IAM, scaling, instance types and data capture play no part here.
    """

    def __init__(self, plan: EndpointPlan) -> None:
        """Prepare an endpoint; nothing is started. `from_assembly` and `from_containers` make the plan."""
        self.plan = plan
        self._data_plane: DataPlane | None = None
        self._models: tuple[RunningModel, ...] = ()
        self._requests: deque[RequestRecord] = deque(maxlen=MOST_REQUESTS)
        self._exit = ExitStack()

    @classmethod
    def from_assembly(
        cls,
        path: str | Path = "cdk.out",
        *,
        stack: str | None = None,
        endpoint: str | None = None,
        endpoint_name: str | None = None,
        containers: Mapping[str, Override] | None = None,
        model_data: Mapping[str, str | Path | None] | None = None,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        values: Mapping[str, str] | None = None,
        startup_timeout: float | None = None,
    ) -> LocalEndpoint:
        """An endpoint that a cloud assembly of the CDK, or a template, declares. No AWS account is asked.

        Images that are assets are built, others pulled by the container CLI in `CDK_DOCKER` (`docker` by default), and
        model data that is an asset is unpacked. Whatever else is only known at AWS has to be given.

        Args:
            path: The folder that `cdk synth` wrote, or a template in JSON or YAML.
            stack: The stack, if the endpoint is not the only one: `Stage/Stack` for one in a stage.
            endpoint: The endpoint, if it is not the only one: its construct path, logical id or name.
            endpoint_name: What callers call it; the declared name by default, or else the logical id.
            containers: What containers are instead of their images, by hostname, or by `variant/hostname` where two
                variants have containers of their own with the same hostname.
            model_data: Where model data that is no asset is: a folder, an archive, or None to run without, by hostname.
            environment: Environment variables in place of those that are declared, by hostname and name.
            values: Parameters of the template and pseudo parameters such as `AWS::Region`, by name.
            startup_timeout: The seconds in which all containers must answer pings; by default those of the variant, or
                else 8 minutes.

        Raises:
            LocalEndpointError: If it cannot run here. All that is missing is said at once, each with how to give it.
        """
        plan = plan_endpoint(
            Path(path),
            stack=stack,
            endpoint=endpoint,
            endpoint_name=endpoint_name,
            values=values,
            overrides=Overrides(
                containers=containers or {},
                model_data={
                    hostname: None if given is None else Path(given) for hostname, given in (model_data or {}).items()
                },
                environment=environment or {},
            ),
        )
        return cls(plan if startup_timeout is None else plan.with_startup_timeout(startup_timeout))

    @classmethod
    def from_containers(
        cls,
        containers: Mapping[str, Override],
        *,
        mode: Mode,
        name: str = "local",
        startup_timeout: float = STARTUP_TIMEOUT,
    ) -> LocalEndpoint:
        """An endpoint without a template, for tests of code that calls one.

        Args:
            containers: What each container is, by hostname, in the order of a pipeline.
            mode: `Direct` or `Serial`.
            name: What callers call it.
            startup_timeout: The seconds in which all containers must answer pings.

        Raises:
            LocalEndpointError: If a name or hostname is none to SageMaker, or there is no container or no such mode.
        """
        _check_names(name, mode, containers)
        model = ModelPlan(
            key=_MODEL,
            mode=mode,
            containers=tuple(
                ContainerPlan(hostname=hostname, workload=workload) for hostname, workload in containers.items()
            ),
        )
        variant = VariantPlan(name="AllTraffic", weight=1.0, model=_MODEL, startup_timeout=startup_timeout)
        plan = EndpointPlan(name=name, title=name, variants=(variant,), models=(model,))
        return cls(plan)

    @property
    def name(self) -> str:
        """What callers give as `EndpointName`."""
        return self.plan.name

    @property
    def url(self) -> str:
        """Where the runtime API answers, such as `http://127.0.0.1:41234`."""
        if self._data_plane is None:
            raise LocalEndpointError(f"{self.name} does not run: use it in a `with` block, or call start()")
        return self._data_plane.url

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that send every client of the AWS SDKs here."""
        return {ENDPOINT_URL: self.url}

    @property
    def requests(self) -> Sequence[RequestRecord]:
        """What was asked of it and answered, the newest 10,000 requests in their order."""
        return tuple(self._requests)

    @property
    def containers(self) -> Sequence[RunningContainer]:
        """Its containers, those of each model in their order."""
        return tuple(container for model in self._models for container in model.containers)

    def client(self) -> SageMakerRuntimeClient:
        """A client of boto3 that calls it, with credentials that are none."""
        import boto3  # noqa: PLC0415 - it takes half a second, and callers may have a client of their own
        from botocore.config import Config  # noqa: PLC0415

        return boto3.client(
            "sagemaker-runtime",
            region_name=self.plan.region,
            endpoint_url=self.url,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106
            config=Config(proxies={}),
        )

    def start(self, data_plane: DataPlane | None = None, progress: Progress = silent) -> Self:
        """Start the containers, wait until all of them answer pings, and serve.

        Args:
            data_plane: Serves it, beside other endpoints; one of its own on a free port by default.
            progress: Is told what happens to each container.

        Raises:
            LocalEndpointError: If a container cannot be started or does not get healthy. Nothing is left running.
        """
        if self._data_plane is not None:
            raise LocalEndpointError(f"{self.name} runs already")
        with ExitStack() as undo:
            models = undo.enter_context(started(self.plan, progress))
            wait_until_healthy(self.plan.variants, models, progress)
            self._models = tuple(models.values())
            data_plane = data_plane or undo.enter_context(DataPlane())
            data_plane.serve(self._served(), self._requests.append)
            undo.callback(data_plane.withdraw, self.name)
            atexit.register(self.stop)
            undo.callback(atexit.unregister, self.stop)
            self._data_plane = data_plane
            self._exit = undo.pop_all()
        return self

    def stop(self) -> None:
        """Stop serving, and stop and remove the containers. It may be called again."""
        self._data_plane = None
        self._models = ()
        self._exit.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _served(self) -> ServedEndpoint:
        models = {model.plan.key: model for model in self._models}
        return ServedEndpoint(
            name=self.plan.name,
            region=self.plan.region,
            account=self.plan.account,
            variants=tuple(
                ServedVariant(
                    name=variant.name,
                    weight=variant.weight,
                    mode=models[variant.model].plan.mode,
                    containers=tuple(map(_served_container, models[variant.model].containers)),
                )
                for variant in self.plan.variants
            ),
        )


def _check_names(name: str, mode: str, hostnames: Collection[str]) -> None:
    """Refuse what no caller could name."""
    problems = [
        f"{what} {given!r} is none: {pattern.meaning}, at most {pattern.longest}; give another one"
        for what, pattern, given in (
            ("the name", ENDPOINT_NAME, name),
            *(("the hostname", CONTAINER_HOSTNAME, each) for each in hostnames),
        )
        if given not in pattern
    ]
    if mode not in EXECUTION_MODE:
        problems.append(f"the mode {mode!r} is none; give {EXECUTION_MODE}")
    if not hostnames:
        problems.append("there is no container; give one at least")
    if problems:
        raise LocalEndpointError(problems)


def _served_container(container: RunningContainer) -> ServedContainer:
    plan = container.plan
    return ServedContainer(
        hostname=plan.hostname, url=container.url, default_accept=plan.environment.get(_DEFAULT_ACCEPT)
    )

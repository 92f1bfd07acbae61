"""Containers of images. Those of a model share a network, as on an instance of SageMaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from ..errors import LocalEndpointError
from ..plan import BuiltImage, ContainerPlan, Image
from ..running import DEFAULT_PORT, SECONDS_TO_END, Progress, RunningContainer
from .container_cli import CliError, ContainerCli, MissingCliError, SilentCliError
from .images import make_present, reference_of
from .launch import Launch, image_of, launches_of, network_of
from .leftovers import JOINED, NETWORK, OWN, OWNER, RUN, new_run, remove, remove_leftovers, this_process
from .ports import LOOPBACK
from .printed import because, with_output
from .states import States

_AT_ONCE: Final = 4
_LINES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningImage:
    """A container of an image."""

    plan: ContainerPlan
    id: str
    url: str
    default_port_url: str
    network_of: RunningImage | None = None
    """The container whose network it has joined; None if others join its own."""
    cli: ContainerCli = field(repr=False)
    states: States = field(repr=False)

    def ended(self) -> str | None:
        """With which code it exited, or that it has lost the network that it shares; None while it runs.

        It may have ended a second before this says so.
        """
        end = self.states.end_of(self.id)
        if end is None and self.network_of is not None:
            end_of_other = self.network_of.ended()
            if end_of_other is not None:
                return f"lost its network with {self.network_of.plan.title!r}, which {end_of_other}"
        return end

    def logs(self, lines: int = 20) -> str:
        """The last lines that it printed."""
        return self.cli.logs(self.id, lines)


class ContainerEngine:
    """Runs images with the CLI that `CDK_DOCKER` names: docker (the default), podman, finch or nerdctl.

    A container is run as SageMaker runs it: `docker run IMAGE serve`. It is given nothing of this machine's
    environment, and so no AWS credentials.
    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html

    That the containers of an instance share a network is inferred: else SageMaker would not give each a port.
    """

    def __init__(self, cli: ContainerCli | None = None) -> None:
        self.cli = cli or ContainerCli()
        self._states = States(self.cli)
        self._run = new_run()
        self._has_started = False

    def prepare(self, containers: Sequence[ContainerPlan], progress: Progress) -> None:
        """Remove what runs that were killed have left behind; build and pull the images that the engine has not.

        Raises:
            LocalEndpointError: If no engine answers, or for each image that cannot be built or pulled.
        """
        self.reach(containers)
        problems = []
        for image, titles in by_image(containers):
            try:
                make_present(self.cli, image, partial(tell_all, progress, titles))
            except CliError as error:
                problems.append(_no_image(image, titles, error))
        if problems:
            raise LocalEndpointError(problems)

    def reach(self, containers: Sequence[ContainerPlan]) -> None:
        """Make sure that there is an engine, and remove what runs that were killed have left behind.

        Raises:
            LocalEndpointError: If no engine answers. It says what else could be given for the containers.
        """
        try:
            remove_leftovers(self.cli)
        except CliError as error:
            raise LocalEndpointError(_no_engine(self.cli, containers, error)) from error

    def start(
        self,
        containers: Sequence[ContainerPlan],
        folders: Mapping[str, str],
        progress: Progress,
    ) -> list[RunningContainer]:
        """Start the first, and then the others, which join its network.

        Raises:
            LocalEndpointError: For each that cannot be started.
        """
        self._has_started = True
        tell_all(progress, [each.title for each in containers], "starting")
        first, *others = launches_of(containers, folders)
        holder_id = self._launch(first, OWN, network_of(first, others))
        try:
            urls = self._published(holder_id)
        except CliError as error:
            raise LocalEndpointError(_cannot_start(first.plan, error)) from error
        if not urls:
            end, log = self._states.end_of(holder_id), self.cli.logs(holder_id, _LINES)
            raise LocalEndpointError(_ended_at_once(first.plan, end, log))
        holder = self._running(first, holder_id, urls)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            joined = list(pool.map(partial(self._join, holder, urls), others))
        problems = [problem for each in joined if isinstance(each, LocalEndpointError) for problem in each.problems]
        if problems and (end := holder.ended()) is not None:
            problems = [_ended_at_once(holder.plan, end, holder.logs(_LINES))]
        if problems:
            raise LocalEndpointError(problems)
        return [holder, *(each for each in joined if isinstance(each, RunningImage))]

    def stop(self) -> None:
        """Stop the containers, first with SIGTERM, and remove them."""
        if not self._has_started:
            return
        label = f"label={RUN}={self._run}"
        with suppress(CliError):
            running = self.cli("ps", "--quiet", "--filter", label).split()
            if running:
                self.cli("stop", "-t", f"{SECONDS_TO_END:.0f}", *running)
        with suppress(CliError):
            remove(self.cli, label)
        self._states.forget()

    def _launch(self, launch: Launch, network: str, options: Sequence[str]) -> str:
        labels = {RUN: self._run, OWNER: this_process(), NETWORK: network}
        reference = reference_of(image_of(launch.plan))
        named = [option for name, value in labels.items() for option in ("--label", f"{name}={value}")]
        try:
            started = self.cli.run(*named, *options, *launch.options, reference, "serve")
        except CliError as error:
            raise LocalEndpointError(_cannot_start(launch.plan, error)) from error
        self._states.watch(started)
        return started

    def _join(self, holder: RunningImage, urls: Mapping[int, str], launch: Launch) -> RunningImage | LocalEndpointError:
        try:
            own_id = self._launch(launch, JOINED, ["--network", f"container:{holder.id}"])
        except LocalEndpointError as error:
            return error
        return self._running(launch, own_id, urls, holder)

    def _running(
        self, launch: Launch, id: str, urls: Mapping[int, str], holder: RunningImage | None = None
    ) -> RunningImage:
        return RunningImage(
            plan=launch.plan,
            id=id,
            url=urls[launch.ports.bind_to],
            default_port_url=urls[DEFAULT_PORT],
            network_of=holder,
            cli=self.cli,
            states=self._states,
        )

    def _published(self, id: str) -> dict[int, str]:
        """Where the ports of a network answer on this machine; none if what holds the network has ended."""
        (known,) = self.cli.inspect("container", id)
        ports = known["NetworkSettings"]["Ports"] or {}
        return {
            int(port.removesuffix("/tcp")): f"http://{LOOPBACK}:{places[0]['HostPort']}"
            for port, places in ports.items()
            if places
        }


def by_image(containers: Sequence[ContainerPlan]) -> list[tuple[Image, list[str]]]:
    """Each image once, and the titles of its containers."""
    images: dict[str, tuple[Image, list[str]]] = {}
    for each in containers:
        image = image_of(each)
        images.setdefault(reference_of(image), (image, []))[1].append(each.title)
    return list(images.values())


def tell_all(progress: Progress, titles: Sequence[str], state: str) -> None:
    """Tell what happens to several containers."""
    for each in titles:
        progress(each, state)


def _cannot_start(plan: ContainerPlan, error: CliError) -> str:
    return because(f"{plan.title}: cannot start {plan.workload}", error)


def _ended_at_once(plan: ContainerPlan, end: str | None, log: str) -> str:
    return with_output(f"{plan.title}: {end or 'has no network'} before the others were started", log)


def _no_engine(cli: ContainerCli, containers: Sequence[ContainerPlan], error: CliError) -> str:
    is_its_own = not isinstance(error, MissingCliError | SilentCliError)
    reason = f"`{cli.program}` says: {' '.join(str(error).split())}" if is_its_own else str(error)
    overrides = ", ".join(f"--container {each.title}=URL|COMMAND" for each in containers)
    return (
        f"no container engine: {reason}; set CDK_DOCKER to the container CLI of this machine"
        f" (docker, podman, finch or nerdctl), or give each container: {overrides}"
    )


def _no_image(image: Image, titles: Sequence[str], error: CliError) -> str:
    names = ", ".join(titles)
    if isinstance(image, BuiltImage):
        return because(f"{names}: cannot build the {image}", error)
    overrides = ", ".join(f"--image {each}=REFERENCE" for each in titles)
    problem = (
        f"{names}: the {image} is not on this machine and cannot be pulled; log in to its registry, or give {overrides}"
    )
    return because(problem, error)

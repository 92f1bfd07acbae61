"""`mce local`: the arguments, and how long an endpoint runs."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from ..check.printable import printable
from ..local.errors import LocalEndpointError
from ..local.planning import parse_overrides, parse_values
from ..local.planning import plan as plan_endpoint
from ..rules import Severity
from .commands import FOUND, OK, UNUSABLE
from .extras import needs
from .options import UnusableError, assembly_of_this_folder

if TYPE_CHECKING:
    from ..local.plan import EndpointPlan
    from .local_view import LocalView

PORT: Final = 8090
"""Not 8080, where containers listen that ignore their port."""
_LOOKS: Final = 0.5
"""Seconds between two looks at whether the containers still run."""
_ENDING: Final = ("SIGINT", "SIGTERM", "SIGHUP")
"""The signals that ask for the end. Not every system has all of them."""


@click.command
@click.argument("assembly", type=click.Path(path_type=Path), required=False)
@click.option("--stack", metavar="NAME", help="The stack of the endpoint, such as Stage/Stack.")
@click.option("--endpoint", metavar="ID", help="The endpoint: its construct path, its logical id or its name.")
@click.option("--endpoint-name", metavar="NAME", help="What callers call it, where a template has no name.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Where to listen; 0 for a free port."
)
@click.option(
    "--container",
    "containers",
    metavar="HOSTNAME=URL|COMMAND",
    multiple=True,
    help="Run a container as a server that you started, or as a process on this machine.",
)
@click.option("--image", "images", metavar="HOSTNAME=IMAGE", multiple=True, help="Run a container from another image.")
@click.option(
    "--model-data",
    metavar="HOSTNAME=PATH",
    multiple=True,
    help="Where model data is: a folder or an archive; nothing after = to run without.",
)
@click.option(
    "--env", "environment", metavar="HOSTNAME.NAME=VALUE", multiple=True, help="Set a container's environment variable."
)
@click.option(
    "--set",
    "values",
    metavar="NAME=VALUE",
    multiple=True,
    help="The value of a parameter of the template, or of a pseudo parameter such as AWS::Region.",
)
@click.option(
    "--startup-timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    help="How long containers may take to answer pings; else what the variant says, or 8 minutes.",
)
@click.option("--check", is_flag=True, help="Start the containers, say what SageMaker would refuse, and stop.")
@click.pass_context
def local(
    context: click.Context,
    assembly: Path | None,
    stack: str | None,
    endpoint: str | None,
    endpoint_name: str | None,
    port: int,
    containers: Sequence[str],
    images: Sequence[str],
    model_data: Sequence[str],
    environment: Sequence[str],
    values: Sequence[str],
    startup_timeout: float | None,
    check: bool,
) -> None:
    """Run an endpoint on this machine, for any client of AWS.

    Clients of boto3, the AWS CLI and others call it unmodified. ASSEMBLY is a cloud assembly of the CDK or a template
    in JSON or YAML; cdk.out by default. Images that are assets are built, and others pulled, with the container CLI
    that CDK_DOCKER names. HOSTNAME is that of a container, or VARIANT/HOSTNAME where two variants have containers of
    their own with the same one. AWS is not asked, and nothing listens but on 127.0.0.1.

    Exit code: 0 if it was stopped, or nothing was found with --check; 1 if something was found, or a container ended; 2
    if it could not be started.
    """
    try:
        plan = plan_endpoint(
            assembly or assembly_of_this_folder("run"),
            stack=stack,
            endpoint=endpoint,
            endpoint_name=endpoint_name,
            values=parse_values(values),
            overrides=parse_overrides(
                containers=containers, images=images, model_data=model_data, environment=environment
            ),
        )
        if startup_timeout is not None:
            plan = plan.with_startup_timeout(startup_timeout)
        with needs("local", "aiohttp", "rich"):
            from .local_view import LocalView  # noqa: PLC0415
        with _interrupted_once():
            view = LocalView(plan)
            context.exit(_check(plan, view) if check else _serve(plan, port, view))
    except LocalEndpointError as refused:
        lines = (line for problem in refused.problems for line in problem.splitlines())
        raise UnusableError("\n".join(map(printable, lines))) from refused


def _check(plan: EndpointPlan, view: LocalView) -> int:
    """Say what SageMaker would refuse, and give the exit code."""
    from ..local.preflight import findings_in  # noqa: PLC0415

    with view.starting():
        findings = findings_in(plan, view.progress)
    for finding in findings:
        view.found(finding)
    errors = sum(each.severity is Severity.ERROR for each in findings)
    view.checked(errors)
    return FOUND if errors else OK


def _serve(plan: EndpointPlan, port: int, view: LocalView) -> int:
    """Run the endpoint until it is interrupted, and give the exit code."""
    from ..local.dataplane import DataPlane  # noqa: PLC0415
    from ..local.endpoint import LocalEndpoint  # noqa: PLC0415
    from ..local.preflight import inspect_findings  # noqa: PLC0415

    # The port is taken first: that it is not free must not be said after minutes of building.
    with DataPlane(port=port, observer=view.request) as data_plane, ExitStack() as undo:
        endpoint = LocalEndpoint(plan)
        undo.callback(endpoint.stop)
        with view.starting():
            findings = [each for each in inspect_findings(plan, view.progress) if each.severity is not Severity.INFO]
            for finding in findings:
                view.found(finding)
            if any(each.prevents_start for each in findings):
                return UNUSABLE
            endpoint.start(data_plane, view.progress)
        ended: set[str] = set()
        try:
            view.started(endpoint)
            while True:
                for container in endpoint.containers:
                    how = container.ended()
                    if how is not None and container.url not in ended:
                        ended.add(container.url)
                        view.ended(container, how)
                time.sleep(_LOOKS)
        except KeyboardInterrupt:
            view.stopping()
    return FOUND if ended else OK


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """Let the first signal that asks for the end interrupt the command, so that containers are removed.

    No further one keeps them from being removed: only SIGKILL does. What is ignored already, as `nohup` and shells do
    for what runs in the background, stays so.
    """
    numbers = [signal.Signals[name] for name in _ENDING if name in signal.Signals.__members__]
    former = {number: signal.getsignal(number) for number in numbers}
    heeded = {number: before for number, before in former.items() if before is not signal.SIG_IGN}

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in heeded:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in heeded:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, before in heeded.items():
            signal.signal(number, before)

"""`mce invoke`: the arguments, and where bodies go."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self, final

import click

from ..check.printable import printable
from ..invocation import Answer, RefusedError, Request, Target
from ..invocation.bodies import STANDARD_INPUT, UnusableBodyError, read_body
from .commands import FOUND, OK, UNUSABLE
from .connection import connection_options, needs_aws, told
from .options import OutputFile, UnusableError

if TYPE_CHECKING:
    from ..invocation.connecting import Connections


@click.command
@click.argument("endpoint")
@click.option("--target", "hostnames", metavar="HOSTNAME", multiple=True, help="A container of a Direct endpoint.")
@click.option("--all", "is_all", is_flag=True, help="Each container of a Direct endpoint, once.")
@click.option("--variant", metavar="NAME", help="The production variant; else SageMaker chooses by weight.")
@click.option(
    "--body",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="What to send: a file, or - for standard input, which is read if this is not given.",
)
@click.option(
    "--content-type", metavar="TYPE", help="What the body is; else what the ending of the file's name stands for."
)
@click.option("--accept", metavar="TYPE", help="What the response shall be.")
@click.option("--custom-attributes", metavar="TEXT", help="What the container gets beside the body.")
@click.option("--inference-id", metavar="ID", help="What identifies the request in captured data.")
@click.option("--stream", is_flag=True, help="Write the parts of the response as they come.")
@click.option("--output", type=OutputFile(), help="Write the body of the response to this file.")
@click.option("--endpoint-url", metavar="URL", help="Where endpoints answer, such as http://127.0.0.1:8080.")
@connection_options
@click.pass_context
def invoke(
    context: click.Context,
    endpoint: str,
    hostnames: Sequence[str],
    is_all: bool,
    variant: str | None,
    file: Path | None,
    content_type: str | None,
    accept: str | None,
    custom_attributes: str | None,
    inference_id: str | None,
    stream: bool,
    output: Path | None,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
) -> None:
    """Send a request to an endpoint, and write what it answers.

    The body of the response goes to standard output byte for byte, and all else to standard error. Of several
    containers, a table is written in place of the bodies.

    ENDPOINT is at AWS, or on this machine if --endpoint-url or AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME says so. No request
    is sent twice.

    Exit code: 0 if all answered, 1 if the endpoint failed, 2 if it could not be asked.
    """
    if hostnames and is_all:
        raise click.UsageError("--all asks each container: leave out --target")
    if output is not None and (is_all or len(hostnames) > 1):
        raise click.UsageError("--output takes the body of one response: name one container with --target")
    try:
        body = read_body(file or _piped(), content_type)
    except UnusableBodyError as reason:
        raise UnusableError(str(reason)) from reason
    request = Request(
        endpoint=endpoint,
        body=body.content,
        content_type=body.content_type,
        accept=accept,
        custom_attributes=custom_attributes,
        inference_id=inference_id,
        target=Target(variant=variant),
    )
    if problems := list(request.problems()):
        raise UnusableError("; ".join(problems))
    with needs_aws():
        from ..invocation.connecting import Connections  # noqa: PLC0415 - boto3 takes long to import
    connections = Connections(region=region, profile=profile, runtime_url=endpoint_url, stream=stream)
    if is_all or len(hostnames) > 1:
        targets = [Target(hostname=each, variant=variant) for each in hostnames]
        context.exit(_ask_each(connections, request, targets or _all(connections, endpoint, variant)))
    for hostname in hostnames:
        request = replace(request, target=Target(hostname=hostname, variant=variant))
    context.exit(_ask(connections, request, output))


def _piped() -> Path:
    """Standard input, unless nobody has given it anything."""
    if sys.stdin is not None and sys.stdin.isatty():
        raise UnusableError("there is nothing to send: give --body FILE, or pipe it in")
    return STANDARD_INPUT


def _all(connections: Connections, endpoint: str, variant: str | None) -> list[Target]:
    """Each container of a Direct endpoint."""
    from ..invocation.describing import describe_deployed, describe_endpoint  # noqa: PLC0415
    from ..invocation.describing_local import describe_local  # noqa: PLC0415

    with told():
        deployed = (
            describe_deployed(connections, describe_endpoint(connections, endpoint))
            if connections.has_control_plane
            else describe_local(connections, endpoint)
        )
    targets = [each for each in deployed.targets(variant) if each.hostname is not None]
    if not targets:
        which = f"variant {variant} of {endpoint}" if variant else f"endpoint {endpoint}"
        raise UnusableError(f"{which} has no containers that are called one by one: leave out --all")
    return targets


def _ask(connections: Connections, request: Request, output: Path | None) -> int:
    """Ask one target, and write the body of its response."""
    from ..invocation.invoking import invoke as send  # noqa: PLC0415

    with _Sink(output) as sink:
        try:
            answer = send(connections, request, sink.write)
        except RefusedError as refused:
            partly = f" ({sink.size:,} bytes of the response have been written)" if sink.size else ""
            click.echo(f"Error: {printable(str(refused))}{partly}", err=True)
            return _exit_code([refused])
        if sink.breaks_line:
            click.echo(err=True)
    click.echo(printable(f"{request.target}: {answer}"), err=True)
    return OK


def _ask_each(connections: Connections, request: Request, targets: Sequence[Target]) -> int:
    """Ask several targets in turn, and write a table."""
    with needs_aws():
        from ..invocation.invoking import invoke as send  # noqa: PLC0415
        from ..invocation.report import as_table  # noqa: PLC0415
        from .tables import as_text  # noqa: PLC0415

    outcomes: list[tuple[Target, Answer | RefusedError]] = []
    for target in targets:
        try:
            outcomes.append((target, send(connections, replace(request, target=target), lambda _: None)))
        except RefusedError as refused:
            outcomes.append((target, refused))
    click.echo(as_text(as_table(outcomes)), nl=False)
    failures = [outcome for _, outcome in outcomes if isinstance(outcome, RefusedError)]
    for says in dict.fromkeys(map(str, failures)):
        click.echo(f"Error: {printable(says)}", err=True)
    return _exit_code(failures)


def _exit_code(failures: Sequence[RefusedError]) -> int:
    if not failures:
        return OK
    return FOUND if all(each.was_asked for each in failures) else UNUSABLE


@final
class _Sink:
    """Where the body of a response goes: a file, which is made when there is a response, or standard output."""

    def __init__(self, file: Path | None) -> None:
        self.size = 0
        self._file = file
        self._opened: IO[bytes] | None = None
        self._last = b"\n"

    def write(self, part: bytes) -> None:
        """Write a part of the body, at once."""
        if self._file is None:
            click.echo(part, nl=False)
        else:
            self._write_to(self._file, part)
        self.size += len(part)
        self._last = part[-1:] or self._last

    @property
    def breaks_line(self) -> bool:
        """Whether what comes next would stand in the last line of the body, on a terminal."""
        return self._file is None and self._last != b"\n" and sys.stdout is not None and sys.stdout.isatty()

    def _write_to(self, file: Path, part: bytes) -> None:
        try:
            if self._opened is None:
                self._opened = file.open("wb")
            self._opened.write(part)
            self._opened.flush()
        except OSError as reason:
            raise UnusableError(f"cannot write {file}: {reason.strerror}") from reason

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._opened is not None:
            self._opened.close()

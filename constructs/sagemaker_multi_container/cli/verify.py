"""`mce verify`: the arguments, and where the report goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from ..check.printable import printable
from ..invocation.bodies import UnusableBodyError, read_body
from ..template import UnreadableTemplateError, read
from ..template.choice import UnclearEndpointError
from ..verification import Outcome, Verification
from ..verification.answers import Samples
from ..verification.expected import UnclearError, declared_endpoint, way_to
from .commands import FOUND, OK, UNUSABLE
from .connection import connection_options, needs_aws, told
from .options import UnusableError, output_option, write_report

DEFAULT_TIMEOUT: Final = 60.0
"""Minutes."""


def _samples(_: click.Context, __: click.Parameter, written: Sequence[str]) -> dict[str, Path]:
    """The files of `--sample HOSTNAME=FILE`."""
    parted = [each.partition("=") for each in written]
    if bad := [hostname for hostname, equals, file in parted if not (hostname and equals and file)]:
        raise click.BadParameter(f"{', '.join(map(repr, bad))} is not HOSTNAME=FILE")
    return {hostname: Path(file) for hostname, _, file in parted}


@click.command
@click.argument("endpoint", required=False)
@click.option("--assembly", type=click.Path(path_type=Path), help="What was deployed: cdk.out, or a template.")
@click.option("--stack", metavar="NAME", help="The stack of the assembly, if several have endpoints.")
@click.option("--endpoint", "endpoint_id", metavar="ID", help="The endpoint of the assembly, if it has several.")
@click.option(
    "--body",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="A sample request, which each container is asked.",
)
@click.option("--content-type", metavar="TYPE", help="What samples are; else what the endings of the files stand for.")
@click.option(
    "--sample",
    "samples",
    metavar="HOSTNAME=FILE",
    multiple=True,
    callback=_samples,
    help="A sample request for one container. May be given several times.",
)
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until a deployment is at its end.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=DEFAULT_TIMEOUT,
    show_default=True,
    metavar="MINUTES",
    help="How long to wait.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write the report: for people, or for programs.",
)
@output_option
@connection_options
@click.pass_context
def verify(
    context: click.Context,
    endpoint: str | None,
    assembly: Path | None,
    stack: str | None,
    endpoint_id: str | None,
    body: Path | None,
    content_type: str | None,
    samples: dict[str, Path],
    wait: bool,
    timeout: float,
    form: str,
    output: Path | None,
    region: str | None,
    profile: str | None,
) -> None:
    """Say whether what is deployed is what was meant, and answers.

    ENDPOINT is the endpoint's name, which --assembly tells, too. With --assembly, what is deployed is held against it;
    with samples, each container is asked. Nothing is changed.

    Exit code: 0 if all that was checked held, 1 if something did not, 2 if AWS could not be asked.
    """
    if endpoint is None and assembly is None:
        raise click.UsageError("give the name of the ENDPOINT, or --assembly")
    if assembly is None and (stack or endpoint_id):
        raise click.UsageError("--stack and --endpoint choose from an --assembly")
    bodies = _read_samples(body, samples, content_type)
    with needs_aws():
        from ..invocation.connecting import Connections  # noqa: PLC0415 - boto3 takes long to import
        from ..verification.report import as_json  # noqa: PLC0415
        from ..verification.verifying import Question  # noqa: PLC0415
        from ..verification.verifying import verify as ask  # noqa: PLC0415
        from .progress import shown_progress  # noqa: PLC0415
    try:
        templates = [] if assembly is None else read(assembly)
        declared = None
        if assembly is not None:
            declared = declared_endpoint(assembly, templates, name=endpoint, stack=stack, id=endpoint_id)
        question = Question(
            name=endpoint,
            declared=declared,
            way=None if declared is None else way_to(declared.template, templates),
            samples=bodies,
            timeout=60 * timeout if wait else 0,
        )
        where = region or (None if declared is None else declared.template.region)
        with told(), shown_progress() as tell:
            verification = ask(Connections(region=where, profile=profile), question, tell)
    except (UnclearError, UnclearEndpointError, UnreadableTemplateError) as reason:
        raise UnusableError(printable(str(reason))) from reason
    write_report(as_json(verification) if form == "json" else _as_text(verification), output)
    context.exit(_exit_code(verification))


def _read_samples(body: Path | None, samples: dict[str, Path], content_type: str | None) -> Samples:
    try:
        return Samples(
            of_all=None if body is None else read_body(body, content_type),
            by_hostname={hostname: read_body(file, content_type) for hostname, file in samples.items()},
        )
    except UnusableBodyError as reason:
        raise UnusableError(str(reason)) from reason


def _as_text(verification: Verification) -> str:
    from ..verification.report import as_table, heading, summary  # noqa: PLC0415
    from .tables import as_text  # noqa: PLC0415

    return f"{heading(verification)}\n\n{as_text(as_table(verification))}\n{summary(verification)}\n"


def _exit_code(verification: Verification) -> int:
    if verification.outcomes(Outcome.FAILED):
        return FOUND
    return UNUSABLE if verification.outcomes(Outcome.UNKNOWN) else OK

"""`mce review`: the arguments, and where the review goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from ..check.printable import printable
from ..review import Kind, Review, as_json, as_markdown, as_text, compare
from ..template import Template, UnreadableTemplateError, read
from .commands import FOUND, OK
from .options import UnusableError, config_option, configured_reasons, output_option, write_report

NEVER: Final = "never"
DEFAULT: Final = (Kind.REFUSED, Kind.ERROR)
"""What nobody means to do."""


def _kinds(_: click.Context, __: click.Parameter, written: Sequence[str]) -> frozenset[Kind]:
    """The kinds of `--fail-on replace,refused --fail-on error`."""
    names = [name.strip() for each in written for name in each.split(",")]
    unknown = [name for name in names if name not in (*Kind, NEVER)]
    if unknown:
        allowed = ", ".join((*Kind, NEVER))
        raise click.BadParameter(f"{', '.join(map(repr, unknown))} is not one of {allowed}")
    if NEVER in names and len(names) > 1:
        raise click.BadParameter(f"{NEVER} cannot be combined with other kinds")
    return frozenset(Kind(name) for name in names if name != NEVER)


@click.command
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("head", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to write the review: for a terminal, for a comment on a pull request, or for programs.",
)
@output_option
@click.option(
    "--fail-on",
    metavar="KINDS",
    multiple=True,
    default=[",".join(DEFAULT)],
    show_default=True,
    callback=_kinds,
    help=f"What makes the exit code 1, separated by commas: {', '.join(Kind)}, or {NEVER}.",
)
@config_option
@click.pass_context
def review(
    context: click.Context,
    base: Path,
    head: Path,
    form: str,
    output: Path | None,
    fail_on: frozenset[Kind],
    config: Path | None,
) -> None:
    """Say what a change does to each endpoint and its callers.

    BASE and HEAD are the same app before and after the change: cloud assemblies of the CDK, or templates in JSON or
    YAML. An empty directory stands for nothing: before the first deployment or after the last. AWS is not asked.

    Exit code: 0 if nothing happens that --fail-on names, 1 if something does, 2 if something could not be read.
    """
    try:
        templates = _same_stack(base, _templates(base), head, _templates(head))
    except UnreadableTemplateError as reason:
        raise UnusableError(str(reason)) from reason
    found = compare(*templates, configured_reasons(config))
    write_report(_rendered(found, form), output)
    for template in (each for side in templates for each in side if each.macros):
        note = f"{template.file}: a macro ({', '.join(template.macros)}) may change this template, which is not seen"
        click.echo(f"Note: {printable(note)}", err=True)
    context.exit(FOUND if found.kinds & fail_on else OK)


def _templates(path: Path) -> list[Template]:
    """The templates of one side of the change; none if the directory is empty."""
    is_empty = path.is_dir() and not any(path.iterdir())
    return [] if is_empty else read(path)


def _same_stack(
    base: Path, before: list[Template], head: Path, after: list[Template]
) -> tuple[list[Template], list[Template]]:
    """The templates, with two single files taken for the same stack whatever the files are called."""
    if base.is_dir() or head.is_dir():
        return before, after
    old, new = before[0].stack, after[0].stack
    renamed = [replace(each, stack=new + each.stack.removeprefix(old)) for each in before]
    return renamed, after


def _rendered(found: Review, form: str) -> str:
    match form:
        case "json":
            return as_json(found)
        case "markdown":
            return as_markdown(found)
    return as_text(found)

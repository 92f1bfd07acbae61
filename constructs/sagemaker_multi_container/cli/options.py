"""What the commands have in common: what to read, where the report goes, and reasons to ignore rules."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, Final

import click

from ..check.configuration import UnusableConfigurationError, nearest_configuration, read_configuration
from .commands import UNUSABLE, drop_output

_ASSEMBLY: Final = Path("cdk.out")

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where [tool.mce.ignore] is; else the nearest pyproject.toml of the working directory.",
)


class UnusableError(click.ClickException):
    """What a user gave cannot be used, or what is asked for cannot be written: one line, and exit code 2."""

    exit_code = UNUSABLE


class OutputFile(click.Path):
    """A file to write. That its folder is not there is said before anything is done that takes long."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, if something can be written there."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            raise UnusableError(f"cannot write {path}: {os.strerror(errno.ENOENT)}")
        return path


output_option = click.option("--output", type=OutputFile(), help="Write the report to this file.")


def assembly_of_this_folder(purpose: str) -> Path:
    """What `cdk synth` wrote here, for a command that was not told what to read."""
    if not _ASSEMBLY.exists():
        raise UnusableError(f"there is no {_ASSEMBLY} here: run `cdk synth`, or say which template to {purpose}")
    return _ASSEMBLY


def configured_reasons(config: Path | None) -> dict[str, str]:
    """The reasons to ignore rules, by their ids, in the configuration that is given or else the nearest one."""
    file = config or nearest_configuration(Path.cwd())
    try:
        return read_configuration(file) if file else {}
    except UnusableConfigurationError as reason:
        raise UnusableError(str(reason)) from reason


def write_report(text: str, output: Path | None) -> None:
    """Write a report to the file that is given or else to standard output, which may be a terminal with colours."""
    if output is None:
        try:
            click.echo(text, nl=False)
        except BrokenPipeError:
            # Whoever reads has enough, and the exit code still says what was found.
            drop_output()
        return
    try:
        output.write_text(click.unstyle(text), encoding="utf-8", errors="backslashreplace")
    except OSError as reason:
        raise UnusableError(f"cannot write {output}: {reason.strerror}") from reason

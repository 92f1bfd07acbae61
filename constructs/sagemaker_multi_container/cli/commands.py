"""The commands of `mce`, each imported when it is called: asking for help must not cost what the work costs."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import Final

import click

from ..check.tool import version

OK: Final = 0
FOUND: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130

COMMANDS: Final = {
    "check": "Hold CloudFormation templates against what SageMaker accepts.",
    "review": "Say what a change does to each endpoint and its callers.",
    "local": "Run an endpoint on this machine, for any client of AWS.",
    "invoke": "Send a request to an endpoint, and write what it answers.",
    "verify": "Say whether what is deployed is what was meant, and answers.",
}
"""What each command does, by name. The command is what has this name in the module of this name beside this one."""


class LazyGroup(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f".{cmd_name}", __package__), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        click.echo(f"mce {version()}")
        context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def mce(context: click.Context) -> None:
    """Check and review SageMaker multi-container endpoints before they are deployed, and ask them afterwards."""
    if os.environ.get("NO_COLOR"):
        context.color = False


def run() -> int:
    """Run the command with the arguments of the process, and give its exit code.

    What goes wrong is said in a line on standard error, never in a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a terminal has no character for is written as an escape.
            stream.reconfigure(errors="backslashreplace")
    try:
        code: int | None = mce.main(prog_name="mce", standalone_mode=False)
        print(end="", flush=True)
    except click.ClickException as refused:
        refused.show()
        return UNUSABLE
    except click.Abort:
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # Whoever reads, such as `head`, has enough. Of a pipe that is closed click makes an exit of its own.
        drop_output()
        return OK
    except OSError as reason:
        drop_output()
        click.echo(f"Error: {reason}", err=True)
        return UNUSABLE
    return code or OK


def drop_output() -> None:
    """Keep the end of the process from writing once more what could not be written."""
    if sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

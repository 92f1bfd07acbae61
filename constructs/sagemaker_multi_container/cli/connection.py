"""What the commands that ask AWS have in common: where it is asked and as whom, and what they need to be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ParamSpec, TypeVar

import click

from ..check.printable import printable
from ..invocation import RefusedError
from .extras import needs
from .options import UnusableError

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def connection_options(command: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Add `--region` and `--profile`."""
    region = click.option("--region", metavar="REGION", help="The region; else the one that is configured.")
    profile = click.option("--profile", metavar="NAME", help="The profile; else the one that is configured.")
    return region(profile(command))


def needs_aws() -> AbstractContextManager[None]:
    """Say which extra to install if what asks AWS cannot be imported."""
    return needs("aws", "boto3", "botocore", "rich", "urllib3")


@contextmanager
def told() -> Iterator[None]:
    """Say in a line why AWS could not be asked."""
    try:
        yield
    except RefusedError as refused:
        raise UnusableError(printable(str(refused))) from refused

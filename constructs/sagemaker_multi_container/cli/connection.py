"""What the commands that ask AWS have in common: where it is asked and as whom, and what they need to be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

import click

from ..check.printable import printable
from ..invocation import RefusedError
from .options import UnusableError

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_OF_EXTRA: Final = {"boto3", "botocore", "rich", "urllib3"}


def connection_options(command: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Add `--region` and `--profile`."""
    region = click.option("--region", metavar="REGION", help="The region; else the one that is configured.")
    profile = click.option("--profile", metavar="NAME", help="The profile; else the one that is configured.")
    return region(profile(command))


@contextmanager
def needs_aws() -> Iterator[None]:
    """Say which extra to install if boto3 or rich cannot be imported."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _OF_EXTRA:
            raise
        raise UnusableError(f"{missing.name} is missing: install sagemaker-multi-container[aws]") from missing


@contextmanager
def told() -> Iterator[None]:
    """Say in a line why AWS could not be asked."""
    try:
        yield
    except RefusedError as refused:
        raise UnusableError(printable(str(refused))) from refused

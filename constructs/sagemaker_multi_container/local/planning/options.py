"""The options of the command line that say what runs otherwise than the template."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ...rules.limits import ENVIRONMENT_NAME
from ..plan import Attached, Command, NamedImage
from .overrides import Override, Overrides
from .problems import Problems

_T = TypeVar("_T")


def parse_overrides(
    *,
    containers: Sequence[str] = (),
    images: Sequence[str] = (),
    model_data: Sequence[str] = (),
    environment: Sequence[str] = (),
) -> Overrides:
    """What options say, each with a container as `HOSTNAME` or `VARIANT/HOSTNAME`.

    Args:
        containers: `HOSTNAME=URL` of a server that runs, or `HOSTNAME=COMMAND` of a process, with its arguments quoted
            as in a shell. No shell runs it.
        images: `HOSTNAME=REFERENCE` of an image that the engine has or can pull.
        model_data: `HOSTNAME=PATH` of a directory or an archive, `HOSTNAME=` for none.
        environment: `HOSTNAME.NAME=VALUE`.

    Raises:
        LocalEndpointError: If some of them say nothing that can be used, with all of these.
    """
    problems = Problems()
    workloads: dict[str, Override] = {}
    _gather("--container", "HOSTNAME=URL or HOSTNAME=COMMAND", containers, _workload, workloads, problems)
    _gather("--image", "HOSTNAME=REFERENCE", images, _image, workloads, problems)
    paths: dict[str, Path | None] = {}
    _gather("--model-data", "HOSTNAME=PATH, or HOSTNAME= for none", model_data, _path, paths, problems)
    variables: dict[str, str] = {}
    _gather("--env", "HOSTNAME.NAME=VALUE", environment, str, variables, problems)
    by_container: dict[str, dict[str, str]] = {}
    for key, value in variables.items():
        container, _, name = key.partition(".")
        if not container or name not in ENVIRONMENT_NAME:
            what = f"{key!r} is no HOSTNAME.NAME, of which the name has {ENVIRONMENT_NAME.meaning}"
            problems.add("--env", what, "give HOSTNAME.NAME=VALUE")
        by_container.setdefault(container, {})[name] = value
    problems.raise_all()
    return Overrides(containers=workloads, model_data=paths, environment=by_container)


def parse_values(given: Sequence[str]) -> dict[str, str]:
    """The values of parameters, from `NAME=VALUE` each.

    Raises:
        LocalEndpointError: If some of them say nothing that can be used, with all of these.
    """
    problems = Problems()
    values: dict[str, str] = {}
    _gather("--set", "NAME=VALUE", given, str, values, problems)
    problems.raise_all()
    return values


def _gather(
    option: str, form: str, given: Sequence[str], read: Callable[[str], _T], found: dict[str, _T], problems: Problems
) -> None:
    """Read `KEY=VALUE` of an option. What cannot be read, or is there already, is a problem."""
    for each in given:
        key, equals, value = each.partition("=")
        if not key or not equals:
            problems.add(option, f"got {each!r}", f"give {form}")
        elif key in found:
            problems.add(option, f"{key} is given twice", "leave one of them out")
        else:
            try:
                found[key] = read(value)
            except ValueError as reason:
                problems.add(f"{option} {key}", f"got {value!r}, {reason}", f"give {form}")


def _workload(text: str) -> Override:
    if text.startswith(("http://", "https://")):
        return _attached(text)
    arguments = tuple(shlex.split(text))
    if not arguments or not arguments[0]:
        msg = "which is no command"
        raise ValueError(msg)
    return Command(arguments=arguments)


def _attached(text: str) -> Attached:
    url = urlsplit(text)
    # Asking for the port raises if it is none.
    if not url.hostname or url.port == 0 or url.path not in {"", "/"} or url.query or url.fragment:
        msg = "which is no http://HOST:PORT"
        raise ValueError(msg)
    return Attached(url=text.removesuffix("/"))


def _image(text: str) -> Override:
    if not text or text != text.strip() or " " in text or text.startswith("-"):
        msg = "which is no reference of an image"
        raise ValueError(msg)
    return NamedImage(name=text)


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None

"""The options of the command line that say what runs otherwise than the template."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ...rules.limits import ENVIRONMENT_NAME
from ..plan import Attached, Command, NamedImage
from .findings import Findings
from .overrides import Override, Overrides

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
    findings = Findings()
    workloads: dict[str, Override] = {}
    _gather("--container", "HOSTNAME=URL or HOSTNAME=COMMAND", containers, _workload, workloads, findings)
    _gather("--image", "HOSTNAME=REFERENCE", images, _image, workloads, findings)
    paths: dict[str, Path | None] = {}
    _gather("--model-data", "HOSTNAME=PATH, or HOSTNAME= for none", model_data, _path, paths, findings)
    variables: dict[str, str] = {}
    _gather("--env", "HOSTNAME.NAME=VALUE", environment, str, variables, findings)
    by_container: dict[str, dict[str, str]] = {}
    for key, value in variables.items():
        container, _, name = key.partition(".")
        if not container or name not in ENVIRONMENT_NAME:
            what = f"{key!r} is no HOSTNAME.NAME, of which the name has {ENVIRONMENT_NAME.meaning}"
            findings.problem("--env", what, "give HOSTNAME.NAME=VALUE")
        by_container.setdefault(container, {})[name] = value
    findings.raise_problems()
    return Overrides(containers=workloads, model_data=paths, environment=by_container)


def parse_values(given: Sequence[str]) -> dict[str, str]:
    """The values of parameters, from `NAME=VALUE` each.

    Raises:
        LocalEndpointError: If some of them say nothing that can be used, with all of these.
    """
    findings = Findings()
    values: dict[str, str] = {}
    _gather("--set", "NAME=VALUE", given, str, values, findings)
    findings.raise_problems()
    return values


def _gather(
    option: str, form: str, given: Sequence[str], read: Callable[[str], _T], found: dict[str, _T], findings: Findings
) -> None:
    """Read `KEY=VALUE` of an option. What cannot be read, or is there already, is a problem."""
    for each in given:
        key, equals, value = each.partition("=")
        if not key or not equals:
            findings.problem(option, f"got {each!r}", f"give {form}")
        elif key in found:
            findings.problem(option, f"{key} is given twice", "leave one of them out")
        else:
            try:
                found[key] = read(value)
            except ValueError as reason:
                findings.problem(f"{option} {key}", f"got {value!r}, {reason}", f"give {form}")


def _workload(text: str) -> Override:
    if text.startswith(("http://", "https://")):
        if not _is_server(text):
            msg = "which is no http://HOST:PORT"
            raise ValueError(msg)
        return Attached(url=text.removesuffix("/"))
    try:
        arguments = tuple(shlex.split(text))
    except ValueError as reason:
        msg = f"which is no command: {str(reason).lower()}"
        raise ValueError(msg) from reason
    if not arguments or not arguments[0]:
        msg = "which is no command"
        raise ValueError(msg)
    return Command(arguments=arguments)


def _is_server(text: str) -> bool:
    """Whether a URL has a host, perhaps a port, and nothing else."""
    try:
        url = urlsplit(text)
        return bool(url.hostname) and url.port != 0 and url.path in {"", "/"} and not (url.query or url.fragment)
    except ValueError:
        return False


def _image(text: str) -> Override:
    if not text or text != text.strip() or " " in text or text.startswith("-"):
        msg = "which is no reference of an image"
        raise ValueError(msg)
    return NamedImage(name=text)


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None

"""The options of the command line that say what runs otherwise than the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import Attached, Command, NamedImage
from sagemaker_multi_container.local.planning import Overrides, parse_overrides, parse_values


def refused(**given: Sequence[str]) -> list[str]:
    """Why options are refused."""
    with pytest.raises(LocalEndpointError) as found:
        parse_overrides(**given)
    return list(found.value.problems)


def test_options_say_what_runs() -> None:
    given = parse_overrides(
        containers=["a=http://127.0.0.1:8080/", "b=python -m serve --name 'two words' --set=x=y", "next/a=serve"],
        images=["c=registry/c:1"],
        model_data=["a=models/a.tar.gz", "b="],
        environment=["a.LEVEL=info", "next/a.QUERY=a=b.c", "a.EMPTY="],
    )

    assert given == Overrides(
        containers={
            "a": Attached(url="http://127.0.0.1:8080"),
            "b": Command(arguments=("python", "-m", "serve", "--name", "two words", "--set=x=y")),
            "next/a": Command(arguments=("serve",)),
            "c": NamedImage(name="registry/c:1"),
        },
        model_data={"a": Path("models/a.tar.gz"), "b": None},
        environment={"a": {"LEVEL": "info", "EMPTY": ""}, "next/a": {"QUERY": "a=b.c"}},
    )


def test_without_options_nothing_is_otherwise() -> None:
    assert parse_overrides() == Overrides()
    assert parse_values([]) == {}


@pytest.mark.parametrize("url", ["http://localhost:8080", "https://[::1]:8443", "http://host"])
def test_servers_are_attached(url: str) -> None:
    assert parse_overrides(containers=[f"a={url}"]).containers == {"a": Attached(url=url)}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"containers": ["a"]}, "--container: got 'a'; give HOSTNAME=URL or HOSTNAME=COMMAND"),
        ({"containers": ["=serve"]}, "--container: got '=serve'; give HOSTNAME=URL or HOSTNAME=COMMAND"),
        (
            {"containers": ["a="]},
            "--container a: got '', which is no command; give HOSTNAME=URL or HOSTNAME=COMMAND",
        ),
        (
            {"containers": ["a=serve 'x"]},
            (
                '--container a: got "serve \'x", which is no command: no closing quotation; give HOSTNAME=URL or '
                "HOSTNAME=COMMAND"
            ),
        ),
        *(
            (
                {"containers": [f"a={url}"]},
                f"--container a: got {url!r}, which is no http://HOST:PORT; give HOSTNAME=URL or HOSTNAME=COMMAND",
            )
            for url in ("http://", "http://h:0", "http://h:port", "http://h:99999", "http://h/path", "http://h?q")
        ),
        (
            {"containers": ["a=serve"], "images": ["a=image"]},
            "--image: a is given twice; leave one of them out",
        ),
        (
            {"images": ["a="]},
            "--image a: got '', which is no reference of an image; give HOSTNAME=REFERENCE",
        ),
        (
            {"images": ["a=--privileged"]},
            "--image a: got '--privileged', which is no reference of an image; give HOSTNAME=REFERENCE",
        ),
        ({"model_data": ["models"]}, "--model-data: got 'models'; give HOSTNAME=PATH, or HOSTNAME= for none"),
        ({"model_data": ["a=x", "a="]}, "--model-data: a is given twice; leave one of them out"),
        ({"environment": ["a.LEVEL"]}, "--env: got 'a.LEVEL'; give HOSTNAME.NAME=VALUE"),
        ({"environment": ["a.L=1", "a.L=2"]}, "--env: a.L is given twice; leave one of them out"),
        *(
            (
                {"environment": [f"{name}=1"]},
                (
                    f"--env: {name!r} is no HOSTNAME.NAME, of which the name has letters, digits and underscores, and "
                    "no digit first; give HOSTNAME.NAME=VALUE"
                ),
            )
            for name in ("LEVEL", "a.", ".LEVEL", "a.1", "a.b.c")
        ),
    ],
)
def test_what_cannot_be_read_is_refused(given: Mapping[str, Any], problem: str) -> None:
    assert refused(**given) == [problem]


def test_all_that_cannot_be_read_is_said_at_once() -> None:
    assert len(refused(containers=["a", "b="], images=["c"], model_data=["d"], environment=["e", "f"])) == 6


def test_values_are_taken_as_they_are() -> None:
    assert parse_values(["AWS::Region=eu-west-1", "Tag=", "Query=a=b"]) == {
        "AWS::Region": "eu-west-1",
        "Tag": "",
        "Query": "a=b",
    }


def test_values_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(LocalEndpointError) as found:
        parse_values(["Tag", "=1", "A=1", "A=2"])

    assert found.value.problems == (
        "--set: got 'Tag'; give NAME=VALUE",
        "--set: got '=1'; give NAME=VALUE",
        "--set: A is given twice; leave one of them out",
    )

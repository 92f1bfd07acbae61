"""`docs/features.md`: each row names a test that exists, and arguments and methods that exist."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple, get_type_hints

import aws_cdk as cdk
import click

import sagemaker_multi_container
from sagemaker_multi_container.cli.commands import mce
from sagemaker_multi_container.local import LocalEndpoint

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "features.md"
HEADER = ["Feature", "How", "Test"]
NAMES: dict[str, Any] = {
    **{name: getattr(sagemaker_multi_container, name) for name in sagemaker_multi_container.__all__},
    "LocalEndpoint": LocalEndpoint,
    "endpoint": sagemaker_multi_container.MultiContainerEndpoint,
    "cdk": cdk,
}
IMPORTED_FOR_TYPES = {"cloudwatch": cdk.aws_cloudwatch, "events": cdk.aws_events, "logs": cdk.aws_logs}
"""What methods return, and the package imports for type checkers only: most apps do not need it."""
STEP = re.compile(r"(\w+)(\([^()]*\))?")
"""One step of a call such as `endpoint.auto_scale(...).scale_on_schedule(...)`."""


class Row(NamedTuple):
    """A row of one of the tables."""

    feature: str
    how: str
    test: str


def test_each_section_has_features() -> None:
    """And one table."""
    _, *sections = re.split(r"^## ", DOCUMENT.read_text(), flags=re.MULTILINE)

    assert sections
    for section in sections:
        header, _, *rows = _cells(section)
        assert header == HEADER
        assert rows, section


def test_each_row_says_how_and_names_a_test() -> None:
    """Nothing is left empty."""
    assert [row for row in _rows() if not all(row)] == []


def test_no_feature_is_listed_twice() -> None:
    features = [row.feature for row in _rows()]

    assert len(features) == len(set(features))


def test_each_test_exists() -> None:
    """Read from the files: nothing is imported."""
    named = {row.test for row in _rows()}

    assert {test for test in named if not _is_test(test)} == set()


def test_each_name_exists() -> None:
    """Public names, attributes of what they give, and the arguments that are written out."""
    spans = {span for row in _rows() for span in re.findall(r"`([^`]*)`", row.how)}

    assert spans
    assert {span: problem for span in spans for problem in _problems(span)} == {}


def test_what_does_not_exist_is_found() -> None:
    """The checks were asked: they do see what is made up."""
    assert not _is_test("`tests/test_features.py::test_that_nobody_wrote`")
    assert not _is_test("`tests/test_that_nobody_wrote.py::test`")
    calls = ["Endpoint", "endpoint.grants.invok(...)", "ContainerDefinition(host=...)", "endpoint.role, endpoint"]
    for span in [*calls, "mce chek", "mce check --al"]:
        assert list(_problems(span)), span


@cache
def _rows() -> list[Row]:
    return [Row(*cells) for cells in _cells(DOCUMENT.read_text()) if cells != HEADER and set(cells) != {"---"}]


def _cells(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _is_test(cell: str) -> bool:
    named = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", cell)
    return named is not None and named[2] in _functions(ROOT / named[1])


@cache
def _functions(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}


def _problems(span: str) -> Iterator[str]:
    """What is wrong with a command or a call. A call is followed through the types of what each step gives."""
    if span.startswith("mce "):
        yield from _problems_of_command(span)
        return
    if not re.fullmatch(rf"{STEP.pattern}(\.{STEP.pattern})*", span):
        yield "is no name, attribute or call"
        return
    value: Any = None
    for index, (name, arguments) in enumerate(STEP.findall(span)):
        value = inspect.getattr_static(_given_by(value), name, None) if index else NAMES.get(name)
        value = value.__func__ if isinstance(value, staticmethod | classmethod) else value
        if value is None:
            yield f"there is no {name}"
            return
        if arguments:
            known = inspect.signature(value.__init__ if inspect.isclass(value) else value).parameters
            yield from (f"{name} takes no {each}" for each in re.findall(r"(\w+)=", arguments) if each not in known)


def _problems_of_command(span: str) -> Iterator[str]:
    _, name, *arguments = span.split()
    command = mce.get_command(click.Context(mce), name)
    if command is None:
        yield f"there is no command {name}"
        return
    known = {option for parameter in command.params for option in parameter.opts}
    yield from (f"{name} takes no {each}" for each in arguments if each.startswith("-") and each not in known)


def _given_by(value: Any) -> Any:
    """The type of an attribute, or of what a call returns; a class or a module stays what it is."""
    if isinstance(value, property):
        value = value.fget
    if not inspect.isfunction(value):
        return value
    # The return type alone: those of the arguments may be imported for type checkers only.
    result = FunctionType(value.__code__, value.__globals__)
    result.__annotations__ = {"return": value.__annotations__["return"]}
    return get_type_hints(result, localns=NAMES | IMPORTED_FOR_TYPES)["return"]

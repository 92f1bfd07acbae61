"""Where the resources of a template come from: what a cloud assembly says of the constructs that made them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from .assembly import LARGEST, confined
from .documents import UnreadableTemplateError, read_json

CREATION_STACK: Final = "aws:cdk:creationStack"
LOGICAL_ID: Final = "aws:cdk:logicalId"
ACKNOWLEDGED: Final = "aws:cdk:acknowledged-rules"

_FRAME = re.compile(r"(?P<file>.+?):(?P<line>[1-9][0-9]{0,8})(:[0-9]+)?\)")
_NOT_OF_THE_USER = re.compile(
    r"[/\\](site-packages|dist-packages|node_modules|sagemaker_multi_container|lib(64)?[/\\]python3[^/\\]*)[/\\]"
)
_NESTED_STACK = ".NestedStack"


@dataclass(frozen=True, slots=True)
class Location:
    """A line of a file."""

    file: Path
    line: int


@dataclass(frozen=True)
class StackMetadata:
    """What the CDK wrote down of the constructs of a stack, and of the stacks nested in it, when it synthesized them.

    It is read when it is asked for. What is not as the CDK writes it is as if it had not been written.
    """

    inline: object = None
    """What stands in the manifest, as older releases of the CDK wrote it."""
    file: Path | None = None
    """What stands beside the manifest."""
    assembly: Path = field(default_factory=Path)
    """The folder that the file must be in."""

    def entries(self, path: str, its_type: str) -> Iterator[Any]:
        """What was written down of a construct, of one type, the first first."""
        written = self._written.get(path)
        for entry in written if isinstance(written, list) else ():
            match entry:
                case {"type": str(given), "data": data} if given == its_type:
                    yield data

    def path(self, nested_in: tuple[str, ...], logical_id: str) -> str | None:
        """The path of the construct that made a resource.

        Args:
            nested_in: The logical ids of the nested stacks around it, the outermost first.
            logical_id: Its own.
        """
        scope = ""
        for nested in nested_in:
            made_by = self._paths.get((scope, nested))
            if made_by is None:
                return None
            scope = _scope_of(made_by)
        return self._paths.get((scope, logical_id))

    @cached_property
    def _written(self) -> dict[str, Any]:
        written = dict(self.inline) if isinstance(self.inline, dict) else {}
        if self.file is not None:
            try:
                written |= read_json(confined(self.file, self.assembly, self.file), LARGEST)
            except UnreadableTemplateError:
                return written
        return written

    @cached_property
    def _paths(self) -> Mapping[tuple[str, str], str]:
        """The paths of constructs, by the path of the nested stack around them (or nothing) and the logical id."""
        logical_ids = {
            path: data for path in self._written for data in self.entries(path, LOGICAL_ID) if isinstance(data, str)
        }
        scopes = {_scope_of(path) for path in logical_ids} - {""}
        return {
            (next((each for each in _scopes(path) if each in scopes), ""), logical_id): path
            for path, logical_id in logical_ids.items()
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of the constructs that made the resources of one template."""

    metadata: StackMetadata = field(default_factory=StackMetadata)
    nested_in: tuple[str, ...] = ()
    """The logical ids of the nested stacks that lead to the template, the outermost first."""

    def nested(self, logical_id: str) -> Origin:
        """The same of a nested stack."""
        return Origin(self.metadata, (*self.nested_in, logical_id))

    def path(self, logical_id: str) -> str | None:
        """The path of the construct that made a resource, as the Metadata of its template may have it."""
        path = self.metadata.path(self.nested_in, logical_id)
        return path and path.removeprefix("/")

    def lines(self, logical_id: str) -> tuple[Location, ...]:
        """The lines of the app that were under way when a resource was made, the innermost first.

        Those of libraries, of this one as well, are left out.
        """
        path = self.metadata.path(self.nested_in, logical_id)
        frames = next(self.metadata.entries(path, CREATION_STACK), None) if path is not None else None
        return tuple(_locations(frames) if isinstance(frames, list) else ())

    def acknowledged(self, logical_id: str) -> Mapping[str, str]:
        """What was acknowledged of a resource, or of a construct that it is part of: the reasons, by the CDK's ids.

        The nearest reason counts, and at one construct the last.
        """
        path = self.metadata.path(self.nested_in, logical_id)
        reasons: dict[str, str] = {}
        for scope in reversed(list(_scopes(path))) if path is not None else ():
            for given in self.metadata.entries(scope, ACKNOWLEDGED):
                if isinstance(given, dict):
                    reasons |= {rule: reason for rule, reason in given.items() if isinstance(reason, str)}
        return reasons


def _scopes(path: str) -> Iterator[str]:
    """A construct's path and those of all constructs around it, the innermost first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _scope_of(path: str) -> str:
    """The path of the nested stack that a resource stands for; nothing if it stands for none."""
    holder = path.rpartition("/")[0]
    return holder.removesuffix(_NESTED_STACK) if holder.endswith(_NESTED_STACK) else ""


def _locations(frames: list[Any]) -> Iterator[Location]:
    """The frames that are the user's own, such as `build (/app/app.py:12)` or `new Search (/app/app.ts:12:5)`."""
    for frame in frames:
        found = _FRAME.fullmatch(frame.partition(" (")[2]) if isinstance(frame, str) else None
        if found is None:
            continue
        url = found["file"].removeprefix("file://")
        name = found["file"] if url == found["file"] else unquote(url)
        # What is relative would be so to a folder that nobody knows, and `<string>` or `node:internal` is no file.
        if name.isprintable() and Path(name).is_absolute() and not _NOT_OF_THE_USER.search(name):
            yield Location(Path(name), int(found["line"]))

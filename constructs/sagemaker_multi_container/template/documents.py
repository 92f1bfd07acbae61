"""The files of templates: text, JSON or YAML, as plain data with the long forms of intrinsic functions."""

from __future__ import annotations

import codecs
import json
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from . import json_text
from .lines import Lines

STANDARD_INPUT: Final = Path("-")
LARGEST: Final = 5
"""The megabytes of a template that are read: those that CloudFormation takes have 1 MB at most."""

_HALF_A_CHARACTER = re.compile(r"\\(u|U0000)[dD][89a-fA-F]")


class UnreadableTemplateError(Exception):
    """Raised where a path is no template and no cloud assembly. Its text is one line for the user."""

    def __init__(self, path: Path, reason: str) -> None:
        name = str(path)
        super().__init__(f"{name if name.isprintable() else repr(name)}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Document:
    """A template as it was read."""

    text: str
    content: dict[str, Any]


def real(path: Path) -> Path:
    """Where a path leads without symbolic links.

    Raises:
        UnreadableTemplateError: If it leads nowhere.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as reason:
        raise UnreadableTemplateError(path, _said(reason)) from reason


def is_directory(path: Path) -> bool:
    """Whether there is a directory at a path, rather than something else.

    Raises:
        UnreadableTemplateError: If there is nothing.
    """
    return path != STANDARD_INPUT and stat.S_ISDIR(_mode(path))


def read_text(path: Path, megabytes: int) -> str:
    """The text in a regular file that has no more than some megabytes.

    Raises:
        UnreadableTemplateError: If there is no such file, or no such text in it. A pipe may never give anything.
    """
    mode = _mode(path)
    if not stat.S_ISREG(mode):
        raise UnreadableTemplateError(path, "is a directory" if stat.S_ISDIR(mode) else "is no regular file")
    return _text_in(path, megabytes)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except (OSError, ValueError) as reason:
        raise UnreadableTemplateError(path, _said(reason)) from reason


def _text_in(path: Path, megabytes: int) -> str:
    try:
        with path.open("rb") as stream:
            return _text_of(stream, path, megabytes)
    except OSError as reason:
        raise UnreadableTemplateError(path, _said(reason)) from reason


def _standard_input(file: Path) -> str:
    if not sys.stdin:
        raise UnreadableTemplateError(file, "is closed")
    try:
        return _text_of(sys.stdin.buffer, file, LARGEST)
    except OSError as reason:
        raise UnreadableTemplateError(file, _said(reason)) from reason


def _text_of(stream: BinaryIO, path: Path, megabytes: int) -> str:
    content = stream.read((megabytes << 20) + 1)
    if len(content) > megabytes << 20:
        too_large = f"is larger than {megabytes} MB; CloudFormation takes no template above 1 MB"
        raise UnreadableTemplateError(path, too_large)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableTemplateError(path, "is UTF-16 text; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        raise UnreadableTemplateError(path, f"is no UTF-8 text, see byte {reason.start}") from reason
    if not text.strip():
        raise UnreadableTemplateError(path, "is empty")
    return text


def read_json(path: Path, megabytes: int) -> dict[str, Any]:
    """The JSON object in a file that has no more than some megabytes.

    Raises:
        UnreadableTemplateError: If there is none.
    """
    try:
        content = json_text.parse(read_text(path, megabytes))
    except ValueError as reason:
        raise UnreadableTemplateError(path, f"is no JSON: {reason}") from reason
    if not isinstance(content, dict):
        raise UnreadableTemplateError(path, "holds no JSON object")
    return content


def read_document(path: Path, *, is_synthesized: bool = False) -> Document:
    """The template in a file. Those that the CDK synthesizes may be without Resources.

    Raises:
        UnreadableTemplateError: If it is no template.
    """
    return _document(path, read_text(path, LARGEST), is_synthesized=is_synthesized)


def read_given(path: Path) -> tuple[Path, Document]:
    """What a user gives: the template in a file, in a pipe or from standard input, and what its file is called.

    Raises:
        UnreadableTemplateError: If it is no template.
    """
    file = Path("stdin") if path == STANDARD_INPUT else path
    text = _standard_input(file) if path == STANDARD_INPUT else _text_in(path, LARGEST)
    return file, _document(file, text, is_synthesized=False)


def _document(path: Path, text: str, *, is_synthesized: bool) -> Document:
    content = _parse(path, text)
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else "nothing" if content is None else "a single value"
        raise UnreadableTemplateError(path, f"is no CloudFormation template: it holds {kind} instead of a mapping")
    if _HALF_A_CHARACTER.search(text) and not _is_encodable(content):
        raise UnreadableTemplateError(path, "holds half of a surrogate pair, which is no character")
    if "Resources" not in content and is_synthesized:
        content["Resources"] = {}
    if not isinstance(content.get("Resources"), dict):
        if "artifacts" in content:
            raise UnreadableTemplateError(path, f"is the manifest of a cloud assembly; give its folder, {path.parent}")
        raise UnreadableTemplateError(path, "is no CloudFormation template: it has no mapping of Resources")
    return Document(text, content)


def lines_of(text: str) -> Lines:
    """Where the parts of a template stand in its text."""
    try:
        return json_text.JsonLines(text)
    except ValueError:
        from . import yaml_text  # noqa: PLC0415 - PyYAML is an extra

        return yaml_text.YamlLines(text)


def _said(reason: Exception) -> str:
    return str(getattr(reason, "strerror", None) or reason).lower()


def _parse(path: Path, text: str) -> object:
    """The data in a text, whatever the file's ending: JSON if it is that, else YAML."""
    try:
        return json_text.parse(text)
    except ValueError as reason:
        no_json = str(reason)
    looks_like_json = text.lstrip().startswith(("{", "["))
    try:
        from . import yaml_text  # noqa: PLC0415 - PyYAML is an extra
    except ImportError as reason:
        problem = f"is no JSON: {no_json}" if looks_like_json else "is YAML"
        problem += "; to read YAML, install sagemaker-multi-container[cli]"
        raise UnreadableTemplateError(path, problem) from reason
    try:
        return yaml_text.parse(text)
    except ValueError as reason:
        problem = f"is no JSON: {no_json}" if looks_like_json else f"is no template in YAML: {reason}"
        raise UnreadableTemplateError(path, problem) from reason


def _is_encodable(content: object) -> bool:
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True

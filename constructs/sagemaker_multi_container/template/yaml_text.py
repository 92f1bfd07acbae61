"""Templates as YAML text, with CloudFormation's short forms of intrinsic functions."""

from __future__ import annotations

from typing import Any

from yaml.constructor import SafeConstructor
from yaml.nodes import ScalarNode

from .json_text import LONGEST_NUMBER
from .lines import Steps
from .yaml_nodes import Mapping, Node, Scalar, Sequence, compose, problem

_CORE = "tag:yaml.org,2002:"
_MERGE = f"{_CORE}merge"
_CONSTRUCTOR = SafeConstructor()


def parse(text: str) -> object:
    """The data in a YAML text. Keys are the text that is written, so that account ids stay what they are.

    Raises:
        ValueError: If it is no YAML, or none that CloudFormation takes.
    """
    node = compose(text)
    return None if node is None else _data(node)


class YamlLines:
    """The lines of a YAML text."""

    def __init__(self, text: str) -> None:
        self._top = compose(text)
        self._found: dict[int, dict[str, tuple[Node, Node]]] = {}

    def line(self, steps: Steps) -> int:
        """The line of a part of the template, as in `Lines`."""
        node = self._top
        line = 1 if node is None else node.line
        rest = list(steps)
        while rest:
            step = rest.pop(0)
            if node is not None and _function(node) == step and rest:
                step = rest.pop(0)
            match node, step:
                case Mapping(), str() if step in (pairs := self._members(node)):
                    key, node = pairs[step]
                    line = key.line
                case Sequence(items=items), int() if step < len(items):
                    node = items[step]
                    line = node.line
                case _:
                    break
        return line

    def _members(self, mapping: Mapping) -> dict[str, tuple[Node, Node]]:
        if id(mapping) not in self._found:
            self._found[id(mapping)] = _pairs(mapping)
        return self._found[id(mapping)]


def _function(node: Node) -> str | None:
    """The long form of the function that a tag such as `!Sub` stands for."""
    if node.tag is None or not node.tag.startswith("!") or node.tag == "!":
        return None
    name = node.tag.removeprefix("!")
    return name if name in ("Ref", "Condition") else f"Fn::{name}"


def _data(node: Node) -> Any:
    function = _function(node)
    if function is None:
        return _untagged(node)
    if function == "Fn::GetAtt" and isinstance(node, Scalar) and "." in node.text:
        return {function: node.text.split(".", 1)}
    return {function: _untagged(node)}


def _untagged(node: Node) -> Any:
    """The data of a node, regardless of the function that it is an argument of."""
    kind = (node.tag or "!").removeprefix(_CORE)
    match node:
        case Scalar():
            return node.text if kind.startswith("!") else _scalar(node, kind)
        case Sequence() if kind.startswith("!") or kind == "seq":
            return [_data(item) for item in node.items]
        case Mapping() if kind.startswith("!") or kind == "map":
            return {key: _data(value) for key, (_, value) in _pairs(node).items()}
    raise problem(node.line, f"CloudFormation does not know the tag {node.tag}")


def _scalar(node: Scalar, kind: str) -> str | float | None:
    """What a scalar is in YAML 1.1, except that no text is a date."""
    written = ScalarNode(node.tag, node.text)
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return _CONSTRUCTOR.construct_yaml_bool(written)
            case "int" if len(node.text) <= LONGEST_NUMBER:
                return _CONSTRUCTOR.construct_yaml_int(written)
            case "float" if len(node.text) <= LONGEST_NUMBER:
                return _CONSTRUCTOR.construct_yaml_float(written)
            case "str" | "int" | "float" | "timestamp" | "merge" | "value":
                return node.text
    except (ArithmeticError, LookupError, ValueError):
        raise problem(node.line, f"a value is no {kind}") from None
    raise problem(node.line, f"CloudFormation does not know the tag {node.tag}")


def _pairs(mapping: Mapping) -> dict[str, tuple[Node, Node]]:
    """The key, as it is written, and the value of each member of a mapping, those of `<<` among them."""
    own: dict[str, tuple[Node, Node]] = {}
    merged: dict[str, tuple[Node, Node]] = {}
    for key, value in mapping.pairs:
        if not isinstance(key, Scalar) or _function(key) is not None:
            raise problem(key.line, "a key is no text")
        if key.tag == _MERGE:
            for source in value.items if isinstance(value, Sequence) else [value]:
                if not isinstance(source, Mapping):
                    raise problem(key.line, "<< takes a mapping or a list of mappings")
                merged = _pairs(source) | merged
        elif key.text in own:
            raise problem(key.line, f"there are two keys {key.text!r}, the first in line {own[key.text][0].line}")
        else:
            own[key.text] = key, value
    return merged | own

"""The nodes of a YAML text.

PyYAML gives the events and this module puts them together: the nodes of PyYAML's C parser overflow the stack where
nesting is deep, and the data of the other one may hold itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from .json_text import DEEPEST

LARGEST: Final = 250_000
"""The values in a template once its aliases are written out. One of 1 MB has fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A value without parts."""

    tag: str
    line: int
    text: str
    size: int = 1
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list."""

    tag: str | None
    line: int
    items: list[Node]
    size: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys and values."""

    tag: str | None
    line: int
    pairs: list[tuple[Node, Node]]
    size: int
    height: int


Node: TypeAlias = Scalar | Sequence | Mapping
"""A value with its tag, the line that it starts in, from 1, and how many values and levels of lists and mappings
it has once aliases are written out."""


def compose(text: str) -> Node | None:
    """The only document in a text, or None if there is none.

    Raises:
        ValueError: If it is no YAML, holds several documents, or is too deep or too large.
    """
    events = yaml.parse(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    try:
        return _document(events)
    except yaml.MarkedYAMLError as reason:
        if reason.problem_mark is None:
            raise ValueError(reason.problem) from reason
        raise problem(reason.problem_mark.line + 1, str(reason.problem)) from reason
    except yaml.YAMLError as reason:
        msg = "it holds a character that YAML does not allow"
        raise ValueError(msg) from reason


def problem(line: int, what: str) -> ValueError:
    """What is wrong in a line."""
    return ValueError(f"line {line}: {what}")


def _document(events: Iterator[yaml.Event]) -> Node | None:
    next(events)  # the start of the stream
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    node = _node(next(events), events, {}, 0)
    next(events)  # the end of the document
    after = next(events)
    if not isinstance(after, yaml.StreamEndEvent):
        raise problem(_line(after), "it holds another document, and a template is one")
    return node


def _node(event: yaml.Event, events: Iterator[yaml.Event], anchors: dict[str | None, Node], depth: int) -> Node:
    """The node that begins with an event, below some levels of lists and mappings."""
    line = _line(event)
    node: Node
    match event:
        case yaml.AliasEvent():
            # Nodes get their anchor when they are complete, so that none can hold itself.
            if event.anchor not in anchors:
                raise problem(line, f"the alias *{event.anchor} stands for nothing that is complete before it")
            node = anchors[event.anchor]
            if depth + node.height > DEEPEST:
                raise problem(line, f"with its aliases it is nested deeper than {DEEPEST} levels")
            return node
        case yaml.ScalarEvent():
            tag = event.tag
            if tag in (None, "!"):
                tag = _RESOLVER.resolve(ScalarNode, event.value, event.implicit)
            node = Scalar(tag=tag, line=line, text=event.value)
        case yaml.SequenceStartEvent():
            items, size, height = _inside(events, anchors, depth + 1, line)
            node = Sequence(tag=event.tag, line=line, items=items, size=size, height=height)
        case yaml.MappingStartEvent():
            flat, size, height = _inside(events, anchors, depth + 1, line)
            pairs = list(zip(flat[::2], flat[1::2], strict=True))
            node = Mapping(tag=event.tag, line=line, pairs=pairs, size=size, height=height)
        case _:
            raise problem(line, "it holds no value")
    if event.anchor is not None:
        anchors[event.anchor] = node
    return node


def _inside(
    events: Iterator[yaml.Event], anchors: dict[str | None, Node], depth: int, line: int
) -> tuple[list[Node], int, int]:
    """What a list or a mapping holds, of the latter keys and values by turns, and its size and height."""
    if depth > DEEPEST:
        raise problem(line, f"it is nested deeper than {DEEPEST} levels")
    nodes = []
    size = height = 1
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            break
        node = _node(event, events, anchors, depth)
        nodes.append(node)
        size += node.size
        height = max(height, node.height + 1)
        if size > LARGEST:
            raise problem(line, f"it has more than {LARGEST:,} values, those of aliases among them")
    return nodes, size, height


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


_RESOLVER: Any = Resolver()  # PyYAML's stubs leave it untyped

"""A picture of an endpoint after the change, with what changes marked, in the language of Mermaid."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from ..changes import ContainerChange, EndpointChange, ModelChange, Outcome, VariantChange
from ..quoting import plain
from .words import short_image

_STYLES: Final = {
    "added": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "changed": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "removed": "fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:4",
    "same": "fill:#f6f8fa,stroke:#59636e,color:#1f2328",
    "frame": "fill:none,stroke:#818b98",
    "changedframe": "fill:none,stroke:#bf8700,stroke-width:2px",
}
"""Nodes have colours of their own, so that they can be read on any ground. Frames take on the ground and its ink."""
_COMPACT: Final = (
    '%%{init: {"flowchart": {"nodeSpacing": 16, "rankSpacing": 40, "padding": 8, '
    '"subGraphTitleMargin": {"top": 2, "bottom": 8}}}}%%'
)
"""Room is scarce in a comment."""
_LONGEST_LABEL = 60
_HARMLESS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-/:,%")


def diagram(change: EndpointChange) -> str:
    """The endpoint, its variants and their containers; what is removed, too."""
    lines = [_COMPACT, "flowchart LR", _node("e", [change.name, change.outcome.value], _style_of_endpoint(change))]
    variants = {each.name.after or each.name.before: f"v{index}" for index, each in enumerate(change.variants)}
    for each in change.variants:
        node = variants[each.name.after or each.name.before]
        lines += [_variant(node, each), f"  e {'-.->' if each.is_shadow or each.name.after is None else '-->'} {node}"]
    for index, model in enumerate(change.models):
        served = [variants[each] for each in model.variants if each in variants]
        lines += _model(f"m{index}", model, served)
    return "\n".join([*lines, *(f"  classDef {name} {style}" for name, style in _STYLES.items())])


def _style_of_endpoint(change: EndpointChange) -> str:
    match change.outcome:
        case Outcome.CREATED:
            return "added"
        case Outcome.DELETED | Outcome.LEFT_BEHIND:
            return "removed"
        case Outcome.UNCHANGED:
            return "same"
    return "changed"


def _variant(node: str, change: VariantChange) -> str:
    capacity = change.capacity.after or change.capacity.before
    lines = [change.name.after or change.name.before or "?"]
    if capacity is not None:
        lines += [capacity.instances, *([f"{capacity.traffic} of the traffic"] if capacity.traffic else [])]
    return _node(node, lines, _style(change.name.before, change.name.after, changed=change.capacity.differs))


def _model(prefix: str, model: ModelChange, variants: list[str]) -> Iterator[str]:
    modes = [each for each in dict.fromkeys((model.mode.before, model.mode.after)) if each]
    nodes = {f"{prefix}c{index}": each for index, each in enumerate(model.containers)}
    yield f'  subgraph {prefix}["{_label(" → ".join(modes) or "containers")}"]'
    for node, container in nodes.items():
        style = _style(container.before, container.after, changed=container.is_changed)
        yield "  " + _node(node, _lines(container), style)
    called = [node for node, container in nodes.items() if container.after is not None]
    gone = [node for node in nodes if node not in called]
    if modes[-1:] == ["Serial"]:
        yield from (f"    {first} --> {second}" for first, second in itertools.pairwise(called))
        called = called[:1]
    yield "  end"
    yield f"  class {prefix} {'changedframe' if len(modes) > 1 else 'frame'}"
    for variant in variants:
        yield from (f"  {variant} --> {node}" for node in called)
        yield from (f"  {variant} -.-> {node}" for node in gone)


def _lines(change: ContainerChange) -> list[str]:
    container = change.after or change.before
    if container is None:
        return ["?"]
    return [container.hostname or f"container {change.position.after}", short_image(container.image or "")]


def _style(before: object, after: object, *, changed: bool) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "changed" if changed else "same"


def _node(node: str, lines: list[str], style: str) -> str:
    return f'  {node}["{"<br/>".join(_label(each) for each in lines if each)}"]:::{style}'


def _label(text: str) -> str:
    """A text that can only be a label: whatever could be anything else to Mermaid or HTML is a numbered character."""
    return "".join(each if each in _HARMLESS else f"#{ord(each)};" for each in plain(text, _LONGEST_LABEL))

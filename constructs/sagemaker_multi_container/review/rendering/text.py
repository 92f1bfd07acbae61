"""A review as plain text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..changes import Review
from .document import Alert, Block, Bullets, Details, Paragraph, Picture, Table
from .telling import tell

_INDENT = "  "


def as_text(review: Review) -> str:
    """The whole review, without the picture."""
    document = tell(review)
    lines = [document.headline]
    for block in document.opening:
        lines += _lines(block)
    for section in document.sections:
        if len(document.sections) > 1:
            lines += ["", f"{section.name}: {section.headline}"]
        for block in section.blocks:
            lines += _lines(block)
    for block in document.closing:
        lines += _lines(block)
    return "".join(f"{line.replace('`', '').replace('**', '').rstrip()}\n" for line in lines)


def _lines(block: Block) -> Iterator[str]:
    yield from ("", *(_INDENT + line for line in _inside(block))) if not isinstance(block, Details) else _details(block)


def _inside(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield text
        case Bullets(items, title):
            yield from [f"{title}:"] if title else []
            yield from (f"- {each}" for each in items)
        case Alert(_, title, items):
            yield f"{title.upper()}:"
            yield from (f"- {each}" for each in items)
        case Table(head, rows):
            yield from _aligned([head, *rows])


def _details(details: Details) -> Iterator[str]:
    blocks = [each for each in details.blocks if not isinstance(each, Picture)]
    if blocks:
        yield from ("", f"{_INDENT}{details.title}:")
        for block in blocks:
            yield from (_INDENT * 2 + line for line in _inside(block))


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    cells = [[each.replace("`", "") for each in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return (_INDENT.join(each.ljust(width) for each, width in zip(row, widths, strict=True)) for row in cells)

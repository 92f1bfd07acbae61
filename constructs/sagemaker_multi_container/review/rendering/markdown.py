"""A review in Markdown, made for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..changes import Review
from .document import Alert, Block, Bullets, Details, Document, Paragraph, Picture, Table
from .telling import tell

MARKER: Final = "<!-- mce review -->"
"""The first line, which nobody sees: by it a comment is found again, so that the next review can take its place."""
LONGEST: Final = 65_000
"""A comment on GitHub may have 65,536 characters. The rest is for whoever posts it."""

_LEVELS: Final[Sequence[tuple[type[Block], ...]]] = (
    (Alert, Paragraph, Bullets, Table, Picture, Details),
    (Alert, Paragraph, Bullets, Table),
    (Alert,),
    (),
)
"""What is told of each endpoint, the less the more endpoints there are."""
_LEFT_OUT = "_More is left out here, since a comment has no room for it: `mce review` tells it all._"


def as_markdown(review: Review, longest: int = LONGEST) -> str:
    """The review in at most so many bytes. What finds no room is left out, and that is said."""
    document = tell(review)
    texts = (_document(document, kept) for kept in _LEVELS)
    fitting = next((text for text in texts if _size(text) <= longest), None)
    return fitting or _cut(_document(document, ()), longest)


def _document(document: Document, kept: tuple[type[Block], ...]) -> str:
    parts = [MARKER, document.headline, *(_block(each) for each in document.opening if isinstance(each, kept))]
    for section in document.sections:
        if len(document.sections) > 1:
            parts += [f"### {section.name}", section.headline]
        parts += [_block(each) for each in section.blocks if isinstance(each, kept)]
    parts += [_block(each) for each in document.closing if isinstance(each, kept)]
    parts += [] if Details in kept or not document.sections else [_LEFT_OUT]
    return "\n\n".join(parts) + "\n"


def _cut(text: str, longest: int) -> str:
    """As many lines as there is room for."""
    room = longest - _size(f"\n{_LEFT_OUT}\n")
    lines = []
    for line in text.splitlines():
        room -= _size(f"{line}\n")
        if room < 0:
            break
        lines.append(line)
    return "\n".join([*lines, "", _LEFT_OUT]) + "\n"


def _size(text: str) -> int:
    return len(text.encode())


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return text
        case Bullets(items, title):
            return "\n\n".join([*([f"**{title}**"] if title else []), "\n".join(_items(items))])
        case Alert(level, title, items):
            lines = [f"[!{level.upper()}]", f"**{title}**", "", *_items(items)]
            return "\n".join(f"> {line}".rstrip() for line in lines)
        case Table(head, rows):
            return "\n".join(_row(each) for each in (head, ["---"] * len(head), *rows))
        case Picture(source):
            return f"```mermaid\n{source}\n```"
        case Details(title, blocks):
            inside = "\n\n".join(map(_block, blocks))
            return f"<details>\n<summary>{title}</summary>\n\n{inside}\n\n</details>"


def _items(items: Sequence[str]) -> Iterator[str]:
    return (f"- {each}" for each in items)


def _row(cells: Sequence[str]) -> str:
    # An escaped bar can be broken open by a backslash before it, so there is none.
    return f"| {' | '.join(each.replace('|', '¦') for each in cells)} |"

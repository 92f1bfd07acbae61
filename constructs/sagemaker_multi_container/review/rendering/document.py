"""A review as a document: what is said, before it is decided how it looks.

Texts hold what comes from templates between backticks, see `quoting`; all else in them is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: Sequence[str]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """A list that nobody may miss."""

    level: Literal["caution", "warning"]
    title: str
    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a head."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A diagram, in the language of Mermaid."""

    source: str


@dataclass(frozen=True, slots=True)
class Details:
    """What is for those who want to know more."""

    title: str
    blocks: Sequence[Block]


Block = Paragraph | Bullets | Alert | Table | Picture | Details


@dataclass(frozen=True, slots=True)
class Section:
    """All about one endpoint."""

    name: str
    headline: str
    """What happens, in a line."""
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole review."""

    headline: str
    """What happens, in a line."""
    opening: Sequence[Block]
    sections: Sequence[Section]
    closing: Sequence[Block]

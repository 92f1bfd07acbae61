"""Text that comes from a template, made safe to show: it might hold characters that deceive a terminal or a reader."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text in one line, with an escape in place of each character that cannot be seen."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)

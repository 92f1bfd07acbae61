"""The command `mce`: parses arguments and prints; all else is done elsewhere."""

from __future__ import annotations


def main() -> None:
    """Run the command."""
    raise NotImplementedError

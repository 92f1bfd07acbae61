"""The tool's own name and version, as its reports give them."""

from __future__ import annotations

from ..acknowledgement_ids import DISTRIBUTION


def version() -> str:
    """The version that is installed; in a source tree that is not installed, it is unknown."""
    from importlib import metadata  # noqa: PLC0415 (it takes as long as all the rules)

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"

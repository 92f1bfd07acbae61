"""The tool's own name and version, as its reports give them."""

from __future__ import annotations

from importlib import metadata
from typing import Final

DISTRIBUTION: Final = "sagemaker-multi-container"


def version() -> str:
    """The version that is installed; in a source tree that is not installed, it is unknown."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"

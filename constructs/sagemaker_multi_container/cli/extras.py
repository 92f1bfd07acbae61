"""What commands need that is not installed with the extra `cli`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .options import UnusableError


@contextmanager
def needs(extra: str, *modules: str) -> Iterator[None]:
    """Say which extra to install if one of its modules cannot be imported."""
    try:
        yield
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in modules:
            raise
        raise UnusableError(f"{package} is missing: install sagemaker-multi-container[{extra}]") from missing

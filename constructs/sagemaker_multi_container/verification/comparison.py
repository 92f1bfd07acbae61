"""Values that a template declares beside those that are deployed: where they differ, as far as the template says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Any, Final

from ..check.printable import printable
from ..review.values import property_path
from ..rules import Path, Unknown
from ..rules.description import ends_otherwise, is_certain, starts_otherwise, written
from ..template.strings import text_of

_ENVIRONMENT: Final = "Environment"
"""Where secrets may be: whatever is in it is compared, and never told."""
_SCALARS = (str, int, float, Unknown, NoneType)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place at which a declared value and a deployed one differ, or may."""

    path: Path
    declared: Any
    deployed: Any
    is_certain: bool
    """Otherwise the declared value is only known at deployment, and the deployed one may be it."""

    def __str__(self) -> str:
        """For people, without what may be secret."""
        place = printable(property_path(self.path))
        if _ENVIRONMENT in self.path:
            if self.declared is None:
                return f"{place} is set, and the template does not set it"
            return f"{place} is {'not set' if self.deployed is None else 'another value than the template says'}"
        if not isinstance(self.declared, _SCALARS) or not isinstance(self.deployed, _SCALARS):
            return f"{place} is not what the template says"
        says = f"{place} is {'not set' if self.deployed is None else _shown(self.deployed)}"
        return f"{says}, the template says {_shown(self.declared)}"


def differences(declared: Any, deployed: Any, path: Path = ()) -> Iterator[Difference]:
    """All places at which what is declared is not what is deployed. What is deployed beyond it are AWS's defaults.

    Of environment variables there are none, so that one more is a difference.
    """
    if isinstance(declared, Unknown):
        yield Difference(path, declared, deployed, _is_other(declared, deployed))
    elif _is_nothing(declared) and _is_nothing(deployed):
        return
    elif isinstance(declared, dict) and isinstance(deployed, dict):
        more = deployed if path[-1:] == (_ENVIRONMENT,) else {}
        given = [key for key, value in declared.items() if value is not None]
        for key in dict.fromkeys((*given, *more)):
            yield from differences(declared.get(key), deployed.get(key), (*path, key))
    elif isinstance(declared, list) and isinstance(deployed, list):
        yield from _of_lists(declared, deployed, path)
    elif not _is_same(declared, deployed):
        yield Difference(path, declared, deployed, is_certain=True)


def _of_lists(declared: list[Any], deployed: list[Any], path: Path) -> Iterator[Difference]:
    if len(declared) == len(deployed):
        if all(isinstance(each, str) for each in deployed):
            deployed = _in_order_of(declared, deployed)
        for index, (one, other) in enumerate(zip(declared, deployed, strict=True)):
            yield from differences(one, other, (*path, index))
    else:
        may_vanish = not all(map(is_certain, declared))
        yield Difference(path, declared, deployed, is_certain=not may_vanish)


def _in_order_of(declared: list[Any], deployed: list[str]) -> list[str]:
    """Strings, each in the place in which it is declared: what SageMaker lists by name, as subnets, has no order."""
    common = Counter(deployed) & Counter(each for each in declared if isinstance(each, str))
    others = (Counter(deployed) - common).elements()
    placed = []
    for each in declared:
        is_there = isinstance(each, str) and common[each] > 0
        placed.append(each if is_there else next(others))
        common.subtract([each] if is_there else [])
    return placed


def _is_other(declared: Unknown, deployed: object) -> bool:
    """Whether a value can for certain not be what was declared."""
    if isinstance(deployed, str):
        return starts_otherwise(deployed, declared.prefix) or ends_otherwise(deployed, declared.suffix)
    return deployed is None and is_certain(declared)


def _is_same(declared: object, deployed: object) -> bool:
    # Environment variables are strings, whatever was written.
    return declared == deployed or (isinstance(deployed, str) and text_of(declared) == deployed)


def _is_nothing(value: object) -> bool:
    """Whether SageMaker may leave a value out. A weight of 0 is none of these."""
    return value is None or value is False or value in ({}, [])


def _shown(value: object) -> str:
    """A value for people. What follows the question mark of a location may be a signature, and is left out."""
    text = written(value) if isinstance(value, str | Unknown) else str(value)
    return printable(text.partition("?")[0])

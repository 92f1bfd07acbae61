"""A review in JSON, for programs: what is in a `Review`, under the same names."""

from __future__ import annotations

import dataclasses
import enum
import json
from typing import TYPE_CHECKING, Any

from ..changes import Review
from ..iam.conditions import Condition
from ..iam.patterns import Pattern
from ..iam.statements import StatementChange

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_json(review: Review) -> str:
    """The whole review. `kinds` is what `--fail-on` can name."""
    document = {"kinds": sorted(review.kinds), **_plain(review)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _plain(value: object) -> Any:
    if isinstance(value, enum.StrEnum):
        return value.value
    if isinstance(value, enum.Enum):
        return value.name.lower()
    if isinstance(value, Pattern | Condition):
        return str(value)
    if isinstance(value, StatementChange):
        return {"kind": value.kind, **_fields(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value


def _fields(value: DataclassInstance) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}

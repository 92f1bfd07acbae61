"""Rules about the tags of models, endpoint configs and endpoints."""

from __future__ import annotations

from typing import Any

from .checks import counted, fits, quoted, required
from .description import text
from .limits import API, TAG_KEY, TAG_VALUE, TAGS
from .rule import Place, Problems, rule


@rule(
    "MCE-T01",
    guards="Resource.Tags",
    source=API + "Tag.html",
    fix="use at most 50 tags with different keys that do not start with aws:",
    also=(
        counted("Resource.Tags", TAGS, "tags"),
        required("Resource.Tags[]", Key="key", Value="value"),
        fits("Resource.Tags[].Key", TAG_KEY),
        fits("Resource.Tags[].Value", TAG_VALUE),
    ),
)
def tags(tags: list[Any], place: Place) -> Problems:
    """A resource has at most 50 tags, with different keys of 1 to 128 and values of at most 256 characters."""
    seen = set()
    for index, tag in enumerate(tags):
        key = text(tag, "Key")
        if key is not None:
            if key in seen:
                yield place.problem(f"there are two tags {quoted(key)}", index, "Key")
            elif key.lower().startswith("aws:"):
                yield place.problem(f"{quoted(key)} starts with aws:, which is reserved", index, "Key")
            seen.add(key)

"""Where results stand in the documentation."""

from __future__ import annotations

import json
import re
from typing import Any

from .processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "docs" / "performance"


def write_json(name: str, document: dict[str, Any]) -> None:
    """Keep results, for whoever wants more than tables."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")


def read_json(name: str) -> dict[str, Any]:
    """The results that were kept last."""
    document: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return document


def write_section(name: str, markdown: str) -> None:
    """Put generated Markdown into the page, in place of what stands between the marks of that name."""
    PAGE.write_text(_section(name).sub(lambda found: f"{found[1]}\n{markdown}\n{found[3]}", PAGE.read_text()))


def read_section(name: str) -> str:
    """What stands there now."""
    found = _section(name).search(PAGE.read_text())
    return found[2] if found else ""


def _section(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name} begin -->\n)\n(.*?)\n(<!-- {name} end -->)", re.DOTALL)

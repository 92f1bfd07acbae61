"""The README's commands and links; its Python is executed by the hook in the root's conftest.py."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_that_is_named_exists(document: str) -> None:
    """`make -n` resolves the target without doing anything."""
    text = (ROOT / document).read_text()
    named = re.findall(r"`make ([a-z -]+)`|^make ([a-z-]+)$", text, re.MULTILINE)
    targets = {target for either in named for target in either}
    for target in " ".join(targets).split():
        resolved = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)

        assert resolved.returncode == 0, resolved.stderr


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_to_files_lead_somewhere(document: str) -> None:
    """Relative links only: the network is not asked."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / document).read_text())

    assert [link for link in links if not (ROOT / link).exists()] == []

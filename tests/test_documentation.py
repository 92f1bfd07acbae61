"""The commands and links of the documents; the README's Python is executed by the hook in the root's conftest.py."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/check.md",
    "docs/coverage.md",
    "docs/features.md",
    "docs/local.md",
    "docs/performance.md",
    "docs/pull-requests.md",
    "docs/review.md",
    "docs/verify.md",
]
REFERRED_TO = {
    "CHANGELOG.md": ["Semantic Versioning", "A change that would replace a deployed Endpoint"],
    "README.md#limits": ["cannot be deleted after `cdk destroy`", "network interfaces some minutes after the endpoint"],
    "README.md#which-kind-of-endpoint": ["Direct", "Serial", "Multi-model endpoint", "Inference components"],
    "README.md#what-a-container-must-do": ["SAGEMAKER_BIND_TO_PORT", "accept-bind-to-port", "/ping", "/invocations"],
}


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
    """Also to their sections. Relative links only: the network is not asked."""
    folder = (ROOT / document).parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)", (ROOT / document).read_text())

    assert [file for file, _ in links if not (folder / file).exists()] == []
    assert [section for file, section in links if section and section not in _sections(folder / file)] == []


@pytest.mark.parametrize("target", REFERRED_TO)
def test_what_the_features_refer_to_is_said(target: str) -> None:
    """Where the features have a link to it."""
    file, _, section = target.partition("#")
    said = _sections(ROOT / file)[section]

    assert f"](../{target})" in (ROOT / "docs" / "features.md").read_text()
    assert [words for words in REFERRED_TO[target] if words not in said] == []


def _sections(file: Path) -> dict[str, str]:
    """The text of a document by the anchors of its headings; what comes before the second level has none."""
    begin, *sections = re.split(r"^## ", file.read_text(), flags=re.MULTILINE)
    return {"": begin} | {section.partition("\n")[0].lower().replace(" ", "-"): section for section in sections}

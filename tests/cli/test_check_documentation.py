"""docs/check.md: its commands print what it says they print."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from sagemaker_multi_container.cli.commands import mce
from tests.check.examples import assembly, container, model, template

TEXT = (Path(__file__).parents[2] / "docs" / "check.md").read_text()
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
TEMPLATE, METADATA, HOOK = (text for language, text in BLOCKS if language == "yaml")
(CONFIGURATION,) = (text for language, text in BLOCKS if language == "toml")
SESSIONS = [text for language, text in BLOCKS if language == "console" and text.startswith("$ mce ")]


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory that the document speaks of."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    made = model(container("ranker"), container(None), metadata={"aws:cdk:path": "Search/Model"})
    assembly(tmp_path / "cdk.out", template(Model=made), f"build ({tmp_path}/infra/search.py:39)")
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _output(*arguments: str) -> str:
    return CliRunner().invoke(mce, arguments, catch_exceptions=False).output


@pytest.mark.parametrize("session", SESSIONS)
def test_commands_print_what_is_shown(session: str) -> None:
    """Where the document has `...`, something else stands between."""
    command, _, shown = session.removeprefix("$ mce ").partition("\n")
    pattern = ".*".join(re.escape(part) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE))

    printed = _output(*shlex.split(command))

    assert re.fullmatch(pattern, printed, re.DOTALL), printed


def test_there_are_commands() -> None:
    assert len(SESSIONS) == 4


def test_the_configuration_ignores(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(CONFIGURATION)

    assert "ignored\n  MCE-C20 in Model: the pipeline pins the digest" in _output("check", "template.yaml")


def test_the_metadata_ignores(folder: Path) -> None:
    """Where it takes the place of the beginning of the template, which has no Metadata."""
    beginning = "Resources:\n  Model:\n    Type: AWS::SageMaker::Model\n"
    assert TEMPLATE.startswith(beginning)
    (folder / "template.yaml").write_text(METADATA + TEMPLATE.removeprefix(beginning))

    assert "ignored\n  MCE-C04 in Model: tagger is never called" in _output("check", "template.yaml")


def test_the_hook_checks_templates() -> None:
    """pre-commit adds the files that fit to the end of the entry."""
    (hook,) = yaml.safe_load(HOOK)["repos"][0]["hooks"]

    name, *arguments = hook["entry"].split()
    assert name == "mce"
    assert "error MCE-C04" in _output(*arguments, "template.yaml")
    assert re.search(hook["files"], "templates/search/endpoint.yml")
    assert not re.search(hook["files"], "templates/README.md")


def test_json_has_the_keys_that_are_named() -> None:
    described = TEXT.partition("- **json**")[2].partition("- **github**")[0].partition("(such as")[0]
    named = set(re.findall(r"`(\w+)`", described)) | {"message", "fix", "source", "ignored"}

    assert set(json.loads(_output("check", "template.yaml", "--format", "json"))[0]) == named

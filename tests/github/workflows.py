"""The workflows of this repository, and their steps run on this machine as a GitHub runner would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".github" / "workflows"
WORKFLOWS: Final = sorted(FOLDER.glob("*.yml"))
DOCUMENT: Final = ROOT / "docs" / "pull-requests.md"

_SHELLS: Final = {"bash": ["bash", "-e"], "python": [sys.executable]}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a job."""

    name: str
    uses: str
    script: str
    shell: str
    environment: Mapping[str, str]
    folder: str

    def run(
        self, contexts: Mapping[str, str], workspace: Path, runner: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run its script in a workspace, as a runner with these variables does.

        Args:
            contexts: What the expressions stand for, e.g. `{"inputs.name": "endpoints"}`.
            workspace: Where the checkout would be.
            runner: Variables that the runner sets.
        """
        given = {name: _evaluated(value, contexts) for name, value in self.environment.items()}
        return subprocess.run(
            [*_SHELLS[self.shell], "-c", self.script],
            cwd=workspace / _evaluated(self.folder, contexts),
            env=os.environ | dict(runner) | given,
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a workflow."""

    name: str
    permissions: Mapping[str, str]
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        """The step of this name."""
        (found,) = (each for each in self.steps if each.name == name)
        return found


def jobs(workflow: str) -> dict[str, Job]:
    """The jobs of a workflow, given as YAML, by their ids."""
    return {
        job_id: Job(
            name=job["name"],
            permissions=job.get("permissions", {}),
            steps=tuple(_step(each) for each in job.get("steps", [])),
        )
        for job_id, job in yaml.safe_load(workflow)["jobs"].items()
    }


def defaults() -> dict[str, str]:
    """What the inputs of the reusable workflow stand for, where a caller gives none."""
    # YAML 1.1 reads the key `on` as true.
    inputs = yaml.safe_load((FOLDER / "review-endpoints.yml").read_text())[True]["workflow_call"]["inputs"]
    return {f"inputs.{name}": str(each["default"]) for name, each in inputs.items() if "default" in each}


def _step(step: Mapping[str, object]) -> Step:
    environment = step.get("env", {})
    assert isinstance(environment, dict)
    return Step(
        name=str(step.get("name", "")),
        uses=str(step.get("uses", "")),
        script=str(step.get("run", "")),
        shell=str(step.get("shell", "bash")),
        environment=environment,
        folder=str(step.get("working-directory", ".")),
    )


def _evaluated(text: str, contexts: Mapping[str, str]) -> str:
    """What stands in `${{ }}`: names only, which is all that our steps use."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: contexts[found[1]], text)

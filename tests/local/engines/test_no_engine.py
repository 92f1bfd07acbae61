"""Machines that run no containers."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagemaker_multi_container.local import stub
from sagemaker_multi_container.local.engines import Engines
from sagemaker_multi_container.local.engines.container_cli import ContainerCli
from sagemaker_multi_container.local.engines.containers import ContainerEngine
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import NamedImage

from .builders import container, model

OVERRIDES = (
    "; set CDK_DOCKER to the container CLI of this machine (docker, podman, finch or nerdctl), or give each container:"
    " --container ranker=URL|COMMAND, --container embedder=URL|COMMAND"
)


def problem() -> str:
    """What is said of a model with two images and a stub."""
    image = NamedImage(name="image")
    images = container("ranker", image), container("embedder", image)
    with Engines() as engines, pytest.raises(LocalEndpointError) as caught:
        engines.prepare([model(*images, container("stubbed", stub()))])
    (only,) = caught.value.problems
    return only


def cli(folder: Path, script: str) -> str:
    """A CLI of a few lines."""
    path = folder / "podman"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_a_cli_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Together with what could be given in its place."""
    monkeypatch.setenv("CDK_DOCKER", "no-such-cli")

    assert problem() == "no container engine: `no-such-cli` is not installed" + OVERRIDES


def test_without_cdk_docker_it_is_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As for the CDK."""
    monkeypatch.delenv("CDK_DOCKER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert problem() == "no container engine: `docker` is not installed" + OVERRIDES


def test_a_daemon_that_does_not_answer_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In one line, without what is said beside it."""
    program = cli(
        tmp_path,
        'echo \'time="2026" level=warning msg="unrelated"\' >&2;'
        "echo 'Cannot connect to the Docker daemon.' >&2; echo 'Is it running?' >&2; exit 1",
    )
    monkeypatch.setenv("CDK_DOCKER", program)

    said = f"no container engine: `{program}` says: Cannot connect to the Docker daemon. Is it running?"
    assert problem() == said + OVERRIDES


def test_a_file_that_is_no_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the reason of the system."""
    file = tmp_path / "docker"
    file.touch()
    monkeypatch.setenv("CDK_DOCKER", str(file))

    assert problem() == f"no container engine: `{file}` cannot be run (Permission denied)" + OVERRIDES


@pytest.mark.parametrize("script", ["exit 0", 'echo "$@"', "echo '{}'", "echo '[1]'"])
def test_a_program_that_is_no_container_cli_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    """Whatever it answers."""
    program = cli(tmp_path, f'[ "$1" = ps ] && exit 0; {script}')
    monkeypatch.setenv("CDK_DOCKER", program)
    plan = model(container("ranker", NamedImage(name="image")))

    with Engines() as engines:
        engines.prepare([plan])
        with pytest.raises(LocalEndpointError) as caught:
            engines.start(plan)

    (only,) = caught.value.problems
    assert only.startswith("ranker: cannot start image image: `")
    assert only.endswith(" does not answer as that of docker does")


def test_an_engine_that_hangs_is_told_of_and_ended(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    program = cli(tmp_path, f"trap 'touch {ended}; exit' TERM; sleep 600 & wait")
    engine = ContainerEngine(ContainerCli(program, patience=0.5))

    with pytest.raises(LocalEndpointError) as caught:
        engine.reach([container("ranker", NamedImage(name="image"))])

    assert str(caught.value).startswith(f"no container engine: `{program} ps` did not end in 0.5 s; set CDK_DOCKER")
    assert ended.exists()

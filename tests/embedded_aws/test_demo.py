"""`make demo`, and what it says when it cannot go on."""

from pathlib import Path

import pytest

from embedded_aws import demo, launcher

pytestmark = pytest.mark.e2e


def test_the_demo_deploys_calls_updates_and_destroys(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main() == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "called CreateModel, CreateEndpointConfig, CreateEndpoint ┏" in printed
    assert "called CreateModel, CreateEndpointConfig, UpdateEndpoint, DeleteEndpointConfig, DeleteModel ┏" in printed
    assert "great service → tokenizer → classifier → calibrator" in printed.replace("│ │ │ ", "")
    assert "TargetContainerHostname=classifier │ great service → classifier" in printed
    assert "Left over: 0 endpoints, 0 configurations, 0 models, 0 stacks" in printed


def test_without_an_app_the_demo_fails_with_a_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert demo.main(tmp_path) == 1
    assert "✗ `cdk synth -c mode=Serial` failed with exit code 1" in capsys.readouterr().out


def test_without_a_server_the_demo_fails_with_a_clear_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(launcher, "SERVER_PYTHON", tmp_path / "python")
    assert demo.main(tmp_path) == 1
    assert "run `make setup`" in capsys.readouterr().out


def test_an_interrupted_demo_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: demo.Demo) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo.Demo, "run", interrupt)
    assert demo.main() == 130
    assert "Interrupted" in capsys.readouterr().out

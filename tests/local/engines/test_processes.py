"""Processes that stand for containers."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sagemaker_multi_container.local.engines.processes import ProcessEngine, environment_of
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import Command, ContainerPlan
from sagemaker_multi_container.local.running import RunningContainer, silent

from .builders import DEADLINE, ask, command, container

SERVE = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
HTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
"""
TELL_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
WAIT = "import time; print('waits', flush=True); time.sleep(3600)"


@pytest.fixture(name="engine")
def _engine() -> Iterator[ProcessEngine]:
    engine = ProcessEngine()
    yield engine
    engine.stop()


def run(engine: ProcessEngine, *containers: ContainerPlan, **folders: str) -> list[RunningContainer]:
    return engine.start(containers, folders, silent)


def until(holds: object) -> None:
    """Wait until a function says yes."""
    assert callable(holds)
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def answers(running: RunningContainer) -> bool:
    try:
        return ask(running.url, "GET", "/ping").status == 200
    except OSError:
        return False


def environment_seen(running: RunningContainer) -> dict[str, str]:
    until(running.ended)
    seen: dict[str, str] = json.loads(running.logs())
    return seen


def test_each_process_serves_on_its_own_port(engine: ProcessEngine) -> None:
    """Which is where its address leads."""
    first, second = run(engine, container("first", command(SERVE)), container("second", command(SERVE)))

    until(lambda: answers(first) and answers(second))
    assert first.url != second.url
    assert first.ended() is None


def test_a_process_sees_what_its_container_declares(engine: ProcessEngine) -> None:
    """And its ports, never 8080."""
    (running,) = run(engine, container("ranker", command(TELL_ENVIRONMENT), THREADS="4"))

    seen = environment_seen(running)
    assert seen["THREADS"] == "4"
    port = int(seen["SAGEMAKER_BIND_TO_PORT"])
    assert running.url == f"http://127.0.0.1:{port}"
    assert running.default_port_url is None
    low, high = map(int, seen["SAGEMAKER_SAFE_PORT_RANGE"].split("-"))
    assert 8080 < port < low < high


def test_a_process_gets_no_credentials(engine: ProcessEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from the environment nor from the files below HOME; no other secret of this machine either."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "SOME_TOKEN"):
        monkeypatch.setenv(name, "secret")

    (running,) = run(engine, container("ranker", command(TELL_ENVIRONMENT)))

    seen = environment_seen(running)
    assert "secret" not in seen.values()
    assert seen["AWS_SHARED_CREDENTIALS_FILE"] == seen["AWS_CONFIG_FILE"] == os.devnull
    assert seen["PATH"] == os.environ["PATH"]


def test_credentials_are_given_by_name() -> None:
    """As with all that the container's environment declares."""
    declared = container("ranker", command(""), AWS_SHARED_CREDENTIALS_FILE="/mine", PATH="/bin")

    seen = environment_of(declared, inherited={"PATH": "/usr/bin", "HOME": "/home/me", "LC_ALL": "C", "KEY": "secret"})

    assert seen == {
        "PATH": "/bin",
        "HOME": "/home/me",
        "LC_ALL": "C",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": "/mine",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_the_model_data_is_where_the_toolkits_look(engine: ProcessEngine, tmp_path: Path) -> None:
    """In the folder `model` below SAGEMAKER_BASE_DIR, as it is in /opt/ml of a container."""
    (tmp_path / "weights").write_text("42")
    read = "import os, pathlib; print(pathlib.Path(os.environ['SAGEMAKER_BASE_DIR'], 'model', 'weights').read_text())"

    (running,) = run(engine, container("ranker", command(read)), ranker=str(tmp_path))

    until(running.ended)
    assert running.logs() == "42"


def test_a_process_runs_where_it_is_told(engine: ProcessEngine, tmp_path: Path) -> None:
    """A relative path in the command is seen from there."""
    (tmp_path / "serve").write_text("#!/bin/sh\npwd\n")
    (tmp_path / "serve").chmod(0o755)

    (running,) = run(engine, container("ranker", Command(arguments=("./serve",), directory=tmp_path)))

    until(running.ended)
    assert running.logs() == str(tmp_path)


@pytest.mark.parametrize(
    ("program", "ended"),
    [("", "exited with code 0"), ("exit(3)", "exited with code 3"), ("import os; os.abort()", "was ended by SIGABRT")],
)
def test_how_a_process_ended_is_known(engine: ProcessEngine, program: str, ended: str) -> None:
    """Its code, or the signal that ended it."""
    (running,) = run(engine, container("ranker", command(program)))

    until(running.ended)
    assert running.ended() == ended


def test_logs_are_the_last_lines(engine: ProcessEngine) -> None:
    """Of standard output and standard error, whatever bytes they are."""
    program = r"import os; os.write(1, b'x\n' * 100_000); os.write(2, b'\xff bye\n')"

    (running,) = run(engine, container("ranker", command(program)))

    until(running.ended)
    assert running.logs(lines=2) == "x\n\N{REPLACEMENT CHARACTER} bye"


def test_a_program_that_is_missing_is_named(engine: ProcessEngine) -> None:
    """And what was started before it is ended."""
    waits = container("first", command(WAIT))

    with pytest.raises(LocalEndpointError) as caught:
        run(engine, waits, container("second", Command(arguments=("no-such-program", "--port", "1"))))

    assert caught.value.problems == (
        "second: cannot start process no-such-program --port 1: No such file or directory: no-such-program",
    )


def test_stopping_ends_what_a_process_started(tmp_path: Path) -> None:
    """Also what ignores SIGTERM, and nothing is left of the log."""
    stubborn = f"""
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.close(1)
pathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch()
time.sleep(3600)
"""
    engine = ProcessEngine(seconds_to_end=0.1)
    (running,) = run(engine, container("ranker", command(stubborn)))
    until(lambda: len(list(tmp_path.iterdir())) == 2)

    engine.stop()
    engine.stop()

    assert running.ended() == "was ended by SIGKILL"
    assert running.logs() == ""
    for each in tmp_path.iterdir():
        until(lambda pid=int(each.name): not is_running(pid))


def test_stopping_asks_first(engine: ProcessEngine, tmp_path: Path) -> None:
    """With SIGTERM, as SageMaker does."""
    polite = f"""
import pathlib, signal, sys, time
def leave(*_):
    pathlib.Path({str(tmp_path / "left")!r}).touch()
    sys.exit()
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
time.sleep(3600)
"""
    (running,) = run(engine, container("ranker", command(polite)))
    until(running.logs)

    engine.stop()

    assert (tmp_path / "left").exists()
    assert running.ended() == "exited with code 0"


def is_running(pid: int) -> bool:
    """Whether a process does anything still; one that nobody has waited for does not."""
    try:
        os.kill(pid, signal.SIG_DFL)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False

"""The command `mce` as a process: what it costs, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from sagemaker_multi_container.cli.commands import COMMANDS, mce
from tests.check.examples import BUCKET, WITHOUT_HOSTNAME, container, model, template, write

MCE = Path(sys.executable).parent / "mce"
EXPENSIVE = ("aws_cdk", "jsii", "constructs", "boto3", "botocore", "sagemaker_multi_container.review")


def _run(
    *arguments: str | Path, folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MCE, *arguments], cwd=folder, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )


def test_help_names_the_commands() -> None:
    """With either option, in the words of the commands themselves."""
    short = CliRunner().invoke(mce, ["-h"]).stdout

    assert short == CliRunner().invoke(mce, ["--help"]).stdout
    for name, says in COMMANDS.items():
        assert name in short
        assert says in short
        assert says in CliRunner().invoke(mce, [name, "--help"]).stdout


def test_tells_its_version() -> None:
    version = metadata.version("sagemaker-multi-container")

    assert CliRunner().invoke(mce, ["--version"]).stdout == f"mce {version}\n"


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(mce, ["chek"])

    assert result.exit_code == 2
    assert "No such command 'chek'" in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["check", "error.json"]])
def test_starts_without_the_cdk_and_without_node(tmp_path: Path, arguments: list[str]) -> None:
    """Nor boto3, nor the code of other commands; and it runs where there is no Node at all."""
    write(tmp_path / "error.json", WITHOUT_HOSTNAME)
    command = [sys.executable, "-X", "importtime", "-m", "sagemaker_multi_container.cli", *arguments]

    ended = subprocess.run(command, cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True, check=False)

    imported = {
        line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time:")
    }
    assert ended.returncode in {0, 1}
    assert "click" in imported
    assert [
        name for name in imported if name in EXPENSIVE or name.startswith(tuple(f"{each}." for each in EXPENSIVE))
    ] == []


def test_says_what_to_install(tmp_path: Path) -> None:
    """Where the package was installed without the extra `cli`."""
    program = "import sys; sys.modules['click'] = None; from sagemaker_multi_container.cli import main; main()"

    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert ended.stderr == "mce needs the extra `cli` of sagemaker-multi-container: pip install click PyYAML\n"


def test_exit_codes(tmp_path: Path) -> None:
    """Those of the process are those of the command: 0, 1 and 2, also for what click refuses."""
    write(tmp_path / "error.json", WITHOUT_HOSTNAME)
    write(tmp_path / "bucket.json", BUCKET)

    assert _run("check", "bucket.json", folder=tmp_path).returncode == 0
    assert _run("check", "error.json", folder=tmp_path).returncode == 1
    for unusable in (["check"], ["check", "nowhere.json"], ["check", "--fail-on", "fatal"], ["chek"], []):
        ended = _run(*unusable, folder=tmp_path)
        assert ended.returncode == 2
        assert ended.stderr != ""
        assert "Traceback" not in ended.stderr


def test_a_closed_output_is_no_traceback(tmp_path: Path) -> None:
    """As of a service without standard output; the exit code still tells."""
    write(tmp_path / "error.json", WITHOUT_HOSTNAME)
    closing = f"import os\nos.close(1)\nos.execv({str(MCE)!r}, ['mce', 'check', 'error.json'])"

    ended = subprocess.run([sys.executable, "-c", closing], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ended.stderr == ""


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    """Such as `mce check | head -1`."""
    many = {f"Model{number}": model(container(None), container(None)) for number in range(300)}
    write(tmp_path / "many.json", template(**many))

    ended = subprocess.run(
        ["sh", "-c", f"{MCE} check many.json | head -1"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ended.stdout == "many (many.json)\n"
    assert ended.stderr == ""


def test_a_closed_pipe_keeps_what_was_found(tmp_path: Path) -> None:
    """A gate of a pipeline must not open since nobody has read why it is shut."""
    write(tmp_path / "many.json", template(**{f"Model{number}": model(container(None)) for number in range(300)}))

    ended = subprocess.run(
        ["bash", "-c", f"{MCE} check many.json | true; echo ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.stdout, ended.stderr) == ("1\n", "")


@pytest.mark.parametrize("arguments", ["check many.json --format json --fail-on never", "check --list-rules"])
def test_a_closed_pipe_is_no_finding(tmp_path: Path, arguments: str) -> None:
    """Nobody reads any of it, and it is more than a pipe holds."""
    write(tmp_path / "many.json", template(**{f"Model{number}": model(container(None)) for number in range(300)}))

    ended = subprocess.run(
        ["bash", "-c", f"{MCE} {arguments} | true; echo ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.stdout, ended.stderr) == ("0\n", "")


def test_a_full_disk_is_said_in_a_line(tmp_path: Path) -> None:
    write(tmp_path / "error.json", WITHOUT_HOSTNAME)
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("only Linux has /dev/full")

    with full.open("w") as output:
        ended = subprocess.run(
            [MCE, "check", "error.json"], cwd=tmp_path, stdout=output, stderr=subprocess.PIPE, text=True, check=False
        )

    assert ended.returncode == 2
    assert ended.stderr == "Error: [Errno 28] No space left on device\n"


def test_reads_standard_input(tmp_path: Path) -> None:
    given = write(tmp_path / "error.json", WITHOUT_HOSTNAME)

    with given.open() as stream:
        ended = subprocess.run(
            [MCE, "check", "-"], cwd=tmp_path, stdin=stream, capture_output=True, text=True, check=False
        )

    assert ended.returncode == 1
    assert ended.stdout.startswith("stdin (stdin)\n")
    assert "error MCE-C04 Containers[1] (stdin:" in ended.stdout


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("< /dev/null", "Error: stdin: is empty\n"),
        ("< /dev/zero", "Error: stdin: is larger than 5 MB; CloudFormation takes no template above 1 MB\n"),
        ("<&-", "Error: stdin: is closed\n"),
    ],
)
def test_what_is_no_template_on_standard_input_is_said_in_a_line(tmp_path: Path, given: str, says: str) -> None:
    ended = subprocess.run(
        ["sh", "-c", f"{MCE} check - {given}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stderr) == (2, says)


def test_templates_come_through_pipes(tmp_path: Path) -> None:
    """As from `git show`, to check one, and to compare two."""
    write(tmp_path / "error.json", WITHOUT_HOSTNAME)
    write(tmp_path / "bucket.json", BUCKET)
    ways = {
        "check <(cat error.json)": (1, "error MCE-C04 Containers[1] (/dev/fd/"),
        "review <(cat bucket.json) <(cat error.json)": (1, "MCE-C04"),
        "review - <(cat bucket.json) < bucket.json": (0, "There are no SageMaker endpoints"),
    }

    for arguments, (code, says) in ways.items():
        ended = subprocess.run(
            ["bash", "-c", f"{MCE} {arguments}"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stderr) == (code, "")
        assert says in ended.stdout


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_terminal_that_lacks_characters_gets_escapes(tmp_path: Path, form: str) -> None:
    write(tmp_path / "error.json", template(Model=model(container("ранкер"), container(None))))

    ended = _run("check", "error.json", "--format", form, folder=tmp_path, environment={"PYTHONIOENCODING": "latin-1"})

    assert ended.returncode == 1
    assert "\\u0440\\u0430\\u043d\\u043a\\u0435\\u0440" in ended.stdout
    assert ended.stderr == ""


def test_is_interrupted_without_a_traceback(tmp_path: Path) -> None:
    """It waits for a template here, which comes through a pipe and never ends."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([MCE, "check", pipe], stderr=subprocess.PIPE, text=True) as process, pipe.open("w"):
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "Traceback" not in stderr

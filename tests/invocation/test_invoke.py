"""`mce invoke` and an endpoint that runs on this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sagemaker_multi_container.cli.commands import mce
from sagemaker_multi_container.local import StubRequest, StubResponse, stub
from sagemaker_multi_container.local.endpoint import ENDPOINT_URL, LocalEndpoint

from .server import Answered, data_plane

BINARY = bytes(range(256)) + b"\r\n\x00"


def echo(request: StubRequest) -> StubResponse:
    """The body backwards, and what came with it as custom attributes."""
    attributes = request.headers.get("x-amzn-sagemaker-custom-attributes", "")
    told = {"X-Amzn-SageMaker-Custom-Attributes": attributes} if attributes else {}
    return StubResponse(body=request.body[::-1], content_type=request.accept or request.content_type, headers=told)


ECHO = stub(echo)


@pytest.fixture(name="search", autouse=True)
def _search(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalEndpoint]:
    """A Direct endpoint, where boto3 looks for it."""
    containers = {
        "echo": ECHO,
        "failing": stub(b"out of memory\x1b[2J", status=500),
        "parts": stub(StubResponse(parts=[b"one\n", b"\x00\xff"], content_type="text/plain")),
        "broken": stub(StubResponse(parts=[b"one"], breaks_off=True)),
    }
    with LocalEndpoint.from_containers(containers, mode="Direct", name="search") as endpoint:
        monkeypatch.setenv(ENDPOINT_URL, endpoint.url)
        ECHO.requests.clear()
        yield endpoint


def invoke(*arguments: str, body: bytes = b"1,2") -> Result:
    """Run the command, with the body as standard input."""
    return CliRunner().invoke(mce, ["invoke", "search", *arguments], input=body, catch_exceptions=False)


def csv(*arguments: str, body: bytes = b"1,2") -> Result:
    """The same with a body of CSV."""
    return invoke("--content-type", "text/csv", *arguments, body=body)


def test_standard_output_has_the_body_byte_for_byte() -> None:
    """And nothing else, from the real command in a process without any configuration."""
    command = [sys.executable, "-m", "sagemaker_multi_container.cli", "invoke", "search", "--target", "echo"]

    ended = subprocess.run(
        [*command, "--content-type", "application/x-any"],
        input=BINARY,
        capture_output=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (0, BINARY[::-1])
    assert re.fullmatch(rb"echo: 200, application/x-any, 259 bytes, [\d,]+ ms, variant AllTraffic\n", ended.stderr)


def test_a_file_is_called_what_its_ending_says(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"1,2\n")

    result = invoke("--target", "echo", "--body", "rows.csv")

    assert (result.exit_code, result.stdout_bytes) == (0, b"\n2,1")
    assert ECHO.requests[0].content_type == "text/csv"


def test_options_reach_the_container() -> None:
    result = csv("--target", "echo", "--accept", "application/json", "--custom-attributes", "trace=7")

    assert ECHO.requests[0].accept == "application/json"
    assert "echo: 200, application/json, 3 bytes" in result.stderr
    assert "custom attributes trace=7" in result.stderr


def test_the_body_goes_to_a_file(tmp_path: Path) -> None:
    result = csv("--target", "echo", "--output", "answer", body=BINARY)

    assert result.stdout_bytes == b""
    assert (tmp_path / "answer").read_bytes() == BINARY[::-1]


def test_an_empty_body_makes_an_empty_file(tmp_path: Path) -> None:
    csv("--target", "echo", "--output", "answer", body=b"")

    assert (tmp_path / "answer").read_bytes() == b""


def test_a_failure_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "answer").write_text("from yesterday")

    assert csv("--target", "failing", "--output", "answer").exit_code == 1
    assert (tmp_path / "answer").read_text() == "from yesterday"


def test_a_file_that_cannot_be_written_is_said_in_a_line() -> None:
    result = csv("--target", "echo", "--output", "nowhere/answer")

    assert (result.exit_code, result.stderr) == (2, "Error: cannot write nowhere/answer: No such file or directory\n")
    assert ECHO.requests == []


def test_parts_of_a_stream_are_written() -> None:
    result = csv("--target", "parts", "--stream")

    assert (result.exit_code, result.stdout_bytes) == (0, b"one\n\x00\xff")
    assert "parts: 200, text/plain, 6 bytes" in result.stderr


def test_a_stream_that_breaks_off_has_written_what_came() -> None:
    result = csv("--target", "broken", "--stream")

    assert (result.exit_code, result.stdout_bytes) == (1, b"one")
    assert result.stderr.startswith("Error: broken of search: the container broke off within the response")
    assert result.stderr.endswith("(3 bytes of the response have been written)\n")


def test_a_failing_container_is_named_with_what_it_says() -> None:
    """Its control characters cannot do anything to a terminal."""
    result = csv("--target", "failing")

    assert (result.exit_code, result.stdout_bytes) == (1, b"")
    assert result.stderr == 'Error: container failing of search answered 500: "out of memory\\x1b[2J"\n'


def test_several_containers_make_a_table() -> None:
    """With an exit code that tells of the one that failed."""
    result = csv("--target", "echo", "--target", "failing")

    header, *rows = (line.split() for line in result.stdout.splitlines())
    assert header == ["container", "variant", "result", "content", "type", "bytes", "ms"]
    assert rows[0][:5] == ["echo", "AllTraffic", "200", "text/csv", "3"]
    assert rows[1] == ["failing", "-", "failed", "-", "-", "-"]
    assert (result.exit_code, result.stderr) == (
        1,
        'Error: container failing of search answered 500: "out of memory\\x1b[2J"\n',
    )


def test_several_containers_that_answer_are_no_failure() -> None:
    assert csv("--target", "echo", "--target", "parts").exit_code == 0


def test_all_asks_an_endpoint_on_this_machine_for_its_containers() -> None:
    """It has no control plane."""
    result = csv("--all")

    rows = [line.split()[0] for line in result.stdout.splitlines()]
    assert rows == ["container", "echo", "failing", "parts", "broken"]
    assert result.exit_code == 1


def test_all_needs_somebody_who_knows_the_containers() -> None:
    """Another server on this machine may not."""
    with data_plane(lambda _asked: Answered()) as other:
        result = csv("--all", "--endpoint-url", other.url)

    assert result.exit_code == 2
    assert result.stderr.endswith(
        "does not tell which containers search has: name them, as in --target first --target second\n"
    )


def test_all_of_an_endpoint_that_does_not_run_here_names_those_that_do() -> None:
    result = CliRunner().invoke(mce, ["invoke", "other", "--all", "--content-type", "text/csv"], input=b"1")

    assert result.exit_code == 2
    assert "Endpoint other of account 123456789012 not found. Served on this machine: search." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--target", "nobody"], "nobody of search refuses the request"),
        ([], "of a Direct endpoint, name a container with --target"),
        (["--target", "echo", "--variant", "other"], "echo of other of search refuses the request"),
        (["--target", "echo", "--custom-attributes", "schön"], "use printable ASCII"),
        (
            ["--target", "echo", "--custom-attributes", "x" * 1025],
            "has 1,025 characters; SageMaker takes at most",
        ),
        (["--target", "echo", "--all"], "--all asks each container: leave out --target"),
        (["--target", "echo", "--target", "parts", "--output", "x"], "--output takes the body of one response"),
        (["--target", "echo", "--endpoint-url", "nonsense"], "Error: invalid endpoint: nonsense"),
        (["--target", "echo", "--endpoint-url", "http://127.0.0.1:1"], "nothing answers at http://127.0.0.1:1"),
        (["--target", "echo", "--profile", "nobody"], "there is no profile 'nobody' in the AWS configuration"),
        (["--target", "echo", "--body", "nowhere.csv"], "cannot read nowhere.csv: No such file or directory"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_line(arguments: list[str], says: str) -> None:
    result = csv(*arguments)

    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert says in result.stderr


def test_an_endpoint_that_is_not_there_is_said() -> None:
    """With those that are, as far as the data plane says so."""
    arguments = ["invoke", "nowhere", "--content-type", "text/csv"]
    result = CliRunner().invoke(mce, arguments, input=b"", catch_exceptions=False)

    assert result.exit_code == 2
    assert "search" in result.stderr
    assert "--target" not in result.stderr


@pytest.mark.parametrize(("arguments", "file"), [([], None), (["--body", "model.bin.gz"], "model.bin.gz")])
def test_what_a_body_holds_is_never_guessed(tmp_path: Path, arguments: list[str], file: str | None) -> None:
    if file is not None:
        (tmp_path / file).touch()

    result = invoke("--target", "echo", *arguments)

    assert result.exit_code == 2
    assert "that tells what is in it: give --content-type, such as text/csv" in result.stderr
    assert ECHO.requests == []


def test_a_terminal_is_not_waited_for() -> None:
    """Where nobody has given anything to send."""
    leader, follower = os.openpty()
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "sagemaker_multi_container.cli", "invoke", "search"],
            stdin=follower,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(leader)
        os.close(follower)

    assert (ended.returncode, ended.stderr) == (
        2,
        "Error: there is nothing to send: give --body FILE, or pipe it in\n",
    )


def test_without_a_region_nothing_is_sent_to_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT_URL)

    result = csv("--target", "echo")

    assert (result.exit_code, result.stderr) == (2, "Error: no region: give --region, or set AWS_DEFAULT_REGION\n")


def test_without_credentials_nothing_is_sent_to_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT_URL)

    result = csv("--target", "echo", "--region", "eu-central-1")

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: no credentials: log in, set AWS_PROFILE, or give --profile")


@pytest.mark.parametrize("command", ["invoke", "verify"])
def test_help_imports_no_boto3(command: str) -> None:
    program = "import sys; from sagemaker_multi_container.cli.commands import mce; mce.main(sys.argv[1:])"
    arguments = [sys.executable, "-X", "importtime", "-c", program, command, "--help"]

    ended = subprocess.run(arguments, capture_output=True, text=True, check=False)

    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert ended.returncode == 0
    assert "click" in imported
    assert imported.isdisjoint({"aws_cdk", "boto3", "botocore", "rich", "aiohttp"})


@pytest.mark.parametrize("missing", ["boto3", "rich"])
@pytest.mark.parametrize("command", ["invoke", "verify"])
def test_says_what_to_install(missing: str, command: str) -> None:
    """Where the package was installed without the extra `aws`."""
    program = f"import sys; sys.modules[{missing!r}] = None; from sagemaker_multi_container.cli import main; main()"
    arguments = [sys.executable, "-c", program, command, "search"]
    if command == "invoke":
        arguments += ["--content-type", "text/csv", "--target", "a", "--target", "b"]

    ended = subprocess.run(arguments, input="", capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert ended.stderr == f"Error: {missing} is missing: install sagemaker-multi-container[aws]\n"

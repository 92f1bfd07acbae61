"""Starting and stopping the embedded AWS."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from embedded_aws import launcher
from embedded_aws.cdk_cli import CdkCli
from embedded_aws.launcher import EmbeddedAws, EmbeddedAwsError


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def listening_addresses(pid: int) -> set[str]:
    """The local addresses, in the kernel's notation, that a process listens at."""
    descriptors = Path(f"/proc/{pid}/fd").iterdir()
    sockets = {str(entry.readlink()) for entry in descriptors if entry.is_symlink()}
    addresses = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            listens = fields[3] == "0A" or table.startswith("udp")
            if listens and f"socket:[{fields[9]}]" in sockets:
                addresses.add(fields[1])
    return addresses


def test_a_missing_environment_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(launcher, "SERVER_PYTHON", tmp_path / "python")
    with pytest.raises(EmbeddedAwsError, match="run `make setup`"):
        EmbeddedAws().__enter__()


def test_a_server_that_does_not_start_shows_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "SERVER_PYTHON", Path(sys.executable))
    with pytest.raises(EmbeddedAwsError, match=r"ended while it started:\n[\s\S]*No module named 'ministack'"):
        EmbeddedAws().__enter__()


def test_what_needs_a_server_says_so_without_one() -> None:
    with pytest.raises(EmbeddedAwsError, match="not running"):
        _ = EmbeddedAws().environment
    with pytest.raises(EmbeddedAwsError, match="not running"):
        _ = EmbeddedAws().pid


def test_a_missing_cdk_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    result = CdkCli({}).version()
    assert result.exit_code == 127
    assert "run `make setup`" in result.output


@pytest.mark.e2e
def test_the_pinned_cdk_runs() -> None:
    assert CdkCli(os.environ).version().output.startswith("2.1148.1 ")


@pytest.mark.e2e
def test_a_cdk_that_takes_too_long_is_ended() -> None:
    result = CdkCli(os.environ, timeout_seconds=0.01).version()
    assert result.exit_code == 124
    assert "did not end within" in result.output


@pytest.mark.e2e
def test_the_environment_leads_to_the_embedded_aws_only(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL_S3", "https_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "unwanted")
    environment = aws.environment
    assert "unwanted" not in environment.values()
    assert environment["AWS_ENDPOINT_URL"].startswith("http://localhost:")
    assert environment["AWS_REGION"] == "us-east-1"


@pytest.mark.e2e
@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="asks Linux for the sockets of the server")
def test_only_loopback_listens(aws: EmbeddedAws) -> None:
    port = int(aws.url.rpartition(":")[2])
    assert listening_addresses(aws.pid) == {f"0100007F:{port:04X}"}


@pytest.mark.e2e
def test_the_account_is_the_fixed_one(aws: EmbeddedAws) -> None:
    assert aws.client("sts").get_caller_identity()["Account"] == aws.account_id == "123456789012"


@pytest.mark.e2e
def test_an_unknown_control_request_is_refused(aws: EmbeddedAws) -> None:
    with pytest.raises(EmbeddedAwsError, match="Only CreateEndpoint and UpdateEndpoint"):
        aws.fail_next("DeleteModel", "why")
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"))
    connection.request("POST", "/", "{}", {"X-Amz-Target": "EmbeddedAws.Nonsense"})
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.e2e
def test_the_server_stops_with_the_block_even_when_it_fails() -> None:
    pids = []

    def interrupted() -> None:
        with EmbeddedAws() as started:
            pids.append(started.pid)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [is_running(pid) for pid in pids] == [False]


@pytest.mark.e2e
def test_the_server_stops_and_tidies_up_when_its_parent_is_killed() -> None:
    program = (
        "import os, signal\n"
        "from embedded_aws.launcher import EmbeddedAws\n"
        "aws = EmbeddedAws().__enter__()\n"
        "print(aws.url.rpartition(':')[2], aws.environment['CDK_HOME'], flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program], cwd=launcher.ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    port, folder = killed.stdout.split()
    deadline = time.monotonic() + 10
    while answers(int(port)) or Path(folder).parent.exists():
        assert time.monotonic() < deadline, "the server outlived its parent"
        time.sleep(0.05)

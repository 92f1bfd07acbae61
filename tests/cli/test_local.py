"""`mce local`: a real process, which real clients call and signals end."""

from __future__ import annotations

import copy
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from embedded_aws import model_server
from sagemaker_multi_container.cli.commands import mce
from sagemaker_multi_container.local import LocalEndpoint, stub

MCE = Path(sys.executable).parent / "mce"
SERVER = f"{sys.executable} {model_server.__file__}"
DEADLINE = 60.0

TEMPLATE = {
    "Resources": {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference",
                "InferenceExecutionConfig": {"Mode": "Direct"},
                "Containers": [
                    {
                        "ContainerHostname": hostname,
                        "Image": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{hostname}:1",
                        "Environment": {"MODEL_NAME": hostname},
                    }
                    for hostname in ("ranker", "tagger")
                ],
            },
        },
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {
                "ProductionVariants": [
                    {
                        "VariantName": "AllTraffic",
                        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                        "InstanceType": "ml.m5.large",
                        "InitialInstanceCount": 1,
                        "InitialVariantWeight": 1,
                    }
                ]
            },
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": "search",
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
            },
        },
    }
}


@dataclass
class Running:
    """A process of `mce local`, and what it has printed."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line that has a pattern, once it is printed."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            found = [match for line in self.lines if (match := re.search(pattern, line))]
            if found:
                return found[0]
            if self.process.poll() is not None and not self.lines:
                break
            time.sleep(0.02)
        pytest.fail(f"no {pattern!r} in {self.lines}")

    def client(self) -> Any:
        """A client that has what is printed to be exported, and nothing else."""
        url = self.wait_for(r"export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=(.*)")[1]
        return boto3.client(
            "sagemaker-runtime",
            region_name="us-east-1",
            endpoint_url=url,
            aws_access_key_id="none",
            aws_secret_access_key="none",  # noqa: S106
        )

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


@contextmanager
def _running(folder: Path, *options: str, environment: dict[str, str] | None = None) -> Iterator[Running]:
    (folder / "search.template.json").write_text(json.dumps(TEMPLATE))
    arguments = [str(MCE), "local", "search.template.json", "--port", "0", *options]
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Running(process)
    reader = Thread(target=_read, args=[running])
    reader.start()
    try:
        yield running
    finally:
        process.kill()
        process.wait()
        reader.join()
        if process.stdout:
            process.stdout.close()


def _read(running: Running) -> None:
    for line in running.process.stdout or ():
        running.lines.append(line.rstrip())


def _both(command: str) -> list[str]:
    return ["--container", f"ranker={command}", "--container", f"tagger={command}"]


def test_says_what_to_export_and_shows_each_request(tmp_path: Path) -> None:
    """A client with that environment calls the containers; a refused request is shown, too."""
    with _running(tmp_path, *_both(SERVER)) as running:
        client = running.client()
        answer = client.invoke_endpoint(EndpointName="search", TargetContainerHostname="tagger", Body=b"hello")
        with pytest.raises(ClientError, match="TargetContainerHostname"):
            client.invoke_endpoint(EndpointName="search", Body=b"hello")
        shown = running.wait_for(r"200 search/AllTraffic  tagger 200 application/json .* ms")
        running.wait_for(r"400 search .*ValidationError: ")
        code = running.end(signal.SIGINT)

    assert json.load(answer["Body"])["container"] == "tagger"
    assert f"{len(b'hello')} B → " in shown.string
    assert code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ends_its_processes_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    """However it is ended, but by SIGKILL."""
    with _running(tmp_path, *_both(SERVER)) as running:
        running.wait_for("Ctrl-C")
        ports = [each for each in _listening_children(running.process.pid) if each]
        code = running.end(number)

    assert code == 0
    assert len(ports) == 2
    assert not [pid for pid in ports if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("until", ["starting", "healthy", "Ctrl-C"])
def test_two_interrupts_are_no_more_than_one(tmp_path: Path, until: str) -> None:
    """Whoever presses Ctrl-C twice gets rid of the processes, even of those that take their time to end."""
    marker = tmp_path / "pids"
    stubborn = tmp_path / "stubborn.py"
    stubborn.write_text(
        "import os, runpy, signal, sys\n"
        f"print(os.getpid(), file=open({str(marker)!r}, 'a'), flush=True)\n"
        f"sys.argv = [{model_server.__file__!r}]\n"
        "signal.signal, handle = lambda *_: None, signal.signal\n"
        "handle(signal.SIGTERM, signal.SIG_IGN)\n"
        f"runpy.run_path({model_server.__file__!r}, run_name='__main__')\n"
    )
    with _running(tmp_path, *_both(f"{sys.executable} {stubborn}")) as running:
        running.wait_for(until)
        deadline = time.monotonic() + DEADLINE
        while not marker.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        running.process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        code = running.end(signal.SIGINT)

    assert code in {0, 130}
    assert not [pid for pid in marker.read_text().split() if Path(f"/proc/{pid}").exists()]
    assert not [line for line in running.lines if "Traceback" in line]


def test_what_a_shell_has_it_ignore_does_not_end_it(tmp_path: Path) -> None:
    """As `nohup` does: the terminal may be closed."""
    (tmp_path / "search.template.json").write_text(json.dumps(TEMPLATE))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with _running(tmp_path, *_both(SERVER)) as running:
            client = running.client()
            running.process.send_signal(signal.SIGHUP)
            client.invoke_endpoint(EndpointName="search", TargetContainerHostname="ranker", Body=b"")
            running.wait_for("200 search/AllTraffic  ranker")
            code = running.end(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)

    assert code == 0


def test_it_ends_when_nobody_reads_what_it_shows(tmp_path: Path) -> None:
    """At the next request, which is answered, and without a word."""
    (tmp_path / "search.template.json").write_text(json.dumps(TEMPLATE))
    arguments = [str(MCE), "local", "search.template.json", "--port", "0", *_both(SERVER)]
    with subprocess.Popen(
        arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        running = Running(process)
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            running.lines.append(line.rstrip())
            if "Ctrl-C" in line:
                break
        process.stdout.close()
        answer = running.client().invoke_endpoint(EndpointName="search", TargetContainerHostname="ranker", Body=b"x")
        code = process.wait(DEADLINE)
        said = process.stderr.read()

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert (code, said) == (0, "")


def test_says_that_a_container_has_ended_and_why(tmp_path: Path) -> None:
    """The rest is served on; the exit code says it in the end."""
    with _running(tmp_path, *_both(SERVER), "--env", "ranker.FAULT_EXIT_AFTER=1") as running:
        client = running.client()
        with pytest.raises(ClientError) as failed:
            client.invoke_endpoint(EndpointName="search", TargetContainerHostname="ranker", Body=b"")
        running.wait_for("ranker .*137")
        answer = client.invoke_endpoint(EndpointName="search", TargetContainerHostname="tagger", Body=b"")
        code = running.end(signal.SIGINT)

    assert failed.value.response["Error"]["Code"] in {"ModelError", "ServiceUnavailable"}
    assert json.load(answer["Body"])["container"] == "tagger"
    assert code == 1


def test_a_container_that_does_not_start_is_explained(tmp_path: Path) -> None:
    """With what it printed, and what SageMaker would say after its 8 minutes."""
    broken = f"""{sys.executable} -c 'raise SystemExit("no model in /opt/ml/model")'"""
    with _running(tmp_path, "--container", f"ranker={SERVER}", "--container", f"tagger={broken}") as running:
        code = running.process.wait(DEADLINE)
        running.wait_for("Error: tagger: .*did not pass the ping health check")
        running.wait_for("no model in /opt/ml/model")

    assert code == 2


def test_check_says_what_sagemaker_would_refuse(tmp_path: Path) -> None:
    """Of what it is, and of what was not looked at; and stops."""
    with _running(
        tmp_path, *_both(SERVER), "--env", "tagger.FAULT_PING_STATUS=500", "--startup-timeout", "1", "--check"
    ) as running:
        code = running.process.wait(DEADLINE)
        running.wait_for("info: ranker: image: is a process .* not looked at")
        running.wait_for("error: tagger: ping: answered /ping with status 500, not 200, in 1 s")
        running.wait_for("SageMaker: The tagger container for production variant AllTraffic did not pass the ping")
        running.wait_for("^1 error$")

    assert code == 1


def test_containers_of_two_variants_are_told_apart(tmp_path: Path) -> None:
    """By what the options call them: each with what it really is, and what becomes of it."""
    document = copy.deepcopy(TEMPLATE)
    resources: dict[str, Any] = document["Resources"]
    resources["Other"] = resources["Model"]
    variants = resources["Config"]["Properties"]["ProductionVariants"]
    variants.append({**variants[0], "VariantName": "Candidate", "ModelName": {"Fn::GetAtt": ["Other", "ModelName"]}})
    file = tmp_path / "ab.template.json"
    file.write_text(json.dumps(document))
    servers = {"ranker": stub(), "tagger": stub()}
    with LocalEndpoint.from_containers(servers, mode="Direct") as endpoint:
        first, second = (each.url for each in endpoint.containers)
        given = ["--container", "AllTraffic/ranker=" + first, "--container", f"ranker={second}"]
        command = ["local", str(file), "--check", *given, "--container", f"tagger={first}"]
        result = CliRunner().invoke(mce, command, catch_exceptions=False)

    assert result.exit_code == 0
    assert f"AllTraffic/ranker (server at {first}): healthy" in result.stdout
    assert f"Candidate/ranker (server at {second}): healthy" in result.stdout
    assert "all 4 containers answer pings" in result.stdout


def test_a_port_that_is_taken_is_said_before_anything_is_started(tmp_path: Path) -> None:
    with LocalEndpoint.from_containers({"a": stub(), "b": stub()}, mode="Direct") as other:
        port = other.url.rpartition(":")[2]
        with _running(tmp_path, "--port", port, *_both(SERVER)) as running:
            code = running.process.wait(DEADLINE)
            running.wait_for(f"Error: cannot listen on port {port} of 127.0.0.1")

    assert code == 2
    assert not [line for line in running.lines if "starting" in line]


def test_without_an_engine_it_says_how_to_run_without_one(tmp_path: Path) -> None:
    """And nothing stands in for the images."""
    with _running(tmp_path, environment={"CDK_DOCKER": "no-such-engine"}) as running:
        code = running.process.wait(DEADLINE)
        running.wait_for("no-such-engine")
        running.wait_for("--container ranker=")

    assert code == 2


def test_all_that_cannot_be_used_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "search.template.json").write_text(json.dumps(TEMPLATE))
    options = ["--container", "ranker", "--image", "tagger=a b", "--env", "ranker=1"]

    refused = CliRunner().invoke(mce, ["local", str(tmp_path / "search.template.json"), *options])

    assert refused.exit_code == 2
    assert [option for option in ("--container", "--image", "--env") if option not in refused.stderr] == []


def test_a_folder_without_an_assembly_is_refused(tmp_path: Path) -> None:
    """In a line, as by the other commands."""
    refused = CliRunner().invoke(mce, ["local", str(tmp_path)])

    assert refused.exit_code == 2
    assert "is no cloud assembly" in refused.stderr


def test_without_an_assembly_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    refused = CliRunner().invoke(mce, ["local"])

    assert refused.exit_code == 2
    assert refused.stderr == "Error: there is no cdk.out here: run `cdk synth`, or say which template to run\n"


def test_needs_the_extra(tmp_path: Path) -> None:
    """And says which one, before anything is read or started."""
    (tmp_path / "search.template.json").write_text(json.dumps(TEMPLATE))
    program = "import sys; sys.modules['aiohttp'] = None; from sagemaker_multi_container.cli import main; main()"
    arguments = ["local", "search.template.json", *_both(SERVER)]

    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert "sagemaker-multi-container[local]" in ended.stderr


def _listening_children(pid: int) -> list[int]:
    """The processes that a process has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in children.read_text().split()] if children.exists() else []

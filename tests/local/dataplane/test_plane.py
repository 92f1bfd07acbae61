"""Starting and stopping, whom it answers, and many requests at once."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from sagemaker_multi_container.local.dataplane import DataPlane
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.served import RequestRecord

from .container import DEADLINE, Request, answering, response
from .serving import client, endpoint, served

NOWHERE = endpoint("search", "Serial", ranker="http://127.0.0.1:1")


def test_it_listens_on_loopback_alone() -> None:
    with served(NOWHERE) as plane:
        port = int(plane.url.rpartition(":")[2])
        assert plane.url == f"http://127.0.0.1:{port}"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port))


def test_it_listens_where_it_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with DataPlane([NOWHERE], port=port) as plane:
        assert plane.url == f"http://127.0.0.1:{port}"


def test_a_taken_port_is_an_error_that_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        plane = DataPlane([NOWHERE], port=port)
        with pytest.raises(LocalEndpointError) as refused:
            plane.start()
        assert str(refused.value) == (
            f"cannot listen on port {port} of 127.0.0.1 (address already in use); end what uses it, or take another"
        )
    assert plane.start() == f"http://127.0.0.1:{port}"
    plane.stop()


def test_it_may_be_stopped_twice_and_started_again() -> None:
    with answering(response(b"answer")) as (url, _):
        plane = DataPlane([endpoint("search", "Serial", ranker=url)])
        plane.stop()
        for _ in range(2):
            service = client(plane.start())
            assert service.invoke_endpoint(EndpointName="search", Body=b"")["Body"].read() == b"answer"
            plane.stop()
            plane.stop()


def test_it_cannot_be_started_twice() -> None:
    with served(NOWHERE) as plane, pytest.raises(LocalEndpointError, match="the data plane serves already"):
        plane.plane.start()


def test_it_stops_with_its_context() -> None:
    with DataPlane([NOWHERE]) as plane:
        names = [each.name for each in threading.enumerate()]
        assert plane.url.startswith("http://127.0.0.1:")
    assert "data plane" in names
    assert "data plane" not in [each.name for each in threading.enumerate()]


def test_without_aiohttp_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.endswith((".aiohttp_server", ".aiohttp_client"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(LocalEndpointError) as refused:
        DataPlane([NOWHERE]).start()
    assert str(refused.value) == "aiohttp is not installed; install 'sagemaker-multi-container[local]'"


def test_importing_it_imports_no_http_library() -> None:
    code = (
        "import sys, sagemaker_multi_container.local.dataplane; "
        "print(sorted({'aiohttp', 'boto3', 'botocore', 'rich', 'aws_cdk', 'asyncio'} & sys.modules.keys()))"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert shown.stdout in {"[]\n", "['asyncio']\n"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 400),
        ("127.0.0.1:8080", 400),
        ("localhost", 400),
        ("LocalHost:8080", 400),
        ("[::1]:8080", 400),
        ("rebound.example.com", 403),
        ("rebound.example.com:8080", 403),
        ("127.0.0.1.example.com", 403),
        ("localhost:80:80", 403),
        ("192.168.0.1", 403),
        ("", 403),
    ],
)
def test_only_requests_for_this_machine_are_answered(host: str, status: int) -> None:
    """A web page whose name was made to lead here has another host."""
    with served(NOWHERE) as plane:
        connection = plane.http()
        connection.request("POST", "/endpoints/other/invocations", b"", {"Host": host})
        answer = connection.getresponse()
        assert answer.status == status
        assert answer.read()
        connection.close()


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/ping"), ("POST", "/endpoints/search"), ("PUT", "/endpoints/search/invocations")]
)
def test_other_requests_are_told_what_is_served(method: str, path: str) -> None:
    with served(NOWHERE) as plane:
        connection = plane.http()
        connection.request(method, path, b"body")
        answer = connection.getresponse()
        said = answer.read().decode()
        connection.close()
        record = plane.record()
    assert answer.status == 404
    assert answer.headers["x-amzn-ErrorType"] == "UnknownOperationException"
    assert "InvokeEndpoint (POST /endpoints/{EndpointName}/invocations)" in said
    assert (record.operation, record.endpoint, record.status) == (f"{method} {path}", "", 404)


def test_an_observer_that_fails_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """What it raises is logged."""

    def observer(record: RequestRecord) -> None:
        raise ZeroDivisionError(record.endpoint)

    with answering(response(b"answer")) as (url, _):
        plane = DataPlane([endpoint("search", "Serial", ranker=url)], observer=observer)
        service = client(plane.start())
        for _ in range(2):
            assert service.invoke_endpoint(EndpointName="search", Body=b"")["Body"].read() == b"answer"
        plane.stop()
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == ["an observer failed"] * 2
    caplog.clear()


def test_many_requests_run_at_once() -> None:
    """Each reaches the container before any is answered, and each gets its own answer."""
    number = 128
    together = threading.Barrier(number)

    def answer(request: Request) -> bytes:
        together.wait(DEADLINE)
        return response(request.body)

    with (
        answering(answer) as (url, _),
        served(endpoint("search", "Serial", ranker=url)) as plane,
        ThreadPoolExecutor(number) as pool,
    ):
        service = plane.client(connections=number)
        bodies = [str(each).encode() for each in range(number)]
        answers = pool.map(
            lambda body: service.invoke_endpoint(EndpointName="search", Body=body)["Body"].read(), bodies
        )
        assert list(answers) == bodies


def test_a_client_with_credentials_is_answered_too() -> None:
    """The signature is not looked at."""
    with answering(response(b"answer")) as (url, requests), served(endpoint("search", "Serial", ranker=url)) as plane:
        session = boto3.Session("AKIAEXAMPLE", "secret", "token")
        service = session.client("sagemaker-runtime", endpoint_url=plane.url, region_name="us-east-1")
        assert service.invoke_endpoint(EndpointName="search", Body=b"")["Body"].read() == b"answer"
    assert not {"authorization", "x-amz-date", "x-amz-security-token"} & requests[0].headers.keys()


def test_the_environment_is_all_that_a_caller_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(response(b"answer")) as (url, _), served(endpoint("search", "Serial", ranker=url)) as plane:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", plane.url)
        service = boto3.Session("AKIAEXAMPLE", "secret").client("sagemaker-runtime", region_name="eu-west-1")
        assert service.invoke_endpoint(EndpointName="search", Body=b"")["Body"].read() == b"answer"

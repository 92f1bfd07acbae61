"""Endpoints that run on this machine, called by real clients of boto3."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Literal

import aws_cdk as cdk
import boto3
import pytest
from botocore.exceptions import ClientError

from embedded_aws import model_server
from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
    ProductionVariant,
)
from sagemaker_multi_container.local import Command, LocalEndpoint, LocalEndpointError, StubRequest, StubResponse, stub
from sagemaker_multi_container.local.dataplane import DataPlane

IMAGES = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def _containers(*hostnames: str) -> list[ContainerDefinition]:
    return [
        ContainerDefinition(hostname=each, image=ContainerImage.from_uri(f"{IMAGES}/{each}:1")) for each in hostnames
    ]


def _assembly(folder: Path, mode: InferenceExecutionMode) -> Path:
    app = cdk.App(outdir=str(folder))
    MultiContainerEndpoint(
        cdk.Stack(app, "Search"),
        "Endpoint",
        endpoint_name="search",
        mode=mode,
        instance_type="ml.m5.large",
        containers=_containers("prepare", "rank"),
    )
    return Path(app.synth().directory)


def test_a_direct_endpoint_of_an_assembly_answers_by_hostname(tmp_path: Path) -> None:
    assembly = _assembly(tmp_path, InferenceExecutionMode.DIRECT)

    with LocalEndpoint.from_assembly(
        assembly, containers={"prepare": stub(b"prepared"), "rank": stub(b"ranked", content_type="text/plain")}
    ) as endpoint:
        answer = endpoint.client().invoke_endpoint(EndpointName="search", TargetContainerHostname="rank", Body=b"query")

    assert (answer["Body"].read(), answer["ContentType"]) == (b"ranked", "text/plain")
    assert answer["InvokedProductionVariant"] == "AllTraffic"


def test_a_pipeline_hands_bodies_and_content_types_on(tmp_path: Path) -> None:
    assembly = _assembly(tmp_path, InferenceExecutionMode.SERIAL)
    prepare = stub(b"1,2", content_type="text/csv")
    rank = stub(lambda request: StubResponse(body=request.body + b",3", content_type="text/csv"))

    with LocalEndpoint.from_assembly(assembly, containers={"prepare": prepare, "rank": rank}) as endpoint:
        answer = endpoint.client().invoke_endpoint(
            EndpointName="search", Body=b"{}", ContentType="application/json", Accept="text/csv"
        )
        (record,) = endpoint.requests

    assert answer["Body"].read() == b"1,2,3"
    (asked,) = rank.requests
    assert (asked.body, asked.content_type, asked.accept) == (b"1,2", "text/csv", "text/csv")
    assert [(hop.hostname, hop.status) for hop in record.hops] == [("prepare", 200), ("rank", 200)]


def test_variants_with_their_own_containers_get_traffic_by_weight(tmp_path: Path) -> None:
    """A weight of 0 gets none but by name."""
    app = cdk.App(outdir=str(tmp_path))
    MultiContainerEndpoint(
        cdk.Stack(app, "Search"),
        "Endpoint",
        endpoint_name="search",
        mode=InferenceExecutionMode.DIRECT,
        variants=[
            ProductionVariant(
                name=name, instance_type="ml.m5.large", weight=weight, containers=_containers("rank", "b")
            )
            for name, weight in {"stable": 1, "dark": 0}.items()
        ],
    )
    containers = {"stable/rank": stub(b"stable"), "dark/rank": stub(b"dark"), "b": stub()}

    with LocalEndpoint.from_assembly(app.synth().directory, containers=containers) as endpoint:
        client = endpoint.client()
        for _ in range(5):
            answer = client.invoke_endpoint(EndpointName="search", TargetContainerHostname="rank", Body=b"")
            assert answer["Body"].read() == b"stable"
        answer = client.invoke_endpoint(
            EndpointName="search", TargetContainerHostname="rank", TargetVariant="dark", Body=b""
        )
        assert answer["Body"].read() == b"dark"


def test_processes_get_the_environment_and_the_model_of_the_container(tmp_path: Path) -> None:
    """What an asset holds is unpacked, and what stands in for an image is said."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights.bin").write_bytes(b"1")
    app = cdk.App(outdir=str(tmp_path / "out"))
    MultiContainerEndpoint(
        cdk.Stack(app, "Search"),
        "Endpoint",
        endpoint_name="search",
        mode=InferenceExecutionMode.DIRECT,
        instance_type="ml.m5.large",
        containers=[
            ContainerDefinition(
                hostname="rank",
                image=ContainerImage.from_uri(f"{IMAGES}/rank:1"),
                model_data=ModelData.from_s3_uri("s3://models/rank/model.tar.gz"),
                environment={"MODEL_NAME": "ranker"},
            ),
            *_containers("other"),
        ],
    )
    server = Command(arguments=(sys.executable, model_server.__file__))

    with LocalEndpoint.from_assembly(
        app.synth().directory, containers={"rank": server, "other": stub()}, model_data={"rank": model}
    ) as endpoint:
        answer = endpoint.client().invoke_endpoint(EndpointName="search", TargetContainerHostname="rank", Body=b"")
        kinds = {each.plan.hostname: str(each.plan.workload) for each in endpoint.containers}

    assert b'"container": "ranker"' in answer["Body"].read()
    assert kinds["rank"].startswith("process ")
    assert kinds["other"] == "stub"


def test_what_is_missing_is_said_at_once(tmp_path: Path) -> None:
    """Before anything is started."""
    with pytest.raises(LocalEndpointError) as refused:
        LocalEndpoint.from_assembly(
            _assembly(tmp_path, InferenceExecutionMode.DIRECT),
            containers={"ranc": stub()},
            environment={"x": {"A": "1"}},
        )

    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["--container ranc", "--env x"]


def test_an_endpoint_of_an_assembly_may_be_given_less_time_to_start(tmp_path: Path) -> None:
    """As with `mce local --startup-timeout`."""
    endpoint = LocalEndpoint.from_assembly(
        _assembly(tmp_path, InferenceExecutionMode.SERIAL),
        containers={"prepare": stub(ping_status=500), "rank": stub()},
        startup_timeout=0.1,
    )

    with pytest.raises(LocalEndpointError, match=r"prepare: answered /ping with status 500, not 200, in 0\.1 s"):
        endpoint.start()


def test_an_endpoint_needs_no_template() -> None:
    """For the tests of code that only calls one."""
    with LocalEndpoint.from_containers(
        {"first": stub(b"1"), "second": stub(b"2")}, mode="Serial", name="any"
    ) as endpoint:
        answer = endpoint.client().invoke_endpoint(EndpointName="any", Body=b"")

    assert answer["Body"].read() == b"2"


@pytest.mark.parametrize(
    ("name", "mode", "hostnames", "problems"),
    [
        ("a/b", "Direct", ["a_b", "c"], ["the name 'a/b' is none", "the hostname 'a_b' is none"]),
        ("a", "direct", ["a"], ["the mode 'direct' is none; give Serial or Direct"]),
        ("a", "Serial", [], ["there is no container"]),
    ],
)
def test_what_no_caller_could_name_is_refused(
    name: str, mode: Literal["Direct", "Serial"], hostnames: list[str], problems: list[str]
) -> None:
    """All at once, before anything starts."""
    with pytest.raises(LocalEndpointError) as refused:
        LocalEndpoint.from_containers({each: stub() for each in hostnames}, mode=mode, name=name)

    assert [said.startswith(start) for said, start in zip(refused.value.problems, problems, strict=True)] == [
        True for _ in problems
    ]


def test_a_container_that_never_gets_healthy_leaves_nothing_running() -> None:
    threads = set(threading.enumerate())
    fails = Command(arguments=(sys.executable, "-c", "raise SystemExit('no model here')"))
    endpoint = LocalEndpoint.from_containers({"good": stub(), "bad": fails}, mode="Direct")

    with pytest.raises(LocalEndpointError, match="no model here"):
        endpoint.start()

    assert endpoint.containers == ()
    assert set(threading.enumerate()) == threads


NEVER_STOPPED = """
import sys, threading
from sagemaker_multi_container.local import Command, LocalEndpoint, stub

server = Command(arguments=(sys.executable, sys.argv[1]))
endpoint = LocalEndpoint.from_containers({"process": server, "stub": stub()}, mode="Direct").start()
threading.Thread(target=lambda _: threading.Event().wait(), args=[endpoint], daemon=True).start()
print(endpoint.containers[0].process.pid)
"""


def test_what_is_never_stopped_ends_with_the_process() -> None:
    """Whoever still holds it."""
    ended = subprocess.run(
        [sys.executable, "-c", NEVER_STOPPED, model_server.__file__],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert not Path("/proc", ended.stdout.strip()).exists()


def test_it_can_be_started_again() -> None:
    """And tells when it does not run."""
    endpoint = LocalEndpoint.from_containers({"a": stub(b"a"), "b": stub()}, mode="Direct", name="again")
    for _ in range(2):
        with endpoint:
            answer = endpoint.client().invoke_endpoint(EndpointName="again", TargetContainerHostname="a", Body=b"")
            assert answer["Body"].read() == b"a"
            with pytest.raises(LocalEndpointError, match="again runs already"):
                endpoint.start()

    with pytest.raises(LocalEndpointError, match="again does not run"):
        _ = endpoint.url


def test_endpoints_of_one_data_plane_differ_in_their_names() -> None:
    """The second one is refused, and the first one goes on."""
    with DataPlane() as data_plane:
        first, second = (
            LocalEndpoint.from_containers({"a": stub(), "b": stub()}, mode="Direct", name="twin") for _ in range(2)
        )
        first.start(data_plane)
        with pytest.raises(LocalEndpointError, match="twin is served already"):
            second.start(data_plane)
        answer = first.client().invoke_endpoint(EndpointName="twin", TargetContainerHostname="a", Body=b"")
        first.stop()
        client = boto3.client(
            "sagemaker-runtime",
            region_name="us-east-1",
            endpoint_url=data_plane.url,
            aws_access_key_id="none",
            aws_secret_access_key="none",  # noqa: S106
        )
        with pytest.raises(ClientError) as refused:
            client.invoke_endpoint(EndpointName="twin", TargetContainerHostname="a", Body=b"")

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_a_stub_tells_what_it_was_asked() -> None:
    """And its function may look at the request."""

    def shout(request: StubRequest) -> bytes:
        return request.body.upper()

    louder = stub(shout)
    with LocalEndpoint.from_containers({"louder": louder, "b": stub()}, mode="Direct") as endpoint:
        answer = endpoint.client().invoke_endpoint(
            EndpointName=endpoint.name, TargetContainerHostname="louder", Body=b"hey", CustomAttributes="trace=1"
        )

    assert answer["Body"].read() == b"HEY"
    assert louder.requests[0].headers["x-amzn-sagemaker-custom-attributes"] == "trace=1"
    assert "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME" not in os.environ

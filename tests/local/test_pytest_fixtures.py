"""The fixture that users get with the package."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from sagemaker_multi_container.local import LocalEndpoint, LocalEndpointError, stub

from .users_pytest import environment_without, run_pytest

if TYPE_CHECKING:
    from sagemaker_multi_container.pytest_fixtures import LocalEndpoints


def test_clients_of_the_tested_code_find_several_endpoints(local_endpoints: LocalEndpoints) -> None:
    """With nothing but the environment, as code in production makes its clients."""
    local_endpoints.start(LocalEndpoint.from_containers({"a": stub(b"1"), "b": stub()}, mode="Direct", name="one"))
    local_endpoints.start(LocalEndpoint.from_containers({"a": stub(), "b": stub(b"2")}, mode="Serial", name="two"))

    client = boto3.client("sagemaker-runtime")
    direct = client.invoke_endpoint(EndpointName="one", TargetContainerHostname="a", Body=b"")
    serial = client.invoke_endpoint(EndpointName="two", Body=b"")

    assert (direct["Body"].read(), serial["Body"].read()) == (b"1", b"2")
    assert os.environ["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] == local_endpoints.url


def test_requests_are_told_apart_by_endpoint(local_endpoints: LocalEndpoints) -> None:
    one, two = (
        local_endpoints.start(LocalEndpoint.from_containers({"a": stub(), "b": stub()}, mode="Direct", name=name))
        for name in ("one", "two")
    )

    one.client().invoke_endpoint(EndpointName="one", TargetContainerHostname="b", Body=b"")

    assert [hop.hostname for record in one.requests for hop in record.hops] == ["b"]
    assert two.requests == ()


def test_an_endpoint_that_cannot_run_fails_the_test_and_nothing_else(local_endpoints: LocalEndpoints) -> None:
    with pytest.raises(LocalEndpointError, match="answered /ping with status 503"):
        local_endpoints.start(
            LocalEndpoint.from_containers({"a": stub(ping_status=503), "b": stub()}, mode="Direct", startup_timeout=0.1)
        )

    running = LocalEndpoint.from_containers({"a": stub(), "b": stub()}, mode="Direct")
    assert local_endpoints.start(running).url == local_endpoints.url


USERS_TEST = """
import os
import boto3
from sagemaker_multi_container.local import LocalEndpoint, stub

def test_calls(local_endpoints):
    local_endpoints.start(LocalEndpoint.from_containers({"a": stub(b"a"), "b": stub(b"b")}, mode="Direct", name="x"))
    client = boto3.client("sagemaker-runtime")
    assert client.invoke_endpoint(EndpointName="x", TargetContainerHostname="b", Body=b"")["Body"].read() == b"b"

def test_nothing_is_left():
    assert "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME" not in os.environ
"""


def test_the_fixture_comes_with_the_package(tmp_path: Path) -> None:
    """By its entry point: no import, no configuration, no region and no credentials of the user."""
    (tmp_path / "test_users.py").write_text(USERS_TEST)

    said = run_pytest(tmp_path, environment_without("AWS_"))

    assert "2 passed" in said


@pytest.mark.parametrize("unproxied", [{}, {"NO_PROXY": "example.org"}, {"no_proxy": "*"}])
def test_what_a_machine_has_set_does_not_lead_past_it(tmp_path: Path, unproxied: dict[str, str]) -> None:
    """A proxy, a region that boto3 does not read, and that endpoints which are set are ignored."""
    (tmp_path / "test_users.py").write_text(USERS_TEST)
    environment = {
        name: value for name, value in environment_without("AWS_").items() if not name.lower().endswith("_proxy")
    }
    environment |= {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "AWS_REGION": "eu-west-1"}
    environment |= {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", **unproxied}

    assert "2 passed" in run_pytest(tmp_path, environment)


def test_a_pytest_that_does_not_use_it_pays_nothing(tmp_path: Path) -> None:
    """Neither the server nor boto3 is imported."""
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_other():\n"
        "    assert not {'aiohttp', 'boto3', 'rich', 'aws_cdk', 'yaml'} & {*sys.modules}\n"
        "    assert not [name for name in sys.modules if name.startswith('sagemaker_multi_container.local.planning')]\n"
    )

    assert "1 passed" in run_pytest(tmp_path, environment_without())

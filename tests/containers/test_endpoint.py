"""Endpoints of real containers, called by unmodified clients of boto3."""

from __future__ import annotations

import json
import tarfile
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from botocore.exceptions import EventStreamError

from sagemaker_multi_container.local import LocalEndpoint
from sagemaker_multi_container.local.engines.container_cli import ContainerCli
from sagemaker_multi_container.local.engines.containers import RunningImage
from sagemaker_multi_container.local.plan import ContainerPlan, EndpointPlan, Mode, ModelPlan, NamedImage, VariantPlan
from tests.local.engines.builders import DEADLINE

LOAD = 4


def endpoint(
    mode: Mode,
    image: NamedImage,
    containers: Mapping[str, Mapping[str, str]],
    *,
    name: str = "search",
    model_data: Path | None = None,
) -> LocalEndpoint:
    """An endpoint whose containers have these environments."""
    plans = tuple(
        ContainerPlan(
            hostname=hostname,
            workload=image,
            environment={"MODEL_NAME": hostname, **environment},
            model_data=model_data,
        )
        for hostname, environment in containers.items()
    )
    model = ModelPlan(key="Model", mode=mode, containers=plans)
    variant = VariantPlan(name="AllTraffic", weight=1.0, model="Model")
    return LocalEndpoint(EndpointPlan(name=name, title=name, variants=(variant,), models=(model,)))


def test_each_container_is_invoked_by_its_name(image: NamedImage, tmp_path: Path) -> None:
    """With the headers of the request, and its model data unpacked."""
    (tmp_path / "weights").touch()
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "weights", "weights")

    with (
        endpoint("Direct", image, {"first": {}, "second": {}}, model_data=tmp_path / "model.tar.gz") as running,
        closing(running.client()) as client,
    ):
        for hostname in ("first", "second"):
            answer = client.invoke_endpoint(
                EndpointName="search",
                TargetContainerHostname=hostname,
                ContentType="text/csv",
                Accept="image/png",
                CustomAttributes="a=b",
                Body=b"1,2",
            )
            told = json.loads(answer["Body"].read())
            assert (told["container"], told["body"], told["model_data"]) == (hostname, "1,2", ["weights"])
            assert (told["content_type"], told["accept"], told["custom_attributes"]) == ("text/csv", "image/png", "a=b")


def test_containers_of_a_pipeline_hand_on_what_they_answer(image: NamedImage) -> None:
    """The body, and what it is."""
    containers = {
        "prepare": {"MODEL_ANSWER": "upper", "MODEL_CONTENT_TYPE": "application/x-prepared"},
        "rank": {},
    }

    with endpoint("Serial", image, containers) as running, closing(running.client()) as client:
        answer = client.invoke_endpoint(EndpointName="search", ContentType="text/plain", Body=b"shoes")
        told = json.loads(answer["Body"].read())

    assert (told["container"], told["body"], told["content_type"]) == ("rank", "SHOES", "application/x-prepared")


def test_two_endpoints_run_at_once(image: NamedImage) -> None:
    """Each with containers of the same names."""
    with (
        endpoint("Direct", image, {"same": {"MODEL_NAME": "blue"}, "other": {}}, name="blue") as blue,
        endpoint("Direct", image, {"same": {"MODEL_NAME": "green"}, "other": {}}, name="green") as green,
    ):
        for running in (blue, green):
            with closing(running.client()) as client:
                answer = client.invoke_endpoint(EndpointName=running.name, TargetContainerHostname="same", Body=b"{}")
                assert json.loads(answer["Body"].read())["container"] == running.name


def test_a_stream_that_breaks_off_is_an_error_of_the_stream(image: NamedImage) -> None:
    """After what came."""
    faults = {"MODEL_ANSWER": "echo", "FAULT_BREAKS_OFF": "1"}
    with endpoint("Direct", image, {"first": faults, "second": {}}) as running, closing(running.client()) as client:
        response = client.invoke_endpoint_with_response_stream(
            EndpointName="search", TargetContainerHostname="first", Body=b"abcd"
        )
        with closing(response["Body"]) as events:
            parts = (event["PayloadPart"]["Bytes"] for event in events)
            assert next(parts) == b"abcd"
            with pytest.raises(EventStreamError, match="ModelStreamError"):
                next(parts)


def test_a_container_that_is_killed_under_load_fails_its_requests_and_no_others(
    image: NamedImage, cli: ContainerCli
) -> None:
    """With typed errors, and without anything that hangs."""
    with (
        endpoint("Direct", image, {"owner": {}, "victim": {}}) as running,
        closing(running.client()) as client,
    ):
        errors: dict[str, set[str]] = {"owner": set(), "victim": set()}
        killed = threading.Event()
        answered = threading.Barrier(2 * LOAD + 1, timeout=DEADLINE)

        def invoke(hostname: str) -> None:
            answer = client.invoke_endpoint(EndpointName="search", TargetContainerHostname=hostname, Body=b"{}")
            answer["Body"].read()

        def load(hostname: str) -> None:
            invoke(hostname)
            answered.wait()
            after = 10
            while after:
                after -= killed.is_set()
                try:
                    invoke(hostname)
                except client.exceptions.ClientError as error:
                    errors[hostname].add(type(error).__name__)

        threads = [threading.Thread(target=load, args=(hostname,)) for hostname in errors for _ in range(LOAD)]
        for thread in threads:
            thread.start()
        answered.wait()
        _, victim = running.containers
        assert isinstance(victim, RunningImage)
        cli("kill", victim.id)
        killed.set()
        for thread in threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()

        assert errors["owner"] == set()
        assert "ServiceUnavailable" in errors["victim"]
        assert errors["victim"] <= {"ServiceUnavailable", "ModelError"}

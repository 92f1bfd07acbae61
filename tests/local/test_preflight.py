"""What is found before an endpoint is deployed, as far as no container engine is needed."""

from __future__ import annotations

import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from sagemaker_multi_container.local import stub
from sagemaker_multi_container.local.engines import Engines
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import (
    Attached,
    Command,
    ContainerPlan,
    EndpointPlan,
    ModelPlan,
    NamedImage,
    VariantPlan,
)
from sagemaker_multi_container.local.preflight import Check, inspect_findings, running_findings
from sagemaker_multi_container.rules import Severity

SAGEMAKER_ON_PINGS = (
    "The ranker container for production variant Blue did not pass the ping health check."
    " Please check CloudWatch logs for this endpoint."
)

SETS_ITS_PORT = (
    "its environment variable SAGEMAKER_BIND_TO_PORT: sets SAGEMAKER_BIND_TO_PORT, which SageMaker sets itself,"
    " differently for each container"
)


def endpoint(*containers: ContainerPlan, timeout: float = 60.0) -> EndpointPlan:
    variant = VariantPlan(name="Blue", weight=1.0, model="Model", startup_timeout=timeout)
    model = ModelPlan(key="Model", mode="Direct", containers=containers)
    return EndpointPlan(name="search", title="search", variants=(variant,), models=(model,))


def stubbed(
    hostname: str, environment: Mapping[str, str] | None = None, *, model_data: Path | None = None
) -> ContainerPlan:
    return ContainerPlan(hostname=hostname, workload=stub(), environment=environment or {}, model_data=model_data)


def test_what_is_no_image_is_said_to_be_unchecked() -> None:
    """It never passes in silence."""
    plan = endpoint(
        stubbed("first"),
        ContainerPlan(hostname="second", workload=Command(arguments=("serve", "--fast"))),
        ContainerPlan(hostname="third", workload=Attached(url="http://127.0.0.1:1")),
    )

    assert [(each.check, each.severity, each.container, each.message) for each in inspect_findings(plan)] == [
        (Check.IMAGE, Severity.INFO, "first", "is a stub here, so that its image was not looked at"),
        (Check.IMAGE, Severity.INFO, "second", "is a process serve --fast here, so that its image was not looked at"),
        (
            Check.IMAGE,
            Severity.INFO,
            "third",
            "is a server at http://127.0.0.1:1 here, so that its image was not looked at",
        ),
    ]


def test_without_an_engine_images_cannot_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no finding about the endpoint."""
    monkeypatch.setenv("CDK_DOCKER", "no-such-cli")

    with pytest.raises(LocalEndpointError, match=r"no container engine: .*--container ranker=URL\|COMMAND$"):
        inspect_findings(endpoint(stubbed("stubbed"), ContainerPlan(hostname="ranker", workload=NamedImage(name="x"))))


def test_environments_are_held_against_the_rules() -> None:
    """One variable, all of a container, and all of a model."""
    plan = endpoint(
        stubbed("first", {"LONG": "x" * 1025}),
        stubbed("second", {f"NAME_{index}": "x" * 400 for index in range(101)}),
        stubbed("third", {"SAGEMAKER_BIND_TO_PORT": "8081"}),
    )

    found = [each for each in inspect_findings(plan) if each.check is Check.ENVIRONMENT]
    assert [(each.container, each.severity, each.message) for each in found] == [
        (
            "first, second, third",
            Severity.ERROR,
            "the environment variables have 42153 bytes; at most 32768 are allowed for all containers together",
        ),
        (
            "first",
            Severity.ERROR,
            "its environment variable LONG: the value has 1025 bytes; at most 1024 are allowed",
        ),
        ("second", Severity.ERROR, "got 101 environment variables; at most 100 are allowed"),
        (
            "third",
            Severity.WARNING,
            SETS_ITS_PORT,
        ),
    ]
    assert all(each.fix for each in found)


def test_model_data_that_does_not_unpack_is_found(tmp_path: Path) -> None:
    """With the words that SageMaker has for it."""
    good, bad = tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz"
    with tarfile.open(good, "w:gz") as archive:
        archive.add(__file__, "weights")
    bad.write_bytes(b"no archive")
    plan = endpoint(stubbed("first", model_data=good), stubbed("ranker", model_data=bad))

    (found,) = (each for each in inspect_findings(plan) if each.check is Check.MODEL_DATA)
    assert (found.container, found.severity) == ("ranker", Severity.ERROR)
    assert found.message.startswith(f"its model data {str(bad)!r} is no whole .tar.gz archive")
    assert found.said_by_sagemaker == (
        'Failed to extract model data archive for container "ranker" from URL "...".'
        " Please ensure that the object located at the URL is a valid tar.gz archive."
    )


@pytest.mark.parametrize(
    ("ranker", "check", "message", "fix"),
    [
        (
            stub(ping_status=404),
            Check.PING,
            "answered /ping with status 404, not 200, in 0.2 s",
            "have its server answer GET /ping with status 200 within 2 s as soon as it can serve",
        ),
        (
            Attached(url="http://127.0.0.1:1"),
            Check.PORT,
            "nothing listens at http://127.0.0.1:1, in 0.2 s",
            "have its server listen on $SAGEMAKER_BIND_TO_PORT, and on 8080 where that is not set",
        ),
        (
            Command(arguments=(sys.executable, "-c", "print('no weights'); exit(3)")),
            Check.PING,
            "exited with code 3",
            "have its server answer GET /ping with status 200 within 2 s as soon as it can serve",
        ),
    ],
    ids=["status", "port", "ended"],
)
def test_pings_and_ports_are_found_wanting(ranker: Attached | Command, check: Check, message: str, fix: str) -> None:
    """Of what was started."""
    timeout = 0.2 if check is Check.PORT or "status" in message else 60.0
    plan = endpoint(stubbed("good"), ContainerPlan(hostname="ranker", workload=ranker), timeout=timeout)

    with Engines() as engines:
        (found,) = running_findings(plan.variants, {"Model": engines.start(plan.models[0])})

    assert (found.check, found.container, found.severity) == (check, "ranker", Severity.ERROR)
    assert (found.message, found.said_by_sagemaker, found.fix) == (message, SAGEMAKER_ON_PINGS, fix)
    assert found.log == ("no weights" if "exited" in message else "")


def test_what_is_healthy_has_no_findings() -> None:
    """Once it was started."""
    plan = endpoint(stubbed("first"), stubbed("second"))

    with Engines() as engines:
        assert running_findings(plan.variants, {"Model": engines.start(plan.models[0])}) == []

"""What is found in images before an endpoint is deployed."""

from __future__ import annotations

import pytest

from sagemaker_multi_container.local.engines.container_cli import ContainerCli
from sagemaker_multi_container.local.engines.images import facts_of
from sagemaker_multi_container.local.plan import BuiltImage, ContainerPlan, EndpointPlan, NamedImage, VariantPlan
from sagemaker_multi_container.local.preflight import Check, CheckFinding, inspect_findings
from sagemaker_multi_container.local.running import Progress, silent
from sagemaker_multi_container.rules import Severity
from tests.local.engines.builders import container, model

from .conftest import Build

LABEL = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"


def findings(
    *containers: ContainerPlan, instance_types: tuple[str, ...] = (), progress: Progress = silent
) -> list[CheckFinding]:
    variant = VariantPlan(name="Blue", weight=1.0, model="Model", instance_types=instance_types)
    plan = EndpointPlan(name="search", title="search", variants=(variant,), models=(model(*containers),))
    return inspect_findings(plan, progress)


@pytest.fixture(name="own_types")
def _own_types(image: NamedImage, cli: ContainerCli) -> tuple[str, ...]:
    """Instance types that run images of this machine."""
    return ("ml.c7g.large",) if facts_of(cli, image.name).architecture == "arm64" else ("ml.m5.large",)


def test_an_image_that_keeps_the_contract_has_no_findings(image: NamedImage, own_types: tuple[str, ...]) -> None:
    """Nor need it be root by name."""
    assert findings(container("first", image), container("second", image), instance_types=own_types) == []


def test_the_label_is_missed(image: NamedImage, build: Build, own_types: tuple[str, ...]) -> None:
    """CreateModel would refuse it. Its value must be true."""
    labelled = build(f"LABEL {LABEL}=false\n")

    (found,) = findings(container("good", image), container("bad", labelled), instance_types=own_types)

    assert found == CheckFinding(
        check=Check.LABEL,
        container="bad",
        severity=Severity.ERROR,
        message=f"the {labelled} has no label {LABEL}=true",
        said_by_sagemaker=f"Your Ecr Image ... does not contain required {LABEL}=true Docker label(s).",
        fix=f'add LABEL {LABEL}="true" to its Dockerfile, and have its server listen on $SAGEMAKER_BIND_TO_PORT',
    )


def test_a_container_alone_needs_no_label(build: Build, own_types: tuple[str, ...]) -> None:
    """It has port 8080 for itself."""
    assert findings(container("only", build(f"LABEL {LABEL}=false\n")), instance_types=own_types) == []


def test_an_architecture_that_the_instance_has_not_is_found(image: NamedImage, cli: ContainerCli) -> None:
    """For each instance type that cannot execute it."""
    here = facts_of(cli, image.name).platform
    other, foreign = ("linux/arm64", "ml.c7g.large") if here == "linux/amd64" else ("linux/amd64", "ml.m5.large")

    found, _ = findings(container("ranker", image), container("other", image), instance_types=(foreign,))

    assert (found.check, found.container, found.severity) == (Check.ARCHITECTURE, "ranker", Severity.ERROR)
    assert found.message == f"the {image} is for {here}, and cannot be executed on {foreign}, {other}"
    assert found.fix == f"build it with --platform {other}"
    assert "ranker container for production variant Blue did not pass" in (found.said_by_sagemaker or "")


def test_other_users_than_root_are_warned_of(build: Build, own_types: tuple[str, ...]) -> None:
    """SageMaker expects root."""
    images: list[BuiltImage | NamedImage] = [build("USER 1000\n"), build("USER 0\n")]

    (found,) = findings(
        *(container(f"container-{index}", each) for index, each in enumerate(images)), instance_types=own_types
    )

    assert (found.check, found.container, found.severity) == (Check.USER, "container-0", Severity.WARNING)
    assert "runs as user '1000'; SageMaker expects root" in found.message


def test_an_image_of_several_containers_is_built_once(build: Build) -> None:
    """Also if that fails; each of them is told of it."""
    broken = build("NONSENSE\n")
    told: list[tuple[str, str]] = []

    containers = container("one", broken), container("two", broken)
    found = findings(*containers, progress=lambda title, state: told.append((title, state)))

    assert [each.container for each in found] == ["one", "two"]
    assert told[:2] == [("one", "building"), ("two", "building")]


def test_images_that_cannot_be_had_are_found(build: Build) -> None:
    """Each of them, with the words of the engine."""
    nowhere = NamedImage(name="127.0.0.1:1/no/such:image")

    built, pulled = findings(container("built", build("NONSENSE\n")), container("pulled", nowhere))

    assert (built.check, built.container, built.severity) == (Check.IMAGE, "built", Severity.ERROR)
    assert "cannot be built" in built.message
    assert "NONSENSE" in built.message
    assert (pulled.check, pulled.container) == (Check.IMAGE, "pulled")
    assert pulled.message.startswith("the image 127.0.0.1:1/no/such:image cannot be pulled")

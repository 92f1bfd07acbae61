"""What the engine of images does with real containers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.local.engines import Engines
from sagemaker_multi_container.local.engines.container_cli import ContainerCli
from sagemaker_multi_container.local.engines.leftovers import OWNER, remove_leftovers
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.health import wait_until_healthy
from sagemaker_multi_container.local.plan import BuiltImage, ContainerPlan, ModelPlan, NamedImage, VariantPlan
from sagemaker_multi_container.local.running import RunningContainer, RunningModel
from tests.local.engines.builders import DEADLINE, ask, container, model

from .conftest import Build

VARIANT = VariantPlan(name="AllTraffic", weight=1.0, model="Model", startup_timeout=DEADLINE)


@pytest.fixture(name="engines")
def _engines(image: NamedImage) -> Iterator[Engines]:
    assert image
    with Engines() as engines:
        yield engines


def named(hostname: str, image: NamedImage | BuiltImage, **environment: str) -> ContainerPlan:
    return container(hostname, image, **{"MODEL_NAME": hostname} | environment)


def start(engines: Engines, plan: ModelPlan, folders: Mapping[str, str] | None = None) -> RunningModel:
    engines.prepare([plan])
    return engines.start(plan, folders)


def healthy(engines: Engines, plan: ModelPlan, folders: Mapping[str, str] | None = None) -> RunningModel:
    running = start(engines, plan, folders)
    wait_until_healthy([VARIANT], {VARIANT.model: running})
    return running


def python_in(image: NamedImage, cli: ContainerCli) -> str:
    """The interpreter in the image of the model server."""
    python: str = cli.inspect("image", image.name)[0]["Config"]["Entrypoint"][0]
    return python


def invoke(running: RunningContainer) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(ask(running.url, "POST", "/invocations", b"1,2").body)
    return told


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ids_of(cli: ContainerCli, pid: int) -> list[str]:
    """The containers, whatever their state, that a process has started."""
    listed = cli("ps", "--all", "--filter", f"label={OWNER}", "--format", "{{.ID}} {{.Labels}}").splitlines()
    return [line.split()[0] for line in listed if f"-{pid}-" in line]


def test_each_container_serves_on_its_own_port(engines: Engines, image: NamedImage) -> None:
    """None of them on 8080, so that one that ignores its port is noticed."""
    first, second = healthy(engines, model(named("first", image), named("second", image))).containers

    assert [invoke(each)["container"] for each in (first, second)] == ["first", "second"]
    ports = {invoke(each)["port"] for each in (first, second)}
    assert len(ports) == 2
    assert 8080 not in ports
    assert (first.ended(), second.ended()) == (None, None)
    assert "second listens on port" in second.logs()
    assert second.logs(lines=1).endswith('"POST /invocations HTTP/1.1" 200 -')


def test_nothing_is_left_behind(engines: Engines, image: NamedImage, cli: ContainerCli) -> None:
    """Neither containers nor what listens on their ports; stopping once more does no harm."""
    running = healthy(engines, model(named("first", image), named("second", image)))
    assert len(ids_of(cli, os.getpid())) == 2

    engines.stop()
    engines.stop()

    assert ids_of(cli, os.getpid()) == []
    for each in running.containers:
        assert each.ended() == "has been removed"
        assert each.logs() == ""
        with pytest.raises(ConnectionError):
            ask(each.url, "GET", "/ping")


def test_two_models_run_at_once(engines: Engines, image: NamedImage) -> None:
    """Each in a network of its own, also if their containers have the same names."""
    plans = [model(named("same", image, MODEL_NAME=f"of {key}"), key=key) for key in ("A", "B")]
    engines.prepare(plans)
    models = {plan.key: engines.start(plan) for plan in plans}
    wait_until_healthy([VariantPlan(name=key, weight=1.0, model=key) for key in models], models)

    assert [invoke(each.containers[0])["container"] for each in models.values()] == ["of A", "of B"]


def test_a_container_sees_what_it_declares_and_its_model_data(
    engines: Engines,
    image: NamedImage,
    build: Build,
    cli: ContainerCli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The data is read-only; nothing of this machine is there, and the others are known by name."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "secret")
    (tmp_path / "weights").write_text("42")
    look = """
import json, os, socket
try:
    open("/opt/ml/model/new", "w")
except OSError as error:
    refused = type(error).__name__, os.strerror(error.errno)
hosts = [socket.gethostbyname(name) for name in ("first", "second")]
print(json.dumps([dict(os.environ), open("/opt/ml/model/weights").read(), refused, hosts]), flush=True)
"""
    looking = build(f"ENTRYPOINT {json.dumps([python_in(image, cli), '-c', look])}\n")
    containers = named("first", image), named("second", looking, THREADS="4", SPACES="a 'b' \"c\" =d")

    (_, second) = start(engines, model(*containers), {"second": str(tmp_path)}).containers

    until(second.ended)
    environment, weights, refused, hosts = json.loads(second.logs())
    assert environment["THREADS"] == "4"
    assert environment["SPACES"] == "a 'b' \"c\" =d"
    assert environment["SAGEMAKER_BIND_TO_PORT"] == "10010"
    assert environment["SAGEMAKER_SAFE_PORT_RANGE"] == "10011-10019"
    assert not [name for name in environment if name.startswith("AWS_")]
    assert weights == "42"
    assert refused == ["OSError", "Read-only file system"]
    assert hosts[1] == "127.0.0.1"


def test_one_that_ignores_its_port_is_named(engines: Engines, image: NamedImage) -> None:
    """It serves, but where SageMaker does not look."""
    running = start(engines, model(named("good", image), named("stubborn", image, FAULT_IGNORES_PORT="1")))
    hurried = VariantPlan(name="AllTraffic", weight=1.0, model="Model", startup_timeout=3.0)

    with pytest.raises(LocalEndpointError) as caught:
        wait_until_healthy([hurried], {"Model": running})

    (problem,) = caught.value.problems
    first, logged, *_ = problem.splitlines()
    assert first.startswith(
        "stubborn: does not listen on the port in SAGEMAKER_BIND_TO_PORT; it seems to ignore that variable, since"
        " something listens on 8080; SageMaker would say: The stubborn container for production variant AllTraffic did"
    )
    assert logged == "    | stubborn listens on port 8080"


def test_two_that_ignore_their_ports_collide(engines: Engines, image: NamedImage) -> None:
    """As on SageMaker, where they share a network."""
    stubborn = [named(name, image, FAULT_IGNORES_PORT="1") for name in ("first", "second")]
    running = start(engines, model(*stubborn))

    with pytest.raises(LocalEndpointError) as caught:
        wait_until_healthy([VARIANT], {"Model": running})

    text = str(caught.value)
    assert "exited with code 1" in text
    assert "Address already in use" in text


def test_those_that_share_a_network_lose_it_with_its_owner(
    engines: Engines, image: NamedImage, cli: ContainerCli
) -> None:
    """The first owns it; the others run on, but nobody reaches them, and they say why."""
    first, second = healthy(engines, model(named("first", image), named("second", image))).containers

    cli("kill", ids_by_name(cli)["first"])
    until(first.ended)

    assert first.ended() == "exited with code 137"
    assert second.ended() == "lost its network with 'first', which exited with code 137"


def ids_by_name(cli: ContainerCli) -> dict[str, str]:
    """This process' containers by what they were named in their environment."""
    ids = {}
    for each in ids_of(cli, os.getpid()):
        settings = cli.inspect("container", each)[0]["Config"]["Env"]
        (name,) = (value.removeprefix("MODEL_NAME=") for value in settings if value.startswith("MODEL_NAME="))
        ids[name] = each
    return ids


def test_an_owner_that_ends_at_once_is_blamed(engines: Engines, image: NamedImage) -> None:
    """However far the others came."""
    plan = model(named("first", image, FAULT_EXIT_CODE="3"), *(named(f"next-{index}", image) for index in range(3)))
    engines.prepare([plan])

    with pytest.raises(LocalEndpointError, match=r"first: exited with code 3"):
        wait_until_healthy([VARIANT], {"Model": engines.start(plan)})


def test_what_does_not_start_is_removed(engines: Engines, image: NamedImage, build: Build, cli: ContainerCli) -> None:
    """Together with all that did. The engine says why."""
    broken = build('ENTRYPOINT ["/no/such/program"]\n')
    plan = model(named("good", image), named("bad", broken))
    engines.prepare([plan])

    with pytest.raises(LocalEndpointError) as caught:
        engines.start(plan)

    (problem,) = caught.value.problems
    assert problem.startswith(f"bad: cannot start {broken}: ")
    assert "/no/such/program" in problem
    assert ids_of(cli, os.getpid()) == []


def test_those_of_a_process_that_was_killed_are_removed_at_the_next_start(
    engines: Engines, image: NamedImage, cli: ContainerCli
) -> None:
    """Those of one that lives are not."""
    program = f"""
import time
from sagemaker_multi_container.local.engines import Engines
from sagemaker_multi_container.local.plan import ContainerPlan, ModelPlan, NamedImage
image = NamedImage(name={image.name!r})
containers = tuple(ContainerPlan(hostname=name, workload=image) for name in ("first", "second"))
plan = ModelPlan(key="Model", mode="Direct", containers=containers)
engines = Engines()
engines.prepare([plan])
engines.start(plan)
print("started", flush=True)
time.sleep(3600)
"""
    own = healthy(engines, model(named("own", image)))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "started\n"
            remove_leftovers(cli)
            assert len(ids_of(cli, other.pid)) == 2
        finally:
            other.send_signal(signal.SIGKILL)
    assert len(ids_of(cli, other.pid)) == 2

    with Engines() as next_start:
        next_start.prepare([model(named("next", image))])

    assert ids_of(cli, other.pid) == []
    assert own.containers[0].ended() is None

"""The health check, over real sockets."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sagemaker_multi_container.local import Stub, stub
from sagemaker_multi_container.local.engines import Engines
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.health import ping, wait_until_healthy
from sagemaker_multi_container.local.plan import Attached, Command, ContainerPlan, ModelPlan, VariantPlan, Workload

LONG = 60.0
SHORT = 0.2


@pytest.fixture(name="engines")
def _engines() -> Iterator[Engines]:
    with Engines() as engines:
        yield engines


def command(program: str) -> Command:
    return Command(arguments=(sys.executable, "-c", program))


def serving(start: str) -> Command:
    """A process that answers pings with 200 after something."""
    return command(f"""
import os, time
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
{start}
HTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
""")


def plan(key: str = "Model", /, **workloads: Workload) -> ModelPlan:
    containers = tuple(ContainerPlan(hostname=name, workload=each) for name, each in workloads.items())
    return ModelPlan(key=key, mode="Direct", containers=containers)


def problems(engines: Engines, timeout: float, **workloads: Workload) -> list[str]:
    """What is said of a variant `Blue` that does not become healthy."""
    blue = VariantPlan(name="Blue", weight=1.0, model="Model", startup_timeout=timeout)
    with pytest.raises(LocalEndpointError) as caught:
        wait_until_healthy([blue], {"Model": engines.start(plan(**workloads))})
    return list(caught.value.problems)


def sagemaker(hostname: str) -> str:
    return (
        f"; SageMaker would say: The {hostname} container for production variant Blue did not pass the ping health"
        " check. Please check CloudWatch logs for this endpoint."
    )


def test_all_containers_of_all_variants_are_waited_for(engines: Engines) -> None:
    """Also those that take a while. Variants that share a model share its containers."""
    told: list[tuple[str, str]] = []
    models = {
        "A": engines.start(plan("A", quick=stub(), slow=serving("time.sleep(0.3)"))),
        "B": engines.start(plan("B", other=stub())),
    }
    variants = [VariantPlan(name=name, weight=1.0, model=key, startup_timeout=LONG) for name, key in ("1A", "2B", "3A")]

    wait_until_healthy(variants, models, lambda hostname, state: told.append((hostname, state)))

    for hostname in ("quick", "slow", "other"):
        assert told.count((hostname, "waiting for /ping")) == told.count((hostname, "healthy")) == 1


def test_a_status_other_than_200_is_told(engines: Engines) -> None:
    """For each container that fails, and no other."""
    said = problems(engines, SHORT, good=stub(), bad=stub(ping_status=503), worse=stub(ping_status=204))

    in_time = f"in {SHORT:g} s"
    assert said == [
        f"bad: answered /ping with status 503, not 200, {in_time}{sagemaker('bad')}",
        f"worse: answered /ping with status 204, not 200, {in_time}{sagemaker('worse')}",
    ]


def test_what_a_ping_is_answered_with_is_told_while_it_is_waited_for(engines: Engines) -> None:
    told: list[tuple[str, str]] = []
    models = {"A": engines.start(plan("A", bad=stub(ping_status=503)))}
    variants = [VariantPlan(name="Blue", weight=1.0, model="A", startup_timeout=SHORT)]

    with pytest.raises(LocalEndpointError):
        wait_until_healthy(variants, models, lambda hostname, state: told.append((hostname, state)))

    assert told == [("bad", "waiting for /ping"), ("bad", "answers /ping with status 503")]


def test_a_container_that_ended_is_told_at_once(engines: Engines) -> None:
    """With the last that it printed; the others are not waited for, nor blamed."""
    said = problems(
        engines, LONG * 10, ends=command("print('no weights'); exit(3)"), waits=command("import time; time.sleep(3600)")
    )

    assert said == [f"ends: exited with code 3{sagemaker('ends')}\n    | no weights"]


def test_where_nothing_listens_is_told(engines: Engines) -> None:
    """At the port that the container was given, or at the address of a server that should run already."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        said = problems(engines, SHORT, idle=command("import time; time.sleep(3600)"), debugged=Attached(url=url))

    assert said[0].startswith("idle: does not listen on the port in SAGEMAKER_BIND_TO_PORT")
    assert said[1] == f"debugged: nothing listens at {url}, in {SHORT:g} s{sagemaker('debugged')}"


def test_an_answer_after_two_seconds_is_none(engines: Engines) -> None:
    """SageMaker has hung up by then."""
    late = serving("Handler.do_GET = lambda self: (time.sleep(2.2), self.send_response(200), self.end_headers())")
    (said,) = problems(engines, 3.0, late=late)

    assert said.startswith(f"late: did not answer /ping within 2 s, in 3 s{sagemaker('late')}")


def test_a_server_that_never_ends_its_answer_is_cut_off() -> None:
    """Byte by byte, each of them in time."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.05):
                    connection.sendall(b"x")
            except OSError:
                pass

    thread = threading.Thread(target=drip)
    thread.start()

    last = ping(f"http://127.0.0.1:{listener.getsockname()[1]}")

    assert not last.is_healthy
    stop.set()
    thread.join()
    listener.close()


@pytest.mark.parametrize(("url", "path"), [("", "/ping"), ("/", "/ping"), ("/ranker", "/ranker/ping")])
def test_pings_go_below_the_address(url: str, path: str) -> None:
    """A server that is attached may have a path."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert ping(f"http://127.0.0.1:{server.server_address[1]}{url}").is_healthy
        thread.join()

    assert asked == [path]


def test_a_stub_is_healthy_at_once(engines: Engines) -> None:
    """Its ping status is what it was given."""
    (good, bad) = engines.start(plan(good=stub(), bad=stub(ping_status=500))).containers

    assert isinstance(good.plan.workload, Stub)
    assert ping(good.url).is_healthy
    assert not ping(bad.url).is_healthy

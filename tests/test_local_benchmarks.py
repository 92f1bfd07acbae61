"""The benchmarks of what runs on this machine work, and the documentation shows what they measured.

No test depends on a time.
"""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from dataclasses import asdict, replace

import pytest

from benchmarks import companion, data_plane, documents, endurance, estimates, runtime_calls, usage, ways
from benchmarks.attached_endpoints import CONTAINERS, DIRECT, SERIAL
from benchmarks.endurance_load import INVOKE, STREAM, calls, under_load
from benchmarks.endurance_run import MOST_BYTES, Run, Sample
from benchmarks.endurance_run import as_markdown as endurance_as_markdown
from benchmarks.targets import judge
from sagemaker_multi_container.local import LocalEndpoint
from sagemaker_multi_container.local.endpoint import MOST_REQUESTS
from sagemaker_multi_container.local.engines.stub_server import StubServer
from sagemaker_multi_container.local.stub import stub

DEADLINE = 30.0


@pytest.fixture(name="short", scope="module")
def _short() -> Run:
    """A run of two seconds."""
    return endurance.measure(engine=None, minutes=2 / 60, containers=3, workers=3, rate=60, interval=0.5)


def judged(run: Run) -> list[bool]:
    return [*run.verdicts.values()]


def test_endpoints_under_load_are_held_to_what_must_hold(short: Run) -> None:
    """Processes, called by boto3: each alone and all as a pipeline, streamed and not."""
    assert short.failures == []
    assert short.left == []
    assert all(short.verdicts.values())
    assert {name.split()[1] for name in short.calls} == {INVOKE, STREAM}
    assert {name.split()[0] for name in short.calls} == {DIRECT, SERIAL}
    assert all(count > 0 for counts in short.hops.values() for count in counts)
    assert min(sample.megabytes for sample in short.samples) > 1
    assert short.records_mb > 0


def test_whatever_must_not_happen_under_load_is_seen(short: Run) -> None:
    """A failure, a call without a record or with two, a container that was asked twice, and what is left."""
    hostname = next(iter(short.hops))
    one_more = {hostname: [*short.hops[hostname][:2], short.hops[hostname][2] + 1]}

    assert judged(replace(short, failures=["it broke"])) == [False, True, True, True]
    assert judged(replace(short, records={})) == [True, False, True, True]
    assert judged(replace(short, hops=short.hops | one_more)) == [True, True, False, True]
    assert judged(replace(short, left=["process 1"])) == [True, True, True, False]


@pytest.mark.parametrize(("growth", "is_flat"), [(0, True), (MOST_BYTES + 1, False)])
def test_memory_is_judged_by_the_second_half(short: Run, growth: int, is_flat: bool) -> None:
    """Whatever it did before."""
    samples = [Sample(0, 0, 1)] + [
        Sample(seconds, 2 * MOST_REQUESTS + 1000 * seconds, 50 + growth * 1000 * seconds / 2**20)
        for seconds in range(30, 61, 10)
    ]
    run = replace(short, minutes=1, samples=samples)

    assert run.bytes_per_call == pytest.approx(growth)
    assert judged(run) == [True, True, True, True, is_flat]


def test_memory_is_not_judged_while_requests_are_still_gathered(short: Run) -> None:
    """The newest ones are remembered, until there are as many as are remembered at most."""
    assert short.bytes_per_call is None
    assert len(short.verdicts) == 4
    assert "too short to tell" in endurance_as_markdown([short])


def test_another_answer_than_that_of_the_container_is_a_failure() -> None:
    """Else none could be lost."""
    with (
        LocalEndpoint.from_containers({"a": stub(b"a"), "b": stub(b"b")}, mode="Direct", name=DIRECT) as endpoint,
        under_load(endpoint.url, ["a", "b"], workers=2, rate=100) as tally,
    ):
        deadline = time.monotonic() + DEADLINE
        while len(tally.failures) < 2 * len(calls(["a", "b"])) and time.monotonic() < deadline:
            time.sleep(0.01)

    assert tally.requests.total() == 0
    assert any("other bytes than are due" in each for each in tally.failures)
    assert any("Endpoint serial" in each for each in tally.failures)


def test_the_data_plane_is_measured_as_users_have_it() -> None:
    """Both endpoints lead to the container, in a process of their own."""
    container = StubServer(stub(b"answer", content_type="text/csv"))
    try:
        with companion.running("attached_endpoints", container.url) as endpoints:
            with closing(runtime_calls.client(endpoints.ready)) as client:
                assert runtime_calls.seconds(client, DIRECT, CONTAINERS[0]) > 0
                assert runtime_calls.seconds(client, SERIAL, None) > 0
            assert usage.cpu(endpoints.pid) > 0
    finally:
        container.stop()


@pytest.mark.skipif(
    not (shutil.which("wrk") and shutil.which("nginx", path="/usr/sbin:/usr/bin")),
    reason="nginx and wrk are not installed",
)
def test_each_way_to_the_container_is_loaded() -> None:
    """Every request is answered, and costs the server something."""
    with ways.opened() as opened:
        loads = {name: way.load(2, 1) for name, way in opened.items() if name != ways.CONTROL}

    assert all(min(load.p50, load.p99, load.rate, load.cpu) > 0 for load in loads.values())


def test_a_program_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to install."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("sys.argv", ["data_plane"])

    with pytest.raises(SystemExit) as ended:
        data_plane.main()

    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(" is not installed; on Debian: apt-get install nginx-light wrk\n")


def test_a_companion_that_does_not_get_ready_is_an_error() -> None:
    """Nobody waits for it."""
    with (
        pytest.raises(companion.CompanionError, match="attached_endpoints ended with 1 before it was ready"),
        companion.running("attached_endpoints"),
    ):
        pass


def test_a_slope_is_not_moved_by_single_points() -> None:
    """A hiccup is not growth."""
    assert estimates.slope([(0, 1), (1, 3), (2, 500), (3, 7), (4, 9), (5, 11)]) == pytest.approx(2)


def test_the_documented_run_of_the_data_plane_is_what_the_code_would_write() -> None:
    """Its JSON has the schema of today, and the page shows it."""
    document = documents.read_json("data_plane")
    run = data_plane.Run.from_json(document)

    assert asdict(run) == document
    assert run.targets == judge(data_plane.TARGETS, run.measures)
    assert documents.read_section("data_plane") == data_plane.as_markdown(run)


def test_the_documented_runs_under_load_are_what_the_code_would_write() -> None:
    """All were long enough, and nothing failed in them."""
    document = documents.read_json("endurance")
    runs = [Run.from_json(each) for each in document.values()]

    assert {run.kind: asdict(run) for run in runs} == document
    assert documents.read_section("endurance") == endurance_as_markdown(runs)
    assert "containers" in {kind.split()[0] for kind in document}
    assert all(run.minutes >= endurance.MINUTES and all(run.verdicts.values()) for run in runs)
    assert all(run.bytes_per_call is not None for run in runs)

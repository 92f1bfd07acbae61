"""All engines together."""

from __future__ import annotations

import pytest

from sagemaker_multi_container.local import stub
from sagemaker_multi_container.local.engines import Engines
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import Attached, Command

from .builders import ask, command, container, model

WAIT = "import time; time.sleep(3600)"


def test_each_container_is_run_by_the_engine_of_its_kind() -> None:
    """And they keep their order."""
    with Engines() as engines:
        server = engines.start(model(container("elsewhere", stub(b"attached")))).containers[0]
        mixed = model(
            container("first", Attached(url=f"{server.url}/")),
            container("second", command(WAIT)),
            container("third", stub(b"stub")),
            container("fourth", command(WAIT)),
        )
        engines.prepare([mixed])

        running = engines.start(mixed)

        assert running.plan is mixed
        assert [each.plan.hostname for each in running.containers] == ["first", "second", "third", "fourth"]
        first, second, third, _ = running.containers
        assert first.url == server.url
        assert ask(first.url, "POST", "/invocations", b"").body == b"attached"
        assert ask(third.url, "POST", "/invocations", b"").body == b"stub"
        assert (first.ended(), first.logs(), first.default_port_url) == (None, "", None)
        assert second.ended() is None
    assert second.ended() == "was ended by SIGTERM"
    assert third.ended() == "stopped"
    assert first.ended() is None


def test_what_happens_is_told() -> None:
    """By hostname."""
    told: list[tuple[str, str]] = []

    with Engines(lambda hostname, state: told.append((hostname, state))) as engines:
        engines.start(
            model(
                container("first", stub()),
                container("second", Attached(url="http://127.0.0.1:1")),
                container("third", command("")),
            )
        )

    assert told == [("first", "starting"), ("second", "attached"), ("third", "starting")]


def test_a_failure_stops_what_was_started() -> None:
    """Also without a `with` block."""
    engines = Engines()
    (first,) = engines.start(model(container("first", stub()))).containers

    with pytest.raises(LocalEndpointError, match="second: cannot start process no-such-program"):
        engines.start(model(container("second", Command(arguments=("no-such-program",)))))

    assert first.ended() == "stopped"

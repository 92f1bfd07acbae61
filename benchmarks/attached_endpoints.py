"""A data plane with two endpoints, whose containers are all one server: `python -m benchmarks.attached_endpoints URL`.

It prints where it answers as JSON, and ends when its standard input does.
"""

from __future__ import annotations

import json
import sys
from typing import Final

from sagemaker_multi_container.local import LocalEndpoint
from sagemaker_multi_container.local.dataplane import DataPlane
from sagemaker_multi_container.local.plan import Attached

CONTAINERS: Final = ("first", "second")
DIRECT: Final = "direct"
SERIAL: Final = "serial"


def serve(url: str) -> None:
    """Serve until nothing more comes in."""
    containers = dict.fromkeys(CONTAINERS, Attached(url=url))
    direct = LocalEndpoint.from_containers(containers, mode="Direct", name=DIRECT)
    serial = LocalEndpoint.from_containers(containers, mode="Serial", name=SERIAL)
    with DataPlane() as data_plane:
        direct.start(data_plane)
        serial.start(data_plane)
        print(json.dumps(data_plane.url), flush=True)
        sys.stdin.read()
        serial.stop()
        direct.stop()


if __name__ == "__main__":
    serve(*sys.argv[1:])

"""The server process of the embedded AWS: MiniStack with SageMaker, on 127.0.0.1 only.

Runs in the environment that MiniStack is installed in: `python -m embedded_aws.server PORT REGION FOLDER
TRANSITION_SECONDS`. It ends with its parent, that is when its standard input ends.
"""

import os
import shutil
import signal
import sys
import threading
import time
from importlib import import_module

from embedded_aws import ACCOUNT_ID

SHUTDOWN_SECONDS = 5.0


def settings(port: str, region: str, folder: str) -> dict[str, str]:
    """MiniStack's settings: one loopback port, a fixed account, no Docker, and every file below `folder`."""
    return {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": port,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "MINISTACK_REGION": region,
        "TMPDIR": folder,
    }


def main() -> None:
    """Serve until the parent goes."""
    port, region, folder, transition_seconds = sys.argv[1:]
    # MiniStack reads its settings while it is imported, and its command line when it starts.
    os.environ.update(settings(port, region, folder))
    del sys.argv[1:]
    threading.Thread(target=_end_with_parent, args=[folder], daemon=True).start()
    import_module("embedded_aws.ministack_plugin").SageMakerPlugin(float(transition_seconds)).install()
    import_module("ministack.app").main()


def _end_with_parent(folder: str) -> None:
    sys.stdin.buffer.read()
    # A parent that was killed could not do this.
    shutil.rmtree(folder, ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)
    # A custom resource that never answers would keep the server waiting.
    time.sleep(SHUTDOWN_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()

"""Start the embedded AWS, talk to it, and stop it again."""

import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from embedded_aws import ACCOUNT_ID
from embedded_aws.sagemaker import TRANSITION_SECONDS

ROOT = Path(__file__).resolve().parent.parent
NOT_RUNNING = "The embedded AWS is not running."
DUMMY_KEY = "embedded"
SERVER_PYTHON = ROOT / ".venv-embedded-aws" / "bin" / "python"
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 10.0


class EmbeddedAwsError(Exception):
    """The embedded AWS could not be started, or refused a control request."""


class EmbeddedAws:
    """An AWS account on this machine, for as long as the `with` block lasts.

    >>> with EmbeddedAws() as aws:  # doctest: +SKIP
    ...     aws.client("sagemaker").list_endpoints()
    """

    def __init__(self, region: str = "us-east-1", *, transition_seconds: float = TRANSITION_SECONDS) -> None:
        self.account_id = ACCOUNT_ID
        self.region = region
        self._transition_seconds = transition_seconds
        self._port = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the embedded AWS answers. The CDK asks for path-style S3 addresses only when it reads localhost."""
        return f"http://localhost:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment for programs that shall use the embedded AWS, and no other: `cdk`, for instance."""
        unwanted = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in unwanted and not name.startswith("AWS_ENDPOINT_URL") and not name.lower().endswith("_proxy")
        }
        return inherited | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": DUMMY_KEY,
            "AWS_SECRET_ACCESS_KEY": DUMMY_KEY,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            "CDK_HOME": str(self._state_folder / "cdk"),
        }

    @property
    def pid(self) -> int:
        """The process id of the server."""
        if self._server is None:
            raise EmbeddedAwsError(NOT_RUNNING)
        return self._server.pid

    @property
    def _state_folder(self) -> Path:
        if self._folder is None:
            raise EmbeddedAwsError(NOT_RUNNING)
        return Path(self._folder.name)

    def client(self, service: str) -> Any:
        """A real boto3 client for a service of the embedded AWS."""
        import boto3  # noqa: PLC0415 - it takes half a second
        from botocore.config import Config  # noqa: PLC0415

        # The type stubs have an overload for each service, and none for a name that is not known before.
        return cast("Any", boto3).client(
            service,
            region_name=self.region,
            endpoint_url=self.url,
            aws_access_key_id=DUMMY_KEY,
            aws_secret_access_key=DUMMY_KEY,
            config=Config(proxies={}, s3={"addressing_style": "path"}),
        )

    def calls(self) -> list[str]:
        """The SageMaker operations called so far, by clients and by CloudFormation, in order."""
        return self._control("Calls")

    def reset_calls(self) -> None:
        """Forget the operations called so far."""
        self._control("ResetCalls")

    def fail_next(self, operation: str, reason: str) -> None:
        """Let the next CreateEndpoint or UpdateEndpoint be accepted and then fail, for this reason."""
        self._control("FailNext", Operation=operation, Reason=reason)

    def __enter__(self) -> Self:
        if not SERVER_PYTHON.exists():
            raise EmbeddedAwsError(f"{SERVER_PYTHON} is missing: run `make setup`.")
        self._port = _free_port()
        self._folder = tempfile.TemporaryDirectory(prefix="embedded-aws-")
        try:
            self._start(self._state_folder)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self, folder: Path) -> None:
        log = folder / "server.log"
        arguments = str(self._port), self.region, str(folder), str(self._transition_seconds)
        with log.open("wb") as output:
            self._server = subprocess.Popen(
                [SERVER_PYTHON, "-m", "embedded_aws.server", *arguments],
                cwd=ROOT,
                env={},  # MiniStack reads many variables, and none of the user's shall reach it
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._answers():
            if self._server.poll() is not None:
                raise EmbeddedAwsError(f"The server ended while it started:\n{_tail(log)}")
            if time.monotonic() > deadline:
                raise EmbeddedAwsError(f"The server did not answer in {START_TIMEOUT_SECONDS:.0f} s:\n{_tail(log)}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            self.calls()
        except OSError:
            return False
        return True

    def _stop(self) -> None:
        if self._server is not None:
            try:
                # The server ends when its standard input does.
                self._server.communicate(timeout=STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _control(self, operation: str, **request: str) -> list[str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("POST", "/", json.dumps(request), {"X-Amz-Target": f"EmbeddedAws.{operation}"})
            response = connection.getresponse()
            answer = json.load(response)
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise EmbeddedAwsError(answer["message"])
        calls: list[str] = answer["Calls"]
        return calls


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

"""boto3's clients, for AWS and for endpoints on this machine, and what is said where there is no way to AWS."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar, final
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore import UNSIGNED, exceptions
from botocore.client import BaseClient
from botocore.config import Config
from botocore.eventstream import ParserError
from urllib3.exceptions import HTTPError

from ..check.printable import printable
from .answers import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

READ_TIMEOUT: Final = 70
"""Seconds. A container has 60, and AWS wants callers to wait ten more.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"""
STREAM_TIMEOUT: Final = 490
"""Seconds to wait for the next part of a streamed response, of which a container may take 480 for all.
https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-test-endpoints.html"""

_ANY_REGION: Final = "us-east-1"
"""boto3 asks for one even where none is needed."""
# A request may not be safe to repeat, and who asks for one wants to see what comes of it.
_ONCE: Final = Config(connect_timeout=10, retries={"total_max_attempts": 1})
_REPEATED: Final = Config(connect_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})

_Client = TypeVar("_Client", bound=BaseClient)

_CREDENTIALS: Final = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.LoginError,
    exceptions.NoAuthTokenError,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
)
_BROKEN: Final = (
    exceptions.ConnectionClosedError,
    exceptions.IncompleteReadError,
    exceptions.ResponseStreamingError,
    HTTPError,
    ParserError,
)


@final
@dataclass(frozen=True)
class Connections:
    """The clients of the services that are asked. Each member raises `RefusedError` where there can be none."""

    region: str | None = None
    """None means what is configured; for endpoints on this machine, none is needed."""
    profile: str | None = None
    """None means what is configured."""
    runtime_url: str | None = None
    """Where endpoints answer. None means what is configured, else AWS."""
    stream: bool = False
    """Whether responses are streamed."""

    @cached_property
    def runtime(self) -> SageMakerRuntimeClient:
        """The client that invokes endpoints, each request once."""
        timeout = Config(read_timeout=STREAM_TIMEOUT if self.stream else READ_TIMEOUT)
        return self._client(
            _ONCE.merge(timeout),
            lambda region, config: self._session.client(
                "sagemaker-runtime", region_name=region, endpoint_url=self.runtime_url, config=config
            ),
        )

    @cached_property
    def sagemaker(self) -> SageMakerClient:
        """The client that describes endpoints."""
        return self._client(
            _REPEATED, lambda region, config: self._session.client("sagemaker", region_name=region, config=config)
        )

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """The client that describes stacks."""
        return self._client(
            _REPEATED, lambda region, config: self._session.client("cloudformation", region_name=region, config=config)
        )

    @property
    def is_local(self) -> bool:
        """Whether endpoints answer on this machine."""
        return _is_loopback(self.runtime)

    @property
    def has_control_plane(self) -> bool:
        """Whether what describes endpoints is beside what invokes them, rather than one here and one at AWS."""
        try:
            return _is_loopback(self.sagemaker) == self.is_local
        except RefusedError:
            return False

    @cached_property
    def _session(self) -> boto3.Session:
        with told():
            return boto3.Session(region_name=self.region, profile_name=self.profile)

    def _client(self, config: Config, make: Callable[[str, Config], _Client]) -> _Client:
        with told():
            region = self._session.region_name
            client = make(region or _ANY_REGION, config)
            if not _is_loopback(client):
                return client if region else _no_region()
            local = Config(proxies={}, signature_version=None if self._has_credentials else UNSIGNED)
            return make(region or _ANY_REGION, config.merge(local))

    @cached_property
    def _has_credentials(self) -> bool:
        """Whether there are any, without asking the network for those of the machine: it takes seconds to find none."""
        session = botocore.session.Session(profile=self.profile)
        providers = session.get_component("credential_provider")
        for of_machine in ("container-role", "iam-role"):
            providers.remove(of_machine)
        return session.get_credentials() is not None


@contextmanager
def told() -> Iterator[None]:
    """Say in a line why there is no way to AWS, or none back. What AWS answers is left alone.

    Raises:
        RefusedError: In place of what boto3 raises.
    """
    try:
        yield
    except exceptions.ClientError:
        raise
    except exceptions.NoRegionError:
        _no_region()
    except exceptions.ProfileNotFound as reason:
        raise RefusedError(f"there is no profile {reason.kwargs['profile']!r} in the AWS configuration") from reason
    except _CREDENTIALS as reason:
        says = f"no credentials: log in, set AWS_PROFILE, or give --profile ({_line(reason)})"
        raise RefusedError(says) from reason
    except exceptions.ReadTimeoutError as reason:
        raise RefusedError(f"no answer in time: {_line(reason)}", was_asked=True) from reason
    except _BROKEN as reason:
        raise RefusedError("the connection broke off before all of the response was there", was_asked=True) from reason
    except (exceptions.EndpointConnectionError, exceptions.ConnectTimeoutError) as reason:
        raise RefusedError(f"nothing answers at {without_password(reason.kwargs['endpoint_url'])}") from reason
    except (exceptions.BotoCoreError, ValueError) as reason:
        raise RefusedError(_line(reason)) from reason


def without_password(url: str) -> str:
    """Where a URL leads to, without what stands before the host: that may be a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _no_region() -> NoReturn:
    raise RefusedError("no region: give --region, or set AWS_DEFAULT_REGION")


def _is_loopback(client: BaseClient) -> bool:
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _line(reason: Exception) -> str:
    """What an exception says, as it stands in a line of ours."""
    text = printable(" ".join(str(reason).split())).removesuffix(".")
    return text[:1].lower() + text[1:]

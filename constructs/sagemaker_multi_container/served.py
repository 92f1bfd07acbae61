"""An endpoint as its callers, metrics and scaling see it: a name, and variants that serve containers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk.interfaces import ResourceEnvironment
from aws_cdk.interfaces.aws_sagemaker import EndpointReference
from constructs import Construct

from .arguments import WRONG_ARGUMENT, describe, plain
from .errors import EndpointConfigurationError, Problem
from .features.rollback_alarms import RollbackAlarm
from .readings import environment_of, stack_of
from .rules import Resource
from .tokens import is_token

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_cloudwatch import IAlarmRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedVariant:
    """A variant of an endpoint, as far as it is known."""

    name: str
    """Empty where it is not known: of an endpoint that is imported without the names of its variants."""
    mode: str | None = None
    """`Direct` or `Serial`. None where that is not known."""
    hostnames: tuple[str, ...] = ()
    """The names of its containers, in order. Empty where they are not known."""
    instance_type: str | None = None
    """Such as `ml.m5.xlarge`. None where that is not known."""


class ServedEndpoint(Construct, metaclass=jsii.JSIIAbstractClass):
    """A declared or an imported endpoint."""

    @property
    @abstractmethod
    def endpoint_name(self) -> str:
        """The endpoint's name, as clients, metrics and scaling know it.

        The ARN has it in lower case, and calls match upper and lower case: never derive one from the other.
        """

    @property
    @abstractmethod
    def endpoint_arn(self) -> str:
        """The endpoint's ARN, as IAM policies know it."""

    @property
    @abstractmethod
    def served_variants(self) -> tuple[ServedVariant, ...]:
        """The production variants and the containers that they serve, as far as they are known."""

    @property
    def _name_in_metrics(self) -> str:
        """The endpoint's name as a metric's dimension.

        It is the name itself if that is known at synth, so that an alarm need not wait for the endpoint.
        """
        return self.endpoint_name

    @property
    def _is_asynchronous(self) -> bool:
        """Whether calls are queued and answered in S3, as far as known."""
        return False

    @property
    def _is_imported(self) -> bool:
        """Whether the endpoint is deployed elsewhere, so that nothing of it comes later."""
        return False

    @property
    def _other_account(self) -> str | None:
        """The account that the endpoint is in, unless it is its stack's."""
        return None

    @property
    def endpoint_ref(self) -> EndpointReference:
        """A reference to the endpoint, for whatever takes an `IEndpointRef`."""
        return EndpointReference(endpoint_arn=self.endpoint_arn)

    @property
    def env(self) -> ResourceEnvironment:
        """The account and region that the endpoint is in."""
        return environment_of(stack_of(self))

    def _find_variant(self, name: str | None = None) -> ServedVariant:
        """A variant by its name, or the only one.

        Raises:
            EndpointConfigurationError: If there is no such variant, or there are several and no name is given.
        """
        variants = self.served_variants
        names = _listed(variant.name for variant in variants if variant.name)
        if name is None:
            if len(variants) == 1 and names:
                return variants[0]
            message = f"is missing, and the endpoint has {names or 'variants that are not known'}"
            raise self._refusal("variant", message, "name one of them, or give variant_names where you import it")
        for variant in variants:
            if name == variant.name:
                return variant
            if not variant.name:
                return replace(variant, name=plain(name))
        if is_token(name):
            return ServedVariant(name=name)
        message = f"is {describe(name)}, and the endpoint has {names}"
        raise self._refusal("variant", message, "name one of its variants")

    def _check_grantee(self, grantee: iam.IGrantable) -> None:
        """Whether this principal can be allowed to call the endpoint."""

    def _check_is_here(self, call: str) -> None:
        """Whether the endpoint is in the account and region of its stack, as far as known.

        Raises:
            EndpointConfigurationError: If it is elsewhere, where what is made in this stack would not see it.
        """
        here, there = environment_of(stack_of(self)), self.env
        pairs = [(here.account, there.account), (here.region, there.region)]
        if any(own != other and not is_token(own) and not is_token(other) for own, other in pairs):
            place = f"{there.account} {there.region}"
            message = f"is for an endpoint of the stack's account and region, and this one is in {place}"
            raise self._refusal(call, message, "call it in a stack there")

    def _check_rollback(self, count: int) -> None:  # noqa: ARG002 - for endpoints that this app deploys
        """Whether as many alarms on the endpoint's own metrics can roll its updates back.

        Raises:
            EndpointConfigurationError: If they cannot, as those of an imported endpoint.
        """
        message = "cannot be had of an imported endpoint, which this app does not deploy"
        raise self._refusal("rollback", message, "ask for it in the app that declares the endpoint")

    def add_rollback_alarm(self, *alarms: IAlarmRef) -> None:
        """Have SageMaker roll an update back when one of these alarms goes off while it is under way.

        Raises:
            EndpointConfigurationError: If the endpoint is an imported one, which this app does not deploy.
        """
        message = f"cannot be given to an imported endpoint: got {len(alarms)}"
        raise self._refusal("alarms", message, "give them to the endpoint in the app that declares it")

    @contextmanager
    def _rolled_back_by(self, alarms: Sequence[RollbackAlarm]) -> Iterator[None]:
        """Have updates rolled back on all of these alarms on the endpoint's own metrics, unless that is refused.

        Raises:
            EndpointConfigurationError: If they cannot be, or what is done within this context is refused.
        """
        self._check_rollback(len(alarms))
        yield

    @abstractmethod
    def _scaled_by(self, call: str, resource: Resource) -> AbstractContextManager[None]:
        """Take note of a scalable target or a scaling policy, unless it cannot be made within this context.

        Args:
            call: What an error message names it by, such as `auto_scale(variant='main')`. Noted again, it is replaced.
            resource: Its CloudFormation properties.

        Raises:
            EndpointConfigurationError: If SageMaker would refuse the endpoint with it; the endpoint stays as it was.
        """

    def _refusal(self, argument: str, message: str, fix: str, rule: str = WRONG_ARGUMENT) -> EndpointConfigurationError:
        """An error about an argument of one of the endpoint's methods."""
        return EndpointConfigurationError(self.node.path, [Problem(rule, argument, message, fix)])


def check_variants_are_known(endpoint: ServedEndpoint) -> None:
    """Whether there is something to watch.

    Raises:
        EndpointConfigurationError: If the endpoint is imported without its variants.
    """
    variants = endpoint.served_variants
    if not variants or not all(variant.name for variant in variants):
        message = "are not known, and every metric is of a variant"
        raise endpoint._refusal("variants", message, "give variant_names where you import the endpoint")


def check_hostname(endpoint: ServedEndpoint, argument: str, hostname: object, variants: Iterable[ServedVariant]) -> str:
    """A hostname that one of these variants has, as far as known.

    Raises:
        EndpointConfigurationError: If none of them has a container of that name.
    """
    if not isinstance(hostname, str) or not hostname:
        message = f"is {describe(hostname)}, expected a string that is not empty"
        raise endpoint._refusal(argument, message, "give a container's hostname")
    served = tuple(variants)
    known = dict.fromkeys(name for variant in served for name in variant.hostnames)
    if hostname in known or is_token(hostname) or not all(variant.hostnames for variant in served):
        return hostname
    message = f"is {hostname!r}, and the containers are {_listed(known)}"
    raise endpoint._refusal(argument, message, "give the hostname of one of them", "MCE-I02")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))

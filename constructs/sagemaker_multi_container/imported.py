"""An endpoint that was deployed elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk.interfaces import ResourceEnvironment
from aws_cdk.interfaces.aws_sagemaker import EndpointReference, IEndpointRef
from constructs import Construct

from .arguments import ArgumentReader, describe
from .endpoint_base import MultiContainerEndpointBase
from .errors import EndpointConfigurationError, Problem
from .facades.grants import EndpointGrants
from .modes import InferenceExecutionMode
from .readings import environment_of, stack_of
from .rules.limits import ENDPOINT_NAME
from .served import ServedVariant
from .tokens import TOKEN, is_token

_ARN = re.compile(
    rf"arn:([a-z-]+|{TOKEN}):sagemaker:(?P<region>[a-z0-9-]+|{TOKEN}):(?P<account>[0-9]{{12}}|{TOKEN})"
    rf":endpoint/(?P<name>([a-z0-9-]|{TOKEN})+)"
)
"""Each part of it may be known at deployment only."""


@jsii.implements(IEndpointRef)
class _ImportedEndpoint(MultiContainerEndpointBase):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        arn: str,
        variants: tuple[ServedVariant, ...],
        env: ResourceEnvironment | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._arn = arn
        self._variants = variants
        self._env = env

    @property
    def endpoint_name(self) -> str:
        return self._name

    @property
    def endpoint_arn(self) -> str:
        return self._arn

    @property
    def served_variants(self) -> tuple[ServedVariant, ...]:
        return self._variants

    @property
    def grants(self) -> EndpointGrants:
        return EndpointGrants(self, may_have_other_containers=True)

    @property
    def endpoint_ref(self) -> EndpointReference:
        return super().endpoint_ref

    @property
    def env(self) -> ResourceEnvironment:
        return self._env or super().env

    @property
    def _is_imported(self) -> bool:
        return True

    @property
    def _other_account(self) -> str | None:
        if self._env is None or self._env.account == environment_of(stack_of(self)).account:
            return None
        return self._env.account


def import_by_name(
    scope: Construct,
    id: str,
    name: str,
    *,
    mode: InferenceExecutionMode | None,
    hostnames: Sequence[str] | None,
    variant_names: Sequence[str] | None,
) -> MultiContainerEndpointBase:
    """An endpoint of the scope's account and region."""
    problems: list[Problem] = []
    read = ArgumentReader(problems)
    known = _name(read, read.required("endpoint_name", name, str))
    variants = _variants(mode, hostnames, variant_names, read)
    _raise_if_any(problems, scope, id)
    in_arn = known if is_token(known) else known.lower()
    arn = cdk.Stack.of(scope).format_arn(service="sagemaker", resource="endpoint", resource_name=in_arn)
    return _ImportedEndpoint(scope, id, name=known, arn=arn, variants=variants)


def import_by_arn(
    scope: Construct,
    id: str,
    arn: str,
    *,
    endpoint_name: str | None,
    mode: InferenceExecutionMode | None,
    hostnames: Sequence[str] | None,
    variant_names: Sequence[str] | None,
) -> MultiContainerEndpointBase:
    """An endpoint of any account and region."""
    problems: list[Problem] = []
    read = ArgumentReader(problems)
    name = _name(read, read.read("endpoint_name", endpoint_name, str))
    known = read.required("endpoint_arn", arn, str)
    whole = known if isinstance(known, str) else ""
    parts = _ARN.fullmatch(whole)
    if parts is None and isinstance(known, str) and not _is_token_alone(known):
        message = f"{arn!r} is not the ARN of an endpoint"
        read.refuse("endpoint_arn", message, "write arn:aws:sagemaker:<region>:<account>:endpoint/<name in lower case>")
    in_arn = parts["name"] if parts is not None else ""
    if name and in_arn and not is_token(name) and not is_token(in_arn) and name.lower() != in_arn:
        fix = "give the name whose ARN this is, or leave it out"
        read.refuse("endpoint_name", f"is {name!r}, and the ARN is that of {in_arn!r}", fix)
    variants = _variants(mode, hostnames, variant_names, read)
    _raise_if_any(problems, scope, id)
    if parts is None:
        last = cdk.Fn.select(1, cdk.Fn.split("/", whole))
        return _ImportedEndpoint(scope, id, name=name or last, arn=whole, variants=variants)
    env = ResourceEnvironment(account=parts["account"], region=parts["region"])
    return _ImportedEndpoint(scope, id, name=name or in_arn, arn=whole, variants=variants, env=env)


def _is_token_alone(text: str) -> bool:
    return re.fullmatch(TOKEN, text) is not None


def _name(read: ArgumentReader, name: object) -> str:
    """The name of an endpoint; empty where none is given, or a wrong one."""
    if not isinstance(name, str):
        return ""
    if is_token(name) or (len(name) <= ENDPOINT_NAME.longest and ENDPOINT_NAME.matches(name)):
        return name
    fix = f"give its name: {ENDPOINT_NAME.meaning}, {ENDPOINT_NAME.longest} at most"
    if name.startswith("arn:"):
        fix = "use from_endpoint_arn"
    read.refuse("endpoint_name", f"is {describe(name)}, which cannot be the name of an endpoint", fix)
    return ""


def _variants(mode: object, hostnames: object, names: object, read: ArgumentReader) -> tuple[ServedVariant, ...]:
    if mode is not None and not isinstance(mode, InferenceExecutionMode):
        read.wrong("mode", mode, "an InferenceExecutionMode", "give InferenceExecutionMode.SERIAL or .DIRECT")
    containers = _known("hostnames", hostnames, read)
    known_mode = None if mode is None else str(mode)
    # Without names, it is one variant that is not known.
    variants = _known("variant_names", names, read) or ("",)
    return tuple(ServedVariant(name=name, mode=known_mode, hostnames=containers) for name in variants)


def _known(argument: str, value: object, read: ArgumentReader) -> tuple[Any, ...]:
    """The strings of a list, none if they are not known."""
    known = read.literals(argument, value)
    return tuple(known) if isinstance(known, list) else ()


def _raise_if_any(problems: Sequence[Problem], scope: Construct, id: str) -> None:
    if problems:
        raise EndpointConfigurationError(f"{scope.node.path}/{id}", problems)

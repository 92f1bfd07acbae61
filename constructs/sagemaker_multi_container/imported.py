"""An endpoint that was deployed elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk.interfaces import ResourceEnvironment
from constructs import Construct

from .arguments import ArgumentReader
from .endpoint_base import MultiContainerEndpointBase
from .errors import EndpointConfigurationError, Problem
from .modes import InferenceExecutionMode
from .served import ServedVariant
from .tokens import is_token

_ARN = re.compile(r"arn:[a-z-]+:sagemaker:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):endpoint/(?P<name>[a-z0-9-]+)")


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
    def env(self) -> ResourceEnvironment:
        return self._env or super().env


def import_by_name(
    scope: Construct,
    id: str,
    name: str,
    *,
    mode: InferenceExecutionMode | None,
    hostnames: Sequence[str],
    variant_names: Sequence[str],
) -> MultiContainerEndpointBase:
    """An endpoint of the scope's account and region."""
    problems: list[Problem] = []
    read = ArgumentReader(problems)
    read.required("endpoint_name", name, str)
    variants = _variants(mode, hostnames, variant_names, read)
    _raise_if_any(problems, scope, id)
    in_arn = name if is_token(name) else name.lower()
    arn = cdk.Stack.of(scope).format_arn(service="sagemaker", resource="endpoint", resource_name=in_arn)
    return _ImportedEndpoint(scope, id, name=name, arn=arn, variants=variants)


def import_by_arn(
    scope: Construct,
    id: str,
    arn: str,
    *,
    endpoint_name: str | None,
    mode: InferenceExecutionMode | None,
    hostnames: Sequence[str],
    variant_names: Sequence[str],
) -> MultiContainerEndpointBase:
    """An endpoint of any account and region."""
    problems: list[Problem] = []
    read = ArgumentReader(problems)
    name = read.read("endpoint_name", endpoint_name, str)
    read.required("endpoint_arn", arn, str)
    parts = _ARN.fullmatch(arn) if isinstance(arn, str) else None
    if parts is None and isinstance(arn, str) and not is_token(arn):
        message = f"{arn!r} is not the ARN of an endpoint"
        read.refuse("endpoint_arn", message, "write arn:aws:sagemaker:<region>:<account>:endpoint/<name in lower case>")
    if parts is not None and isinstance(name, str) and not is_token(name) and name.lower() != parts["name"]:
        fix = "give the name whose ARN this is, or leave it out"
        read.refuse("endpoint_name", f"is {name!r}, and the ARN is that of {parts['name']!r}", fix)
    variants = _variants(mode, hostnames, variant_names, read)
    _raise_if_any(problems, scope, id)
    if parts is None:
        in_arn = cdk.Fn.select(1, cdk.Fn.split("/", arn))
        return _ImportedEndpoint(scope, id, name=endpoint_name or in_arn, arn=arn, variants=variants)
    env = ResourceEnvironment(account=parts["account"], region=parts["region"])
    return _ImportedEndpoint(scope, id, name=endpoint_name or parts["name"], arn=arn, variants=variants, env=env)


def _variants(mode: object, hostnames: object, names: object, read: ArgumentReader) -> tuple[ServedVariant, ...]:
    if mode is not None and not isinstance(mode, InferenceExecutionMode):
        read.wrong("mode", mode, "an InferenceExecutionMode", "give InferenceExecutionMode.SERIAL or .DIRECT")
    containers = read.strings("hostnames", hostnames)
    variants = read.strings("variant_names", names)
    if not isinstance(containers, list) or not isinstance(variants, list):
        return ()
    known_mode = None if mode is None else str(mode)
    return tuple(ServedVariant(name=name, mode=known_mode, hostnames=tuple(containers)) for name in variants or [""])


def _raise_if_any(problems: Sequence[Problem], scope: Construct, id: str) -> None:
    if problems:
        raise EndpointConfigurationError(f"{scope.node.path}/{id}", problems)

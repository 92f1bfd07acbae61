"""Which containers of which variant a request goes to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..served import ServedContainer, ServedEndpoint, ServedVariant
from . import errors
from .api import Operation, Use

Random = Callable[[], float]
"""Gives numbers from 0 to below 1, as `random.random` does."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes."""

    endpoint: ServedEndpoint
    variant: ServedVariant
    containers: tuple[ServedContainer, ...]
    """In the order in which they are called: one, or all of a pipeline."""


def parameters_of(operation: Operation, headers: Mapping[str, str]) -> dict[str, str]:
    """The members of a request that are headers, by their names in the API.

    Args:
        operation: What is asked.
        headers: Those of the request, by their names in lower case.

    Raises:
        ApiError: If one is too long or looks as it must not.
    """
    parameters = {}
    complaints = []
    for member in operation.members:
        value = headers.get(member.header.lower())
        if value is None:
            continue
        parameters[member.name] = value
        pattern = member.pattern
        at = f"Value at '{member.name[0].lower()}{member.name[1:]}' failed to satisfy constraint: Member must"
        if len(value) > pattern.longest:
            complaints.append(f"{at} have length less than or equal to {pattern.longest}")
        elif len(value) < pattern.shortest:
            complaints.append(f"{at} have length greater than or equal to {pattern.shortest}")
        elif not pattern.matches(value):
            complaints.append(f"{at} be {pattern.meaning}")
    if complaints:
        several = "s" if len(complaints) > 1 else ""
        raise errors.invalid(f"{len(complaints)} validation error{several} detected: {'; '.join(complaints)}")
    return parameters


def find(endpoints: Mapping[str, ServedEndpoint], name: str) -> ServedEndpoint:
    """The endpoint of a name, whose case counts.

    Raises:
        ApiError: If there is none.
    """
    if name not in endpoints:
        account = next((each.account for each in endpoints.values()), "000000000000")
        served = ", ".join(endpoints) or "none"
        raise errors.invalid(f"Endpoint {name} of account {account} not found. Served on this machine: {served}.")
    return endpoints[name]


def route(
    endpoints: Mapping[str, ServedEndpoint],
    operation: Operation,
    name: str,
    parameters: Mapping[str, str],
    random: Random,
) -> Route:
    """Where a request goes.

    A variant is drawn by its share of the weights, unless the request names one. That the variant is chosen before its
    containers are looked at is inferred.

    Args:
        endpoints: Those that are served, by their names.
        operation: What is asked.
        name: Of the endpoint.
        parameters: The members of the request, by their names in the API.
        random: Draws the variant.

    Raises:
        ApiError: If SageMaker would refuse it, or local endpoints lack what it asks for.
    """
    endpoint = find(endpoints, name)
    if not operation.served:
        raise errors.invalid(f"Endpoint {name} is not asynchronous: {operation.name} is not served on this machine.")
    for member in operation.members:
        if member.use is Use.REFUSED and member.name in parameters:
            raise errors.invalid(_REFUSALS[member.name].format(name))
    variant = _variant(endpoint, parameters.get("TargetVariant"), random)
    return Route(endpoint, variant, _containers(endpoint, variant, parameters.get("TargetContainerHostname")))


_REFUSALS = {
    "TargetModel": "Endpoint {} is not a multi-model endpoint and does not support target model header.",
    "InferenceComponentName": "Endpoint {} has no inference components: its containers are named by "
    "TargetContainerHostname.",
    "EnableExplanations": "Endpoint {} cannot explain: EnableExplanations is not supported on this machine.",
}


def _variant(endpoint: ServedEndpoint, target: str | None, random: Random) -> ServedVariant:
    variants = endpoint.variants
    if target is not None:
        for variant in variants:
            if variant.name == target:
                return variant
        names = ", ".join(each.name for each in variants)
        raise errors.invalid(f"Variant {target} not found for endpoint {endpoint.name}. It has: {names}.")
    candidates = [each for each in variants if each.weight > 0]
    if not candidates:
        raise errors.invalid(
            f"No variant of endpoint {endpoint.name} has a weight above 0: name one with TargetVariant."
        )
    drawn = random() * sum(each.weight for each in candidates)
    for variant in candidates:
        drawn -= variant.weight
        if drawn < 0:
            return variant
    return candidates[-1]


def _containers(endpoint: ServedEndpoint, variant: ServedVariant, target: str | None) -> tuple[ServedContainer, ...]:
    hostnames = ", ".join(each.hostname for each in variant.containers)
    if variant.mode == "Serial":
        if target is not None:
            raise errors.invalid(
                f"Endpoint {endpoint.name} runs its containers as a pipeline (Serial): TargetContainerHostname must "
                "not be given."
            )
        return variant.containers
    if target is None:
        raise errors.invalid(
            f"Endpoint {endpoint.name} runs its containers one by one (Direct): TargetContainerHostname must be given. "
            f"It has: {hostnames}."
        )
    for container in variant.containers:
        if container.hostname == target:
            return (container,)
    raise errors.invalid(
        f"Container {target} not found for variant {variant.name} of endpoint {endpoint.name}. It has: {hostnames}."
    )

"""Whether an endpoint serves the very resources that its stack has, by their physical ids."""

from __future__ import annotations

from collections.abc import Iterator

from ..invocation import Deployed
from ..rules.description import Properties, text
from ..template.endpoints import Endpoint
from .checks import Check, judged, not_made
from .stacks import Stack
from .variants import served_models


def check_served(expected: Endpoint, endpoint: Properties, stack: Stack) -> Iterator[Check]:
    """The endpoint and its config.

    An update that SageMaker has rolled back, or one by another hand, leaves an endpoint on another config than the one
    that its stack believes it has.
    """
    yield _check("Endpoint", expected, expected.logical_id, text(endpoint, "EndpointName"), stack)
    yield _check("EndpointConfig", expected, expected.config_id, text(endpoint, "EndpointConfigName"), stack)


def check_served_models(expected: Endpoint, deployed: Deployed, stack: Stack) -> Iterator[Check]:
    """The models of the config."""
    for logical_id, name in served_models(expected, deployed):
        yield _check("Model", expected, logical_id, name, stack)


def _check(type: str, expected: Endpoint, logical_id: str | None, serves: str | None, stack: Stack) -> Check:
    if logical_id is None:
        return not_made("resource", type, "it is declared elsewhere than beside the endpoint")
    subject = f"{type} {expected.template.known_as(logical_id)}"
    has = stack.resources.get(logical_id)
    if has is None:
        return judged("resource", subject, holds=False, says=f"the stack has no {logical_id}: another app was deployed")
    # Physical ids are ARNs, in which the names of SageMaker's resources are in lower case.
    is_same = serves is not None and has.rpartition("/")[2].lower() == serves.lower()
    says = serves if is_same else f"{serves or 'nothing'} is served, and the stack has {has.rpartition('/')[2]}"
    return judged("resource", subject, holds=is_same, says=str(says))

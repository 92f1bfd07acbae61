"""Verifies an endpoint: asks AWS, and holds the answers against what was meant."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..invocation import Answer, Deployed, RefusedError, Request, Target
from ..invocation.bodies import Body
from ..invocation.connecting import Connections
from ..invocation.describing import NOT_FOUND, describe_deployed, describe_endpoint, endpoint_names
from ..invocation.invoking import invoke
from ..rules.description import Properties, text
from ..template.endpoints import Endpoint
from .answers import Samples, check_answers, check_hostnames
from .asking import describe_stack
from .checks import Check, Outcome, Verification, judged, not_made
from .expected import UnclearError, as_deployed
from .images import check_images
from .models import check_models
from .resources import check_served, check_served_models
from .settings import check_settings
from .stacks import Stack, check_stack
from .status import check_status, last_deployment, pending, status_of
from .variants import check_variants
from .waiting import Tell, at_rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What shall be verified."""

    name: str | None = None
    """The endpoint's name. None means that what is declared tells it."""
    declared: Endpoint | None = None
    """What was meant. None means that nothing is known of it."""
    way: Sequence[str] | None = None
    """The stack that it is declared in, and how to get there if it is nested. None if that is not known."""
    samples: Samples = field(default_factory=Samples)
    timeout: float = 0.0
    """The seconds to wait for a stack and an endpoint that are not at rest."""


def verify(connections: Connections, question: Question, tell: Tell) -> Verification:
    """Verify an endpoint.

    Args:
        connections: Where to ask.
        question: What shall be verified.
        tell: What is told what is pending while it waits.

    Raises:
        UnclearError: If it is not clear what is meant.
        RefusedError: If the endpoint cannot be asked for.
    """
    region = connections.sagemaker.meta.region_name
    declared = question.declared
    if declared is not None and declared.template.region not in (None, region):
        raise UnclearError(f"the stack goes to {declared.template.region}, and {region} is asked: give that --region")
    if question.samples.are_given and not connections.has_control_plane:
        url = connections.runtime.meta.endpoint_url
        raise UnclearError(f"samples would go to {url}, not to AWS: unset AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME")
    deadline = time.monotonic() + question.timeout
    stack = _stack(connections, question.way, deadline, tell)
    name = question.name or _name(connections, declared, stack)
    checks = [] if declared is None else [_check_of_stack(declared, stack)]
    try:
        endpoint = at_rest(lambda: describe_endpoint(connections, name), pending, deadline, tell)
    except RefusedError as refused:
        if refused.code != NOT_FOUND:
            raise
        missing = judged("status", "endpoint", holds=False, says=str(refused))
        return Verification(
            endpoint=name, region=region, status=None, config=None, last_deployment=None, checks=(missing, *checks)
        )
    checks = [check_status(endpoint), *checks, *_content(connections, question, endpoint, stack)]
    return Verification(
        endpoint=name,
        region=region,
        status=status_of(endpoint),
        config=text(endpoint, "EndpointConfigName"),
        last_deployment=last_deployment(endpoint),
        checks=tuple(checks),
    )


def _stack(connections: Connections, way: Sequence[str] | None, deadline: float, tell: Tell) -> Stack | RefusedError:
    """The stack that the endpoint is declared in, once it is at rest, or why it cannot be asked for."""
    if way is None:
        return RefusedError("nothing tells of a stack")
    try:
        return at_rest(lambda: describe_stack(connections, way), lambda stack: stack.pending, deadline, tell)
    except RefusedError as refused:
        return refused


def _check_of_stack(declared: Endpoint, stack: Stack | RefusedError) -> Check:
    if isinstance(stack, Stack):
        return check_stack(stack)
    if stack.code == NOT_FOUND:
        return judged("stack", declared.template.stack, holds=False, says=str(stack))
    return not_made("stack", declared.template.stack, f"{stack}; what is deployed is compared by its content alone")


def _name(connections: Connections, declared: Endpoint | None, stack: Stack | RefusedError) -> str:
    """The name of the declared endpoint, which CloudFormation has generated if it is not given."""
    if declared is None:
        raise UnclearError("it is not clear which endpoint is meant: give its name, or what declares it")
    if isinstance(stack, RefusedError):
        if declared.name is None:
            raise UnclearError(f"only CloudFormation knows the endpoint's name, and {stack}: give ENDPOINT")
        return declared.name
    fixed, arn = as_deployed(declared, stack.id, stack).name, stack.resources.get(declared.logical_id)
    if fixed is not None:
        return fixed
    if arn is None:
        raise UnclearError(f"stack {stack.name} has no endpoint {declared.logical_id}: deploy it, or give ENDPOINT")
    # An ARN has the name in lower case, and SageMaker asks for it as it is written.
    name = next((name for name, each in endpoint_names(connections) if each == arn), None)
    if name is None:
        raise UnclearError(f"stack {stack.name} says that its endpoint is {arn}, and there is none such any more")
    return name


def _content(
    connections: Connections, question: Question, endpoint: Properties, stack: Stack | RefusedError
) -> Iterator[Check]:
    """What the endpoint serves, and whether that answers."""
    busy, expected = pending(endpoint), _expected(question.declared, endpoint, stack)
    if expected is not None and isinstance(stack, Stack) and not busy:
        yield from check_served(expected, endpoint, stack)
    try:
        deployed = describe_deployed(connections, endpoint)
    except RefusedError as refused:
        yield Check(check="settings", subject="endpoint", outcome=Outcome.UNKNOWN, says=str(refused))
        return
    yield from check_hostnames(deployed, question.declared, question.samples)
    if busy:
        yield not_made("settings", "endpoint", f"nothing was compared, for the endpoint is {busy}")
    else:
        if expected is not None:
            yield from _compared(expected, deployed, stack)
        yield from check_images(deployed, expected)
    yield from check_answers(deployed, question.samples, lambda target, body: _ask(connections, deployed, target, body))


def _expected(declared: Endpoint | None, endpoint: Properties, stack: Stack | RefusedError) -> Endpoint | None:
    """What was meant, where the endpoint is."""
    if declared is None:
        return None
    expected = as_deployed(declared, str(endpoint["EndpointArn"]), stack if isinstance(stack, Stack) else None)
    if declared.template.account not in (None, expected.template.account):
        asked, meant = expected.template.account, declared.template.account
        raise UnclearError(f"the stack goes to account {meant}, and {asked} is asked: give a --profile of that account")
    return expected


def _compared(expected: Endpoint, deployed: Deployed, stack: Stack | RefusedError) -> Iterator[Check]:
    """Whether what is deployed is what was meant."""
    if isinstance(stack, Stack):
        yield from check_served_models(expected, deployed, stack)
    yield check_settings(expected, deployed)
    yield from check_variants(expected, deployed)
    yield from check_models(expected, deployed)


def _ask(connections: Connections, deployed: Deployed, target: Target, body: Body) -> Answer:
    request = Request(endpoint=deployed.name, body=body.content, content_type=body.content_type, target=target)
    return invoke(connections, request, lambda _part: None)

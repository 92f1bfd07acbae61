"""Whether each container answers a sample request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ..check.printable import printable
from ..invocation import Answer, Deployed, RefusedError, Target
from ..invocation.bodies import Body
from ..rules.description import containers_of, text
from ..template.endpoints import Endpoint, properties_of
from .checks import Check, Outcome, judged, not_made
from .expected import UnclearError
from .status import SERVING

Ask = Callable[[Target, Body], Answer]
"""Sends a request. It raises `RefusedError` if there is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What to send."""

    of_all: Body | None = None
    """To whatever has no sample of its own. None means that it is not asked."""
    by_hostname: Mapping[str, Body] = field(default_factory=dict)
    """To containers of Direct endpoints."""

    @property
    def are_given(self) -> bool:
        """Whether there are any."""
        return self.of_all is not None or bool(self.by_hostname)

    def of(self, target: Target) -> Body | None:
        """What to send to a target; None if it is not asked."""
        return self.by_hostname.get(target.hostname or "", self.of_all)


def check_hostnames(deployed: Deployed, declared: Endpoint | None, samples: Samples) -> Iterator[Check]:
    """Each container that has a sample and is declared, but not deployed.

    Raises:
        UnclearError: If there are samples for containers that are neither.
    """
    hostnames = [each.hostname for each in deployed.targets() if each.hostname is not None]
    missing = [each for each in samples.by_hostname if each not in hostnames]
    meant = set() if declared is None else _hostnames(declared)
    for hostname in filter(meant.__contains__, missing):
        yield judged("answer", hostname, holds=False, says="it cannot be asked, for it is not deployed")
    strangers = [each for each in missing if each not in meant]
    if strangers:
        listed = ", ".join(dict.fromkeys(hostnames))
        has = f"those that can be asked by name are {listed}" if hostnames else "none can be asked by name: give --body"
        raise UnclearError(f"endpoint {deployed.name} has no container {', '.join(strangers)}; {has}")


def check_answers(deployed: Deployed, samples: Samples, ask: Ask) -> Iterator[Check]:
    """Ask each container of each variant in Direct mode, and each other variant once."""
    is_asynchronous = deployed.config.get("AsyncInferenceConfig") is not None
    for target in deployed.targets():
        body = samples.of(target)
        if is_asynchronous:
            yield not_made("answer", str(target), "it was not asked, for the endpoint answers in S3 alone")
        elif body is None:
            yield not_made("answer", str(target), "it was not asked, for there is no sample of a request")
        elif deployed.status not in SERVING:
            yield not_made("answer", str(target), f"it was not asked, for the endpoint is {deployed.status}")
        else:
            yield _asked(target, body, ask)


def _hostnames(declared: Endpoint) -> set[str | None]:
    """The containers of all models that an endpoint is declared with."""
    models = (properties_of(declared.template, each) for each in declared.model_ids)
    return {text(container, "ContainerHostname") for model in models for container in containers_of(model)}


def _asked(target: Target, body: Body, ask: Ask) -> Check:
    try:
        answer = ask(target, body)
    except RefusedError as refused:
        outcome = Outcome.FAILED if refused.was_asked else Outcome.UNKNOWN
        return Check(check="answer", subject=str(target), outcome=outcome, says=printable(str(refused)))
    return judged("answer", str(target), holds=True, says=printable(str(answer)))

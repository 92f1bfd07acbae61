"""The policies of a stack and of those beside it, read once, whatever number of endpoints is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ...template import Template
from ...template.endpoints import Endpoint
from .calls import Calls
from .exports import Exports
from .policies import Policies, PolicyReader, Principal, properties_of
from .statements import Statement
from .texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPolicies:
    """The policies of a stack as seen from an endpoint in it; none if there is no endpoint."""

    roles: Mapping[Principal, Policies] = field(default_factory=dict)
    """Those of its execution roles."""
    callers: Mapping[Principal, list[Statement]] = field(default_factory=dict)
    """What is said of calling it, by whom it is said of."""
    all: Mapping[Principal, Policies] = field(default_factory=dict)
    """All that is said of anyone."""


class StackPolicies:
    """The policies of a stack, and of the stacks that it takes something over from or that take over from it."""

    def __init__(self, template: Template, exports: Exports, renamed: Mapping[str, str]) -> None:
        """Read nothing yet.

        Args:
            template: The stack.
            exports: What the stacks of its assembly take over from each other.
            renamed: What resources are called in the stack that this one is compared with, if it is not the same.
        """
        self._template = template
        self._exports = exports
        self._renamed = renamed

    def of(self, endpoint: Endpoint) -> EndpointPolicies:
        """Those that matter to an endpoint of the stack."""
        reader = self._reader
        roles: dict[Principal, Policies] = {}
        for logical_id in endpoint.model_ids:
            written = properties_of(self._template.document["Resources"][logical_id]).get("ExecutionRoleArn")
            if written is not None:
                role = reader.principal("role", written)
                roles[role] = self._policies.get(role, Policies())
        return EndpointPolicies(roles=roles, callers=self._calls.of(endpoint, reader.texts), all=self._policies)

    @cached_property
    def _reader(self) -> PolicyReader:
        return PolicyReader(Texts(self._template, self._renamed, self._exports))

    @cached_property
    def _policies(self) -> Mapping[Principal, Policies]:
        home = self._reader.texts
        found = dict(self._reader.read())
        for other in self._exports.beside(self._template):
            beside = PolicyReader(replace(home, template=other, renamed={}, home=home))
            for principal, policies in beside.read().items():
                found.setdefault(principal, Policies()).add(policies)
        return found

    @cached_property
    def _calls(self) -> Calls:
        return Calls(self._policies)

"""Which endpoint of an assembly is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .endpoints import Endpoint, endpoints_of
from .template import Template


class UnclearEndpointError(Exception):
    """Raised where it is not clear which endpoint is meant. Its text is a line for the user."""

    def __init__(self, where: str, what: str, fix: str) -> None:
        super().__init__(f"{where}: {what}; {fix}")
        self.where = where
        """What it is about, such as `--stack Search`."""
        self.what = what
        self.fix = fix
        """What to do."""


def path_of(endpoint: Endpoint) -> str:
    """What an endpoint is known by in its app: the path of its construct, or its stack and logical id."""
    path = endpoint.template.construct_path(endpoint.logical_id)
    return path.removesuffix("/Resource") if path else f"{endpoint.template.stack}/{endpoint.logical_id}"


def choose(path: Path, templates: Sequence[Template], *, stack: str | None, endpoint: str | None) -> Endpoint:
    """The only endpoint that is meant.

    Args:
        path: Where the templates are from.
        templates: All that were read.
        stack: The stack that has it: as the CDK shows it, or its name at AWS. None for any.
        endpoint: The path of its construct, in whole or inside of its stack, its logical id or its name. None for any.

    Raises:
        UnclearEndpointError: If there is none, or several.
    """
    there = [each for template in templates for each in endpoints_of(template)]
    if not there:
        what = f"declares no endpoint; it has {_found(templates)}"
        raise UnclearEndpointError(str(path), what, "give the app that declares one")
    in_stack = [each for each in there if stack is None or _is_in(each.template, stack)]
    if not in_stack:
        stacks = ", ".join(dict.fromkeys(each.template.stack for each in there))
        raise UnclearEndpointError(f"--stack {stack}", "there is no such stack with an endpoint", f"there are {stacks}")
    meant = [each for each in in_stack if endpoint is None or endpoint in _names(each)]
    if not meant:
        what = "there is no such endpoint"
        raise UnclearEndpointError(f"--endpoint {endpoint}", what, f"there are {_listed(in_stack)}")
    if len(meant) > 1:
        option = "--endpoint" if len({path_of(each) for each in meant}) > 1 else "--stack"
        what = f"declares several endpoints: {_listed(meant)}"
        raise UnclearEndpointError(str(path), what, f"choose one with {option}")
    return meant[0]


def _names(endpoint: Endpoint) -> set[str | None]:
    template, logical_id = endpoint.template, endpoint.logical_id
    known_as = template.known_as(logical_id)
    return {path_of(endpoint), template.construct_path(logical_id), known_as, logical_id, endpoint.name}


def _is_in(template: Template, stack: str) -> bool:
    """Whether a template is that of a stack, or of one that is nested in it, or of one in that stage."""
    return template.stack == stack or template.stack.startswith(f"{stack}/") or template.resolver.stack_name == stack


def _listed(endpoints: Sequence[Endpoint]) -> str:
    return ", ".join(f"{path_of(each)} (named {each.name})" if each.name else path_of(each) for each in endpoints)


def _found(templates: Sequence[Template]) -> str:
    """What there is in place of an endpoint."""
    stacks = ", ".join(each.stack for each in templates)
    types = Counter(each.type for template in templates for each in template.description.resources.values())
    resources = ", ".join(f"{count} {its_type}" for its_type, count in types.items())
    absent = [
        logical_id
        for template in templates
        for logical_id, resource in template.document["Resources"].items()
        if isinstance(resource, dict) and resource.get("Type") == "AWS::SageMaker::Endpoint"
    ]
    left_out = f", and conditions that do not hold leave out {', '.join(absent)}" if absent else ""
    return f"the stacks {stacks or 'none'} with {resources or 'nothing of SageMaker'}{left_out}"

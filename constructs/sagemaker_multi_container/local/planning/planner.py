"""The plan of an endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ...rules.checks import quoted
from ...rules.description import mode_of
from ...rules.limits import ENDPOINT_NAME, EXECUTION_MODE
from ...template import Template, UnreadableTemplateError, read
from ...template.choice import UnclearEndpointError, choose, path_of
from ...template.endpoints import Endpoint
from ...template.intrinsics import SHARED, STACK_NAME, section
from ..errors import LocalEndpointError
from ..plan import DEFAULT_ACCOUNT, DEFAULT_REGION, EndpointPlan, Mode, ModelPlan, VariantPlan
from .containers import plan_container
from .declared import DeclaredContainer, DeclaredModel, declared_containers
from .overrides import Overrides
from .problems import Problems
from .variants import plan_variants

_PSEUDO: Final = frozenset({*SHARED, STACK_NAME, "AWS::StackId"})


def plan(
    path: Path,
    *,
    stack: str | None = None,
    endpoint: str | None = None,
    endpoint_name: str | None = None,
    values: Mapping[str, str] | None = None,
    overrides: Overrides | None = None,
) -> EndpointPlan:
    """What is to run for an endpoint of a cloud assembly or a template.

    Images and model data that the assembly staged are taken from there; other images are named. Whatever cannot be
    known, found or run is told at once, each with the option of `mce local` that says it.

    Args:
        path: The folder that `cdk synth` wrote, or a template in JSON or YAML, whoever wrote it.
        stack: The stack that declares the endpoint. Default: any.
        endpoint: The path of its construct, in whole or inside of its stack, its logical id or its name. Default: the
            only one.
        endpoint_name: What callers call it. Default: the name that the template says or, if CloudFormation makes one,
            the logical id.
        values: Values of parameters, and of pseudo parameters such as `AWS::Region`. Default: those that the template
            says and, of a stack with an environment, its region and account.
        overrides: What runs otherwise than the template says. Default: nothing.

    Raises:
        LocalEndpointError: If it cannot run here, with every reason.
    """
    problems, overrides = Problems(), overrides or Overrides()
    try:
        templates = read(path, values=values)
        _check_values(values or {}, templates, problems)
        chosen = choose(path, templates, stack=stack, endpoint=endpoint)
        planned = _planned(chosen, endpoint_name, overrides, problems)
    except UnreadableTemplateError as reason:
        raise LocalEndpointError(str(reason)) from reason
    except UnclearEndpointError as reason:
        raise problems.with_last(reason.where, reason.what, reason.fix) from reason
    problems.raise_all()
    return planned


def _check_values(values: Mapping[str, str], templates: Sequence[Template], problems: Problems) -> None:
    """Refuse values of parameters that no stack has; those of nested stacks come from the stack around them."""
    stacks = [each for each in templates if not each.origin.nested_in]
    declared = {name for each in stacks for name in section(each.document, "Parameters")}
    for name in sorted(values.keys() - declared - _PSEUDO):
        there = ", ".join(sorted(declared | _PSEUDO))
        problems.add(f"--set {name}", "there is no such parameter", f"there are {there}")


def _planned(chosen: Endpoint, endpoint_name: str | None, overrides: Overrides, problems: Problems) -> EndpointPlan:
    template, notes = chosen.template, list[str]()
    title = path_of(chosen) if template.construct_path(chosen.logical_id) else chosen.title
    name = _name(chosen, endpoint_name, problems, notes)
    variants = plan_variants(chosen, title, problems, notes)
    declared = _models(template, variants, notes)
    containers = declared_containers(declared, problems)
    if containers:
        overrides.check(containers, problems)
    models = [_model(each, containers, overrides, problems, notes) for each in declared]
    if template.macros:
        notes.append(f"a macro may change the template at deployment, which is not seen: {', '.join(template.macros)}")
    return EndpointPlan(
        name=name,
        title=title,
        region=template.region or DEFAULT_REGION,
        account=template.account or DEFAULT_ACCOUNT,
        variants=variants,
        models=tuple(models),
        notes=tuple(notes),
    )


def _name(endpoint: Endpoint, given: str | None, problems: Problems, notes: list[str]) -> str:
    """What callers call the endpoint here."""
    if given is not None:
        if given not in ENDPOINT_NAME:
            what = f"{quoted(given)} is no name of an endpoint: {ENDPOINT_NAME.meaning}, at most 63"
            problems.add("--endpoint-name", what, "give another one")
        return given
    if endpoint.name is None:
        notes.append(f"its name is only known at deployment; here it is {endpoint.logical_id} (see --endpoint-name)")
    return endpoint.name or endpoint.logical_id


def _models(template: Template, variants: Sequence[VariantPlan], notes: list[str]) -> list[DeclaredModel]:
    """The models that variants serve, each once."""
    served: dict[str, list[str]] = {}
    for variant in variants:
        served.setdefault(variant.model, []).append(variant.name)
    notes += (f"the variants {', '.join(names)} share one instance here" for names in served.values() if len(names) > 1)
    return [
        DeclaredModel(template=template, logical_id=logical_id, variants=tuple(names))
        for logical_id, names in served.items()
    ]


def _model(
    model: DeclaredModel,
    containers: Sequence[DeclaredContainer],
    overrides: Overrides,
    problems: Problems,
    notes: list[str],
) -> ModelPlan:
    own = [each for each in containers if each.model is model]
    planned = [plan_container(each, overrides, problems, notes) for each in own]
    return ModelPlan(
        key=model.logical_id,
        mode=_mode(model, problems),
        containers=tuple(each for each in planned if each is not None),
    )


def _mode(model: DeclaredModel, problems: Problems) -> Mode:
    """How the containers are called; of one that is not known, which is a problem, `Serial`."""
    mode = mode_of(model.properties)
    if mode == "Direct":
        return "Direct"
    if mode != "Serial":
        path = ("InferenceExecutionConfig", "Mode")
        if mode is None:
            problems.add_unknown(model.where, "its mode", model.template, model.logical_id, path)
        else:
            problems.add(model.where, f"its mode is {quoted(mode)}", f"give {EXECUTION_MODE}")
    return "Serial"

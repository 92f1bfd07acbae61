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
from .findings import Findings
from .overrides import Overrides
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
    findings, overrides = Findings(), overrides or Overrides()
    try:
        templates = read(path, values=values)
        _check_values(values or {}, templates, findings)
        chosen = choose(path, templates, stack=stack, endpoint=endpoint)
        planned = _planned(chosen, endpoint_name, overrides, findings)
    except UnreadableTemplateError as reason:
        raise LocalEndpointError(str(reason)) from reason
    except UnclearEndpointError as reason:
        raise findings.last_problem(reason.where, reason.what, reason.fix) from reason
    findings.raise_problems()
    return planned


def _check_values(values: Mapping[str, str], templates: Sequence[Template], findings: Findings) -> None:
    """Refuse values of parameters that no stack has; those of nested stacks come from the stack around them."""
    stacks = [each for each in templates if not each.origin.nested_in]
    declared = {name for each in stacks for name in section(each.document, "Parameters")}
    for name in sorted(values.keys() - declared - _PSEUDO):
        there = ", ".join(sorted(declared | _PSEUDO))
        findings.problem(f"--set {name}", "there is no such parameter", f"there are {there}")


def _planned(chosen: Endpoint, endpoint_name: str | None, overrides: Overrides, findings: Findings) -> EndpointPlan:
    template = chosen.template
    title = path_of(chosen) if template.construct_path(chosen.logical_id) else chosen.title
    name = _name(chosen, endpoint_name, findings)
    variants = plan_variants(chosen, title, findings)
    declared = _models(template, variants, findings)
    containers = declared_containers(declared, findings)
    if containers:
        overrides.check(containers, findings)
    models = [_model(each, containers, overrides, findings) for each in declared]
    if template.macros:
        macros = ", ".join(template.macros)
        findings.note(f"a macro may change the template at deployment, which is not seen: {macros}")
    return EndpointPlan(
        name=name,
        title=title,
        region=template.region or DEFAULT_REGION,
        account=template.account or DEFAULT_ACCOUNT,
        variants=variants,
        models=tuple(models),
        notes=findings.notes,
    )


def _name(endpoint: Endpoint, given: str | None, findings: Findings) -> str:
    """What callers call the endpoint here."""
    if given is not None:
        if given not in ENDPOINT_NAME:
            what = f"{quoted(given)} is no name of an endpoint: {ENDPOINT_NAME.meaning}, at most 63"
            findings.problem("--endpoint-name", what, "give another one")
        return given
    if endpoint.name is None:
        findings.note(f"its name is only known at deployment; here it is {endpoint.logical_id} (see --endpoint-name)")
    return endpoint.name or endpoint.logical_id


def _models(template: Template, variants: Sequence[VariantPlan], findings: Findings) -> list[DeclaredModel]:
    """The models that variants serve, each once."""
    served: dict[str, list[str]] = {}
    for variant in variants:
        served.setdefault(variant.model, []).append(variant.name)
    for names in served.values():
        if len(names) > 1:
            findings.note(f"the variants {', '.join(names)} serve one model, and share one instance here")
    return [
        DeclaredModel(template=template, logical_id=logical_id, variants=tuple(names))
        for logical_id, names in served.items()
    ]


def _model(
    model: DeclaredModel,
    containers: Sequence[DeclaredContainer],
    overrides: Overrides,
    findings: Findings,
) -> ModelPlan:
    own = [each for each in containers if each.model is model]
    planned = [plan_container(each, overrides, findings) for each in own]
    return ModelPlan(
        key=model.logical_id,
        mode=_mode(model, findings),
        containers=tuple(each for each in planned if each is not None),
    )


def _mode(model: DeclaredModel, findings: Findings) -> Mode:
    """How the containers are called; of one that is not known, which is a problem, `Serial`."""
    mode = mode_of(model.properties)
    if mode == "Direct":
        return "Direct"
    if mode != "Serial":
        path = ("InferenceExecutionConfig", "Mode")
        if mode is None:
            findings.unknown(model.where, "its mode", model.template, model.logical_id, path)
        else:
            findings.problem(model.where, f"its mode is {quoted(mode)}", f"give {EXECUTION_MODE}")
    return "Serial"

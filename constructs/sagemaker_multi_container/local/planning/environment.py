"""The environment of containers."""

from __future__ import annotations

from ...template.strings import text_of
from .declared import DeclaredContainer
from .findings import Findings


def environment_of(
    container: DeclaredContainer, given: dict[str, str], findings: Findings, *, is_run: bool
) -> dict[str, str]:
    """The environment variables of a container, those that are given before those of the template.

    Args:
        container: The container.
        given: What options say, by the name of the variable.
        findings: Is told of those that are only known at deployment.
        is_run: Whether it is run here, and so needs all of them.
    """
    template, model_id = container.model.template, container.model.logical_id
    declared = container.properties.get("Environment", {})
    if not isinstance(declared, dict):
        if is_run:
            path = (*container.path, "Environment")
            findings.unknown(container.where, "its environment", template, model_id, path)
        return given
    environment = {}
    for name, value in (declared | given).items():
        text = text_of(value)
        if isinstance(text, str):
            environment[name] = text
        elif is_run:
            path, way = (*container.path, "Environment", name), f"--env {container.option}.{name}=VALUE"
            what = f"its environment variable {name}"
            findings.unknown(container.where, what, template, model_id, path, way=way)
    return environment

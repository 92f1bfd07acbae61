"""The rules of the CDK plugin alone: what they look at is seen in an app, and not in its templates."""

from __future__ import annotations

from typing import Final

from ..rules import Confidence, Rule, Severity

EMPTIED: Final = Rule(
    "MCE-L01",
    "Whatever an L1 resource is given as a plain dict arrives in the template.",
    Severity.WARNING,
    "https://github.com/aws/jsii/pull/973",
    "write its keys in camelCase, such as containerHostname, or use the classes that know their keys, such as "
    "CfnModel.ContainerDefinitionProperty(container_hostname=...)",
    Confidence.INFERRED,
    checks=(),
)

PLUGIN_RULES: Final = {rule.id: rule for rule in (EMPTIED,)}
"""These rules by id. A reason to ignore one may stand wherever one for a rule about templates may."""

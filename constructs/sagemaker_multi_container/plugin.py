"""The rules as a policy of a CDK app: every endpoint in it is checked at synth, whoever made it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from constructs import IConstruct

from .acknowledgement_ids import DISTRIBUTION, FINDING_ID
from .acknowledgements import shown_warnings
from .check import TemplateFinding, findings_of
from .check.ignoring import reasons_for
from .check.plugin_rules import EMPTIED, PLUGIN_RULES
from .check.tool import version
from .endpoint import MultiContainerEndpoint
from .l1 import camel_case, resources, snake_case
from .rules import RULES, Rule, Severity
from .rules import Path as PropertyPath
from .template import Template, read

_CONTAINER = "CfnModel.ContainerDefinitionProperty"
_VARIANT = "CfnEndpointConfig.ProductionVariantProperty"
_DEPLOYMENT = "CfnEndpoint.DeploymentConfigProperty"
_ROUTING = "CfnEndpoint.TrafficRoutingConfigProperty"
# The rules that miss a property which the L1 does not demand, with the class and the property.
_MISSING = {
    "MCE-C04": (_CONTAINER, "ContainerHostname"),
    "MCE-C05": (_CONTAINER, "ContainerHostname"),
    "MCE-C15": (_CONTAINER, "ModelPackageName"),
    "MCE-P06": (_ROUTING, "WaitIntervalInSeconds"),
    "MCE-P15": (_DEPLOYMENT, "AutoRollbackConfiguration"),
    "MCE-V05": (_VARIANT, "InitialInstanceCount"),
    "MCE-V21": (_VARIANT, "InstanceType"),
    "MCE-V28": (_VARIANT, "ModelName"),
}
# An L2 construct or an included template, in which nobody writes a plain dict in Python.
_NO_DICTS = (MultiContainerEndpoint, cdk.Resource, cdk.CfnElement)


@jsii.implements(cdk.IPolicyValidationPlugin)
class MultiContainerEndpointChecks:
    """Checks every SageMaker model, endpoint config, endpoint and its scaling in a CDK app, whoever made them.

    Add it with `cdk.Validations.of(app).add_plugins(MultiContainerEndpointChecks())`, to the app or to a stage, not to
    both: a stage in an app that has it is checked already. An error fails the synthesis, a
    warning does not. Either can be acknowledged for a construct and all below it, by the id that is printed with it:
    `cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=..., reason=...))`.

    The CDK CLI shows the findings in those stacks that it is asked for: `cdk synth "**"` also shows those in stages.

    What is acknowledged of a `MultiContainerEndpoint` stays acknowledged here, and what it warns of itself is not
    repeated.
    """

    @property
    def name(self) -> str:
        """What the findings' ids begin with."""
        return DISTRIBUTION

    @property
    def version(self) -> str:
        """The version of this library."""
        return version()

    @property
    def rule_ids(self) -> list[str]:
        """All that it looks for."""
        return [rule.id for rule in (RULES | PLUGIN_RULES).values() if rule.severity is not Severity.INFO]

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check the templates that were synthesized.

        Args:
            context: What the CDK knows of the app.

        Raises:
            UnreadableTemplateError: If a template cannot be read. The CDK says so, and fails the synthesis.
        """
        found = [finding for template in _templates(context) for finding in _findings(template)]
        reported = list(_reported(found, context.app_construct)) if found else []
        return cdk.PolicyValidationPluginReport(
            success=all(finding.rule.severity is not Severity.ERROR for finding, _ in reported),
            violations=_violations(reported),
        )


def _templates(context: cdk.IPolicyValidationContext) -> Iterator[Template]:
    """The templates of the app or stage that has the plugin, with the nested stacks, which the context leaves out."""
    assemblies = {Path(path).parent for path in context.template_paths}
    for assembly in sorted(assemblies):
        # The assembly of a stage is part of that of the app, or of the stage around it.
        if assemblies.isdisjoint(assembly.parents):
            yield from read(assembly)


def _findings(template: Template) -> Iterator[TemplateFinding]:
    for finding in (*findings_of(template), *_emptied_dicts(template)):
        is_news = finding.ignored is None or _is_left_to_the_cdk(finding)
        if is_news and finding.rule.severity is not Severity.INFO:
            yield finding


def _emptied_dicts(template: Template) -> Iterator[TemplateFinding]:
    message = "is empty: of a plain dict, the CDK drops the keys that it does not know without a word"
    for logical_id, resource in template.description.resources.items():
        for path in _emptied(resource.properties):
            ignored = reasons_for(template, logical_id).get(EMPTIED.id)
            yield TemplateFinding(template, EMPTIED, logical_id, path, message, ignored)


def _is_left_to_the_cdk(finding: TemplateFinding) -> bool:
    """Whether it was acknowledged as this plugin's: the CDK takes it out of the report, and says why."""
    return FINDING_ID + finding.rule.id in finding.template.acknowledged(finding.logical_id)


def _emptied(value: Any, path: PropertyPath = ()) -> Iterator[PropertyPath]:
    """The ways to all empty dictionaries but those whose keys belong to the user."""
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        if not value and path:
            yield path
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, inner in items:
        if step != "Environment":
            yield from _emptied(inner, (*path, step))


def _reported(found: Collection[TemplateFinding], app: IConstruct) -> Iterator[tuple[TemplateFinding, str]]:
    """The findings that are news to the user, each with what to do."""
    by_place = _l1_resources(app, {finding.template.file.name for finding in found})
    for finding in found:
        resource = by_place.get((finding.template.file.name, finding.logical_id))
        takes_dicts = resource is not None and not isinstance(resource.node.scope, _NO_DICTS)
        if finding.rule is EMPTIED and not takes_dicts:
            continue
        if resource is not None and _is_said_by_its_endpoint(finding.rule, resource):
            continue
        fix = [finding.rule.fix, *(_trap(finding) if takes_dicts else ()), f"see {finding.rule.source}"]
        yield finding, "\n".join(fix)


def _l1_resources(app: IConstruct, files: Collection[str]) -> Mapping[tuple[str, str], cdk.CfnResource]:
    """The L1 resources of these templates, by the template's file and the logical id."""
    by_place: dict[tuple[str, str], cdk.CfnResource] = {}
    for resource, _ in resources(app):
        stack = resource.stack
        file = stack.template_file
        if file in files:
            by_place[file, stack.resolve(resource.logical_id)] = resource
    return by_place


def _is_said_by_its_endpoint(rule: Rule, resource: cdk.CfnResource) -> bool:
    """Whether the construct that the resource is part of has warned of it already."""
    if rule.severity is not Severity.WARNING:
        return False
    endpoints = (scope for scope in resource.node.scopes if isinstance(scope, MultiContainerEndpoint))
    return any(rule.id in shown_warnings(endpoint) for endpoint in endpoints)


def _trap(finding: TemplateFinding) -> Iterator[str]:
    """What may have become of a property that is missing, though someone wrote it."""
    if finding.rule.id not in _MISSING:
        return
    made_by, name = _MISSING[finding.rule.id]
    holder: Any = finding.template.description.resources[finding.logical_id].properties
    for step in finding.path:
        holder = holder[step]
    if isinstance(holder, dict) and name not in holder:
        yield (
            f"if your code gives it, the CDK dropped it without a word: a plain dict takes neither {snake_case(name)} "
            f"nor {name}; write {camel_case(name)}, or {made_by}({snake_case(name)}=...)"
        )


def _violations(reported: Iterable[tuple[TemplateFinding, str]]) -> list[cdk.PolicyViolation]:
    """The findings in the CDK's terms: one violation for all resources of which the same is said."""
    violating: dict[tuple[Rule, str, str], list[cdk.PolicyViolatingResource]] = {}
    for finding, fix in reported:
        where = finding.property_path
        description = f"{where}: {finding.message}" if where else finding.message
        resource = cdk.PolicyViolatingResource(
            resource_logical_id=finding.logical_id,
            template_path=str(finding.template.file),
            locations=[".".join(map(str, ("Properties", *finding.path)))],
        )
        violating.setdefault((finding.rule, description, fix), []).append(resource)
    return [
        cdk.PolicyViolation(
            rule_name=rule.id,
            description=description,
            severity=rule.severity,
            fix=fix,
            rule_metadata={"summary": rule.summary, "source": rule.source},
            violating_resources=there,
        )
        for (rule, description, fix), there in violating.items()
    ]

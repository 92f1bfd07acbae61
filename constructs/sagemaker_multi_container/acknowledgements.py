"""Rules that a user switched off, and the warnings that can be acknowledged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import aws_cdk as cdk
from constructs import Construct

from .acknowledgement_ids import ANNOTATION_ID, METADATA, NO_REASON, WARNING_ID
from .arguments import ArgumentReader
from .l1 import resources
from .rules import RULES, Confidence, Severity

_WARNING = "aws:cdk:warning"


def read_acknowledged_rules(acknowledged: object, read: ArgumentReader) -> Mapping[str, str]:
    """The rules that the user switched off, by id, with the reasons."""
    argument = "acknowledged_rules"
    reasons = read.mapping(argument, acknowledged)
    if not isinstance(reasons, dict):
        return {}
    for rule_id, reason in reasons.items():
        rule = RULES.get(rule_id)
        if rule is None:
            message = f"{rule_id!r} is none of the rules about SageMaker, which alone can be switched off"
            read.refuse(argument, message, "take the id from the error message, such as 'MCE-C06'")
        elif rule.severity is Severity.INFO:
            read.refuse(argument, f"{rule_id} is no error, and the construct does not speak of it", "leave it out")
        elif rule.severity is Severity.WARNING:
            fix = f"acknowledge it as a warning: Annotations.of(endpoint).acknowledge_warning({WARNING_ID + rule_id!r})"
            read.refuse(argument, f"{rule_id} is no error", fix)
        elif rule.confidence is not Confidence.INFERRED:
            read.refuse(argument, f"{rule_id} is documented by AWS, so it cannot be switched off", f"see {rule.source}")
        if not (isinstance(reason, str) and reason.strip()):
            fix = f"write {{{rule_id!r}: 'why it does not apply'}}"
            read.refuse(argument, f"{rule_id} is switched off without a reason", fix)
    return reasons


def shown_warnings(endpoint: Construct) -> set[str]:
    """The rules that the endpoint warns of, as far as nobody acknowledged that."""
    return {
        rule_id
        for entry in endpoint.node.metadata
        if entry.type == _WARNING
        for rule_id in re.findall(rf"\[ack: {WARNING_ID}([^]]+)\]", str(entry.data))
    }


def ignore(reasons: Mapping[str, str], scope: Construct) -> None:
    """Write into the Metadata of the resources below a construct why rules that look at them do not apply.

    Whoever checks the template, with `mce check` or in a pull request, finds it there.
    """
    for resource, kind in resources(scope) if reasons else ():
        for rule_id, reason in reasons.items():
            if kind in {guarded.partition(".")[0] for guarded in RULES[rule_id].guards}:
                resource.add_override(f"Metadata.{METADATA}.ignore.{rule_id}", reason)


def record_acknowledged_warnings(endpoint: Construct, warned_of: Iterable[str]) -> None:
    """Leave in the cloud assembly which of an endpoint's warnings are not shown, since someone acknowledged them.

    Whoever checks the assembly finds it there. Of `Annotations.acknowledge_warning` the CDK leaves nothing, and
    nothing of what was acknowledged of a stage.

    Args:
        endpoint: The endpoint.
        warned_of: The rules that it warned of.
    """
    rules = set(warned_of) & RULES.keys()
    hidden = rules - shown_warnings(endpoint) if rules else rules
    if not hidden:
        return
    reasons = {f"{ANNOTATION_ID}{WARNING_ID}{rule_id}": NO_REASON for rule_id in sorted(hidden)}
    for entry in (entry for scope in endpoint.node.scopes for entry in scope.node.metadata):
        if entry.type == cdk.Validations.ACKNOWLEDGED_RULES_METADATA_KEY:
            reasons |= {known: entry.data[known] for known in reasons.keys() & entry.data.keys()}
    endpoint.node.add_metadata(cdk.Validations.ACKNOWLEDGED_RULES_METADATA_KEY, reasons)

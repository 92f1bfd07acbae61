"""Rules that a user switched off, and the warnings that can be acknowledged."""

from __future__ import annotations

from collections.abc import Mapping

from .arguments import ArgumentReader
from .rules import RULES, Confidence, Severity

WARNING_ID = "sagemaker-multi-container:"
"""What the ids of the construct's warnings begin with."""


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

"""Reasons to ignore rules: where they are written, and what is wrong with those that cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final

from ..rules import RULES
from ..template import Template
from .plugin_rules import PLUGIN_RULES
from .tool import DISTRIBUTION

METADATA: Final = "mce"
"""The key in the Metadata of a template or a resource: `mce: {ignore: {MCE-C06: why it does not apply}}`."""

WARNING_ID: Final = f"{DISTRIBUTION}:"
"""What the ids of the construct's warnings begin with."""
FINDING_ID: Final = f"{DISTRIBUTION}::"
"""What the ids of the plugin's findings begin with."""
ANNOTATION_ID: Final = "Annotation::"
"""What the CDK puts before the id of a warning, and before one that names no plugin."""
NO_REASON: Final = "acknowledged in the CDK app"
"""What is said of an acknowledgement of which the CDK does not know the reason."""

_ACKNOWLEDGED = re.compile(rf"(?:{FINDING_ID}|{ANNOTATION_ID}(?:{WARNING_ID})?)(?P<rule>.+)")
_PREFIX = "MCE-"
_LIKELY = 0.6


def unknown_rule(rule_id: object) -> str:
    """What to say of an id that no rule has."""
    near = sorted((-_likeness(str(rule_id), each), each) for each in (*RULES, *PLUGIN_RULES))[:3]
    likely = [each for likeness, each in near if -likeness >= _LIKELY]
    hint = f"did you mean {' or '.join(likely)}?" if likely else "mce check --list-rules lists them"
    return f"{rule_id!r} is none of the rules; {hint}"


def read_reasons(written: object) -> tuple[dict[str, str], list[str]]:
    """The reasons that can be taken, by the rules' ids, and what is wrong with the others."""
    if not isinstance(written, Mapping):
        return {}, ["must give a reason for each rule's id"]
    reasons: dict[str, str] = {}
    problems: list[str] = []
    for rule_id, reason in written.items():
        if rule_id not in RULES and rule_id not in PLUGIN_RULES:
            problems.append(unknown_rule(rule_id))
        elif not isinstance(reason, str) or not reason.strip():
            problems.append(f"{rule_id} is ignored without a reason; write why it does not apply")
        else:
            reasons[rule_id] = reason.strip()
    return reasons, problems


def reasons_for(template: Template, logical_id: str) -> dict[str, str]:
    """The reasons that the authors of a template gave for one of its resources, by the rules' ids.

    Those in the Metadata of the resource come before those that were acknowledged in the CDK app, and those before the
    ones in the Metadata of the template.
    """
    everywhere, _ = _read(template.document.get("Metadata"))
    acknowledged = {
        found["rule"]: reason.strip() or NO_REASON
        for known, reason in template.acknowledged(logical_id).items()
        if (found := _ACKNOWLEDGED.fullmatch(known))
    }
    here, _ = _read(template.metadata(logical_id))
    return everywhere | acknowledged | here


def unusable_reasons(template: Template) -> Iterator[str]:
    """What is wrong with the reasons in the Metadata of a template and of the resources that are checked."""
    holders = {"template": template.document.get("Metadata")}
    holders |= {logical_id: template.metadata(logical_id) for logical_id in template.description.resources}
    for holder, metadata in holders.items():
        for problem in _read(metadata)[1]:
            yield f"{template.file}: Metadata.{METADATA} of {holder}: {problem}"


def _read(metadata: object) -> tuple[dict[str, str], list[str]]:
    if not isinstance(metadata, Mapping) or METADATA not in metadata:
        return {}, []
    match metadata[METADATA]:
        case {"ignore": written, **others} if not others:
            reasons, problems = read_reasons(written)
            return reasons, [f"ignore: {problem}" for problem in problems]
    return {}, ["takes `ignore` and nothing else"]


def _likeness(given: str, rule_id: str) -> float:
    return SequenceMatcher(None, given.upper().removeprefix(_PREFIX), rule_id.removeprefix(_PREFIX)).ratio()

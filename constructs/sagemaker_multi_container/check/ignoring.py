"""Reasons to ignore rules: where they are written, and what is wrong with those that cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from ..acknowledgement_ids import ANNOTATION_ID, FINDING_ID, METADATA, NO_REASON, WARNING_ID
from ..rules import RULES
from ..rules.checks import quoted
from ..template import Template
from .change_rules import CHANGE_RULE_IDS
from .plugin_rules import PLUGIN_RULES

_ACKNOWLEDGED = re.compile(rf"(?:{FINDING_ID}|{ANNOTATION_ID}(?:{WARNING_ID})?)(?P<rule>.+)")
_PREFIX = "MCE-"
_LIKELY = 0.6
_LONGEST_SLIP = 20
_MOST_PROBLEMS = 10


def unknown_rule(rule_id: object) -> str:
    """What to say of an id that no rule has."""
    given = str(rule_id)
    candidates = (*RULES, *PLUGIN_RULES, *CHANGE_RULE_IDS) if len(given) <= _LONGEST_SLIP else ()
    near = sorted((-_likeness(given, each), each) for each in candidates)[:3]
    likely = [each for likeness, each in near if -likeness >= _LIKELY]
    hint = f"did you mean {' or '.join(likely)}?" if likely else "mce check --list-rules lists them"
    return f"{quoted(given)} is none of the rules; {hint}"


def read_reasons(written: object) -> tuple[dict[str, str], list[str]]:
    """The reasons that can be taken, by the rules' ids, and what is wrong with the others."""
    if not isinstance(written, Mapping):
        return {}, ["must give a reason for each rule's id"]
    reasons = {
        rule_id: reason.strip()
        for rule_id, reason in written.items()
        if _is_rule(rule_id) and isinstance(reason, str) and reason.strip()
    }
    unusable = [rule_id for rule_id in written if rule_id not in reasons]
    problems = [
        f"{rule_id} is ignored without a reason; write why it does not apply"
        if _is_rule(rule_id)
        else unknown_rule(rule_id)
        for rule_id in unusable[:_MOST_PROBLEMS]
    ]
    if len(unusable) > _MOST_PROBLEMS:
        problems.append(f"{len(unusable) - _MOST_PROBLEMS:,} more like these")
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


def _is_rule(rule_id: object) -> bool:
    return rule_id in RULES or rule_id in PLUGIN_RULES or rule_id in CHANGE_RULE_IDS


def _likeness(given: str, rule_id: str) -> float:
    return SequenceMatcher(None, given.upper().removeprefix(_PREFIX), rule_id.removeprefix(_PREFIX)).ratio()

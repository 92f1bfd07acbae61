"""Reasons to ignore rules: where they are written, and what is wrong with those that cannot be taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final

from ..rules import RULES
from ..template import Template

METADATA: Final = "mce"
"""The key in the Metadata of a template or a resource: `mce: {ignore: {MCE-C06: why it does not apply}}`."""

_PREFIX = "MCE-"
_LIKELY = 0.6


def unknown_rule(rule_id: object) -> str:
    """What to say of an id that no rule has."""
    near = sorted((-_likeness(str(rule_id), each), each) for each in RULES)[:3]
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
        if rule_id not in RULES:
            problems.append(unknown_rule(rule_id))
        elif not isinstance(reason, str) or not reason.strip():
            problems.append(f"{rule_id} is ignored without a reason; write why it does not apply")
        else:
            reasons[rule_id] = reason.strip()
    return reasons, problems


def reasons_in(metadata: object) -> dict[str, str]:
    """The reasons in the Metadata of a template or a resource, by the rules' ids."""
    return _read(metadata)[0]


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

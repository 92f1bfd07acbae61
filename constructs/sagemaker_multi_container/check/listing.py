"""The rules themselves, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from ..acknowledgement_ids import FINDING_ID
from ..rules import Rule

_CONFIDENCES = {"documented": "AWS says so", "inferred": "it follows from what AWS says, or others reported it"}
_GUARDED = {
    "template": "the whole template",
    "app": "what L1 resources are given in a CDK app",
    "change": "what an update does to an endpoint that is there",
}
_FOUND_IN_REVIEW = """\
It is a rule of changes: `mce review BASE HEAD` tells what breaks it, and `--fail-on refused` stops that.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRule:
    """What there is to be known of a rule, whoever holds something against it."""

    rule: str
    """Its id."""
    about: Literal["template", "app", "change"]
    """What it is held against: templates, a CDK app that is synthesized, or a change that is reviewed."""
    severity: str
    confidence: str
    summary: str
    guards: tuple[str, ...]
    """The properties it looks at; none if it looks at more than those of a template."""
    fix: str
    source: str


def listed(rule: Rule, about: Literal["template", "app"]) -> ListedRule:
    """A rule of which there are findings."""
    return ListedRule(
        rule=rule.id,
        about=about,
        severity=rule.severity.value,
        confidence=rule.confidence.value,
        summary=rule.summary,
        guards=rule.guards,
        fix=rule.fix,
        source=rule.source,
    )


def rules_as_text(rules: Iterable[ListedRule]) -> str:
    """A table of rules, by id."""
    lines = (
        f"{each.rule}  {each.about:8}  {each.severity:7}  {each.confidence:10}  {each.summary.partition(chr(10))[0]}"
        for each in _by_id(rules)
    )
    return "\n".join(lines) + "\n"


def rules_as_json(rules: Iterable[ListedRule]) -> str:
    """A list of rules, by id."""
    return json.dumps([asdict(each) for each in _by_id(rules)], indent=2) + "\n"


def explain_as_text(rule: ListedRule) -> str:
    """All that is known of a rule, and how to ignore it."""
    guards = "\n            ".join(rule.guards) or _GUARDED[rule.about]
    return f"""\
{rule.rule}: {rule.summary}

severity    {rule.severity}
confidence  {rule.confidence}: {_CONFIDENCES[rule.confidence]}
guards      {guards}
fix         {rule.fix}
source      {rule.source}

{_FOUND_IN_REVIEW if rule.about == "change" else ""}{_ignoring(rule)}"""


def explain_as_json(rule: ListedRule) -> str:
    """All that is known of a rule."""
    return json.dumps(asdict(rule), indent=2) + "\n"


def _ignoring(rule: ListedRule) -> str:
    on_the_command_line = f"  on the command line                         --ignore '{rule.rule}=why'\n"
    return f"""\
To ignore it, say why it does not apply:
{on_the_command_line if rule.about != "change" else ""}\
  in [tool.mce.ignore] of pyproject.toml      {rule.rule} = "why"
  in the Metadata of a template or resource   mce: {{ignore: {{{rule.rule}: why}}}}
  in a CDK app, for a construct               Acknowledgment(id="{FINDING_ID}{rule.rule}", reason="why")
"""


def _by_id(rules: Iterable[ListedRule]) -> list[ListedRule]:
    return sorted(rules, key=lambda each: each.rule)

"""The rules themselves, for people and for programs."""

from __future__ import annotations

import json

from ..rules import RULES, Rule
from .ignoring import FINDING_ID

_CONFIDENCES = {"documented": "AWS says so", "inferred": "it follows from what AWS says, or others reported it"}


def rules_as_text() -> str:
    """A table of all rules, by id."""
    lines = (f"{each.id}  {each.severity:7}  {each.confidence:10}  {_first_line(each.summary)}" for each in _rules())
    return "\n".join(lines) + "\n"


def rules_as_json() -> str:
    """A list of all rules, by id."""
    return json.dumps([_as_object(each) for each in _rules()], indent=2) + "\n"


def explain_as_text(rule: Rule) -> str:
    """All that is known of a rule, and how to ignore it."""
    guards = "\n            ".join(rule.guards) or "what L1 resources are given in a CDK app"
    return f"""\
{rule.id}: {rule.summary}

severity    {rule.severity}
confidence  {rule.confidence}: {_CONFIDENCES[rule.confidence]}
guards      {guards}
fix         {rule.fix}
source      {rule.source}

To ignore it, say why it does not apply:
  on the command line                         --ignore '{rule.id}=why'
  in [tool.mce.ignore] of pyproject.toml      {rule.id} = "why"
  in the Metadata of a template or resource   mce: {{ignore: {{{rule.id}: why}}}}
  in a CDK app, for a construct               Acknowledgment(id="{FINDING_ID}{rule.id}", reason="why")
"""


def explain_as_json(rule: Rule) -> str:
    """All that is known of a rule."""
    return json.dumps(_as_object(rule), indent=2) + "\n"


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _rules() -> list[Rule]:
    return sorted(RULES.values(), key=lambda each: each.id)


def _as_object(rule: Rule) -> dict[str, str | list[str]]:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "summary": rule.summary,
        "guards": list(rule.guards),
        "fix": rule.fix,
        "source": rule.source,
    }

"""All rules by id: those of templates, of apps and of changes, for `mce check --list-rules` and `--explain`."""

from __future__ import annotations

from typing import Final

from ..check.listing import ListedRule, listed
from ..check.plugin_rules import PLUGIN_RULES
from ..review.refusals import CHANGE_RULES, ChangeRule
from ..rules import RULES


def _of_changes(rule: ChangeRule) -> ListedRule:
    return ListedRule(
        rule=rule.id,
        about="change",
        severity="refused",
        confidence="documented",
        summary=rule.summary,
        guards=(),
        fix=rule.fix,
        source=rule.source,
    )


ALL_RULES: Final = {
    **{rule.id: listed(rule, "template") for rule in RULES.values()},
    **{rule.id: listed(rule, "app") for rule in PLUGIN_RULES.values()},
    **{rule.id: _of_changes(rule) for rule in CHANGE_RULES.values()},
}

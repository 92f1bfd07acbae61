"""`mce check`: the arguments, and where the report goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from ..check.annotations import as_annotations
from ..check.as_json import as_json
from ..check.ignoring import read_reasons, unknown_rule
from ..check.listing import ListedRule, explain_as_json, explain_as_text, rules_as_json, rules_as_text
from ..check.printable import printable
from ..check.report import Report, at_least
from ..check.report import check as check_paths
from ..check.sarif import as_sarif
from ..check.text import as_text, summary
from ..rules import Severity
from .commands import FOUND, OK, UNUSABLE
from .options import assembly_of_this_folder, config_option, configured_reasons, output_option, write_report

NEVER: Final = "never"


def _reasons(_: click.Context, __: click.Parameter, written: Sequence[str]) -> dict[str, str]:
    """The reasons of `--ignore ID=reason`."""
    parted = (each.partition("=") for each in written)
    reasons, problems = read_reasons({rule_id: reason for rule_id, _, reason in parted})
    if problems:
        raise click.BadParameter("; ".join(problems))
    return reasons


def _rule_id(_: click.Context, __: click.Parameter, written: str | None) -> str | None:
    if written is not None and written not in _all_rules():
        raise click.BadParameter(unknown_rule(written))
    return written


def _all_rules() -> dict[str, ListedRule]:
    from .rules import ALL_RULES  # noqa: PLC0415 - with the review's, which a check does not need

    return ALL_RULES


@click.command
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How to write the report: for people, for programs, for code scanning, or as annotations of GitHub Actions.",
)
@output_option
@click.option(
    "--fail-on",
    type=click.Choice([*(each.value for each in Severity), NEVER]),
    default=Severity.ERROR.value,
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option(
    "--ignore",
    metavar="ID=REASON",
    multiple=True,
    callback=_reasons,
    help="Ignore a rule, and say why. May be given several times.",
)
@config_option
@click.option("-v", "--verbose", is_flag=True, help="Also show infos: what works, but is worth knowing.")
@click.option("--list-rules", is_flag=True, help="List all rules instead.")
@click.option("--explain", metavar="ID", callback=_rule_id, help="Say all that is known of a rule instead.")
@click.pass_context
def check(
    context: click.Context,
    paths: Sequence[Path],
    form: str,
    output: Path | None,
    fail_on: str,
    ignore: dict[str, str],
    config: Path | None,
    verbose: bool,
    list_rules: bool,
    explain: str | None,
) -> None:
    """Hold CloudFormation templates against what SageMaker accepts.

    Each PATH is a cloud assembly of the CDK or a template in JSON or YAML, whoever wrote it; without one it is cdk.out,
    and - is standard input. Nothing is deployed and no AWS account is asked.

    Exit code: 0 if nothing was found that --fail-on names, 1 if something was, 2 if something could not be read.
    """
    if list_rules or explain:
        if form not in {"text", "json"}:
            raise click.UsageError("--list-rules and --explain take --format text or json")
        write_report(_about_rules(explain, form), output)
        return
    report = check_paths(paths or [assembly_of_this_folder("check")], configured_reasons(config) | ignore)
    threshold = None if fail_on == NEVER else Severity(fail_on)
    least = Severity.INFO if verbose or threshold is Severity.INFO else Severity.WARNING
    write_report(_rendered(report, form, least), output)
    if output is not None:
        click.echo(f"{output}: {summary(report, least)}", err=True)
    for note in report.notes:
        click.echo(f"Note: {printable(note)}", err=True)
    for reason in report.unreadable:
        click.echo(f"Error: {printable(str(reason))}", err=True)
    context.exit(_exit_code(report, threshold))


def _about_rules(explained: str | None, form: str) -> str:
    rules = _all_rules()
    if explained:
        rule = rules[explained]
        return explain_as_json(rule) if form == "json" else explain_as_text(rule)
    return rules_as_json(rules.values()) if form == "json" else rules_as_text(rules.values())


def _rendered(report: Report, form: str, least: Severity) -> str:
    match form:
        case "json":
            return as_json(report)
        case "sarif":
            return as_sarif(report)
        case "github":
            return as_annotations(report, least)
    return as_text(report, least)


def _exit_code(report: Report, threshold: Severity | None) -> int:
    if report.unreadable:
        return UNUSABLE
    found = threshold is not None and any(at_least(each.rule.severity, threshold) for each in report.standing)
    return FOUND if found else OK

"""`mce check`: its arguments, exit codes and where it writes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sagemaker_multi_container.check.plugin_rules import PLUGIN_RULES
from sagemaker_multi_container.cli.commands import mce
from sagemaker_multi_container.cli.rules import ALL_RULES
from sagemaker_multi_container.review.refusals import CHANGE_RULES
from sagemaker_multi_container.rules import RULES
from tests.check.examples import BUCKET, LATEST, OPEN, RIGHT, WITHOUT_HOSTNAME, write


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with templates, and with a configuration of its own."""
    monkeypatch.chdir(tmp_path)
    for name, document in {"right": RIGHT, "error": WITHOUT_HOSTNAME, "warning": LATEST, "info": OPEN}.items():
        write(tmp_path / f"{name}.json", document)
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def _check(*arguments: str) -> Result:
    return CliRunner().invoke(mce, ["check", *arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("template", "fail_on", "code"),
    [
        ("right", None, 0),
        ("right", "info", 0),
        ("info", None, 0),
        ("info", "warning", 0),
        ("info", "info", 1),
        ("warning", None, 0),
        ("warning", "warning", 1),
        ("warning", "info", 1),
        ("error", None, 1),
        ("error", "error", 1),
        ("error", "warning", 1),
        ("error", "never", 0),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_the_exit_code_says_whether_something_was_found(
    template: str, fail_on: str | None, code: int, form: str
) -> None:
    """In every format, from the severity of `--fail-on` on; errors by default."""
    options = [] if fail_on is None else ["--fail-on", fail_on]

    assert _check(f"{template}.json", "--format", form, *options).exit_code == code


@pytest.mark.parametrize("fail_on", ["error", "never"])
def test_the_exit_code_says_whether_something_could_not_be_read(fail_on: str) -> None:
    """Whatever was found elsewhere, which is reported first."""
    result = _check("error.json", "nowhere.json", "right.json", "--fail-on", fail_on)

    assert result.exit_code == 2
    assert "error MCE-C04" in result.stdout
    assert result.stdout.endswith("2 templates, 2 endpoint resources checked; 1 not readable\n")
    assert result.stderr.startswith("Error: nowhere.json: ")
    assert result.stderr.count("\n") == 1


def test_of_what_cannot_be_read_it_says_one_line() -> None:
    """And not that there are no findings."""
    result = _check("nowhere.json")

    assert result.stdout == ""
    assert result.stderr.count("\n") == 1


def test_several_templates_are_one_report() -> None:
    result = _check("error.json", "warning.json", "--format", "json")

    assert [(each["file"], each["rule"]) for each in json.loads(result.stdout)] == [
        ("error.json", "MCE-C04"),
        ("warning.json", "MCE-C20"),
    ]


def test_without_a_path_it_checks_the_cloud_assembly_of_the_working_directory(folder: Path) -> None:
    assembly = folder / "cdk.out"
    assembly.mkdir()
    write(assembly / "Search.template.json", WITHOUT_HOSTNAME)
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "Search.template.json"},
        "displayName": "Search",
    }
    (assembly / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": {"Search": stack}}))

    result = _check()

    assert result.exit_code == 1
    assert result.stdout.startswith("Search (cdk.out/Search.template.json)\n")


def test_without_a_path_and_an_assembly_it_says_what_to_do() -> None:
    result = _check()

    assert result.exit_code == 2
    assert result.stderr == "Error: there is no cdk.out here: run `cdk synth`, or say which template to check\n"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_says_when_there_is_nothing_to_check(folder: Path, form: str) -> None:
    """In every format."""
    write(folder / "bucket.json", BUCKET)
    result = _check("bucket.json", "--format", form)

    assert result.exit_code == 0
    assert (
        result.stderr
        == "Note: bucket.json: there is no SageMaker Model, EndpointConfig, Endpoint or scaling of one to check\n"
    )


@pytest.mark.parametrize("options", [["--verbose"], ["-v"], ["--fail-on", "info"]])
@pytest.mark.parametrize("form", ["text", "github"])
def test_people_see_infos_on_demand(form: str, options: list[str]) -> None:
    """What makes the exit code 1 is always shown."""
    assert "MCE-M09" not in _check("info.json", "--format", form).stdout
    assert "MCE-M09" in _check("info.json", "--format", form, *options).stdout


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_programs_see_infos(form: str) -> None:
    assert "network isolation is off" in _check("info.json", "--format", form).stdout


def test_ignores_a_rule_for_a_reason(folder: Path) -> None:
    """On the command line, in the project's configuration, or in another one."""
    other = folder / "other.toml"
    other.write_text('[tool.mce.ignore]\nMCE-C04 = "other"\n')

    by_flag = _check("error.json", "--ignore", "MCE-C04=the = sign is fine")
    by_other_configuration = _check("error.json", "--config", "other.toml")
    (folder / "pyproject.toml").write_text('[tool.mce.ignore]\nMCE-C04 = "project"\n')
    by_configuration = _check("error.json")
    by_both = _check("error.json", "--ignore", "MCE-C04=flag", "--ignore", "MCE-C20=flag")

    for result, reason in [
        (by_flag, "the = sign is fine"),
        (by_other_configuration, "other"),
        (by_configuration, "project"),
        (by_both, "flag"),
    ]:
        assert result.exit_code == 0
        assert f"ignored\n  MCE-C04 in Model: {reason}\n" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--ignore", "MCE-C04"], "MCE-C04 is ignored without a reason"),
        (["--ignore", "MCE-C04="], "MCE-C04 is ignored without a reason"),
        (["--ignore", "MCE-C4=why"], "'MCE-C4' is none of the rules; did you mean MCE-C04"),
        (["--explain", "MCE-C4"], "'MCE-C4' is none of the rules; did you mean MCE-C04"),
        (["--list-rules", "--format", "sarif"], "--list-rules and --explain take --format text or json"),
        (["--format", "xml"], "'xml' is not one of"),
        (["--fail-on", "fatal"], "'fatal' is not one of"),
        (["--config", "nowhere.toml"], "nowhere.toml: No such file or directory"),
        (["--output", "."], "'.' is a directory"),
        (["--output", "nowhere/report.txt"], "cannot write nowhere/report.txt: No such file or directory"),
    ],
)
def test_arguments_that_cannot_be_taken_are_refused(arguments: list[str], says: str) -> None:
    result = _check("right.json", *arguments)

    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""


def test_a_configuration_that_cannot_be_taken_is_refused(folder: Path) -> None:
    """It is the project's, so nobody named it: the line does."""
    (folder / "pyproject.toml").write_text("[tool.mce.ignore]\nMCE-C04 = ''\n")
    result = _check("right.json")

    assert result.exit_code == 2
    assert result.stderr.endswith(
        "pyproject.toml: [tool.mce.ignore]: MCE-C04 is ignored without a reason; write why it does not apply\n"
    )


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_writes_the_report_to_a_file(folder: Path, form: str) -> None:
    """The same as on standard output; there, a line says what was found."""
    printed = _check("error.json", "--format", form)
    written = _check("error.json", "--format", form, "--output", "report")

    assert (folder / "report").read_text() == printed.stdout
    assert written.stdout == ""
    assert written.stderr == "report: 1 error, 0 warnings; 1 template, 1 endpoint resource checked\n"
    assert written.exit_code == 1


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_file_may_have_any_name(folder: Path, form: str) -> None:
    """Also one that is no text."""
    name = os.fsdecode(b"caf\xe9 \x1b[31m#1.json")
    (folder / "error.json").rename(folder / name)

    result = _check(name, "--format", form)

    assert result.exit_code == 1
    assert "\x1b" not in result.stdout


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for files, and not for those who want none (https://no-color.org)."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    in_terminal = CliRunner().invoke(mce, ["check", "error.json"], color=True).stdout
    to_file = _check("error.json", "--output", "report")
    monkeypatch.setenv("NO_COLOR", "1")
    unwanted = CliRunner().invoke(mce, ["check", "error.json"], color=True).stdout

    assert "\x1b[31merror MCE-C04\x1b[0m" in in_terminal
    assert to_file.exit_code == 1
    assert "\x1b" not in Path("report").read_text()
    assert "\x1b" not in unwanted


def test_lists_the_rules() -> None:
    """One a line, or as objects."""
    text = _check("--list-rules")
    objects = json.loads(_check("--list-rules", "--format", "json").stdout)

    assert text.exit_code == 0
    assert [line.split()[0] for line in text.stdout.splitlines()] == sorted(ALL_RULES)
    assert all(rule.summary.splitlines()[0] in text.stdout for rule in ALL_RULES.values())
    assert [each["rule"] for each in objects] == sorted(ALL_RULES)
    assert {"about", "severity", "confidence", "summary", "guards", "fix", "source"} < objects[0].keys()


def test_one_list_has_the_ids_of_all_rules() -> None:
    """Whoever holds them against something: whatever id a user has seen, it is there."""
    lines = _check("--list-rules").stdout.splitlines()

    assert {*RULES, *PLUGIN_RULES, *CHANGE_RULES} == ALL_RULES.keys()
    assert len(RULES) + len(PLUGIN_RULES) + len(CHANGE_RULES) == len(ALL_RULES)
    assert [line.split()[0] for line in lines if line.split()[1] == "change"] == sorted(CHANGE_RULES)


@pytest.mark.parametrize("rule_id", RULES)
def test_explains_each_rule(rule_id: str) -> None:
    rule = RULES[rule_id]
    text = _check("--explain", rule_id).stdout
    (explained,) = [json.loads(_check("--explain", rule_id, "--format", "json").stdout)]

    for said in (rule.id, rule.summary, rule.severity, rule.confidence, *rule.guards, rule.fix, rule.source):
        assert said in text
    assert f"--ignore '{rule_id}=why'" in text
    assert (explained["rule"], explained["guards"]) == (rule_id, list(rule.guards))


@pytest.mark.parametrize("rule_id", CHANGE_RULES)
def test_explains_a_rule_of_changes(rule_id: str) -> None:
    """It comes up in reviews, and can be ignored as others."""
    rule = CHANGE_RULES[rule_id]
    text = _check("--explain", rule_id).stdout

    assert all(said in text for said in (rule.id, rule.summary, rule.fix, rule.source, "mce review BASE HEAD"))
    assert "--ignore" not in text
    assert f'{rule_id} = "why"' in text
    assert json.loads(_check("--explain", rule_id, "--format", "json").stdout)["about"] == "change"


def test_explains_a_rule_of_the_plugin() -> None:
    """Who sees it under `cdk synth` looks it up here, too."""
    text = _check("--explain", "MCE-L01").stdout

    assert "camelCase" in text
    assert 'Acknowledgment(id="sagemaker-multi-container::MCE-L01", reason="why")' in text

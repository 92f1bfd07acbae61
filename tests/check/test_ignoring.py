"""Reasons to ignore rules: on the command line, in pyproject.toml and in Metadata."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagemaker_multi_container.check.configuration import (
    UnusableConfigurationError,
    nearest_configuration,
    read_configuration,
)
from sagemaker_multi_container.check.ignoring import read_reasons
from sagemaker_multi_container.check.report import check
from tests.check.examples import WITHOUT_HOSTNAME, assembly, container, model, report_on, template


def _ignoring(reason: object) -> dict[str, object]:
    return {"mce": {"ignore": {"MCE-C04": reason}}}


def _without_hostname(metadata: object = None) -> dict[str, object]:
    return model(container("ranker"), container(None), metadata=metadata)


def test_the_metadata_of_a_resource_ignores_a_rule_for_this_resource(tmp_path: Path) -> None:
    """And for no other."""
    document = template(Legacy=_without_hostname(_ignoring("never called")), New=_without_hostname())

    report = report_on(tmp_path, document)

    assert [(each.logical_id, each.ignored) for each in report.findings] == [("Legacy", "never called"), ("New", None)]
    assert report.notes == ()


def test_the_metadata_of_a_template_ignores_a_rule_everywhere(tmp_path: Path) -> None:
    document = template(_ignoring("a draft"), One=_without_hostname(), Other=_without_hostname())

    assert [each.ignored for each in report_on(tmp_path, document).findings] == ["a draft", "a draft"]


def test_the_reason_nearest_to_the_resource_is_told(tmp_path: Path) -> None:
    document = template(_ignoring("template"), Near=_without_hostname(_ignoring("resource")), Far=_without_hostname())

    assert [each.ignored for each in report_on(tmp_path, document, MCE_C04="flag").findings] == ["resource", "template"]
    assert [each.ignored for each in report_on(tmp_path, template(M=_without_hostname()), MCE_C04="flag").findings] == [
        "flag"
    ]


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        (_ignoring(""), "ignore: MCE-C04 is ignored without a reason"),
        (_ignoring("  "), "ignore: MCE-C04 is ignored without a reason"),
        (_ignoring(None), "ignore: MCE-C04 is ignored without a reason"),
        (_ignoring({"Ref": "Reason"}), "ignore: MCE-C04 is ignored without a reason"),
        ({"mce": {"ignore": {"MCE-C040": "typed too much"}}}, "'MCE-C040' is none of the rules; did you mean MCE-C04"),
        ({"mce": {"ignore": {"W1234": "of another tool"}}}, "mce check --list-rules lists them"),
        ({"mce": {"ignore": ["MCE-C04"]}}, "ignore: must give a reason for each rule's id"),
        ({"mce": {"ignored": {"MCE-C04": "typed too much"}}}, "takes `ignore` and nothing else"),
        ({"mce": {"ignore": {"MCE-C04": "fine"}, "fail": 1}}, "takes `ignore` and nothing else"),
        ({"mce": "MCE-C04"}, "takes `ignore` and nothing else"),
    ],
)
def test_metadata_that_cannot_be_taken_is_said_and_ignores_nothing(
    tmp_path: Path, metadata: dict[str, object], says: str
) -> None:
    """A reason that someone believes in must not vanish without a word."""
    of_resource = report_on(tmp_path, template(Model=_without_hostname(metadata)))
    of_template = report_on(tmp_path, template(metadata, Model=_without_hostname()))

    assert [each.rule.id for each in of_resource.standing] == ["MCE-C04"]
    assert [each.rule.id for each in of_template.standing] == ["MCE-C04"]
    (note,) = of_resource.notes
    assert "endpoint.template.json: Metadata.mce of Model: " in note
    assert says in note
    (note,) = of_template.notes
    assert "endpoint.template.json: Metadata.mce of template: " in note
    assert says in note


@pytest.mark.parametrize(
    "acknowledged",
    [
        "sagemaker-multi-container::MCE-C04",
        "Annotation::sagemaker-multi-container:MCE-C04",
        "Annotation::MCE-C04",
    ],
)
@pytest.mark.parametrize(("given", "told"), [(" legacy ", "legacy"), ("", "acknowledged in the CDK app")])
def test_what_was_acknowledged_in_the_app_is_ignored(tmp_path: Path, acknowledged: str, given: str, told: str) -> None:
    """By the id of a finding of the plugin, of a warning of the construct, or bare, as the CDK writes them."""
    report = check([assembly(tmp_path, WITHOUT_HOSTNAME, acknowledged={acknowledged: given})], {"MCE-C04": "flag"})

    assert [each.ignored for each in report.findings] == [told]


@pytest.mark.parametrize("acknowledged", ["MCE-C04", "cdk-nag::MCE-C04", "sagemaker-multi-container::MCE-C05", "x:"])
def test_what_else_was_acknowledged_is_not(tmp_path: Path, acknowledged: str) -> None:
    report = check([assembly(tmp_path, WITHOUT_HOSTNAME, acknowledged={acknowledged: "why"})], {})

    assert [each.ignored for each in report.findings] == [None]


def test_the_metadata_of_a_resource_comes_before_what_was_acknowledged(tmp_path: Path) -> None:
    """It is nearer, and that of the whole template further away."""
    document = template(_ignoring("template"), Near=_without_hostname(_ignoring("resource")), Far=_without_hostname())
    report = check([assembly(tmp_path, document, acknowledged={"Annotation::MCE-C04": "app"})], {})

    assert [each.ignored for each in report.findings] == ["resource", "app"]


def test_rules_of_the_plugin_are_known(tmp_path: Path) -> None:
    """What a template ignores of them is ignored where it is looked for, under `cdk synth`."""
    report = report_on(tmp_path, template(Model=_without_hostname({"mce": {"ignore": {"MCE-L01": "on purpose"}}})))

    assert report.notes == ()
    assert read_reasons({"MCE-L1": "on purpose"})[1] == ["'MCE-L1' is none of the rules; did you mean MCE-L01?"]


@pytest.mark.parametrize("metadata", [None, {}, [], "mce", {"aws:cdk:path": "Stack/Model"}, {"Mce": {"ignore": 1}}])
def test_other_metadata_is_none_of_our_business(tmp_path: Path, metadata: object) -> None:
    report = report_on(tmp_path, template(metadata, Model=_without_hostname(metadata)))

    assert (report.notes, len(report.standing)) == ((), 1)


def test_one_reason_that_cannot_be_taken_leaves_the_others() -> None:
    reasons, problems = read_reasons({"MCE-C04": "  legacy ", "MCE-C05": ""})

    assert reasons == {"MCE-C04": "legacy"}
    assert len(problems) == 1


def test_a_configuration_gives_reasons(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.mce.ignore]\nMCE-C04 = "legacy"\n[tool.ruff]\nline-length = 1\n')

    assert read_configuration(file) == {"MCE-C04": "legacy"}


@pytest.mark.parametrize("text", ["", "[project]\nname = 'a'", "[tool.mce]", "[tool.mce.ignore]", "tool = 1"])
def test_a_configuration_may_have_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(text)

    assert read_configuration(file) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.mce.ignore]\nMCE-C04 = ''", "MCE-C04 is ignored without a reason"),
        ("[tool.mce.ignore]\nMCE-C04 = true", "MCE-C04 is ignored without a reason"),
        ("[tool.mce.ignore]\nC04 = 'legacy'", "'C04' is none of the rules; did you mean MCE-C04"),
        ("[tool.mce]\nignore = ['MCE-C04']", "must give a reason"),
        ("[tool.mce]\nignores = {}", "[tool.mce] takes `ignore` and nothing else"),
        ("[tool]\nmce = 1", "[tool.mce] takes `ignore` and nothing else"),
        ("[tool.mce", "is not valid TOML"),
        ("a = " + "[" * 2000, "is not valid TOML"),
        ("\xff", "is not valid TOML"),
    ],
)
def test_a_configuration_that_cannot_be_taken_is_refused_in_a_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_bytes(text.encode("latin-1"))

    with pytest.raises(UnusableConfigurationError) as refused:
        read_configuration(file)

    assert str(refused.value).startswith(f"{file}: ")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_nearest_configuration_counts(tmp_path: Path) -> None:
    near, far = tmp_path / "app" / "pyproject.toml", tmp_path / "pyproject.toml"
    folder = tmp_path / "app" / "infrastructure"
    folder.mkdir(parents=True)
    far.touch()

    assert nearest_configuration(folder) == far
    near.touch()
    assert nearest_configuration(folder) == near

"""A review as it is read: in a comment on a pull request, in a terminal, by a program."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from sagemaker_multi_container.review import as_json, as_markdown, as_text, compare
from sagemaker_multi_container.review.quoting import code, figure
from sagemaker_multi_container.review.rendering.markdown import LONGEST, MARKER
from sagemaker_multi_container.review.rendering.mermaid import diagram
from tests.review.scenes import AFTER, BEFORE
from tests.review.templates import DIRECT, attribute, container, edited, resource, review, reviewed, variant, written

HOSTILE = [
    "@everyone",
    "</details><script>alert(1)</script>",
    "`` ` `@octocat",
    "![x](https://evil.example/x.png)",
    "a|b\\|c\\\\|@x",
    "line\nbreak\r\n\r\n# heading",
    "--> <!-- mce review -->",
    'quote"]:::removed\nclick e href "https://evil.example"',
    "\u202e\u2066reversed\u200b",
    "#1 GH-2 octocat/hello#3 https://evil.example",
    "x" * 5000,
    "",
]


def test_a_comment(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Of a change that has something of everything."""
    assert as_markdown(review(tmp_path, BEFORE, AFTER)) == snapshot


def test_a_terminal(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """The same, without the picture."""
    assert as_text(review(tmp_path, BEFORE, AFTER)) == snapshot


def test_the_first_line_that_is_seen_says_it_all(tmp_path: Path) -> None:
    """After the marker, which nobody sees."""
    marker, _, first, *_ = as_markdown(review(tmp_path, BEFORE, AFTER)).splitlines()

    assert marker == MARKER
    assert first == (
        "**`search`**: rolls in place · **will be refused** · **breaks callers** · **1 new error** · "
        "**permissions wider** · capacity changes · 1 new warning"
    )


def test_what_is_found_elsewhere_is_in_the_first_line(tmp_path: Path) -> None:
    """Also if no endpoint changes."""
    lone = resource("Model", {"Containers": [container("my_ranker"), container("tagger")], "ExecutionRoleArn": "arn"})
    first, *_ = as_text(review(tmp_path, DIRECT, edited(DIRECT, {"Lone": lone}))).splitlines()

    assert first == "No endpoint changes: 1 is the same as before · 2 new errors elsewhere · 2 new warnings elsewhere"


def test_without_a_base_it_says_so(tmp_path: Path) -> None:
    """A reviewer must not take endpoints for new that are not, such as if the base could not be synthesized."""
    found = review(tmp_path, None, DIRECT)

    assert "\n\nThere is nothing to compare with: " in as_markdown(found)
    assert "\n\n  There is nothing to compare with: " in as_text(found)
    assert "nothing to compare" not in as_text(review(tmp_path, {"Resources": {}}, DIRECT))
    assert "nothing to compare" not in as_text(review(tmp_path, None, {"Resources": {}}))


def test_nothing_changed_is_one_line(tmp_path: Path) -> None:
    """Beside the marker."""
    found = review(tmp_path, BEFORE, BEFORE)

    assert as_markdown(found) == f"{MARKER}\n\nNo endpoint changes: 1 is the same as before\n"
    assert as_text(found) == "No endpoint changes: 1 is the same as before\n"


def test_several_endpoints_have_a_section_each(tmp_path: Path) -> None:
    """And those that do not change are named."""
    config = attribute("Config", "EndpointConfigName")
    others = {name: resource("Endpoint", {"EndpointName": name.lower(), "EndpointConfigName": config}) for name in "XY"}
    other = {"Fixed": resource("Endpoint", {"EndpointName": "fixed", "EndpointConfigName": "elsewhere"})}
    before = {"Resources": {**DIRECT["Resources"], **others, **other}}
    after = edited(before, {"Config.KmsKeyId": "alias/volumes", "X.EndpointName": "z"})
    text = as_markdown(review(tmp_path, before, after))

    assert "**3 endpoints change**: 1 replaced, 2 rolls in place" in text
    assert re.findall(r"^### (.*)$", text, re.MULTILINE) == ["`search`", "`y`", "`z`"]
    assert "Unchanged: `fixed`." in text


def test_json_has_it_all_under_the_names_of_the_data(tmp_path: Path) -> None:
    """And what `--fail-on` can name."""
    document = json.loads(as_json(review(tmp_path, BEFORE, AFTER)))
    (endpoint,) = document["endpoints"]

    assert "breaks-callers" in document["kinds"]
    assert (endpoint["stack"], endpoint["name"], endpoint["outcome"]) == ("Search", "search", "rolls in place")
    assert endpoint["models"][0]["containers"][0]["environment_removed"] == ["TOKEN"]
    (role,) = endpoint["permissions"]["roles"]
    (statement,) = role["statements"]
    assert (role["wider"], statement["kind"]) == ("yes", "widened")
    assert statement["head"]["resources"] == {"patterns": ["arn:aws:s3:::models/*"], "negated": False}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "place",
    [
        "Model.Containers[0].ContainerHostname",
        "Model.Containers[0].Image",
        "Config.ProductionVariants[0].InstanceType",
        "tag",
        "name",
        "policy",
        "alarm",
    ],
)
def test_what_a_template_says_is_only_text(tmp_path: Path, text: str, place: str) -> None:
    """Outside of code, a comment holds nothing that comes from a template, so that nothing there can do anything."""
    changes: dict[str, Any] = {place: text}
    if place == "tag":
        changes = {"Model.Containers[0].Environment": {text or "a": "1"}, "Model.Tags": [{"Key": text, "Value": text}]}
    elif place == "policy":
        statement = {"Effect": "Allow", "Action": [text, "s3:*"], "Resource": text, "Condition": {text: {text: text}}}
        boundary = {"PermissionsBoundary": text, "ManagedPolicyArns": [f"{text}FullAccess"]}
        policies = [{"PolicyName": text, "PolicyDocument": {"Statement": [statement, text]}}]
        changes = {"Role": resource("AWS::IAM::Role", {**boundary, "Policies": policies})}
    elif place == "alarm":
        rollback = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": text}]}}
        changes = {"Endpoint.DeploymentConfig": rollback, "Model.Containers[0].Image": "other"}
    elif place == "name":
        changes = {"Endpoint.EndpointName": text, "Config.ProductionVariants": [variant(text), variant()]}
    markdown = as_markdown(review(tmp_path, DIRECT, edited(DIRECT, changes)))

    assert not [
        word for word in ("@", "evil", "octocat", "script", "heading", "\u202e") if word in outside_code(markdown)
    ]
    assert markdown.count(MARKER) == 1 or MARKER not in outside_code(markdown.removeprefix(MARKER))
    assert all(unicodedata.category(each)[0] != "C" or each == "\n" for each in markdown)


def outside_code(markdown: str) -> str:
    """Markdown without its diagrams and its quotations."""
    without_diagrams = re.sub(r"```mermaid\n.*?\n```", "", markdown, flags=re.DOTALL)
    return re.sub(r"`[^`\n]+`", "", without_diagrams)


@pytest.mark.parametrize("text", ["2 x ml.g5.xlarge", "100 %", "0.5 %", "50 GB", "2 to 12"])
def test_a_figure_needs_no_quotation(text: str) -> None:
    """It is easier to read without."""
    assert figure(text) == text


@pytest.mark.parametrize("text", [*HOSTILE, "2 x www.evil.example", "2 x ml.m5.xlarge\n", "2 x 3 @octocat", "٢"])
def test_what_is_no_figure_is_quoted(text: str) -> None:
    """Whatever stands in the place of one."""
    assert figure(text) == code(text)


@given(st.text())
def test_a_quotation_is_one_quotation(text: str) -> None:
    """Whatever is quoted: it begins and ends with the only backticks, in one line."""
    quoted = code(text)

    assert quoted.count("`") == 2
    assert quoted[0] == quoted[-1] == "`"
    assert quoted.isprintable()
    assert len(quoted) <= 102


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_is_only_a_label(tmp_path: Path, text: str) -> None:
    """A diagram has as many lines as it has things, and quotes only around labels."""
    change = reviewed(tmp_path, DIRECT, edited(DIRECT, {"Model.Containers[0].ContainerHostname": text}))

    for line in diagram(change).splitlines():
        assert re.fullmatch(
            r"%%\{init: [A-Za-z0-9:,\"{} ]+\}%%"
            r"|flowchart LR"
            r'|  (  )?[evmc0-9]+\["[A-Za-z0-9 .\-/:,%#;<>]*"\]:::[a-z]+'
            r'|  subgraph m\d+\["[A-Za-z0-9#; ]+"\]'
            r"|  end"
            r"|  (  )?[evmc0-9]+ (-->|-\.->) [evmc0-9]+"
            r"|  class m\d+ (changed)?frame"
            r"|  classDef [a-z]+ [a-z0-9:#,\-]+",
            line,
        ), line
        assert "<" not in re.sub(r"<br/>|-->|-\.->", "", line)


def arrows(picture: str) -> list[str]:
    """The arrows of a diagram, with the first lines of labels in the place of nodes."""
    labels = dict(re.findall(r'(\w+)\["([^"<]*)', picture))
    return [
        f"{labels[start]} {arrow} {labels[end]}"
        for start, arrow, end in re.findall(r"(\w+) (-->|-\.->) (\w+)", picture)
    ]


def test_a_pipeline_is_drawn_in_its_order_and_what_goes_beside_it(tmp_path: Path) -> None:
    """A container that goes is dashed."""
    before = edited(DIRECT, {"Model.InferenceExecutionConfig.Mode": "Serial"})
    picture = diagram(
        reviewed(tmp_path, before, edited(before, {"Model.Containers": [*map(container, ("tagger", "new"))]}))
    )

    assert arrows(picture) == ["search --> main", "tagger --> new", "main --> tagger", "main -.-> ranker"]
    assert '["ranker<br/>ranker:1.0"]:::removed' in picture


def test_in_direct_mode_each_container_is_called(tmp_path: Path) -> None:
    """By its own arrow."""
    picture = diagram(reviewed(tmp_path, DIRECT, DIRECT))

    assert arrows(picture) == ["search --> main", "main --> ranker", "main --> tagger"]


@pytest.mark.parametrize(
    ("mode", "label", "style"), [("Direct", "Direct", "frame"), ("Serial", "Direct #8594; Serial", "changedframe")]
)
def test_the_frame_of_the_mode_is_marked_only_if_the_mode_changes(
    tmp_path: Path, mode: str, label: str, style: str
) -> None:
    """Mermaid's own frames are yellow, as if changed."""
    picture = diagram(reviewed(tmp_path, DIRECT, edited(DIRECT, {"Model.InferenceExecutionConfig.Mode": mode})))

    assert f'subgraph m0["{label}"]' in picture
    assert f"  class m0 {style}\n" in picture


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(longest=st.integers(500, 20_000))
def test_a_comment_has_at_most_the_size_that_it_may_have(tmp_path: Path, longest: int) -> None:
    """What finds no room is left out, and that is said."""
    text = as_markdown(review(tmp_path, BEFORE, AFTER), longest)

    assert len(text.encode()) <= longest
    assert text.startswith(MARKER)
    assert "is left out here" in text or "<summary>The endpoint after the change</summary>" in text


def test_as_many_endpoints_as_a_stack_can_have_fit_into_a_comment(tmp_path: Path) -> None:
    """The worst is still said of as many as possible."""
    config = attribute("Config", "EndpointConfigName")
    many = {
        f"Endpoint{index}": resource("Endpoint", {"EndpointName": f"search-{index}", "EndpointConfigName": config})
        for index in range(400)
    }
    before = {"Resources": {**DIRECT["Resources"], **many}}
    after = edited(before, {"Model.Containers": [container("ranker"), container("other")]})
    text = as_markdown(compare([written(tmp_path / "before", before)], [written(tmp_path / "after", after)]))

    assert len(text.encode()) <= LONGEST
    assert "**401 endpoints change**: 401 rolls in place" in text
    assert "is left out here" in text

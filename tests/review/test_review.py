"""A whole review: what is new, what could stop a pull request, and that nothing is made up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagemaker_multi_container.review import Kind, Outcome, Review, as_json, as_markdown, as_text, compare
from sagemaker_multi_container.review.iam.statements import Answer
from sagemaker_multi_container.rules import Description
from sagemaker_multi_container.template import Template, read
from tests.oracles.test_rules_on_templates import template_of
from tests.rules.cases import CASES
from tests.rules.descriptions import COMPONENTS, DIRECT, SERIAL, SINGLE, changed

from .scenes import AFTER, BEFORE
from .templates import ABSENT, REGISTRY, SECRET, attribute, container, edited, moved, resource, review, reviewed
from .templates import DIRECT as PLAIN

RENDERERS = [as_json, as_markdown, as_text]


@pytest.mark.parametrize(
    ("before", "after", "new", "resolved"),
    [
        pytest.param(PLAIN, PLAIN, [], 0, id="nothing"),
        pytest.param(
            PLAIN,
            edited(PLAIN, {"Model.Containers[0].ContainerHostname": "my_ranker"}),
            ["MCE-C08 Containers[0].ContainerHostname"],
            0,
            id="an error",
        ),
        pytest.param(
            PLAIN,
            moved(
                edited(PLAIN, {"Model.Containers": [*map(container, ("new", "ranker", "tagger"))]}),
                Model="Other",
            ),
            ["MCE-C40 Containers[0].Environment.TOKEN"],
            0,
            id="known findings of containers that moved, in a model with another logical id",
        ),
        pytest.param(
            PLAIN,
            edited(PLAIN, {"Model.Containers[0]": {**container("ranker"), "ContainerHostname": "sorter"}}),
            [],
            0,
            id="known findings of a renamed container",
        ),
        pytest.param(PLAIN, edited(PLAIN, {"Model.Containers[0].Environment": ABSENT}), [], 1, id="one less"),
        pytest.param(
            PLAIN,
            edited(
                PLAIN,
                {
                    "Model.Containers[0].ContainerHostname": "my_ranker",
                    "/Resources.Model.Metadata.mce.ignore": {"MCE-C08": "known"},
                },
            ),
            [],
            0,
            id="one that is ignored",
        ),
    ],
)
def test_finds_what_is_new(
    tmp_path: Path, before: Mapping[str, Any], after: Mapping[str, Any], new: list[str], resolved: int
) -> None:
    """And counts what is gone."""
    findings = reviewed(tmp_path, before, after).findings

    assert [f"{each.rule} {each.path}" for each in findings.new] == new
    assert findings.resolved == resolved


WRONG = {"Model.Containers[0].ContainerHostname": "my_ranker"}
QUIET = {"/Resources.Model.Metadata.mce.ignore": {"MCE-C08": "tested `against` it"}}


@pytest.mark.parametrize("before", [PLAIN, edited(PLAIN, WRONG)])
def test_what_a_change_ignores_is_said(tmp_path: Path, before: Mapping[str, Any]) -> None:
    """With the reason, and it does not count as gone."""
    found = review(tmp_path, before, edited(before, {**WRONG, **QUIET}))
    (change,) = found.endpoints

    assert [(each.rule, each.ignored) for each in change.findings.ignored] == [("MCE-C08", "tested `against` it")]
    assert (change.findings.new, change.findings.resolved) == ((), 0)
    assert Kind.IGNORES in found.kinds
    assert "Newly ignored:" in as_text(found)
    assert "ignored because `tested 'against' it`." in as_markdown(found)


def test_what_was_ignored_before_is_not_said_again(tmp_path: Path) -> None:
    """Nor if it is gone; but what is no longer ignored is new."""
    quiet = edited(PLAIN, {**WRONG, **QUIET})

    assert Kind.IGNORES not in review(tmp_path, quiet, edited(quiet, {"Config.KmsKeyId": "key"})).kinds
    assert reviewed(tmp_path, quiet, PLAIN).findings.resolved == 0
    assert [each.rule for each in reviewed(tmp_path, quiet, edited(PLAIN, WRONG)).findings.new] == ["MCE-C08"]


def test_what_is_ignored_elsewhere_is_said(tmp_path: Path) -> None:
    """Of resources that belong to no endpoint."""
    model = edited(PLAIN, {"Endpoint": ABSENT, "Config": ABSENT})
    found = review(tmp_path, model, edited(model, {**WRONG, **QUIET}))

    assert Kind.IGNORES in found.kinds
    assert "Newly ignored elsewhere:" in as_text(found)


def test_findings_of_resources_without_an_endpoint_are_told_apart(tmp_path: Path) -> None:
    """A model alone can be wrong, too."""
    model = edited(PLAIN, {"Endpoint": ABSENT, "Config": ABSENT})
    found = review(tmp_path, model, edited(model, {"Model.Containers[0].Mode": "Both"}))

    assert found.endpoints == ()
    assert [each.path for each in found.other_findings.new] == ["Containers[0].Mode"]
    assert found.kinds == {Kind.ERROR}


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (PLAIN, PLAIN, set()),
        ({"Resources": {}}, PLAIN, {Kind.CREATE}),
        (PLAIN, {"Resources": {}}, {Kind.DELETE, Kind.BREAKS_CALLERS}),
        (PLAIN, edited(PLAIN, {"Model.Containers[0].Image": f"{REGISTRY}/ranker:2"}), {Kind.ROLL}),
        (PLAIN, edited(PLAIN, {"Endpoint.EndpointName": "find"}), {Kind.REPLACE, Kind.BREAKS_CALLERS}),
        (PLAIN, edited(PLAIN, {"Config.ProductionVariants[0].InitialInstanceCount": 3}), {Kind.ROLL, Kind.CAPACITY}),
        (
            BEFORE,
            AFTER,
            {
                Kind.ROLL,
                Kind.BREAKS_CALLERS,
                Kind.CAPACITY,
                Kind.WIDENS_IAM,
                Kind.REFUSED,
                Kind.ERROR,
                Kind.WARNING,
            },
        ),
    ],
)
def test_says_what_could_stop_a_pull_request(
    tmp_path: Path, before: Mapping[str, Any], after: Mapping[str, Any], kinds: set[Kind]
) -> None:
    """By the names that `--fail-on` takes; a new endpoint of the first case has warnings, too."""
    found = review(tmp_path, before, after).kinds

    assert found - {Kind.WARNING} == kinds - {Kind.WARNING}


EXAMPLES = [DIRECT, SERIAL, SINGLE, COMPONENTS, *(changed(case.base, case.changes) for case in CASES)]


def template(folder: Path, description: Description) -> Template:
    """The template of a description, read from a file."""
    file = folder / "Example.json"
    file.write_text(json.dumps(template_of(description)))
    (found,) = read(file)
    return found


def test_a_policy_names_the_same_endpoint_under_another_logical_id(tmp_path: Path) -> None:
    """Also one of another endpoint's role: it allows the same as before."""
    calls = {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": {"Ref": "Ranking"}}
    policy = {"PolicyName": "Calls", "PolicyDocument": {"Version": "2012-10-17", "Statement": [calls]}}
    ranking = resource(
        "Endpoint", {"EndpointName": "ranking", "EndpointConfigName": attribute("Config", "EndpointConfigName")}
    )
    before = edited(PLAIN, {"Role.Policies": [policy], "Ranking": ranking})
    changed = review(tmp_path, before, moved(before, Ranking="RankingNew"))

    assert [each.logical_id for each in changed.endpoints] == ["RankingNew", "Endpoint"]
    assert {(each.permissions.wider, each.permissions.narrower) for each in changed.endpoints} == {
        (Answer.NO, Answer.NO)
    }


def test_what_is_the_same_is_unchanged(tmp_path: Path) -> None:
    """Of every example of every rule: no change, no finding, nothing that could stop a pull request."""
    for example in EXAMPLES:
        same = template(tmp_path, example)
        found = compare([same], [same])

        assert found.kinds == frozenset(), example
        assert [each for each in found.endpoints if each.is_changed] == [], example


@given(st.sampled_from(EXAMPLES), st.sampled_from(EXAMPLES))
def test_any_change_can_be_told(tmp_path_factory: pytest.TempPathFactory, old: Description, new: Description) -> None:
    """In every form, the same twice, and in a size that a comment may have."""
    folder = tmp_path_factory.mktemp("any")
    before, after = template(folder, old), template(folder, new)

    for render in RENDERERS:
        assert render(compare([before], [after])) == render(compare([before], [after]))
    assert len(as_markdown(compare([before], [after])).encode()) <= 65_536


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BEFORE, AFTER),
        (None, BEFORE),
        (BEFORE, None),
        (edited(BEFORE, {"Model.Containers[0].Environment.TOKEN": 7}), BEFORE),
        (BEFORE, edited(BEFORE, {"Model.Containers[0].Environment.TOKEN": f"{SECRET}-next"})),
        (BEFORE, edited(BEFORE, {"Model.Containers[0].Environment.TOKEN": [SECRET]})),
        (BEFORE, edited(BEFORE, {"Model.Containers[0].Environment.TOKEN": {SECRET: {"Fn::Sub": SECRET}}})),
        (BEFORE, edited(BEFORE, {"Model.Containers[0].Environment.TOKEN": SECRET * 100})),
        (BEFORE, edited(BEFORE, {"Model.Containers[0].Environment": SECRET})),
        (BEFORE, edited(BEFORE, {"Model.Containers[0].Environment.TOKEN": {"Fn::Join": ["", [SECRET, {"Ref": "X"}]]}})),
    ],
)
def test_no_value_of_an_environment_is_ever_told(
    tmp_path: Path,
    render: Any,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """They can be secrets. Their names are told."""
    told: str = render(review(tmp_path, before, after))

    assert SECRET not in told
    assert after is None or "TOKEN" in told or "Environment" in told


def test_an_unknown_review_has_no_endpoints() -> None:
    """Nothing before and nothing after, which is one line."""
    found = compare([], [])

    assert found == Review(endpoints=(), other_findings=found.other_findings, has_base=False)
    assert as_text(found) == "There are no SageMaker endpoints, neither before nor after the change\n"


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        7,
        -0.5,
        "",
        "x",
        [],
        {},
        [None],
        [[]],
        [{}],
        {"Ref": "Nothing"},
        {"Ref": "Endpoint"},
        {"Ref": None},
        {"Fn::GetAtt": "Model"},
        {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
        {"Fn::If": ["No", 1]},
        {"Fn::Sub": ["${a", {}]},
        {"Fn::Join": 1},
        {"Fn::Transform": {"Name": "Macro"}},
        {"Key": "a", "Value": "b"},
    ]
)
PLACES = [
    "Role",
    "Policy",
    "Target",
    "Target.ResourceId",
    "Target.MinCapacity",
    "Target.ScheduledActions",
    "Model",
    "Model.Containers",
    "Model.Containers[0]",
    "Model.Containers[0].ContainerHostname",
    "Model.Containers[1].Image",
    "Model.Containers[1].ModelDataSource",
    "Model.Containers[1].Environment",
    "Model.Containers[1].Environment.LOG_LEVEL",
    "Model.Containers[1].Mode",
    "Model.PrimaryContainer",
    "Model.InferenceExecutionConfig",
    "Model.ExecutionRoleArn",
    "Model.Tags",
    "Config",
    "Config.ProductionVariants",
    "Config.ProductionVariants[0]",
    "Config.ProductionVariants[0].VariantName",
    "Config.ProductionVariants[0].ModelName",
    "Config.ProductionVariants[0].InstanceType",
    "Config.ProductionVariants[0].InstancePools",
    "Config.ProductionVariants[0].InitialVariantWeight",
    "Config.ProductionVariants[0].ServerlessConfig",
    "Config.ShadowProductionVariants",
    "Config.AsyncInferenceConfig",
    "Endpoint",
    "Endpoint.EndpointName",
    "Endpoint.EndpointConfigName",
    "Endpoint.RetainAllVariantProperties",
    "Endpoint.ExcludeRetainedVariantProperties",
    "Endpoint.DeploymentConfig",
    "Endpoint.DeploymentConfig.BlueGreenUpdatePolicy",
    "Endpoint.DeploymentConfig.RollingUpdatePolicy",
    "Endpoint.DeploymentConfig.AutoRollbackConfiguration",
    "/Resources.Model.Properties",
    "/Resources.Endpoint.Properties",
    "/Resources.Endpoint.Metadata",
    "/Resources.Endpoint.Type",
    "/Resources.Endpoint.DeletionPolicy",
    "/Resources.Config.Condition",
    "/Parameters",
    "/Conditions",
    "/Mappings",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.sampled_from([BEFORE, AFTER]), st.dictionaries(st.sampled_from(PLACES), JUNK, min_size=1, max_size=2))
def test_no_template_gives_a_traceback(tmp_path: Path, other: Mapping[str, Any], junk: dict[str, Any]) -> None:
    """Whatever stands in the place of a resource or a property, before or after the change."""
    try:
        odd = edited(AFTER, junk)
    except (TypeError, IndexError, KeyError):
        return  # one place is inside of what the other has replaced

    for before, after in ((odd, other), (other, odd), (odd, odd)):
        found = review(tmp_path, before, after)
        for render in RENDERERS:
            assert render(found)
    assert [each for each in found.endpoints if each.outcome is not Outcome.UNCHANGED] == []

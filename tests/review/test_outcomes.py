"""What becomes of an endpoint when its template changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.review import Kind, Outcome, compare

from .templates import ABSENT, DIRECT, attribute, container, edited, moved, resource, review, reviewed, variant, written

IMAGE = "Model.Containers[0].Image"
PARAMETER = edited(
    DIRECT, {"/Parameters": {"Tag": {"Type": "String", "Default": "1"}}, IMAGE: {"Fn::Sub": "ranker:${Tag}"}}
)
SSM = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/ranker/tag"}
UNKNOWN = edited(PARAMETER, {"/Parameters.Tag": SSM})
GENERATED = edited(DIRECT, {"Endpoint.EndpointName": ABSENT})
CONDITIONAL = edited(
    DIRECT,
    {
        "/Parameters": {"Stage": {"Type": "String"}},
        "/Conditions": {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "/Resources.Endpoint.Condition": "Live",
    },
)
NAMED = edited(DIRECT, {"Endpoint.EndpointName": {"Fn::Sub": "${AWS::StackName}-search"}})
JOINED_NAME = {"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, "search"]]}
SOURCES: list[tuple[str, dict[str, Any], str, Outcome]] = [
    ("AWS::ECR::Repository", {"RepositoryName": "b"}, "RepositoryUri", Outcome.ROLLS),
    ("AWS::ECR::Repository", {"ImageTagMutability": "IMMUTABLE"}, "RepositoryUri", Outcome.UNCHANGED),
    ("AWS::S3::Bucket", {"BucketName": "b"}, "DomainName", Outcome.ROLLS),
    ("AWS::EC2::SecurityGroup", {"GroupDescription": "b"}, "GroupId", Outcome.ROLLS),
    ("Custom::Image", {"Digest": "b"}, "Uri", Outcome.MAY_ROLL),
    ("AWS::SSM::Parameter", {"Value": "b"}, "Value", Outcome.MAY_ROLL),
    ("AWS::SSM::Parameter", {"Tags": {"a": "b"}}, "Value", Outcome.UNCHANGED),
]
VERSIONED = moved(DIRECT, Model="EndpointModel0123ABCD0011aabb")


def _with_source(type: str, properties: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An endpoint whose image is an attribute of another resource."""
    return edited(DIRECT, {"Source": resource(type, properties), IMAGE: attribute("Source", name)})


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        pytest.param(DIRECT, DIRECT, Outcome.UNCHANGED, id="the same"),
        pytest.param(None, DIRECT, Outcome.CREATED, id="a new stack"),
        pytest.param({"Resources": {}}, DIRECT, Outcome.CREATED, id="a new endpoint in a stack"),
        pytest.param(DIRECT, {"Resources": {}}, Outcome.DELETED, id="removed"),
        pytest.param(DIRECT, None, Outcome.LEFT_BEHIND, id="its whole stack left out of the app"),
        pytest.param(
            edited(DIRECT, {"/Resources.Endpoint.DeletionPolicy": "Retain"}),
            {"Resources": {}},
            Outcome.LEFT_BEHIND,
            id="removed, but retained",
        ),
        pytest.param(DIRECT, edited(DIRECT, {IMAGE: "other"}), Outcome.ROLLS, id="an image"),
        pytest.param(
            DIRECT,
            edited(DIRECT, {"Config.ProductionVariants[0].InitialInstanceCount": 3}),
            Outcome.ROLLS,
            id="a count",
        ),
        pytest.param(
            DIRECT, edited(DIRECT, {"Model.ExecutionRoleArn": "arn"}), Outcome.MAY_ROLL, id="the role, or just its ARN"
        ),
        pytest.param(DIRECT, edited(DIRECT, {"Model.VpcConfig": {"Subnets": ["a"]}}), Outcome.ROLLS, id="the network"),
        pytest.param(DIRECT, edited(DIRECT, {"Role.Path": "/models/"}), Outcome.ROLLS, id="a role that is replaced"),
        pytest.param(DIRECT, moved(DIRECT, Model="Other"), Outcome.ROLLS, id="a model's logical id"),
        pytest.param(DIRECT, moved(DIRECT, Config="Other"), Outcome.ROLLS, id="a config's logical id"),
        pytest.param(DIRECT, moved(DIRECT, Role="Other"), Outcome.ROLLS, id="a role's logical id"),
        pytest.param(DIRECT, edited(DIRECT, {"Endpoint.EndpointName": "find"}), Outcome.REPLACED, id="its name"),
        pytest.param(DIRECT, GENERATED, Outcome.REPLACED, id="its name taken away"),
        pytest.param(GENERATED, moved(GENERATED, Endpoint="Other"), Outcome.REPLACED, id="its logical id"),
        pytest.param(
            GENERATED,
            moved(GENERATED, Endpoint="E", Config="C", Model="M"),
            Outcome.REPLACED,
            id="all logical ids, with the same content",
        ),
        pytest.param(
            DIRECT,
            edited(DIRECT, {"Endpoint.EndpointName": {"Fn::ImportValue": "name"}}),
            Outcome.MAY_BE_REPLACED,
            id="a name that is not known",
        ),
        pytest.param(
            DIRECT, edited(DIRECT, {"Endpoint.Tags": [{"Key": "a", "Value": "b"}]}), Outcome.UPDATED, id="its tags"
        ),
        pytest.param(
            DIRECT, edited(DIRECT, {"Model.Tags": [{"Key": "a", "Value": "b"}]}), Outcome.UPDATED, id="a model's tags"
        ),
        pytest.param(
            DIRECT,
            edited(DIRECT, {"Endpoint.RetainAllVariantProperties": True}),
            Outcome.UPDATED,
            id="what is retained",
        ),
        pytest.param(
            DIRECT,
            edited(DIRECT, {"/Resources.Model.Metadata": {"a": 1}, "/Resources.Endpoint.DependsOn": ["Model"]}),
            Outcome.UNCHANGED,
            id="metadata and order only",
        ),
        pytest.param(
            PARAMETER,
            edited(PARAMETER, {"/Parameters.Tag.Default": "2"}),
            Outcome.MAY_ROLL,
            id="a default, which a deployment may not take",
        ),
        pytest.param(
            PARAMETER,
            edited(PARAMETER, {"/Parameters.Tag.Description": "of the image"}),
            Outcome.UNCHANGED,
            id="what is said of a parameter",
        ),
        pytest.param(
            UNKNOWN,
            edited(UNKNOWN, {"/Parameters.Tag.Description": "of the image"}),
            Outcome.UNCHANGED,
            id="what is said of an unknown parameter",
        ),
        pytest.param(DIRECT, edited(PARAMETER, {"/Parameters.Tag.Default": "2"}), Outcome.ROLLS, id="now a parameter"),
        pytest.param(PARAMETER, edited(DIRECT, {IMAGE: "ranker:1"}), Outcome.UNCHANGED, id="written otherwise"),
        pytest.param(UNKNOWN, UNKNOWN, Outcome.UNCHANGED, id="unknown, but written alike"),
        pytest.param(
            UNKNOWN, edited(UNKNOWN, {IMAGE: {"Fn::Sub": "ranker:${Tag}-gpu"}}), Outcome.MAY_ROLL, id="unknown"
        ),
        pytest.param(
            UNKNOWN,
            edited(UNKNOWN, {"/Parameters.Tag.Default": "/ranker/next"}),
            Outcome.MAY_ROLL,
            id="an unknown value's source",
        ),
        pytest.param(
            UNKNOWN, edited(UNKNOWN, {IMAGE: "tagger:1"}), Outcome.ROLLS, id="what an unknown value cannot have been"
        ),
        pytest.param(
            edited(DIRECT, {IMAGE: {"Fn::Sub": "${AWS::AccountId}.dkr/assets-${AWS::Region}:one"}}),
            edited(DIRECT, {IMAGE: {"Fn::Sub": "${AWS::AccountId}.dkr/assets-${AWS::Region}:two"}}),
            Outcome.ROLLS,
            id="an asset's hash, in an account that is not known",
        ),
        pytest.param(
            DIRECT,
            edited(DIRECT, {"Model.Containers": [container("tagger"), container("ranker")]}),
            Outcome.MAY_ROLL,
            id="another order, which CloudFormation may not see",
        ),
        pytest.param(
            VERSIONED,
            moved(
                edited(
                    VERSIONED, {"EndpointModel0123ABCD0011aabb.Containers": [container("tagger"), container("ranker")]}
                ),
                EndpointModel0123ABCD0011aabb="EndpointModel0123ABCD0011aabc",
            ),
            Outcome.ROLLS,
            id="another order, and another version",
        ),
        pytest.param(DIRECT, CONDITIONAL, Outcome.MAY_BE_DELETED, id="a condition that is not known"),
        pytest.param(CONDITIONAL, DIRECT, Outcome.MAY_BE_CREATED, id="no condition any more"),
        pytest.param({"Resources": {}}, CONDITIONAL, Outcome.MAY_BE_CREATED, id="new, on a condition"),
        pytest.param(CONDITIONAL, CONDITIONAL, Outcome.UNCHANGED, id="the same condition"),
        pytest.param(
            CONDITIONAL,
            edited(CONDITIONAL, {"/Conditions.Live": {"Fn::Equals": [{"Ref": "Stage"}, "prd"]}}),
            Outcome.MAY_COME_OR_GO,
            id="another condition of the same name",
        ),
        pytest.param(
            NAMED, edited(NAMED, {"Endpoint.EndpointName": JOINED_NAME}), Outcome.UNCHANGED, id="its name, joined"
        ),
        pytest.param(
            NAMED,
            edited(NAMED, {"Endpoint.EndpointName": {"Fn::Sub": "${AWS::StackName}-find"}}),
            Outcome.REPLACED,
            id="a part of its name",
        ),
        *(
            pytest.param(
                _with_source(kind, {}, name),
                _with_source(kind, properties, name),
                outcome,
                id=f"what it refers to: {kind} {list(properties)}",
            )
            for kind, properties, name, outcome in SOURCES
        ),
    ],
)
def test_says_what_cloudformation_does(
    tmp_path: Path, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, outcome: Outcome
) -> None:
    """To the endpoint as a whole."""
    assert reviewed(tmp_path, before, after).outcome is outcome


def test_replacements_follow_references(tmp_path: Path) -> None:
    """A new model makes a new config, which the endpoint is updated to."""
    change = reviewed(tmp_path, DIRECT, edited(DIRECT, {IMAGE: "other"}))

    assert [(each.type, each.fate.value, each.properties, each.follows) for each in change.resources] == [
        ("Model", "replaced", ("Containers[0].Image",), ()),
        ("EndpointConfig", "replaced", (), ("Model",)),
        ("Endpoint", "updated", (), ("Config",)),
    ]


def test_a_new_version_in_a_models_logical_id_is_a_revision(tmp_path: Path) -> None:
    """The construct puts the revisions of artefacts there, since no property shows them."""
    change = reviewed(
        tmp_path, VERSIONED, moved(VERSIONED, EndpointModel0123ABCD0011aabb="EndpointModel0123ABCD99887766")
    )

    assert change.outcome is Outcome.ROLLS
    assert [each.has_new_version for each in change.resources] == [True, False, False]


@pytest.mark.parametrize(
    ("changes", "is_revision"),
    [
        ({"Model.InferenceExecutionConfig.Mode": "Serial"}, True),
        ({"Model.Containers[0].Image": "other"}, True),
        ({"Model.Containers[0].ContainerHostname": "other"}, False),
    ],
)
def test_a_revision_is_seen_beside_other_changes(tmp_path: Path, changes: Mapping[str, Any], is_revision: bool) -> None:
    """But for other hostnames, which are in the version as well."""
    after = moved(edited(DIRECT, changes), Model="EndpointModel0123ABCD99887766")
    change = reviewed(tmp_path, VERSIONED, after)

    assert change.resources[0].has_new_version is is_revision


def test_a_renamed_model_is_no_revision(tmp_path: Path) -> None:
    """Its logical id has no version."""
    change = reviewed(tmp_path, DIRECT, moved(DIRECT, Model="Other"))

    assert (change.resources[0].before, change.resources[0].after) == ("Model", "Other")
    assert not change.resources[0].has_new_version


def test_a_name_that_is_known_in_part_is_not_called_generated(tmp_path: Path) -> None:
    """And cannot be given to a new endpoint as long as the old one has it."""
    other = reviewed(tmp_path, NAMED, edited(NAMED, {"Endpoint.EndpointName": {"Fn::Sub": "${AWS::StackName}-b"}}))
    same = reviewed(tmp_path, NAMED, moved(NAMED, Endpoint="Other"))

    assert "`…-search`" in other.callers[0].calls
    assert "`…-b`" in other.callers[0].remedy
    assert (same.outcome, same.callers) == (Outcome.REPLACED, ())
    assert [each.rule for each in same.refusals] == ["MCE-U01"]


def test_a_date_in_a_models_logical_id_is_no_revision(tmp_path: Path) -> None:
    """A person wrote it."""
    change = reviewed(tmp_path, moved(DIRECT, Model="ModelV20240101"), moved(DIRECT, Model="ModelV20240201"))

    assert not change.resources[0].has_new_version


def test_a_config_that_stays_is_not_deleted(tmp_path: Path) -> None:
    """When only the endpoint goes, by a condition that does not hold."""
    after = edited(CONDITIONAL, {"/Parameters.Stage.Default": "dev"})

    assert [each.type for each in reviewed(tmp_path, DIRECT, after).resources] == ["Endpoint"]


@pytest.mark.parametrize(
    ("policy", "after", "says"),
    [
        ("UpdateReplacePolicy", edited(DIRECT, {IMAGE: "other"}), "the old Model `Model` stays in the account"),
        ("DeletionPolicy", moved(DIRECT, Model="Other"), "the old Model `Model` stays in the account"),
    ],
)
def test_what_is_retained_stays_behind(tmp_path: Path, policy: str, after: Mapping[str, Any], says: str) -> None:
    """And that is said."""
    before, after = (
        edited(document, {f"/Resources.{name}.{policy}": "Retain"})
        for document, name in ((DIRECT, "Model"), (after, "Model" if "Model" in after["Resources"] else "Other"))
    )

    assert says in " ".join(reviewed(tmp_path, before, after).notes)


def test_a_stack_that_is_no_longer_in_the_app_is_not_deleted_by_a_deployment(tmp_path: Path) -> None:
    """Somebody has to delete it."""
    assert "until somebody deletes the stack" in reviewed(tmp_path, DIRECT, None).notes[0]


def test_a_lone_deployment_config_is_no_roll(tmp_path: Path) -> None:
    """But AWS does not say what an update to the same config does, and neither do we."""
    change = reviewed(tmp_path, DIRECT, edited(DIRECT, {"Endpoint.RetainAllVariantProperties": True}))

    assert Kind.ROLL not in change.kinds
    assert "AWS does not say" in change.notes[0]


def test_stacks_and_endpoints_come_in_order(tmp_path: Path) -> None:
    """Whatever the order of the template is."""
    second = {
        "Other": resource(
            "Endpoint", {"EndpointName": "a", "EndpointConfigName": attribute("Config", "EndpointConfigName")}
        )
    }
    both = {"Resources": {**DIRECT["Resources"], **second}}

    assert [each.name for each in review(tmp_path, None, both).endpoints] == ["a", "search"]


def test_an_endpoint_whose_config_is_elsewhere(tmp_path: Path) -> None:
    """Rolls if it names another one; its containers are not known."""
    only = {"Resources": {"Endpoint": resource("Endpoint", {"EndpointConfigName": "one"})}}
    change = reviewed(tmp_path, only, edited(only, {"Endpoint.EndpointConfigName": "two"}))

    assert (change.outcome, change.models, change.variants) == (Outcome.ROLLS, (), ())


def test_a_variant_that_is_added_with_a_model_of_its_own(tmp_path: Path) -> None:
    """Leaves the other model as it is."""
    own = edited({"Resources": {}}, {"New": DIRECT["Resources"]["Model"]})["Resources"]
    after = edited(DIRECT, {"New": own["New"], "Config.ProductionVariants": [variant(), variant("next", "New")]})
    change = reviewed(tmp_path, DIRECT, after)

    assert [(each.type, each.after, each.fate.value) for each in change.resources] == [
        ("Model", "Model", "unchanged"),
        ("Model", "New", "created"),
        ("EndpointConfig", "Config", "replaced"),
        ("Endpoint", "Endpoint", "updated"),
    ]
    assert [(each.variants, len(each.containers)) for each in change.models] == [(("main",), 2), (("next",), 2)]


def test_what_a_stack_takes_from_another_one_may_change(tmp_path: Path) -> None:
    """By the name of an export that stays the same."""
    model = DIRECT["Resources"]["Model"]
    exported = {
        "Resources": {"Role": DIRECT["Resources"]["Role"], "Model": model},
        "Outputs": {"Name": {"Value": attribute("Model", "ModelName"), "Export": {"Name": "model"}}},
    }
    importing = edited(
        DIRECT, {"Config.ProductionVariants[0].ModelName": {"Fn::ImportValue": "model"}, "Model": ABSENT}
    )
    rest = [written(tmp_path / side, importing) for side in ("before", "after")]
    models = [
        written(tmp_path / side, document, "Models")
        for side, document in (("before", exported), ("after", edited(exported, {IMAGE: "other"})))
    ]
    (change,) = compare([models[0], rest[0]], [models[1], rest[1]]).endpoints
    (same,) = compare([models[0], rest[0]], [models[0], rest[1]]).endpoints

    assert (change.outcome, same.outcome) == (Outcome.MAY_ROLL, Outcome.UNCHANGED)
    assert "`Models/Model` changes" in change.notes[0]


def test_a_stack_in_another_region_is_another_one(tmp_path: Path) -> None:
    """Whatever it is called."""
    before, after = (
        replace(written(tmp_path, DIRECT), region=region, account="123456789012")
        for region in ("us-east-1", "eu-west-1")
    )

    assert len(compare([before], [after]).endpoints) == 2


@pytest.mark.parametrize(
    ("policy", "outcome"), [({}, Outcome.DELETED), ({"DeletionPolicy": "Retain"}, Outcome.LEFT_BEHIND)]
)
def test_a_nested_stack_is_deleted_by_the_one_that_holds_it(
    tmp_path: Path, policy: Mapping[str, Any], outcome: Outcome
) -> None:
    """Unless that is to retain it."""
    nested = resource("AWS::CloudFormation::Stack", {}, **policy)
    holder, without = (
        written(tmp_path / side, {"Resources": resources}, "App")
        for side, resources in (("before", {"Nested": nested}), ("after", {}))
    )
    (change,) = compare([holder, replace(written(tmp_path, DIRECT), stack="App/Nested")], [without]).endpoints

    assert change.outcome is outcome

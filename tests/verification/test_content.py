"""What is deployed beside what a template declares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.invocation import Deployed
from sagemaker_multi_container.template.endpoints import Endpoint
from sagemaker_multi_container.verification import Check, Outcome
from sagemaker_multi_container.verification.images import check_images
from sagemaker_multi_container.verification.models import check_models
from sagemaker_multi_container.verification.resources import check_served, check_served_models
from sagemaker_multi_container.verification.settings import check_settings
from sagemaker_multi_container.verification.stacks import Stack
from sagemaker_multi_container.verification.variants import check_variants

from .examples import (
    ARN,
    DIGEST,
    MODEL,
    OTHER_DIGEST,
    REGISTRY,
    VALUE,
    container,
    declared,
    deployed,
    model,
    template,
    variant,
)

SCALED = {
    "Resources": {
        "Target": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {
                "MaxCapacity": 9,
                "MinCapacity": 1,
                "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/live"},
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "ServiceNamespace": "sagemaker",
            },
        }
    }
}


def checks(expected: Endpoint, there: Deployed) -> list[Check]:
    """All that is compared without CloudFormation."""

    def all_of() -> Iterator[Check]:
        yield check_settings(expected, there)
        yield from check_variants(expected, there)
        yield from check_models(expected, there)
        yield from check_images(there, expected)

    found = list(all_of())
    assert VALUE not in str(found)
    return found


def failures(expected: Endpoint, there: Deployed) -> list[str]:
    """What did not hold, as `kind subject: words`."""
    failed = (each for each in checks(expected, there) if each.outcome is Outcome.FAILED)
    return [f"{each.check} {each.subject}: {each.says}" for each in failed]


def test_what_is_deployed_as_declared_holds(tmp_path: Path) -> None:
    found = checks(declared(tmp_path, template()), deployed())

    assert {each.outcome for each in found} == {Outcome.HELD}
    assert [(each.check, each.subject) for each in found] == [
        ("settings", "Config"),
        ("variant", "live"),
        ("capacity", "live"),
        ("model", "Model"),
        ("container", "ranker"),
        ("container", "tagger"),
        ("image", "ranker"),
        ("image", "tagger"),
    ]


def test_defaults_of_sagemaker_are_no_difference(tmp_path: Path) -> None:
    """They are in what it describes, and in no template."""
    there = deployed(
        variant(VolumeSizeInGB=30), Model=model(container("ranker", Mode="SingleModel"), container("tagger"))
    )

    assert failures(declared(tmp_path, template()), there) == []


def test_an_empty_value_is_none_at_all(tmp_path: Path) -> None:
    """As which SageMaker describes it."""
    expected = declared(
        tmp_path, template(Model=model(container("ranker"), container("tagger"), EnableNetworkIsolation=False))
    )

    assert failures(expected, deployed()) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"Image": f"{REGISTRY}/tagger:2"}, f"Image is {REGISTRY}/tagger:2, the template says {REGISTRY}/tagger:1"),
        ({"Environment": {"TOKEN": "other"}}, "Environment.TOKEN is another value than the template says"),
        ({"Environment": {}}, "Environment.TOKEN is not set"),
        (
            {"Environment": {"TOKEN": VALUE, "MORE": VALUE}},
            "Environment.MORE is set, and the template does not",
        ),
        ({"ModelDataUrl": None}, "ModelDataUrl is not set, the template says s3://models/a.tar.gz"),
        (
            {"ModelDataUrl": "s3://m/b?X-Signature=s"},
            "ModelDataUrl is s3://m/b, the template says s3://models/a.tar.gz",
        ),
    ],
)
def test_a_container_that_differs_is_told(tmp_path: Path, changed: dict[str, Any], says: str) -> None:
    """Without the values of its environment."""
    own = {"ModelDataUrl": "s3://models/a.tar.gz"}
    expected = declared(tmp_path, template(Model=model(container("ranker"), container("tagger", **own))))
    there = deployed(Model=model(container("ranker"), container("tagger", **own | changed)))

    assert any(each.startswith(f"container tagger: {says}") for each in failures(expected, there))


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (model(container("ranker")), "container Model: ranker in that order, the template says ranker, tagger"),
        (
            model(container("tagger"), container("ranker")),
            "container Model: tagger, ranker in that order, the template says ranker, tagger",
        ),
        (
            model(container("ranker"), container("tagger"), mode="Serial"),
            "model Model: it is called in mode Serial, the template says Direct",
        ),
    ],
)
def test_a_model_that_differs_is_told(tmp_path: Path, there: dict[str, Any], says: str) -> None:
    """Order and mode are what a pipeline is."""
    assert failures(declared(tmp_path, template()), deployed(Model=there)) == [says]


def test_an_environment_that_nobody_declared_is_told(tmp_path: Path) -> None:
    """Without its values; only a model package may have one of its own."""
    bare = [
        {"ContainerHostname": "ranker", "Image": f"{REGISTRY}/ranker:1"},
        {"ContainerHostname": "tagger", "Image": f"{REGISTRY}/tagger:1", "ModelPackageName": "package"},
    ]
    there = [{**each, "Environment": {"TOKEN": VALUE}} for each in bare]

    assert failures(declared(tmp_path, template(Model=model(*bare))), deployed(Model=model(*there))) == [
        "container ranker: Environment.TOKEN is set, and the template does not set it"
    ]


def test_a_mode_that_is_only_known_at_deployment_is_named(tmp_path: Path) -> None:
    mode = {"Fn::ImportValue": "Mode"}
    unknown = model(*MODEL["Containers"]) | {"InferenceExecutionConfig": {"Mode": mode}}

    found = checks(declared(tmp_path, template(Model=unknown)), deployed())

    (says,) = (each.says for each in found if each.check == "model")
    assert says == "Direct, as the template says; only known at deployment: InferenceExecutionConfig.Mode"


def test_a_renamed_container_is_compared_with_the_one_in_its_place(tmp_path: Path) -> None:
    there = deployed(Model=model(container("ranker"), container("labeller", Image=f"{REGISTRY}/tagger:1")))

    assert failures(declared(tmp_path, template()), there) == [
        "container Model: ranker, labeller in that order, the template says ranker, tagger",
        "container labeller: ContainerHostname is labeller, the template says tagger",
    ]


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (
            [variant(InstanceType="ml.m5.xlarge")],
            "variant live: InstanceType is ml.m5.xlarge, the template says",
        ),
        ([variant(InitialVariantWeight=0)], "variant live: InitialVariantWeight is 0, the template says 1.0"),
        ([variant(), variant("next")], "variant next: it is deployed, and the template does not have it"),
        ([variant("other")], "variant live: it is not deployed"),
    ],
)
def test_a_variant_that_differs_is_told(tmp_path: Path, there: list[dict[str, Any]], says: str) -> None:
    """A weight of 0 is none of SageMaker's defaults."""
    expected = declared(tmp_path, template())

    assert any(each.startswith(says) for each in failures(expected, deployed(*there)))


def test_each_variant_has_its_own_model(tmp_path: Path) -> None:
    expected = declared(tmp_path, template(variant(), variant("next"), live=MODEL, next=model(container("other"))))
    there = deployed(variant(), variant("next"), live=MODEL, next=model(container("other", Image=f"{REGISTRY}/x:1")))

    assert failures(expected, there) == [
        f"container other: Image is {REGISTRY}/x:1, the template says {REGISTRY}/other:1",
        f"image other of next: {REGISTRY}/x:1 runs, the template asks for {REGISTRY}/other:1",
    ]


def with_capacity(count: int, weight: float = 1) -> Deployed:
    """What is deployed, with other instances or another weight than its config says."""
    there = deployed()
    (summary,) = there.endpoint["ProductionVariants"]
    summary |= {"CurrentInstanceCount": count, "CurrentWeight": weight}
    return there


def test_instances_that_nothing_scales_must_be_as_many(tmp_path: Path) -> None:
    assert failures(declared(tmp_path, template()), with_capacity(5, 0.5)) == [
        "capacity live: instances 5, the template says 2; weight 0.5, the template says 1"
    ]


def test_what_the_template_does_not_tell_of_the_capacity_is_that_of_the_config(tmp_path: Path) -> None:
    """A weight of which nothing is said is SageMaker's default, which somebody may have changed since."""
    untold: dict[str, Any] = {"InitialInstanceCount": {"Fn::ImportValue": "Count"}, "InitialVariantWeight": None}

    assert failures(declared(tmp_path, template(variant(**untold))), with_capacity(5, 0)) == [
        "capacity live: instances 5, its config says 2; weight 0, its config says 1"
    ]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (template(more=SCALED), "it is scaled"),
        (template(endpoint={"RetainAllVariantProperties": True}), "updates retain it"),
        (template(variant(ManagedInstanceScaling={"Status": "ENABLED"})), "SageMaker scales it"),
    ],
)
def test_instances_may_be_others_where_something_sets_them(tmp_path: Path, document: dict[str, Any], why: str) -> None:
    """Which is said."""
    own = {"ManagedInstanceScaling": {"Status": "ENABLED"}} if why.startswith("SageMaker") else {}
    there = with_capacity(5)
    there.config["ProductionVariants"][0] |= own

    found = checks(declared(tmp_path, document), there)

    (capacity,) = (each for each in found if each.check == "capacity")
    assert (capacity.outcome, capacity.says) == (
        Outcome.HELD,
        f"instances 5, the template says 2 ({why}); weight 1",
    )


def test_what_is_retained_excepting_the_weight(tmp_path: Path) -> None:
    """Leaves the weight to the template."""
    endpoint = {
        "RetainAllVariantProperties": True,
        "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredWeight"}],
    }
    expected = declared(tmp_path, template(endpoint=endpoint))

    assert failures(expected, with_capacity(5, 0.5)) == [
        "capacity live: instances 5, the template says 2 (updates retain it); weight 0.5, the template says 1"
    ]


IMAGE = f"{REGISTRY}/a:1"
PARAMETERS = {"Parameters": {"Bucket": {"Type": "String"}, "Tag": {"Type": "String"}}}


@pytest.mark.parametrize(
    ("given", "there", "holds"),
    [
        ({"Fn::Sub": "s3://${Bucket}/a.tar.gz"}, "s3://models/a.tar.gz", True),
        ({"Fn::Sub": "s3://${Bucket}/a.tar.gz"}, "s3://models/b.tar.gz", False),
        ({"Fn::Sub": "s3://${Bucket}/a.tar.gz"}, None, False),
        ({"Ref": "Bucket"}, "s3://models/b.tar.gz", True),
        ({"Ref": "Bucket"}, None, True),
    ],
)
def test_what_is_unknown_matches_what_fits(tmp_path: Path, given: Any, there: str | None, holds: bool) -> None:
    """And it is said to be known in part only."""
    expected = declared(tmp_path, template(Model=model(container("a", ModelDataUrl=given)), more=PARAMETERS))
    found = checks(expected, deployed(Model=model(container("a", ModelDataUrl=there))))

    (check,) = (each for each in found if each.check == "container")
    assert check.outcome is (Outcome.HELD if holds else Outcome.FAILED)
    assert (check.says == "as the template says; only known at deployment: ModelDataUrl") is holds


@pytest.mark.parametrize(
    ("asked", "outcome", "says"),
    [
        (f"{REGISTRY}/a@{DIGEST}", Outcome.HELD, DIGEST),
        (f"{REGISTRY}/a@{OTHER_DIGEST}", Outcome.FAILED, f"{DIGEST} runs, the template asks for {OTHER_DIGEST}"),
        (f"{REGISTRY}/a:1", Outcome.HELD, f"a:1 is {DIGEST}"),
        (f"{REGISTRY}/a:2", Outcome.FAILED, f"{REGISTRY}/a:1 runs, the template asks for {REGISTRY}/a:2"),
        ({"Fn::Sub": f"{REGISTRY}/a:${{Tag}}"}, Outcome.HELD, f"a:1 is {DIGEST}"),
        (
            {"Fn::Sub": f"{REGISTRY}/b:${{Tag}}"},
            Outcome.FAILED,
            f"{REGISTRY}/a:1 runs, the template asks for {REGISTRY}/b:…",
        ),
    ],
)
def test_images_are_those_that_were_asked_for(tmp_path: Path, asked: Any, outcome: Outcome, says: str) -> None:
    """By digest, exactly; of a tag it is said which digest it was."""
    image = asked if isinstance(asked, str) and "@" in asked else f"{REGISTRY}/a:1"
    expected = declared(tmp_path, template(Model=model(container("a", Image=asked)), more=PARAMETERS))

    (check,) = check_images(deployed(Model=model(container("a", Image=image))), expected)

    assert (check.outcome, check.says) == (outcome, says)


def test_images_without_a_template_are_held_against_the_deployed_model() -> None:
    image = f"{REGISTRY}/a@{OTHER_DIGEST}"

    (check,) = check_images(deployed(Model=model(container("a", Image=image))), None)

    assert check.outcome is Outcome.FAILED


def test_images_of_which_nothing_is_said_are_not_checked() -> None:
    """An endpoint that is not there yet has none, and a model package hides its own."""
    there = deployed()
    del there.endpoint["ProductionVariants"][0]["DeployedImages"]
    package = deployed(Model={"Containers": [{"Image": "x"}]})
    del package.models["Model"]["Containers"][0]["Image"]

    assert {each.outcome for each in (*check_images(there, None), *check_images(package, None))} == {Outcome.NOT_MADE}


def test_a_model_that_is_declared_elsewhere_is_not_compared(tmp_path: Path) -> None:
    document = template()
    document["Resources"]["Config"]["Properties"]["ProductionVariants"][0]["ModelName"] = {"Fn::ImportValue": "Model"}

    found = checks(declared(tmp_path, document), deployed())

    assert [each.outcome for each in found if each.check == "model"] == [Outcome.NOT_MADE]


def stack(**resources: str) -> Stack:
    """A stack with these resources."""
    prefix = ARN.rpartition(":")[0]
    has = {"Endpoint": "endpoint/search", "Config": "endpoint-config/config", "Model": "model/model"} | resources
    return Stack(
        id="arn:aws:cloudformation:us-east-1:123456789012:stack/Search/1",
        name="Search",
        status="CREATE_COMPLETE",
        parameters={},
        resources={name: f"{prefix}:{each}" for name, each in has.items() if each},
    )


@pytest.mark.parametrize(
    ("resources", "says"),
    [
        ({}, []),
        ({"Config": "endpoint-config/other"}, ["Config is served, and the stack has other"]),
        ({"Model": "model/other"}, ["Model is served, and the stack has other"]),
        ({"Endpoint": "endpoint/other"}, ["search is served, and the stack has other"]),
        ({"Model": ""}, ["the stack has no Model: another app was deployed"]),
    ],
)
def test_the_resources_of_the_stack_are_served(tmp_path: Path, resources: dict[str, str], says: list[str]) -> None:
    """Physical ids have names in lower case, which are no others."""
    expected, there, its_stack = declared(tmp_path, template()), deployed(), stack(**resources)
    served = check_served(expected, there.endpoint, its_stack)
    found = [*served, *check_served_models(expected, there, its_stack)]

    assert [each.says for each in found if each.outcome is not Outcome.HELD] == says

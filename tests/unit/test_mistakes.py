"""What a user reads who made a mistake that Python lets pass."""

from __future__ import annotations

import enum
import math
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template
from constructs import Construct

from sagemaker_multi_container import (
    AsyncInference,
    ClarifyExplainer,
    ContainerDefinition,
    ContainerImage,
    ContainerImageConfig,
    DataCapture,
    Deployment,
    EndpointConfigurationError,
    InferenceExecutionMode,
    Problem,
    ProductionVariant,
    ShapBaseline,
)
from sagemaker_multi_container.arguments import ArgumentReader

from .builders import DIRECT, SERIAL, container, containers, endpoint, image, wrong


def problems(stack: cdk.Stack, **arguments: Any) -> list[Problem]:
    """Everything that is said to be wrong with an endpoint."""
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, **arguments)
    return list(refused.value.problems)


def test_says_everything_at_once(stack: cdk.Stack) -> None:
    """Mistakes of Python and of SageMaker, each with where, what and what to do."""
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(
            stack,
            containers=[
                {"image": "ranker:1", "container_hostname": "ranker"},
                container("my_model", environment={"RETRIES": 3}),
                container("ok", image="tagger:1"),
            ],
            instance_type="m5.xlarge",
            initial_instance_count=0,
            endpoint_name="under_score",
        )

    assert refused.value.path == "Stack/Endpoint"
    assert [(problem.rule, problem.where.partition(" ")[0]) for problem in refused.value.problems] == [
        ("MCE-C45", "containers[0]"),
        ("MCE-C36", "containers[1].environment['RETRIES']"),
        ("MCE-Y01", "containers[2].image"),
        ("MCE-C08", "containers[1].hostname"),
        ("MCE-V08", "instance_type"),
        ("MCE-V05", "initial_instance_count"),
        ("MCE-P01", "endpoint_name"),
    ]
    assert str(refused.value).startswith("Stack/Endpoint: 7 problems with this endpoint\n  - containers[0]: is a dict")


def test_points_at_the_line_that_made_the_container(stack: cdk.Stack) -> None:
    """Containers are often made far from the endpoint."""
    made = ContainerDefinition(hostname="a_b", image=image())

    (problem,) = problems(stack, containers=[made, container("ok")])
    assert problem.where == f"containers[0].hostname ({made.declared_at})"
    assert made.declared_at.startswith("tests/unit/test_mistakes.py:")


def test_shows_how_to_write_a_container(stack: cdk.Stack) -> None:
    """In a dict for L1, the CDK would drop what it does not know."""
    given = [{"containerHostname": "ranker", "image": "registry/ranker:1"}, container("ok")]

    (problem,) = problems(stack, containers=given)
    assert problem.fix == (
        "write ContainerDefinition(hostname='ranker', image=ContainerImage.from_uri('registry/ranker:1'))"
    )


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("ranker", "is the str 'ranker', expected a list of containers"),
        ({"ranker": container()}, "expected a list of containers"),
        (container(), "expected a list of containers"),
        (set(containers()), "expected a list of containers"),
        ((each for each in containers()), "is the generator"),
    ],
    ids=["string", "dict", "container", "set", "generator"],
)
def test_refuses_what_is_no_list_of_containers(stack: cdk.Stack, given: object, complaint: str) -> None:
    """Nothing is guessed."""
    (problem,) = problems(stack, containers=given)

    assert problem.rule == "MCE-C45"
    assert problem.where == "containers"
    assert complaint in problem.message


def test_says_why_a_set_does_not_do(stack: cdk.Stack) -> None:
    """A pipeline runs its containers in order."""
    (problem,) = problems(stack, containers=frozenset(containers()))

    assert problem.fix.startswith("write containers=[...]: a set has no order")


def test_refuses_a_token_for_a_list_of_containers(stack: cdk.Stack) -> None:
    """Nothing could be checked."""
    tokens = cdk.CfnParameter(stack, "List", type="CommaDelimitedList").value_as_list

    (problem,) = problems(stack, containers=tokens)
    assert problem.rule == "MCE-C45"


def test_refuses_none_in_a_list(stack: cdk.Stack) -> None:
    """Left over from `x if condition else None`."""
    (problem,) = problems(stack, containers=[container("a"), None, container("b")])

    assert problem.where == "containers[1]"
    assert problem.message == "is None, expected a ContainerDefinition"


def test_demands_hostnames_of_a_pipeline_too(stack: cdk.Stack) -> None:
    """They name the containers in metrics, logs and errors, and make Direct a one-word change."""
    found = problems(stack, containers=[container(None), container(None)])

    assert {problem.rule for problem in found} == {"MCE-C10"}


@pytest.mark.parametrize("value", [3, 1.5, True, None, ["a"]])
def test_refuses_environment_values_that_are_no_strings(stack: cdk.Stack, value: object) -> None:
    """CloudFormation wants strings, and a converted value may not be the one that was meant."""
    (problem,) = problems(stack, containers=[container("a", environment={"N": value}), container("b")])

    assert problem.rule == "MCE-C36"
    assert problem.where.startswith("containers[0].environment['N']")


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("hostname", 5, "is the int 5, expected a string"),
        ("image", "ranker:1", "is the str 'ranker:1', expected ContainerImage"),
        ("model_data", "s3://b/m.tar.gz", "expected ModelData"),
        ("environment", "A=1", "is of type str, expected a dictionary"),
        ("environment", {1: "x"}, "has the name 1, expected a string"),
        ("multi_model", "yes", "is the str 'yes', expected True or False"),
        ("model_cache", "Enabled", "expected True or False"),
        ("model_package", 7, "expected a string"),
    ],
)
def test_refuses_container_fields_of_a_wrong_type(stack: cdk.Stack, field: str, value: object, complaint: str) -> None:
    """At the container and field that have it."""
    arguments: dict[str, Any] = {"hostname": "bad", field: value}

    (problem,) = problems(stack, containers=[container("ok"), container(**arguments)])

    assert problem.where.startswith(f"containers[1].{field} (tests/unit/builders.py:")
    assert complaint in problem.message


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", 5, "expected a string"),
        ("instance_type", 5, "expected a string"),
        ("initial_instance_count", "2", "is the str '2', expected a whole number"),
        ("initial_instance_count", 1.5, "expected a whole number"),
        ("weight", "1", "expected a number"),
        ("weight", math.inf, "is the float inf, expected a number"),
        ("weight", math.nan, "is the float nan, expected a number"),
        ("weight", -1e300, "is the float -1e+300, and the CDK passes on no number beyond 2**53 exactly"),
        ("weight", 10**400, "is the int 1000"),
        ("initial_instance_count", 2**53 + 1, "is the int 9007199254740993, and the CDK"),
        ("initial_instance_count", 10**400, "is the int 1000"),
        pytest.param("initial_instance_count", 10**5000, "is the int, and the CDK", id="5000 digits"),
        ("volume_size", 100, "is the int 100, expected a cdk.Size"),
        ("volume_size", cdk.Size.mebibytes(100), "is 0.09765625 GiB, expected a whole number"),
        ("model_data_download_timeout", 300, "is the int 300, expected a cdk.Duration"),
        ("container_startup_health_check_timeout", cdk.Duration.millis(90500), "is 90.5 seconds"),
    ],
)
def test_refuses_variant_fields_of_a_wrong_type(stack: cdk.Stack, field: str, value: object, complaint: str) -> None:
    """At the variant and field that have it."""
    arguments: dict[str, Any] = {"name": "main", "instance_type": "ml.m5.large", field: value}

    (problem,) = problems(stack, instance_type=None, variants=[ProductionVariant(**arguments)])
    assert problem.where.startswith(f"variants[0].{field} (tests/unit/test_mistakes.py:")
    assert complaint in problem.message


@pytest.mark.parametrize(
    ("arguments", "where", "complaint"),
    [
        ({"instance_type": None}, "instance_type", "is missing, and there are no variants either"),
        ({"variants": [ProductionVariant(name="a", instance_type="ml.m5.large")]}, "instance_type", "beside variants"),
        ({"instance_type": None, "variants": "main"}, "variants", "is the str 'main', expected a list"),
        ({"instance_type": None, "variants": [None]}, "variants[0]", "is None, expected a ProductionVariant"),
        ({"role": "arn:aws:iam::123456789012:role/x"}, "role", "expected an iam.IRole"),
        ({"encryption_key": "alias/mine"}, "encryption_key", "expected a kms.IKey"),
        ({"network_isolation": "yes"}, "network_isolation", "expected True or False"),
        ({"endpoint_name": 5}, "endpoint_name", "expected a string"),
        ({"mode": None}, "mode", "is None"),
        ({"mode": 1}, "mode", "expected an InferenceExecutionMode"),
    ],
)
def test_refuses_endpoint_arguments_that_are_missing_or_wrong(
    stack: cdk.Stack, arguments: dict[str, Any], where: str, complaint: str
) -> None:
    """Each by its own name."""
    (problem,) = problems(stack, **arguments)

    assert problem.where == where
    assert complaint in problem.message


def test_refuses_a_mode_without_containers_of_the_variants_own(stack: cdk.Stack) -> None:
    """The variant serves the endpoint's model, which has one mode."""
    variant = ProductionVariant(name="main", instance_type="ml.m5.large", mode=DIRECT)

    (problem,) = problems(stack, instance_type=None, variants=[variant])
    assert problem.where.startswith("variants[0].mode")


def test_refuses_containers_that_no_variant_serves(stack: cdk.Stack) -> None:
    """They would be declared for nothing."""
    variant = ProductionVariant(name="own", instance_type="ml.m5.large", containers=containers())

    (problem,) = problems(stack, instance_type=None, variants=[variant])
    assert problem.where == "containers"


def test_a_refused_endpoint_leaves_nothing_behind(stack: cdk.Stack) -> None:
    """The corrected one takes its place."""
    problems(stack, containers=containers("only"))
    before = Template.from_stack(stack).to_json().get("Resources", {})

    assert before == {}


def test_the_corrected_endpoint_takes_the_refused_ones_place(stack: cdk.Stack) -> None:
    """Under the same id."""
    problems(stack, containers=containers("only"))
    endpoint(stack)

    Template.from_stack(stack).resource_count_is("AWS::SageMaker::Endpoint", 1)


def test_the_corrected_endpoint_takes_the_place_whatever_went_wrong(stack: cdk.Stack) -> None:
    """Also under an id that the CDK rewrites."""
    with pytest.raises(EndpointConfigurationError):
        endpoint(stack, "a/b", containers=containers("only"))
    endpoint(stack, "a/b")

    Template.from_stack(stack).resource_count_is("AWS::SageMaker::Endpoint", 1)


@pytest.mark.parametrize(
    "given", ["PASSWORD=hunter2", ["PASSWORD=hunter2"], [{"PASSWORD": "hunter2"}], ("PASSWORD", "hunter2")], ids=str
)
def test_never_shows_what_was_given_for_an_environment(stack: cdk.Stack, given: object) -> None:
    (problem,) = problems(stack, containers=[container("a", environment=given), container("b")])

    assert "hunter2" not in str(problem)
    assert problem.message == f"is of type {type(given).__name__}, expected a dictionary"


@pytest.mark.parametrize(
    "given",
    [
        [[{"environment": {"PASSWORD": "hunter2"}}], container("b")],
        ContainerDefinition(hostname="a", environment={"PASSWORD": "hunter2"}),
        [ContainerDefinition(hostname="a", image=wrong({"PASSWORD": "hunter2"})), container("b")],
    ],
    ids=["list", "container", "image"],
)
def test_never_shows_what_an_object_holds(stack: cdk.Stack, given: object) -> None:
    """It may be a secret."""
    (problem,) = problems(stack, containers=given)

    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    ("argument", "given"),
    [
        ("role", iam.Role),
        ("vpc", ec2.Vpc),
        ("encryption_key", kms.Key),
        ("data_capture", DataCapture),
        ("deployment", Deployment),
        ("explainer", ClarifyExplainer),
    ],
)
def test_refuses_a_class_for_an_object(stack: cdk.Stack, argument: str, given: type) -> None:
    """It has the same attributes, but no values."""
    (problem,) = problems(stack, **wrong({argument: given}))

    assert problem.where == argument
    assert problem.message.startswith(f"is the class {given.__name__}, expected a")


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("data_capture", DataCapture(bucket=wrong(s3.Bucket))),
        ("data_capture", DataCapture(bucket=wrong(s3.Bucket), encryption_key=wrong(kms.Key))),
        ("async_inference", AsyncInference(bucket=wrong(s3.Bucket), success_topic=wrong(sns.Topic))),
        ("explainer", ClarifyExplainer(baseline=ShapBaseline.from_bucket(wrong(s3.Bucket), "baseline.csv"))),
    ],
)
def test_refuses_classes_in_value_objects(stack: cdk.Stack, argument: str, value: object) -> None:
    for problem in problems(stack, **{argument: value}):
        assert problem.where.startswith(f"{argument}.")
        assert problem.message.startswith("is the class ")


def test_refuses_a_path_in_the_environment(stack: cdk.Stack) -> None:
    """Which has a method of the same name as a token."""
    (problem,) = problems(stack, containers=[container("a", environment={"D": Path("/opt")}), container("b")])

    assert problem.rule == "MCE-C36"


def test_never_shows_what_a_dict_for_a_container_holds(stack: cdk.Stack) -> None:
    """It may be a secret."""
    given = [{"hostname": "a", "environment": {"PASSWORD": "hunter2"}}, container("b")]

    (problem,) = problems(stack, containers=given)
    assert "hunter2" not in str(problem)


def test_takes_a_token_that_is_no_string_for_a_name(stack: cdk.Stack) -> None:
    """As CloudFormation does."""
    condition = cdk.CfnCondition(stack, "IsProd", expression=cdk.Fn.condition_equals(cdk.Aws.REGION, "eu-west-1"))
    name: Any = cdk.Fn.condition_if(condition.logical_id, "ranking", "ranking-test")
    endpoint(stack, endpoint_name=name)

    (made,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Endpoint").values()
    assert made["Properties"]["EndpointName"] == {"Fn::If": ["IsProd", "ranking", "ranking-test"]}


def test_says_which_modes_there_are() -> None:
    """To those who take the mode from a context or a file."""
    with pytest.raises(ValueError, match="'direct' is no mode of SageMaker's: write 'Serial' or 'Direct'"):
        InferenceExecutionMode("direct")


def test_is_a_value_error() -> None:
    """For those who know nothing of this package."""
    with pytest.raises(ValueError, match="is the int 5, expected a string"):
        ContainerImage.from_uri(wrong(5))


def test_an_inferred_rule_can_be_switched_off_with_a_reason(stack: cdk.Stack) -> None:
    """AWS does not document what happens, and the user may know better."""
    reasons = {"MCE-C06": "tested against the service on 2026-11-22"}
    endpoint(stack, containers=containers("same", "same"), acknowledged_rules=reasons)

    Template.from_stack(stack).resource_count_is("AWS::SageMaker::Endpoint", 1)


@pytest.mark.parametrize(
    ("rule", "reason", "complaint"),
    [
        ("MCE-C06", "", "MCE-C06 is switched off without a reason"),
        ("MCE-C08", "we like underscores", "MCE-C08 is documented by AWS, so it cannot be switched off"),
        ("MCE-C07", "we like it", "MCE-C07 is no error"),
        ("MCE-C99", "unknown", "'MCE-C99' is none of the rules"),
    ],
)
def test_refuses_to_switch_off_other_rules(stack: cdk.Stack, rule: str, reason: str, complaint: str) -> None:
    """And says how else."""
    found = problems(stack, acknowledged_rules={rule: reason})

    assert [problem.where for problem in found] == ["acknowledged_rules"]
    assert complaint in found[0].message


@pytest.mark.parametrize("mode", [DIRECT, SERIAL])
def test_refuses_a_single_container_in_either_mode(stack: cdk.Stack, mode: InferenceExecutionMode) -> None:
    """It would be no multi-container endpoint."""
    (problem,) = problems(stack, mode=mode, containers=containers("only"))

    assert (problem.rule, problem.where) == ("MCE-C02", "containers")


IRELAND = "eu-west-1"
OWN = "123456789012"


@pytest.mark.parametrize(
    ("arn", "complaint"),
    [
        ("", "is in us-east-1, and the endpoint is in eu-west-1"),
        (f"arn:aws:cloudwatch:{IRELAND}:{OWN}:alarm:errors", None),
        (f"arn:aws:cloudwatch:us-west-2:{OWN}:alarm:errors", "is in us-west-2, and the endpoint is in eu-west-1"),
        (
            f"arn:aws:cloudwatch:{IRELAND}:210987654321:alarm:errors",
            "is in 210987654321, and the endpoint is in 1234567",
        ),
        (f"arn:{cdk.Aws.PARTITION}:cloudwatch:{IRELAND}:210987654321:alarm:errors", "is in 210987654321"),
        (cdk.Fn.import_value("alarm"), "is in us-east-1"),
    ],
    ids=["none", "here", "region", "account", "partition", "token"],
)
def test_a_resource_is_where_its_arn_says(app: cdk.App, arn: str, complaint: str | None) -> None:
    """Some imported ones take themselves for their stack's."""
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account=OWN, region="us-east-1"))
    read = ArgumentReader([])
    read.same_environment("alarm", iam.Role.from_role_name(stack, "Any", "any"), IRELAND, OWN, arn)

    found = [problem.message for problem in read.problems]
    assert found == [] if complaint is None else found[0].startswith(complaint)


def test_a_resource_is_anywhere_where_nothing_is_known(stack: cdk.Stack) -> None:
    read = ArgumentReader([])
    role = iam.Role.from_role_name(stack, "Any", "any")
    read.same_environment(
        "alarm", role, stack.region, stack.account, f"arn:aws:cloudwatch:{IRELAND}:{OWN}:alarm:errors"
    )
    read.same_environment("alarm", role, IRELAND, OWN)

    assert not read.problems


class Name(str, enum.Enum):  # noqa: UP042 - a StrEnum is easier
    """Strings as many keep them."""

    ENDPOINT = "search"
    VARIANT = "stable"


class Count(enum.IntEnum):
    """Numbers, likewise."""

    TWO = 2


def test_members_of_enums_are_what_they_stand_for(stack: cdk.Stack) -> None:
    """Not their names, which is what f-strings make of them."""
    variants = [ProductionVariant(name=Name.VARIANT, instance_type="ml.m5.large", initial_instance_count=Count.TWO)]
    made = endpoint(stack, endpoint_name=Name.ENDPOINT, instance_type=None, variants=variants)
    made.auto_scale(variant=Name.VARIANT, min_capacity=Count.TWO, max_capacity=4)
    made.add_log_group()

    written = str(Template.from_stack(stack).to_json())
    assert "Name." not in written
    assert "'/variant/stable'" in written
    assert "/aws/sagemaker/Endpoints/search" in written


@pytest.mark.parametrize("later", [False, True], ids=["constructor", "add_container"])
def test_a_bind_of_your_own_is_checked(stack: cdk.Stack, later: bool) -> None:
    class Odd(ContainerImage):
        def bind(self, scope: Construct, id: str) -> ContainerImageConfig:
            return ContainerImageConfig(uri=wrong(len(id) + len(scope.node.id)))

    odd = ContainerDefinition(hostname="odd", image=Odd())
    made = endpoint(stack)
    before = stack.resolve(made.cfn_models[0].logical_id)
    with pytest.raises(EndpointConfigurationError, match="as uri, expected a string"):
        made.add_container(odd) if later else endpoint(stack, "Odd", containers=[container(), odd])

    assert stack.resolve(made.cfn_models[0].logical_id) == before

"""Endpoints that were deployed elsewhere."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.interfaces.aws_sagemaker import IEndpointRef

from sagemaker_multi_container import (
    EndpointConfigurationError,
    MultiContainerEndpoint,
    MultiContainerEndpointBase,
    ServedVariant,
)

from .builders import DIRECT, containers, endpoint, wrong

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/search"
SOME = cdk.Token.as_list({"Ref": "Names"})


def test_by_name(app: cdk.App) -> None:
    """The name as it was given, the ARN in lower case, in the stack's account and region."""
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "Search")

    assert made.endpoint_name == "Search"
    assert ARN.removeprefix("arn:aws") in str(stack.resolve(made.endpoint_arn))
    assert (made.env.account, made.env.region) == ("123456789012", "eu-west-1")


def test_by_name_that_is_known_at_deployment(stack: cdk.Stack) -> None:
    parameter = cdk.CfnParameter(stack, "Name")
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", parameter.value_as_string)

    assert stack.resolve(made.endpoint_name) == {"Ref": "Name"}
    assert {"Ref": "Name"} in stack.resolve(made.endpoint_arn)["Fn::Join"][1]


def test_by_arn(stack: cdk.Stack) -> None:
    """Its account and region are those of the ARN."""
    made = MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", ARN, endpoint_name="Search")

    assert (made.endpoint_name, made.endpoint_arn) == ("Search", ARN)
    assert (made.env.account, made.env.region) == ("123456789012", "eu-west-1")


def test_by_arn_alone(stack: cdk.Stack) -> None:
    assert MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", ARN).endpoint_name == "search"


def test_by_arn_that_is_known_at_deployment(stack: cdk.Stack) -> None:
    parameter = cdk.CfnParameter(stack, "Arn")
    made = MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", parameter.value_as_string)

    assert stack.resolve(made.endpoint_name) == {"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "Arn"}]}]}
    assert stack.resolve(made.endpoint_arn) == {"Ref": "Arn"}


def test_knows_what_it_is_told(stack: cdk.Stack) -> None:
    made = MultiContainerEndpoint.from_endpoint_name(
        stack, "Imported", "search", mode=DIRECT, hostnames=["ranker", "tagger"], variant_names=["a", "b"]
    )

    assert made.served_variants == (
        ServedVariant(name="a", mode="Direct", hostnames=("ranker", "tagger")),
        ServedVariant(name="b", mode="Direct", hostnames=("ranker", "tagger")),
    )


def test_a_declared_endpoint_knows_as_much(stack: cdk.Stack) -> None:
    made = endpoint(stack, mode=DIRECT, containers=containers("ranker", "tagger"))

    assert made.served_variants == (
        ServedVariant(name="AllTraffic", mode="Direct", hostnames=("ranker", "tagger"), instance_type="ml.m5.xlarge"),
    )


def test_declared_or_imported_makes_no_difference_to_an_api(stack: cdk.Stack) -> None:
    """The same type, with the same facades."""
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search")

    assert isinstance(made, MultiContainerEndpointBase)
    assert isinstance(endpoint(stack), MultiContainerEndpointBase)


@pytest.mark.parametrize("imported", [True, False])
def test_is_an_endpoint_to_the_cdk(stack: cdk.Stack, imported: bool) -> None:
    """Whatever takes an `IEndpointRef` takes it."""
    made: IEndpointRef = (
        MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", ARN) if imported else endpoint(stack)
    )

    arn = stack.resolve(made.endpoint_ref.endpoint_arn)
    assert arn == (ARN if imported else {"Ref": "EndpointEEF1FD8F"})


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"endpoint_name": None}, "endpoint_name"),
        ({"endpoint_name": ""}, "endpoint_name"),
        ({"endpoint_name": "under_score"}, "endpoint_name"),
        ({"endpoint_name": "a" * 64}, "endpoint_name"),
        ({"endpoint_name": cdk.Token.as_number({"Ref": "Name"})}, "endpoint_name"),
        ({"endpoint_name": "search", "hostnames": SOME}, "hostnames"),
        ({"endpoint_name": "search", "variant_names": SOME}, "variant_names"),
        ({"endpoint_name": "search", "variant_names": ["a", *SOME]}, "variant_names[1]"),
        ({"endpoint_arn": cdk.Token.as_list({"Ref": "Arn"})}, "endpoint_arn"),
        ({"endpoint_arn": ARN, "endpoint_name": ARN}, "endpoint_name"),
        ({"endpoint_name": "search", "mode": "Direct"}, "mode"),
        ({"endpoint_name": "search", "hostnames": "ranker"}, "hostnames"),
        ({"endpoint_name": "search", "variant_names": [1]}, "variant_names[0]"),
        ({"endpoint_arn": None}, "endpoint_arn"),
        ({"endpoint_arn": "search"}, "endpoint_arn"),
        ({"endpoint_arn": ARN.replace("endpoint/", "endpoint-config/")}, "endpoint_arn"),
        ({"endpoint_arn": ARN, "endpoint_name": "Find"}, "endpoint_name"),
    ],
)
def test_refuses_what_is_no_endpoint(stack: cdk.Stack, arguments: dict[str, Any], where: str) -> None:
    """And leaves nothing behind."""
    by_arn = "endpoint_arn" in arguments
    make = MultiContainerEndpoint.from_endpoint_arn if by_arn else MultiContainerEndpoint.from_endpoint_name
    with pytest.raises(EndpointConfigurationError) as refused:
        make(stack, "Imported", **wrong(arguments))

    assert refused.value.path == "Stack/Imported"
    assert [problem.where for problem in refused.value.problems] == [where]
    assert stack.node.try_find_child("Imported") is None


def test_says_what_an_arn_is_for(stack: cdk.Stack) -> None:
    with pytest.raises(EndpointConfigurationError) as refused:
        MultiContainerEndpoint.from_endpoint_name(stack, "Imported", ARN)

    assert [problem.fix for problem in refused.value.problems] == ["use from_endpoint_arn"]


def test_by_name_or_arn_that_is_a_token(stack: cdk.Stack) -> None:
    """Not only as a string: `parameter.value`."""
    token: Any = cdk.CfnParameter(stack, "Given").value
    by_name = MultiContainerEndpoint.from_endpoint_name(stack, "ByName", token)
    by_arn = MultiContainerEndpoint.from_endpoint_arn(stack, "ByArn", token, endpoint_name=token)

    assert stack.resolve([by_name.endpoint_name, by_arn.endpoint_name, by_arn.endpoint_arn]) == [{"Ref": "Given"}] * 3


@pytest.mark.parametrize("unknown", [None, (), []], ids=str)
def test_forgets_nothing_where_something_is_not_known(stack: cdk.Stack, unknown: Any) -> None:
    without_hostnames = MultiContainerEndpoint.from_endpoint_name(
        stack, "First", "search", mode=DIRECT, hostnames=unknown, variant_names=["a", "b"]
    )
    without_variants = MultiContainerEndpoint.from_endpoint_arn(
        stack, "Second", ARN, mode=DIRECT, hostnames=["ranker"], variant_names=unknown
    )

    assert without_hostnames.served_variants == tuple(ServedVariant(name=name, mode="Direct") for name in "ab")
    assert without_variants.served_variants == (ServedVariant(name="", mode="Direct", hostnames=("ranker",)),)


def test_an_imported_endpoint_is_deployed_elsewhere(stack: cdk.Stack) -> None:
    alarm = cdk.aws_cloudwatch.Alarm.from_alarm_name(stack, "Alarm", "errors")
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search")
    with pytest.raises(EndpointConfigurationError, match="in the app that declares it"):
        made.add_rollback_alarm(alarm)


def test_by_an_arn_of_which_a_part_is_known_at_deployment(app: cdk.App) -> None:
    """Such as the partition: the rest of it counts."""
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="123456789012", region="us-east-1"))
    arn = f"arn:{cdk.Aws.PARTITION}:sagemaker:eu-west-1:123456789012:endpoint/search"
    made = MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", arn, variant_names=["main"])

    assert (made.endpoint_name, made.env.region) == ("search", "eu-west-1")
    with pytest.raises(EndpointConfigurationError, match="auto_scale"):
        made.auto_scale(min_capacity=1, max_capacity=2)

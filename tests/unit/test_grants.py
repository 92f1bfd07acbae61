"""Who may call an endpoint, declared or imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from sagemaker_multi_container import (
    EndpointConfigurationError,
    MultiContainerEndpoint,
    MultiContainerEndpointBase,
    ProductionVariant,
)

from .builders import DIRECT, SERIAL, containers, endpoint, resources, wrong

INVOKE = "sagemaker:InvokeEndpoint"
STREAM = "sagemaker:InvokeEndpointWithResponseStream"


def declared(stack: cdk.Stack) -> MultiContainerEndpointBase:
    """An endpoint of this app."""
    return endpoint(stack, mode=DIRECT, containers=containers("ranker", "tagger"))


def imported(stack: cdk.Stack) -> MultiContainerEndpointBase:
    """An endpoint of another app."""
    return MultiContainerEndpoint.from_endpoint_name(
        stack, "Imported", "Search", mode=DIRECT, hostnames=["ranker", "tagger"]
    )


EITHER = pytest.mark.parametrize("made", [declared, imported])
Made = Callable[[cdk.Stack], MultiContainerEndpointBase]


@pytest.fixture(name="caller")
def _caller(stack: cdk.Stack) -> iam.Role:
    return iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def granted(stack: cdk.Stack) -> list[dict[str, Any]]:
    """The statements of the caller's policy."""
    policies = resources(stack, "IAM::Policy")
    (policy,) = (each for key, each in policies.items() if key.startswith("Caller"))
    return list(policy["Properties"]["PolicyDocument"]["Statement"])


@EITHER
@pytest.mark.parametrize(
    ("grant", "action"),
    [
        ("invoke", INVOKE),
        ("invoke_with_response_stream", [INVOKE, STREAM]),
        ("invoke_async", "sagemaker:InvokeEndpointAsync"),
        ("describe", "sagemaker:DescribeEndpoint"),
    ],
)
def test_allows_one_thing_on_one_endpoint(
    stack: cdk.Stack, caller: iam.Role, made: Made, grant: str, action: str | list[str]
) -> None:
    made_endpoint = made(stack)
    result = getattr(made_endpoint.grants, grant)(caller)

    (statement,) = granted(stack)
    assert statement == {
        "Effect": "Allow",
        "Action": action,
        "Resource": stack.resolve(made_endpoint.endpoint_arn),
    }
    assert result.success


@EITHER
@pytest.mark.parametrize("grant", ["invoke", "invoke_with_response_stream"])
def test_allows_some_of_the_containers(stack: cdk.Stack, caller: iam.Role, made: Made, grant: str) -> None:
    """By an Allow that fails closed; a Deny beside a wide Allow would fail open."""
    getattr(made(stack).grants, grant)(caller, containers=["ranker"])

    (statement,) = granted(stack)
    assert statement["Effect"] == "Allow"
    assert statement["Condition"] == {"StringEquals": {"sagemaker:TargetContainerHostname": ["ranker"]}}


@EITHER
def test_an_unknown_container_is_refused(stack: cdk.Stack, caller: iam.Role, made: Made) -> None:
    with pytest.raises(EndpointConfigurationError) as refused:
        made(stack).grants.invoke(caller, containers=["ranker", "router"])

    (problem,) = refused.value.problems
    assert (problem.rule, problem.where) == ("MCE-I02", "containers[1]")
    assert problem.message == "is 'router', and the containers are 'ranker', 'tagger'"


def test_a_container_of_any_variant_may_be_named(stack: cdk.Stack, caller: iam.Role) -> None:
    variants = [
        ProductionVariant(name=name, instance_type="ml.m5.large", containers=containers("ranker", name))
        for name in ("old", "new")
    ]
    made = endpoint(stack, mode=DIRECT, containers=None, instance_type=None, variants=variants)
    made.grants.invoke(caller, containers=["ranker", "new"])

    (statement,) = granted(stack)
    assert statement["Condition"]["StringEquals"]["sagemaker:TargetContainerHostname"] == ["ranker", "new"]


def test_a_container_that_came_later_may_be_named(stack: cdk.Stack, caller: iam.Role) -> None:
    made = endpoint(stack, mode=DIRECT, containers=None)
    for each in containers("ranker", "tagger"):
        made.add_container(each)
    made.grants.invoke(caller, containers=["tagger"])

    assert granted(stack)


def test_a_pipeline_is_called_as_a_whole(stack: cdk.Stack, caller: iam.Role) -> None:
    made = endpoint(stack, mode=SERIAL, containers=containers("ranker", "tagger"))
    with pytest.raises(EndpointConfigurationError, match="a call of a pipeline names no container"):
        made.grants.invoke(caller, containers=["ranker"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("ranker", r"write containers=\['ranker'\]"),
        ([], "which would allow no call"),
        ([1], "expected a string"),
        (7, r"expected a list of hostnames.*\n.*write containers=\['...', '...'\]"),
        ({"ranker"}, r"write containers=\['...', '...'\]"),
    ],
)
def test_containers_are_a_list_of_hostnames(stack: cdk.Stack, caller: iam.Role, given: object, message: str) -> None:
    with pytest.raises(EndpointConfigurationError, match=message):
        declared(stack).grants.invoke(caller, containers=wrong(given))


@EITHER
@pytest.mark.parametrize(
    "principal",
    [
        iam.ServicePrincipal("lambda.amazonaws.com"),
        iam.AccountPrincipal("123456789012"),
        iam.ArnPrincipal("arn:aws:iam::123456789012:role/caller"),
        iam.AnyPrincipal(),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_principal_without_a_policy_is_refused(stack: cdk.Stack, made: Made, principal: Any) -> None:
    """An endpoint has no policy either, so that nothing would be allowed."""
    with pytest.raises(EndpointConfigurationError, match=f"grantee: .*{type(principal).__name__}"):
        made(stack).grants.invoke(principal)


@pytest.mark.parametrize("mutable", [True, False])
def test_an_imported_role_is_a_caller(stack: cdk.Stack, mutable: bool) -> None:
    """Also one that is allowed it elsewhere."""
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/caller", mutable=mutable)

    assert declared(stack).grants.invoke(role).success


def test_containers_are_named_when_they_are_there(stack: cdk.Stack, caller: iam.Role) -> None:
    """Else a misspelt one would never be noticed."""
    made = endpoint(stack, mode=DIRECT, containers=None)
    with pytest.raises(EndpointConfigurationError, match="are given before the endpoint has containers"):
        made.grants.invoke(caller, containers=["rnaker"])


def test_containers_of_an_imported_endpoint_need_not_be_known(stack: cdk.Stack, caller: iam.Role) -> None:
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search", mode=DIRECT)

    assert made.grants.invoke(caller, containers=["ranker"]).success


@pytest.mark.parametrize("given", ["arn:aws:iam::123456789012:role/caller", iam.Role, None], ids=str)
def test_only_a_principal_is_granted_something(stack: cdk.Stack, given: object) -> None:
    with pytest.raises(EndpointConfigurationError, match=r"expected an iam\.IGrantable"):
        declared(stack).grants.invoke(wrong(given))


def test_a_function_is_a_caller(stack: cdk.Stack) -> None:
    code = lambda_.Code.from_inline("handler = print")
    function = lambda_.Function(
        stack, "Caller", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler", code=code
    )
    declared(stack).grants.invoke(function, containers=["ranker"])

    assert granted(stack)[0]["Action"] == INVOKE


@pytest.mark.parametrize("as_grantee", [lambda made, _: made, lambda _, role: role], ids=["endpoint", "role"])
def test_its_own_role_is_no_caller(stack: cdk.Stack, as_grantee: Callable[[Any, Any], Any]) -> None:
    """The endpoint waits for its role's permissions, so none of them can name the endpoint."""
    role = iam.Role(stack, "Given", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    made = endpoint(stack, role=role)
    with pytest.raises(EndpointConfigurationError, match="give the callers a role of their own"):
        made.grants.invoke(as_grantee(made, role))


def test_a_caller_in_another_stack(app: cdk.App, stack: cdk.Stack) -> None:
    made = declared(stack)
    consumer = cdk.Stack(app, "Consumer")
    made.grants.invoke(iam.Role(consumer, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))
    app.synth()

    assert granted(consumer)[0]["Action"] == INVOKE


def test_its_own_role_in_other_words_is_no_caller(stack: cdk.Stack) -> None:
    role = iam.Role(stack, "Given", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    made = endpoint(stack, role=role.without_policy_updates())
    with pytest.raises(EndpointConfigurationError, match="give the callers a role of their own"):
        made.grants.describe(role)

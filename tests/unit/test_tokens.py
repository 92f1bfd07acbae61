"""Values that are only known at deployment: taken wherever CloudFormation takes them, refused in words elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_s3 as s3

from sagemaker_multi_container import (
    AsyncInference,
    ClarifyExplainer,
    ContainerDefinition,
    CoreDump,
    DataCapture,
    Deployment,
    EndpointConfigurationError,
    InstancePool,
    MetricsConfig,
    ModelData,
    ProductionVariant,
    RoutingStrategy,
    ShapBaseline,
)
from sagemaker_multi_container.tokens import TokenKind, is_token, kind_of_token

from .builders import container, containers, endpoint, image, resources

REFERENCE = {"Ref": "Parameter"}
TOKENS: dict[TokenKind, Any] = {
    TokenKind.STRING: cdk.Token.as_string(REFERENCE),
    TokenKind.NUMBER: cdk.Token.as_number(REFERENCE),
    TokenKind.LIST: cdk.Token.as_list(REFERENCE),
    TokenKind.RESOLVABLE: cdk.Token.as_any(REFERENCE),
}
TAKEN: dict[type, TokenKind] = {
    str: TokenKind.STRING,
    int: TokenKind.NUMBER,
    float: TokenKind.NUMBER,
    bool: TokenKind.RESOLVABLE,
    list: TokenKind.LIST,
}

Give = Callable[[cdk.Stack, Any], object]


def of_endpoint(name: str) -> Give:
    """An argument of the endpoint."""
    return lambda stack, value: endpoint(stack, **{name: value})


def of_container(name: str, **others: Any) -> Give:
    """A field of a container."""

    def give(stack: cdk.Stack, value: Any) -> object:
        arguments = {"hostname": "a", "image": image(), **others, name: value}
        return endpoint(stack, containers=[ContainerDefinition(**arguments), container("b")])

    return give


def of_variant(name: str, make: Callable[[cdk.Stack, Any], Any] = lambda _, value: value, **others: Any) -> Give:
    """A field of a variant."""

    def give(stack: cdk.Stack, value: Any) -> object:
        arguments = {"name": "main", "instance_type": "ml.m5.xlarge", **others, name: make(stack, value)}
        return endpoint(stack, instance_type=None, variants=[ProductionVariant(**arguments)])

    return give


def of_value(argument: str, make: Callable[..., Any], name: str, *, bucket: bool = False, **others: Any) -> Give:
    """An argument of a value object that is given as an argument of the endpoint."""

    def give(stack: cdk.Stack, value: Any) -> object:
        there = {"bucket": s3.Bucket.from_bucket_name(stack, "Bucket", "records")} if bucket else {}
        return endpoint(stack, **{argument: make(**{**there, **others, name: value})})

    return give


def explained(name: str) -> Give:
    """A field of the explainer."""
    return of_value("explainer", ClarifyExplainer, name, baseline=ShapBaseline.from_text("1,2"))


def pool(**arguments: Any) -> Callable[[cdk.Stack, Any], Any]:
    """Instance pools of which one argument is given."""
    ((name, _),) = arguments.items()
    return lambda _, value: [InstancePool(**{"instance_type": "ml.m5.xlarge", "priority": 1, name: value})]


PREFIX = ModelData.from_s3_uri("s3://models/all/")
WAIT = cdk.Duration.minutes(5)

ARGUMENTS: dict[str, tuple[type, Give]] = {
    "endpoint_name": (str, of_endpoint("endpoint_name")),
    "instance_type": (str, of_endpoint("instance_type")),
    "initial_instance_count": (int, of_endpoint("initial_instance_count")),
    "network_isolation": (bool, of_endpoint("network_isolation")),
    "container.hostname": (str, of_container("hostname")),
    "container.model_package": (str, of_container("model_package")),
    "variant.name": (str, of_variant("name")),
    "variant.weight": (float, of_variant("weight")),
    "variant.inference_ami_version": (str, of_variant("inference_ami_version")),
    "variant.enable_ssm_access": (bool, of_variant("enable_ssm_access")),
    "variant.capacity_reservation_arn": (str, of_variant("capacity_reservation_arn")),
    "pool.instance_type": (str, of_variant("instance_pools", pool(instance_type=0), instance_type=None)),
    "pool.priority": (int, of_variant("instance_pools", pool(priority=0), instance_type=None)),
    "routing.prefix_length": (
        int,
        of_variant(
            "routing_strategy",
            lambda _, value: RoutingStrategy.prefix_aware(prefix_length=value, concurrency_threshold=1),
        ),
    ),
    "core_dump.prefix": (
        str,
        of_variant(
            "core_dump",
            lambda stack, value: CoreDump(bucket=s3.Bucket.from_bucket_name(stack, "Bucket", "dumps"), prefix=value),
        ),
    ),
    "data_capture.prefix": (str, of_value("data_capture", DataCapture, "prefix", bucket=True)),
    "data_capture.sampling_percentage": (
        int,
        of_value("data_capture", DataCapture, "sampling_percentage", bucket=True),
    ),
    "data_capture.enabled": (bool, of_value("data_capture", DataCapture, "enabled", bucket=True)),
    "data_capture.csv_content_types": (list, of_value("data_capture", DataCapture, "csv_content_types", bucket=True)),
    "async_inference.limit": (
        int,
        of_value("async_inference", AsyncInference, "max_concurrent_invocations_per_instance", bucket=True),
    ),
    "metrics_config.enhanced_metrics": (bool, of_value("metrics_config", MetricsConfig, "enhanced_metrics")),
    "deployment.percent": (int, of_value("deployment", Deployment.canary, "percent", wait=WAIT)),
    "deployment.rollback_percent": (
        int,
        of_value("deployment", Deployment.rolling, "rollback_percent", wait=WAIT, percent=20),
    ),
    **{f"explainer.{name}": (bool, explained(name)) for name in ("use_logit",)},
    **{
        f"explainer.{name}": (int, explained(name))
        for name in ("number_of_samples", "seed", "max_record_count", "probability_index", "label_index")
    },
    **{
        f"explainer.{name}": (str, explained(name))
        for name in ("enable_explanations", "features_attribute", "content_template", "label_attribute")
    },
    **{f"explainer.{name}": (list, explained(name)) for name in ("label_headers", "feature_headers", "feature_types")},
}


def pairs(*, taken: bool) -> list[Any]:
    """Each argument with each kind of token that it takes, or does not."""
    return [
        pytest.param(give, value, token, id=f"{name}, {token.name.lower()}")
        for name, (kind, give) in ARGUMENTS.items()
        for token, value in TOKENS.items()
        if (token in (TAKEN[kind], TokenKind.RESOLVABLE)) is taken
    ]


@pytest.fixture(name="stack")
def _stack() -> cdk.Stack:
    """A stack without feature flags, which have no say in this."""
    return cdk.Stack(cdk.App(), "Stack")


@pytest.mark.parametrize(("give", "value", "kind"), pairs(taken=False))
def test_refuses_tokens_of_a_wrong_kind(stack: cdk.Stack, give: Give, value: object, kind: TokenKind) -> None:
    """In words, with what to do, rather than with a traceback out of jsii."""
    with pytest.raises(EndpointConfigurationError) as refused:
        give(stack, value)

    (problem,) = refused.value.problems
    assert problem.rule == "MCE-Y01"
    assert problem.message.startswith(f"is {kind} that is only known at deployment, expected ")
    assert problem.fix


@pytest.mark.parametrize(("give", "value", "kind"), pairs(taken=True))
def test_takes_tokens_of_the_right_kind(stack: cdk.Stack, give: Give, value: object, kind: TokenKind) -> None:
    """Also those that are neither a string nor a number, such as `parameter.value`."""
    give(stack, value)

    written = str([resources(stack, f"SageMaker::{name}") for name in ("Model", "EndpointConfig", "Endpoint")])
    assert str(REFERENCE) in written, kind


@pytest.mark.parametrize("kind", [TokenKind.STRING, TokenKind.NUMBER, TokenKind.LIST, TokenKind.RESOLVABLE])
@pytest.mark.parametrize(
    "give",
    [
        of_container("multi_model", model_data=PREFIX),
        of_container("model_cache", model_data=PREFIX, multi_model=True),
        lambda stack, value: endpoint(
            stack, vpc=cdk.aws_ec2.Vpc(stack, "Vpc", restrict_default_security_group=False), allow_all_outbound=value
        ),
    ],
    ids=["multi_model", "model_cache", "allow_all_outbound"],
)
def test_what_is_decided_at_synth_is_known_at_synth(stack: cdk.Stack, give: Give, kind: TokenKind) -> None:
    with pytest.raises(EndpointConfigurationError, match="what follows from it is decided at synth"):
        give(stack, TOKENS[kind])


@pytest.mark.parametrize("value", [TOKENS[TokenKind.STRING], TOKENS[TokenKind.RESOLVABLE]], ids=["string", "value"])
def test_takes_tokens_for_environment_variables(stack: cdk.Stack, value: Any) -> None:
    of_container("environment")(stack, {"N": value})

    assert str({"N": REFERENCE}) in str(resources(stack, "SageMaker::Model"))


@pytest.mark.parametrize("kind", [TokenKind.NUMBER, TokenKind.LIST])
def test_refuses_other_tokens_for_environment_variables(stack: cdk.Stack, kind: TokenKind) -> None:
    with pytest.raises(EndpointConfigurationError, match=f"is {kind} that is only known at deployment, and Cloud"):
        of_container("environment")(stack, {"N": TOKENS[kind]})


def test_refuses_the_rest_of_a_list_that_is_not_known(stack: cdk.Stack) -> None:
    """Of `["a", *parameter.value_as_list]`."""
    with pytest.raises(EndpointConfigurationError, match=r"label_headers\[1\] .*: is a list that is only known"):
        explained("label_headers")(stack, ["a", *TOKENS[TokenKind.LIST]])


@pytest.mark.parametrize(
    "make",
    [lambda stack: stack, lambda stack: s3.Bucket(stack, "Bucket"), lambda _: cdk.Stack, lambda _: Path("/opt")],
    ids=["stack", "bucket", "class", "path"],
)
@pytest.mark.parametrize("name", ["endpoint_name", "initial_instance_count", "network_isolation"])
def test_an_object_is_no_token(stack: cdk.Stack, make: Callable[[cdk.Stack], object], name: str) -> None:
    """Though a stack and a path can `resolve` something, too."""
    with pytest.raises(EndpointConfigurationError, match=f"{name}: is the .*, expected"):
        of_endpoint(name)(stack, make(stack))


@jsii.implements(cdk.IResolvable)
class Resolvable:
    """A token of the user's own."""

    def resolve(self, context: cdk.IResolveContext) -> object:  # noqa: ARG002
        return REFERENCE

    @property
    def creation_stack(self) -> list[str]:
        return []


def resolvables(stack: cdk.Stack) -> Iterable[object]:
    condition = cdk.CfnCondition(stack, "Condition", expression=cdk.Fn.condition_equals("a", "b"))
    yield condition
    yield cdk.Fn.condition_equals("a", "b")
    yield cdk.Fn.condition_if("Condition", 1, 2)
    yield cdk.CfnParameter(stack, "Parameter").value
    yield cdk.CfnDynamicReference(cdk.CfnDynamicReferenceService.SSM, "name")
    yield Resolvable()


def test_knows_every_token_without_asking_the_cdk(stack: cdk.Stack) -> None:
    for value in resolvables(stack):
        assert kind_of_token(value) is TokenKind.RESOLVABLE
    for kind, token in TOKENS.items():
        assert kind_of_token(token) is kind
    assert is_token(f"prefix-{TOKENS[TokenKind.STRING]}")
    for literal in ("text", 5, 1.5, -1e300, ["a"], [], None, True, {"a": 1}, stack, cdk.Stack, containers()[0]):
        assert not is_token(literal)

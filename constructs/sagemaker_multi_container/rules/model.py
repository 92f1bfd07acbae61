"""Rules about a model as a whole: how its containers are executed, its role, its name and its network."""

from __future__ import annotations

from typing import Any

from .checks import begins, chosen, counted, fits, quoted, required
from .description import is_certain, is_multi_container, is_set
from .limits import (
    API,
    EXECUTION_MODE,
    GUIDE,
    MODEL_NAME,
    ROLE_ARN,
    SECURITY_GROUP,
    SECURITY_GROUPS,
    SUBNET,
    SUBNETS,
)
from .rule import Check, Confidence, Place, Problems, Severity, declare, rule

CREATE = GUIDE + "multi-container-create.html"
CREATE_MODEL = API + "CreateModel.html"
CUSTOM_NAMES = "https://repost.aws/knowledge-center/cloudformation-custom-name"


@rule(
    "MCE-C11",
    guards="Model.PrimaryContainer",
    source=CREATE,
    fix="move the primary container into the list of containers, or remove the list",
)
def one_kind_of_containers(_: dict[str, Any], place: Place) -> Problems:
    """A model has a primary container or a list of containers, not both."""
    containers = place.properties.get("Containers")
    if isinstance(containers, list) and containers:
        yield place.problem("the model has a primary container and a list of containers; it takes one of them")


declare(
    "MCE-C12",
    "Containers are executed in Serial or in Direct mode.",
    chosen("Model.InferenceExecutionConfig.Mode", EXECUTION_MODE),
    required("Model.InferenceExecutionConfig", Mode=f"mode ({EXECUTION_MODE})"),
    source=API + "InferenceExecutionConfig.html",
    fix="write Serial or Direct, with a capital first letter and small ones after it",
)


@rule(
    "MCE-C13",
    severity=Severity.INFO,
    guards="Model.Containers",
    source=CREATE,
    fix="say Serial or Direct",
)
def mode_is_explicit(_: list[Any], place: Place) -> Problems:
    """A multi-container model says how its containers are executed."""
    if not is_set(place.properties, "InferenceExecutionConfig") and is_multi_container(place.properties):
        yield (), "the execution mode of the containers is left out; SageMaker takes Serial"


@rule(
    "MCE-C14",
    guards="Model.InferenceExecutionConfig",
    source=CREATE_MODEL,
    fix="list the containers instead of the primary container, or leave the execution mode out",
    confidence=Confidence.INFERRED,
)
def mode_is_for_several_containers(_: dict[str, Any], place: Place) -> Problems:
    """Only a list of containers has an execution mode."""
    if isinstance(place.properties.get("PrimaryContainer"), dict) and not place.properties.get("Containers"):
        yield place.problem("gives an execution mode, but the model has a single primary container")


declare(
    "MCE-M01",
    "An execution role is given by its ARN.",
    fits("Model.ExecutionRoleArn", ROLE_ARN),
    begins("Model.ExecutionRoleArn", "arn:aws", meaning=ROLE_ARN.meaning),
    fits("EndpointConfig.ExecutionRoleArn", ROLE_ARN),
    source=CREATE_MODEL,
    fix="use the role's ARN, arn:aws:iam::<account>:role/<name>",
)


@rule(
    "MCE-M02",
    guards="Model",
    source="https://github.com/pgerbino/test_sagemaker_deploy",
    fix="give the model a role of its own account that may pull the images and the model data",
    confidence=Confidence.INFERRED,
)
def role_of_the_account(model: dict[str, Any], place: Place) -> Problems:
    """A model that a variant hosts has an execution role, and it is one of the account it is deployed to."""
    arn = model.get("ExecutionRoleArn")
    account = place.description.account
    # Of one that inference components host, the role may be that of their endpoint config.
    if arn is None and place.resource in place.description.hosted:
        yield place.problem("has no execution role, so that its images and model data cannot be pulled")
    elif account is not None and isinstance(arn, str) and ROLE_ARN.matches(arn) and arn.split(":")[4] != account:
        message = f"{quoted(arn)} is not a role of account {account}; SageMaker refuses roles of other accounts"
        yield place.problem(message, "ExecutionRoleArn")


declare(
    "MCE-M04",
    "A model's name has at most 63 letters, digits and inner hyphens.",
    fits("Model.ModelName", MODEL_NAME),
    source=CREATE_MODEL,
    fix="leave the name out, or use letters, digits and inner hyphens",
)


@rule(
    "MCE-M05",
    severity=Severity.WARNING,
    guards=("Model.ModelName", "EndpointConfig.EndpointConfigName"),
    source=CUSTOM_NAMES,
    fix="leave the name out; CloudFormation makes one, and the endpoint's name can still be fixed",
)
def no_fixed_names(name: str, place: Place) -> Problems:
    """Models and endpoint configs have no fixed names, because a change replaces them and needs a new name."""
    yield place.problem(f"a change needs a replacement, which fails unless the name {quoted(name)} changes, too")


def _vpc(guards: str) -> tuple[Check, ...]:
    return (
        required(guards, SecurityGroupIds="security groups", Subnets="subnets"),
        counted(f"{guards}.SecurityGroupIds", SECURITY_GROUPS, "security groups"),
        counted(f"{guards}.Subnets", SUBNETS, "subnets"),
        fits(f"{guards}.SecurityGroupIds[]", SECURITY_GROUP),
        fits(f"{guards}.Subnets[]", SUBNET),
    )


declare(
    "MCE-M06",
    "A connection to a VPC has 1 to 16 subnets and 1 to 5 security groups.",
    *_vpc("Model.VpcConfig"),
    *_vpc("EndpointConfig.VpcConfig"),
    source=API + "VpcConfig.html",
    fix="give 1 to 16 subnets and 1 to 5 security groups, by their ids",
)


@rule(
    "MCE-M07",
    severity=Severity.WARNING,
    guards="Model.VpcConfig.Subnets",
    source=GUIDE + "host-vpc.html",
    fix="add a subnet in another availability zone",
)
def two_availability_zones(subnets: list[Any], place: Place) -> Problems:
    """A model in a VPC has subnets in at least two availability zones."""
    if len(subnets) == 1 and is_certain(subnets[0]):
        yield place.problem("got 1 subnet; SageMaker asks for at least two, in different availability zones")


@rule(
    "MCE-M09",
    severity=Severity.INFO,
    guards="Model",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-5",
    fix="turn network isolation on if the containers need neither the network nor AWS credentials",
)
def network_isolation(model: dict[str, Any], place: Place) -> Problems:
    """A model's containers are isolated from the network (Security Hub SageMaker.5, checkov CKV_AWS_370)."""
    if model.get("EnableNetworkIsolation") in (None, False):
        yield place.problem("network isolation is off; Security Hub SageMaker.5 asks for it")

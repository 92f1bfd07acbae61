"""The log group that an endpoint's containers write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from ..arguments import describe
from ..served import ServedEndpoint
from ..tokens import is_token
from .additions import adding

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_logs as logs

_ID = "LogGroup"


def create_log_group(
    endpoint: ServedEndpoint,
    retention: logs.RetentionDays | None,
    encryption_key: kms.IKey | None,
    removal_policy: cdk.RemovalPolicy | None,
) -> logs.LogGroup:
    """The log group, made before the endpoint that would else make its own."""
    endpoint._check_is_here("add_log_group")
    resource = endpoint.node.default_child
    if resource is None:
        message = "cannot be added to an imported endpoint, whose log group SageMaker has made already"
        raise endpoint._refusal("add_log_group", message, "use logs.LogRetention or logs.LogGroup.from_log_group_name")
    name = endpoint._name_in_metrics
    if is_token(name) and name == endpoint.endpoint_name:
        message = "needs the name of an endpoint that is made after it, and the name is generated with the endpoint"
        raise endpoint._refusal("add_log_group", message, "give the endpoint an endpoint_name")
    if endpoint.node.try_find_child(_ID) is not None:
        raise endpoint._refusal("add_log_group", "was called before", "say everything about it in one call")
    if encryption_key is not None and not hasattr(encryption_key, "add_to_resource_policy"):
        message = f"is {describe(encryption_key)}, expected a kms.IKey"
        raise endpoint._refusal("encryption_key", message, "use kms.Key.from_key_arn(...)")
    group_name = f"/aws/sagemaker/Endpoints/{name}"
    with adding(endpoint, _ID, "add_log_group"):
        group = cdk.aws_logs.LogGroup(
            endpoint,
            _ID,
            log_group_name=group_name,
            retention=retention,
            encryption_key=encryption_key,
            removal_policy=removal_policy,
        )
    if encryption_key is not None:
        encryption_key.add_to_resource_policy(_use_by_logs(cdk.Stack.of(endpoint), group_name))
    resource.node.add_dependency(group)
    return group


def _use_by_logs(stack: cdk.Stack, group_name: str) -> iam.PolicyStatement:
    """As https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html has it."""
    group = f"arn:{cdk.Aws.PARTITION}:logs:{stack.region}:{stack.account}:log-group:{group_name}"
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
        actions=["kms:Decrypt", "kms:Describe*", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        resources=["*"],
        conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}},
    )

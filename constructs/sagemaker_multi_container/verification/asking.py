"""Asks CloudFormation with boto3 what stack is deployed. Nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence

from botocore.exceptions import ClientError

from ..invocation import RefusedError
from ..invocation.connecting import Connections
from ..invocation.describing import NOT_FOUND, asking
from .stacks import Stack


def describe_stack(connections: Connections, way: Sequence[str]) -> Stack:
    """A stack, or one that is nested in it.

    Args:
        connections: Where to ask.
        way: The name of the outermost stack, and the logical ids of the nested ones that lead to the one that is meant.

    Raises:
        RefusedError: If it cannot be asked for; with the code `NOT_FOUND` if it is not there.
    """
    name, *nested = way
    stack = _stack(connections, name)
    for logical_id in nested:
        stack = _stack(connections, stack.resources.get(logical_id, f"{stack.name}/{logical_id}"))
    return stack


def _stack(connections: Connections, name: str) -> Stack:
    """A stack by its name or ARN."""
    client = connections.cloudformation
    with asking("cloudformation:DescribeStacks", f"stack {name}"):
        try:
            (described,) = client.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if _is_unknown(error):
                raise RefusedError(f"there is no stack {name} in {client.meta.region_name}", code=NOT_FOUND) from error
            raise
    with asking("cloudformation:ListStackResources", f"stack {name}"):
        resources = {
            each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
            for page in client.get_paginator("list_stack_resources").paginate(StackName=name)
            for each in page["StackResourceSummaries"]
        }
    return Stack(
        id=described.get("StackId", ""),
        name=described["StackName"],
        status=described["StackStatus"],
        reason=described.get("StackStatusReason"),
        parameters={
            each["ParameterKey"]: each["ParameterValue"]
            for each in described.get("Parameters", [])
            if "ParameterKey" in each and "ParameterValue" in each
        },
        resources=resources,
    )


def _is_unknown(error: ClientError) -> bool:
    """Whether an error says that there is no such stack. The words are all that tells, as seen in public."""
    return "does not exist" in str(error.response.get("Error", {}).get("Message", ""))

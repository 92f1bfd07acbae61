"""The execution role of endpoints that are written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from .wanted import Statement

SAGEMAKER = "sagemaker.amazonaws.com"
OF_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}


@dataclass(frozen=True, slots=True)
class Role:
    """What one needs of a role to use it."""

    arn: str
    name: str


GIVEN = Role(arn="arn:aws:iam::123456789012:role/inference", name="inference")
"""A role that is there already."""

MakeRole = Callable[[Construct, str], Role]


def given(_scope: Construct, _id: str) -> Role:
    """The role that is there already."""
    return GIVEN


def with_l2(scope: Construct, id: str) -> Role:
    """A role as most people write it."""
    principal = iam.ServicePrincipal(SAGEMAKER, conditions=OF_THIS_ACCOUNT)
    role = iam.Role(scope, id, assumed_by=cast("iam.IPrincipal", principal))
    return Role(arn=role.role_arn, name=role.role_name)


def with_l1(scope: Construct, id: str) -> Role:
    """A role with as few objects as possible."""
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": SAGEMAKER},
        "Action": "sts:AssumeRole",
        "Condition": OF_THIS_ACCOUNT,
    }
    document = {"Version": "2012-10-17", "Statement": [allow]}
    role = iam.CfnRole(scope, id, assume_role_policy_document=document)
    return Role(arn=role.attr_arn, name=role.ref)


def allow(scope: Construct, id: str, role: Role, statements: list[Statement]) -> iam.CfnPolicy:
    """A policy with as few objects as possible, which type checks leave alone: it has no `*Property` classes."""
    document = {"Version": "2012-10-17", "Statement": statements}
    return iam.CfnPolicy(scope, id, policy_name=id, policy_document=document, roles=[role.name])

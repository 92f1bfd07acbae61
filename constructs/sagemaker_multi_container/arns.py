"""The beginnings of ARNs, which are only known at deployment. Each is read from the CDK once: a round trip to Node."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import aws_cdk as cdk

from .readings import attribute

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms


@functools.cache
def arn_prefix() -> str:
    """`arn:` and the partition that the stack is deployed to."""
    return f"arn:{cdk.Aws.PARTITION}"


@functools.cache
def this_region() -> str:
    """The region that the stack is deployed to."""
    return cdk.Aws.REGION


@functools.cache
def this_account() -> str:
    """The account that the stack is deployed to."""
    return cdk.Aws.ACCOUNT_ID


def arn_of_key(key: kms.IKey | None) -> str | None:
    """The ARN that permissions on a key must name; None without a key."""
    if key is None:
        return None
    # Permissions on an alias are none on its key.
    owner = attribute(key, "alias_target_key") if isinstance(key, cdk.aws_kms.Alias) else key
    return str(attribute(owner, "key_arn"))


def to_the_letter(key: str) -> str:
    """A key as IAM takes it to the letter, rather than for a pattern."""
    return key.replace("*", "${*}").replace("?", "${?}")

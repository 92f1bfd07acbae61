"""The beginnings of ARNs. Read from the CDK once, since each reading is a round trip to Node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk

from .readings import attribute

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms

ARN: Final = f"arn:{cdk.Aws.PARTITION}"
"""`arn:` and the partition that the stack is deployed to."""
REGION: Final = cdk.Aws.REGION
"""The region that the stack is deployed to."""
ACCOUNT: Final = cdk.Aws.ACCOUNT_ID
"""The account that the stack is deployed to."""


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

"""The beginnings of ARNs. Read from the CDK once, since each reading is a round trip to Node."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk

ARN: Final = f"arn:{cdk.Aws.PARTITION}"
"""`arn:` and the partition that the stack is deployed to."""
REGION: Final = cdk.Aws.REGION
"""The region that the stack is deployed to."""
ACCOUNT: Final = cdk.Aws.ACCOUNT_ID
"""The account that the stack is deployed to."""

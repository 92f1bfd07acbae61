"""What the execution role of an endpoint is allowed to do, and why.

See https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html (CreateModel API: execution role permissions).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from .arns import arn_prefix, this_account, this_region
from .errors import Problem
from .models import BoundContainer
from .network import Network
from .tokens import TOKEN, is_token

Statement = dict[str, Any]

_LONGEST_INLINE_POLICIES = 10_240


def for_containers(containers: Sequence[BoundContainer]) -> list[Statement]:
    """Pull exactly these images, read exactly these artefacts, and decrypt with their buckets' keys."""
    images = [container.image for container in containers if container.image is not None]
    artefacts = [container.model_data for container in containers if container.model_data is not None]
    repositories = _unique(image.repository_arn for image in images)
    statements = []
    if repositories:
        # ECR has no resource to name here: the token is for the whole registry, and opens nothing by itself.
        statements.append(allow(["ecr:GetAuthorizationToken"], ["*"]))
    statements += [
        allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], repositories),
        allow(["lambda:InvokeFunction"], _unique(image.credentials_provider_arn for image in images)),
        allow(["s3:GetObject"], _unique(data.arn for data in artefacts)),
        *(_list_below(data.bucket_arn, data.prefix) for data in artefacts if data.prefix is not None),
        *(statement for data in artefacts for statement in _to_use(["kms:Decrypt"], data.key_arn)),
    ]
    return [statement for statement in statements if statement["Resource"]]


def to_write(objects: str, key_arn: str | None) -> list[Statement]:
    """Write objects, and encrypt them with a key. What is uploaded in parts is decrypted, too."""
    return [
        allow(["s3:AbortMultipartUpload", "s3:PutObject"], [objects]),
        *_to_use(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], key_arn),
    ]


def to_read(objects: str, key_arn: str | None) -> list[Statement]:
    """Read objects, and decrypt them with a key."""
    return [allow(["s3:GetObject"], [objects]), *_to_use(["kms:Decrypt"], key_arn)]


def to_publish(topic_arn: str, key_arn: str | None) -> list[Statement]:
    """Publish to a topic, and encrypt its messages with a key."""
    return [allow(["sns:Publish"], [topic_arn]), *_to_use(["kms:Decrypt", "kms:GenerateDataKey"], key_arn)]


def _to_use(actions: list[str], key_arn: str | None) -> list[Statement]:
    """Use a key, given by its own ARN or by that of an alias.

    See https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    if key_arn is None:
        return []
    place, alias, name = key_arn.partition(":alias/")
    if not alias:
        return [allow(actions, [key_arn])]
    # A permission on an alias is none on its key.
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": [f"alias/{name}"]}}
    return [allow(actions, [f"{place}:key/*"], condition)]


def to_watch(alarms: Iterable[str]) -> list[Statement]:
    """See the state of alarms that roll an update back.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    """
    resources = _unique(alarms)
    return [allow(["cloudwatch:DescribeAlarms"], resources)] if resources else []


def for_logs_and_metrics(endpoint_name: object) -> list[Statement]:
    """Write the containers' logs and the instances' metrics."""
    # A generated endpoint name is not known before the endpoint is there, and the policy must be there first.
    group = f"{arn_prefix()}:logs:{_here()}:log-group:/aws/sagemaker/Endpoints/{endpoint_name or '*'}"
    # IAM names a group's streams `group:*`; AWS's pages differ on which of the actions take the group without it.
    groups = [group] if endpoint_name is None else [group, f"{group}:*"]
    return [
        allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], groups),
        # CloudWatch has no resource to name for metrics, only the namespace. AWS's pages print it in these three ways.
        allow(
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*", "AWS/SageMaker*"]}},
        ),
    ]


def for_vpc(network: Network) -> list[Statement]:
    """Place network interfaces into these subnets with these security groups.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
    """
    # Interfaces are made and removed by SageMaker, under ids that nobody knows before.
    interfaces = f"{arn_prefix()}:ec2:{_here()}:network-interface/*"
    return [
        allow(
            ["ec2:CreateNetworkInterface"],
            [
                interfaces,
                # In a shared VPC these belong to another account. Their ids are unique in all accounts.
                *_each(f"{arn_prefix()}:ec2:{this_region()}:*:security-group", network.security_group_ids),
                *_each(f"{arn_prefix()}:ec2:{this_region()}:*:subnet", network.subnet_ids),
            ],
        ),
        allow(
            [
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            [interfaces],
        ),
        # EC2 has no resources for descriptions.
        allow(
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeVpcs",
            ],
            ["*"],
        ),
    ]


def merged(statements: Iterable[Statement]) -> list[Statement]:
    """The same permissions, in one statement for each set of actions under the same condition."""
    by_kind: dict[str, Statement] = {}
    resources: dict[str, dict[str, None]] = {}
    for statement in statements:
        kind = str((statement["Action"], statement.get("Condition")))
        by_kind.setdefault(kind, statement)
        resources.setdefault(kind, {}).update(dict.fromkeys(statement["Resource"]))
    return [{**statement, "Resource": [*resources[kind]]} for kind, statement in by_kind.items()]


def problem_of_size(statements: Sequence[Statement]) -> Problem | None:
    """What is wrong with a policy that is too long for a role, as far as its length is known."""
    if len(str(statements)) <= _LONGEST_INLINE_POLICIES:
        return None  # with blanks and tokens in it, it is longer than it will be
    length = len(re.sub(TOKEN, "", json.dumps(statements, separators=(",", ":"))))
    if length <= _LONGEST_INLINE_POLICIES:
        return None
    return Problem(
        rule="MCE-Y03",
        where="containers",
        message=f"need a policy of at least {length} characters, and IAM takes {_LONGEST_INLINE_POLICIES} for a role",
        fix="put images into fewer repositories and artefacts below fewer prefixes, or give a role that allows it all",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    )


def _list_below(bucket_arn: str, prefix: str) -> Statement:
    return allow(["s3:ListBucket"], [bucket_arn], {"StringLike": {"s3:prefix": f"{prefix}*"}})


def _here() -> str:
    return f"{this_region()}:{this_account()}"


def _each(arn: str, ids: list[str]) -> list[str]:
    # Of a list that is only known at deployment not even the length is known.
    return [f"{arn}/*"] if is_token(ids) else [f"{arn}/{id_}" for id_ in ids]


def allow(actions: list[str], resources: Sequence[str], condition: dict[str, Any] | None = None) -> Statement:
    """A statement that allows these actions on these resources."""
    statement: Statement = {"Effect": "Allow", "Action": actions, "Resource": list(resources)}
    return statement | ({"Condition": condition} if condition else {})


def _unique(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value is not None))

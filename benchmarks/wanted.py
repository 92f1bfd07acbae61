"""The endpoint that every peer declares: a pipeline of two containers, scaled and watched in its full form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk

# Each reading is a message to Node.
_PARTITION, _REGION, _ACCOUNT = cdk.Aws.PARTITION, cdk.Aws.REGION, cdk.Aws.ACCOUNT_ID

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
BUCKET = "models"
INSTANCE_TYPE = "ml.m5.xlarge"
INSTANCES = 2
VARIANT = "AllTraffic"
ENVIRONMENT: Mapping[str, str] = {"LOG_LEVEL": "info"}

LEAST_INSTANCES = 2
MOST_INSTANCES = 8
REQUESTS_PER_SECOND = 20
CALLS_PER_MINUTE = REQUESTS_PER_SECOND * 60 * 0.5
"""Half of what an instance can do, as AWS suggests to begin with."""
SCALING_ROLE = (
    f"arn:{_PARTITION}:iam::{_ACCOUNT}:role/aws-service-role/"
    "sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
PERIOD = 60
PERIODS = 5
PERIODS_TO_ALARM = 3
LATENCY_MILLISECONDS = 1000
ERROR_RATE = 1
CPU = 90
CPU_OF_INSTANCE = CPU * 4
"""SageMaker counts 100 for each of the four vCPUs."""

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """One container. No two endpoints have the same ones, as in an app."""

    hostname: str
    repository: str
    tag: str

    @property
    def image(self) -> str:
        """The image's URI."""
        return f"{REGISTRY}/{self.repository}:{self.tag}"

    @property
    def key(self) -> str:
        """Where the model data is in the bucket."""
        return f"{self.hostname}/model.tar.gz"


def stages(number: int, count: int = 2) -> list[Stage]:
    """The containers of an endpoint."""
    return [Stage(f"stage{index}-of-{number}", f"stage{index}", f"1.{number}") for index in range(count)]


def permissions(containers: list[Stage]) -> list[Statement]:
    """What the role must be allowed for these containers, and nothing else."""
    repositories = [f"arn:{_PARTITION}:ecr:us-east-1:123456789012:repository/{each.repository}" for each in containers]
    artefacts = [f"arn:{_PARTITION}:s3:::{BUCKET}/{each.key}" for each in containers]
    return [
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": repositories,
        },
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": artefacts},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": f"arn:{_PARTITION}:logs:{_REGION}:{_ACCOUNT}:log-group:/aws/sagemaker/Endpoints/*",
        },
        {
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {
                "StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*", "AWS/SageMaker*"]}
            },
        },
    ]


def about_latency(endpoint_name: str) -> str:
    """What the alarm on latency says to whoever is woken by it."""
    return (
        f"The slowest 1 % of the calls take longer than {LATENCY_MILLISECONDS} ms, in variant {VARIANT} of endpoint "
        f"{endpoint_name}. Look at CPU, memory and the number of instances; the model may have become slower, or the "
        "input larger."
    )


def about_errors(endpoint_name: str) -> str:
    """What the alarm on errors says."""
    return (
        f"More than {ERROR_RATE} % of the calls end in a 5xx error, in variant {VARIANT} of endpoint {endpoint_name}. "
        f"A container fails or does not answer in time: see the logs in /aws/sagemaker/Endpoints/{endpoint_name}."
    )


def about_cpu(endpoint_name: str) -> str:
    """What the alarm on CPU says."""
    return (
        f"The instances use more than {CPU} % of their CPU on average, in variant {VARIANT} of endpoint "
        f"{endpoint_name}. Add instances, take larger ones, or find the container that needs so much."
    )


ERROR_RATE_EXPRESSION = "100 * FILL(failures, 0) / IF(FILL(all, 0) > 0, FILL(all, 0), 1)"
"""Percent of the calls; where nobody calls there is no error."""
ERROR_RATE_LABEL = "5xx errors, % of calls"

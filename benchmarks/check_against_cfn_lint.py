"""How long `mce check` takes on a large template, beside cfn-lint: `python benchmarks/check_against_cfn_lint.py`.

Both run as processes, one after the other in each round, so that whatever else the machine does is the same for both.
The template has 500 resources: 20 endpoints with their roles, and what else such stacks hold.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
ENDPOINTS = 20
RESOURCES = 500
AT_LEAST = 20
"""How many times faster `mce check` has to be."""

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command took, in seconds."""

    wall: float
    cpu: float


def template() -> dict[str, Any]:
    """A valid template of 500 resources; the same at each call."""
    resources: dict[str, Resource] = {}
    for number in range(ENDPOINTS):
        resources |= _endpoint(f"Search{number}")
    others = [_function, _bucket, _queue]
    number = 0
    while len(resources) < RESOURCES:
        resources |= others[number % len(others)](f"Service{number}")
        number += 1
    first = dict(list(resources.items())[:RESOURCES])
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": first}


def _endpoint(name: str) -> dict[str, Resource]:
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    return {
        f"{name}Role": _role("sagemaker.amazonaws.com", "s3:GetObject", "arn:aws:s3:::models/*"),
        f"{name}Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": {"Fn::GetAtt": [f"{name}Role", "Arn"]},
                "EnableNetworkIsolation": True,
                "InferenceExecutionConfig": {"Mode": "Direct"},
                "Containers": [
                    {
                        "ContainerHostname": f"stage{index}",
                        "Image": f"{image}/stage{index}:1.4.2",
                        "ModelDataUrl": f"s3://models/{name}/{index}/model.tar.gz",
                        "Environment": {"LOG_LEVEL": "info"},
                    }
                    for index in range(3)
                ],
            },
        },
        f"{name}Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {
                "KmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
                "ProductionVariants": [
                    {
                        "VariantName": "AllTraffic",
                        "ModelName": {"Fn::GetAtt": [f"{name}Model", "ModelName"]},
                        "InstanceType": "ml.m5.xlarge",
                        "InitialInstanceCount": 2,
                        "InitialVariantWeight": 1,
                    }
                ],
            },
        },
        f"{name}Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointConfigName": {"Fn::GetAtt": [f"{name}Config", "EndpointConfigName"]}},
        },
    }


def _function(name: str) -> dict[str, Resource]:
    return {
        f"{name}Role": _role("lambda.amazonaws.com", "sagemaker:InvokeEndpoint", "*"),
        f"{name}Logs": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {"RetentionInDays": 30},
        },
        f"{name}Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Role": {"Fn::GetAtt": [f"{name}Role", "Arn"]},
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Code": {"S3Bucket": "code", "S3Key": f"{name}.zip"},
                "LoggingConfig": {"LogGroup": {"Ref": f"{name}Logs"}},
                "Environment": {"Variables": {"STAGE": {"Fn::Sub": "${AWS::StackName}-" + name}}},
            },
        },
        f"{name}Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/Lambda",
                "MetricName": "Errors",
                "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": f"{name}Function"}}],
                "Statistic": "Sum",
                "Period": 300,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            },
        },
    }


def _bucket(name: str) -> dict[str, Resource]:
    return {
        f"{name}Bucket": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
                    ]
                },
                "VersioningConfiguration": {"Status": "Enabled"},
            },
        }
    }


def _queue(name: str) -> dict[str, Resource]:
    return {f"{name}Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}}}


def _role(service: str, action: str, resource: str) -> Resource:
    allow = {"Effect": "Allow", "Action": action, "Resource": resource}
    assume = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [assume]},
            "Policies": [{"PolicyName": "Allowed", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]}}],
        },
    }


def run(command: Sequence[str | Path]) -> Cost:
    """Run a command that has to find nothing, and measure it."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{output[:2000]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def main() -> None:
    """Measure, and print a table and JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.template.json"
        file.write_text(json.dumps(template(), indent=1))
        commands: dict[str, list[str | Path]] = {
            "mce check": [BIN / "mce", "check", file],
            "cfn-lint": [BIN / "cfn-lint", file],
            "mce --help": [BIN / "mce", "--help"],
        }
        measured: dict[str, list[Cost]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                measured[name].append(run(command))

    print(f"{RESOURCES} resources, {ENDPOINTS} endpoints, {rounds} rounds; seconds: median (least to most)\n")
    for name, costs in measured.items():
        print(f"{name:11}  wall {_spread([each.wall for each in costs])}  CPU {_spread([each.cpu for each in costs])}")
    pairs = list(zip(measured["mce check"], measured["cfn-lint"], strict=True))
    faster = [theirs.wall / ours.wall for ours, theirs in pairs]
    cheaper = [theirs.cpu / ours.cpu for ours, theirs in pairs]
    print(f"\ncfn-lint / mce check  wall {_spread(faster)}  CPU {_spread(cheaper)}\n")
    print(json.dumps({name: [asdict(each) for each in costs] for name, costs in measured.items()}))
    sys.exit(statistics.median(faster) < AT_LEAST)


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()

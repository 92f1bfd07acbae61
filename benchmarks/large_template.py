"""A valid template as large as CloudFormation takes it."""

from __future__ import annotations

from typing import Any

ENDPOINTS = 20
RESOURCES = 500

Resource = dict[str, Any]


def template(tag: str = "1.4.2") -> dict[str, Any]:
    """A valid template of 500 resources: 20 endpoints with images of that tag, and what else such stacks hold."""
    resources: dict[str, Resource] = {}
    for number in range(ENDPOINTS):
        resources |= _endpoint(f"Search{number}", tag)
    others = [_function, _bucket, _queue]
    number = 0
    while len(resources) < RESOURCES:
        resources |= others[number % len(others)](f"Service{number}")
        number += 1
    first = dict(list(resources.items())[:RESOURCES])
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": first}


def _endpoint(name: str, tag: str) -> dict[str, Resource]:
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
                        "Image": f"{image}/stage{index}:{tag}",
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

"""Where drawn endpoints are declared: what is there already, and values that are only known at deployment."""

from __future__ import annotations

import itertools
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm
from constructs import Construct

ACCOUNT = "111122223333"
REGION = "eu-central-1"
ENVIRONMENTS = (None, cdk.Environment(account=ACCOUNT, region=REGION))
"""Stacks know where they will be deployed, or do not."""


class Site:
    """Makes what an endpoint refers to, below one construct. Each value has a plausible literal behind it."""

    def __init__(self, scope: Construct) -> None:
        self.scope = scope
        self._numbers = itertools.count()

    def parameter(self, value: str) -> str:
        """A string that a CloudFormation parameter stands for."""
        return cdk.CfnParameter(self.scope, self._id("Text"), default=value).value_as_string

    def number_parameter(self, value: float) -> float:
        """A number that a CloudFormation parameter stands for."""
        return cdk.CfnParameter(self.scope, self._id("Number"), type="Number", default=value).value_as_number

    def attribute(self, value: str) -> str:
        """A string that is an attribute of another resource."""
        return ssm.CfnParameter(self.scope, self._id("Setting"), type="String", value=value).attr_value

    def late(self, value: str) -> str:
        """A string that is only produced at synth."""
        return cdk.Lazy.string(_LateText(value))

    def late_number(self, value: float) -> float:
        """A number that is only produced at synth."""
        return cdk.Lazy.number(_LateNumber(value))

    @cached_property
    def models(self) -> s3.IBucket:
        """A bucket of this stack, with a key of its own."""
        return s3.Bucket(self.scope, "Models", encryption=s3.BucketEncryption.KMS)

    @cached_property
    def other_models(self) -> s3.IBucket:
        """A bucket that is known by its name only."""
        return s3.Bucket.from_bucket_name(self.scope, "OtherModels", "the-models-of-others")

    @cached_property
    def images(self) -> ecr.IRepository:
        """A repository of this stack."""
        return ecr.Repository(self.scope, "Images")

    @cached_property
    def other_images(self) -> ecr.IRepository:
        """A repository that is known by its name only."""
        return ecr.Repository.from_repository_name(self.scope, "OtherImages", "team/images")

    @cached_property
    def credentials(self) -> lambda_.IFunction:
        """The function that knows the credentials of a private registry."""
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:credentials"
        return lambda_.Function.from_function_arn(self.scope, "Credentials", arn)

    @cached_property
    def topic(self) -> sns.ITopic:
        """A topic of this stack."""
        return sns.Topic(self.scope, "Topic")

    def alarm(self) -> cloudwatch.IAlarm:
        """An alarm that is known by its name only."""
        return cloudwatch.Alarm.from_alarm_name(self.scope, self._id("Alarm"), "errors-of-the-shop")

    @cached_property
    def key(self) -> kms.IKey:
        """A key of this stack."""
        return kms.Key(self.scope, "Key")

    @cached_property
    def other_key(self) -> kms.IKey:
        """A key that is known by its ARN only."""
        arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        return kms.Key.from_key_arn(self.scope, "OtherKey", arn)

    @cached_property
    def role(self) -> iam.IRole:
        """A role of this stack."""
        return iam.Role(self.scope, "GivenRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))

    def imported_role(self, *, mutable: bool) -> iam.IRole:
        """A role that is known by its ARN only."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/service/hosting"
        return iam.Role.from_role_arn(self.scope, self._id("ImportedRole"), arn, mutable=mutable)

    def vpc(self, subnets: int) -> ec2.IVpc:
        """A VPC with as many private subnets, one in each zone."""
        return ec2.Vpc.from_vpc_attributes(
            self.scope,
            self._id("Vpc"),
            vpc_id="vpc-0123456789abcdef0",
            availability_zones=[f"{REGION}{letter}" for letter in "abcdefghijklmnop"[:subnets]],
            private_subnet_ids=[f"subnet-{number:017x}" for number in range(subnets)],
        )

    def subnet(self, id: str) -> ec2.ISubnet:
        """A subnet that is known by its id and zone only."""
        return ec2.Subnet.from_subnet_attributes(
            self.scope, self._id("Subnet"), subnet_id=id, availability_zone=f"{REGION}a"
        )

    def security_group(self, id: str) -> ec2.ISecurityGroup:
        """A security group that is known by its id only."""
        return ec2.SecurityGroup.from_security_group_id(self.scope, self._id("SecurityGroup"), id)

    @cached_property
    def archive(self) -> str:
        """A local archive of model artefacts."""
        file = Path(tempfile.mkdtemp()) / "model.tar.gz"
        file.write_bytes(b"a model")
        return str(file)

    def _id(self, kind: str) -> str:
        return f"{kind}{next(self._numbers)}"


@jsii.implements(cdk.IStableStringProducer)
class _LateText:
    def __init__(self, value: str) -> None:
        self._value = value

    def produce(self) -> str:
        return self._value


@jsii.implements(cdk.IStableNumberProducer)
class _LateNumber:
    def __init__(self, value: float) -> None:
        self._value = value

    def produce(self) -> Any:
        return self._value

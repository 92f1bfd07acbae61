"""The log group of an endpoint."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from sagemaker_multi_container import EndpointConfigurationError, MultiContainerEndpoint

from .builders import endpoint, properties, resources


def test_keeps_logs_as_long_as_you_say(stack: cdk.Stack) -> None:
    """In the group that SageMaker writes to."""
    group = endpoint(stack, endpoint_name="Search").add_log_group(retention=logs.RetentionDays.ONE_MONTH)

    made = properties(stack, "Logs::LogGroup")
    assert made == {"LogGroupName": "/aws/sagemaker/Endpoints/Search", "RetentionInDays": 30}
    assert isinstance(group, logs.LogGroup)


def test_is_made_before_the_endpoint(stack: cdk.Stack) -> None:
    """Which would else make it."""
    endpoint(stack, endpoint_name="Search").add_log_group()

    (group,) = resources(stack, "Logs::LogGroup")
    (made,) = resources(stack, "SageMaker::Endpoint").values()
    assert group in made["DependsOn"]


def test_takes_a_name_that_is_known_at_deployment(stack: cdk.Stack) -> None:
    """As long as it is known before the endpoint is."""
    endpoint(stack, endpoint_name=cdk.CfnParameter(stack, "Name").value_as_string).add_log_group()

    name = properties(stack, "Logs::LogGroup")["LogGroupName"]
    assert name == {"Fn::Join": ["", ["/aws/sagemaker/Endpoints/", {"Ref": "Name"}]]}


def test_goes_with_the_stack_if_you_say_so(stack: cdk.Stack) -> None:
    """Else it stays, as every log group of the CDK."""
    endpoint(stack, "One", endpoint_name="one").add_log_group(removal_policy=cdk.RemovalPolicy.DESTROY)
    endpoint(stack, "Two", endpoint_name="two").add_log_group()

    policies = [group["DeletionPolicy"] for group in resources(stack, "Logs::LogGroup").values()]
    assert policies == ["Delete", "Retain"]


def test_lets_cloudwatch_logs_use_the_key_for_this_group_only(stack: cdk.Stack) -> None:
    """As the CloudWatch Logs guide has it; the CDK leaves that to its user."""
    endpoint(stack, endpoint_name="search").add_log_group(encryption_key=kms.Key(stack, "Key"))

    (key,) = resources(stack, "KMS::Key")
    assert properties(stack, "Logs::LogGroup")["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    (_, statement) = properties(stack, "KMS::Key")["KeyPolicy"]["Statement"]
    arn = [
        "arn:",
        {"Ref": "AWS::Partition"},
        ":logs:",
        {"Ref": "AWS::Region"},
        ":",
        {"Ref": "AWS::AccountId"},
        ":log-group:/aws/sagemaker/Endpoints/search",
    ]
    assert statement == {
        "Action": ["kms:Decrypt", "kms:Describe*", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": {"Fn::Join": ["", arn]}}},
        "Effect": "Allow",
        "Principal": {"Service": {"Fn::Join": ["", ["logs.", {"Ref": "AWS::Region"}, ".amazonaws.com"]]}},
        "Resource": "*",
    }


def test_takes_a_key_of_another_stack(app: cdk.App) -> None:
    """Whose policy must not refer to this one."""
    env = cdk.Environment(account="123456789012", region="eu-west-1")
    shared, own = cdk.Stack(app, "Shared", env=env), cdk.Stack(app, "Own", env=env)
    endpoint(own, endpoint_name="search").add_log_group(encryption_key=kms.Key(shared, "Key"))
    app.synth()

    (_, statement) = properties(shared, "KMS::Key")["KeyPolicy"]["Statement"]
    assert statement["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}


def test_takes_an_imported_key(stack: cdk.Stack) -> None:
    """Whose policy somebody else must change."""
    arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
    endpoint(stack, endpoint_name="search").add_log_group(encryption_key=kms.Key.from_key_arn(stack, "Key", arn))

    assert properties(stack, "Logs::LogGroup")["KmsKeyId"] == arn


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"retention": 30}, "add_log_group: is refused by the CDK: "),
        ({"removal_policy": "DESTROY"}, "add_log_group: is refused by the CDK: "),
        ({"encryption_key": "arn:aws:kms:..."}, "encryption_key: is the str 'arn:aws:kms:...', expected a kms.IKey"),
    ],
)
def test_refuses_wrong_arguments(stack: cdk.Stack, arguments: dict[str, Any], message: str) -> None:
    """And makes no log group."""
    made = endpoint(stack, endpoint_name="search")

    with pytest.raises(EndpointConfigurationError) as refused:
        made.add_log_group(**arguments)

    assert message in str(refused.value)
    assert resources(stack, "Logs::LogGroup") == {}
    made.add_log_group()


def test_refuses_a_generated_name(stack: cdk.Stack) -> None:
    """By the time that it is known, the endpoint has made its log group."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError, match="is generated with the endpoint") as refused:
        made.add_log_group()

    assert refused.value.problems[0].fix == "give the endpoint an endpoint_name"


def test_refuses_a_second_log_group(stack: cdk.Stack) -> None:
    """Both would have the same name."""
    made = endpoint(stack, endpoint_name="search")
    made.add_log_group()

    with pytest.raises(EndpointConfigurationError, match="add_log_group: was called before"):
        made.add_log_group()

    assert len(resources(stack, "Logs::LogGroup")) == 1


def test_refuses_the_log_group_of_another_region(app: cdk.App) -> None:
    """It would be made here."""
    stack = cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/search"
    made = MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", arn)

    with pytest.raises(EndpointConfigurationError, match="add_log_group: is for an endpoint of the stack's account"):
        made.add_log_group()


def test_refuses_the_log_group_of_an_imported_endpoint(stack: cdk.Stack) -> None:
    """It is there already."""
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search")

    with pytest.raises(EndpointConfigurationError, match="whose log group SageMaker has made already"):
        made.add_log_group()

"""The VPC that an endpoint is in."""

from __future__ import annotations

import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from sagemaker_multi_container import EndpointConfigurationError

from .builders import endpoint, properties, resources

SELECTION: Any = ec2.SubnetSelection


@pytest.fixture(name="vpc")
def _vpc(stack: cdk.Stack) -> ec2.Vpc:
    return ec2.Vpc(stack, "Vpc", max_azs=2, restrict_default_security_group=False)


def subnet_ids(stack: cdk.Stack, subnets: list[ec2.ISubnet]) -> list[object]:
    """Subnets as the template names them."""
    return [stack.resolve(subnet.subnet_id) for subnet in subnets]


def test_takes_the_private_subnets_and_a_new_security_group(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """Unless something else is said."""
    endpoint(stack, vpc=vpc)

    (group_id,) = resources(stack, "EC2::SecurityGroup")
    assert properties(stack, "SageMaker::Model")["VpcConfig"] == {
        "Subnets": subnet_ids(stack, vpc.private_subnets),
        "SecurityGroupIds": [{"Fn::GetAtt": [group_id, "GroupId"]}],
    }
    assert properties(stack, "EC2::SecurityGroup")["SecurityGroupEgress"][0]["CidrIp"] == "0.0.0.0/0"


def test_takes_the_subnets_and_security_groups_given(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """And makes none of its own."""
    groups = [ec2.SecurityGroup(stack, name, vpc=vpc) for name in ("One", "Two")]
    selection = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
    endpoint(stack, vpc=vpc, vpc_subnets=selection, security_groups=groups)

    assert properties(stack, "SageMaker::Model")["VpcConfig"] == {
        "Subnets": subnet_ids(stack, vpc.public_subnets),
        "SecurityGroupIds": [stack.resolve(group.security_group_id) for group in groups],
    }
    assert len(resources(stack, "EC2::SecurityGroup")) == 2


def test_the_endpoint_waits_for_the_way_out(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """The instances fetch images and model data as soon as they start."""
    endpoint(stack, vpc=vpc)

    (made,) = resources(stack, "SageMaker::Endpoint").values()
    routes = {name for name, route in resources(stack, "EC2::Route").items() if "NatGatewayId" in route["Properties"]}
    assert routes <= set(made["DependsOn"])


def test_takes_imported_subnets(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """Also those of which the CDK knows nothing but the id."""
    subnets = [ec2.Subnet.from_subnet_id(stack, f"Subnet{number}", f"subnet-{number}") for number in range(2)]
    endpoint(stack, vpc=vpc, vpc_subnets=ec2.SubnetSelection(subnets=subnets))

    assert properties(stack, "SageMaker::Model")["VpcConfig"]["Subnets"] == ["subnet-0", "subnet-1"]


def test_closes_the_way_out_if_asked(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """The new security group lets nothing out then."""
    endpoint(stack, vpc=vpc, allow_all_outbound=False)

    assert properties(stack, "EC2::SecurityGroup")["SecurityGroupEgress"][0]["CidrIp"] == "255.255.255.255/32"


def test_opens_ports_to_others(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """The endpoint is connectable, also from the other side."""
    made = endpoint(stack, vpc=vpc)
    database = ec2.SecurityGroup(stack, "Database", vpc=vpc)
    database.connections.allow_from(made, ec2.Port.tcp(5432))

    assert properties(stack, "EC2::SecurityGroupIngress")["FromPort"] == 5432


def test_has_no_connections_without_a_vpc(stack: cdk.Stack) -> None:
    """And says what to do."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError, match=r"^Stack/Endpoint: .*\n.*not in a VPC.*\n.*give .* a vpc="):
        _ = made.connections


def test_refuses_network_arguments_without_a_vpc(stack: cdk.Stack) -> None:
    """All of them at once."""
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, vpc_subnets=ec2.SubnetSelection(), security_groups=[], allow_all_outbound=True)

    assert [problem.where for problem in refused.value.problems] == [
        "vpc_subnets",
        "security_groups",
        "allow_all_outbound",
    ]


def test_refuses_to_set_outbound_traffic_of_given_security_groups(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """That is said on the security groups themselves."""
    groups = [ec2.SecurityGroup(stack, "One", vpc=vpc)]

    with pytest.raises(EndpointConfigurationError, match="allow_all_outbound"):
        endpoint(stack, vpc=vpc, security_groups=groups, allow_all_outbound=False)


def test_refuses_subnets_that_the_vpc_does_not_have(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """In the CDK's words, but as a problem of this endpoint rather than a traceback out of jsii."""
    selection = ec2.SubnetSelection(subnet_group_name="nowhere")

    with pytest.raises(EndpointConfigurationError, match=r"vpc_subnets: .*nowhere"):
        endpoint(stack, vpc=vpc, vpc_subnets=selection)


def test_takes_a_vpc_whose_subnets_are_known_at_deployment_only(stack: cdk.Stack) -> None:
    """Not even how many they are."""
    ids = cdk.Fn.split(",", cdk.Fn.import_value("subnets"))
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Imported", vpc_id="vpc-1", availability_zones=cdk.Fn.get_azs(), private_subnet_ids=ids
    )
    endpoint(stack, vpc=vpc)

    assert "Fn::Split" in str(properties(stack, "SageMaker::Model")["VpcConfig"]["Subnets"])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"vpc_subnets": {"subnet_type": "PRIVATE"}}, "vpc_subnets: is a dict with the keys 'subnet_type'"),
        ({"vpc_subnets": ec2.SubnetType.PUBLIC}, "vpc_subnets: is the SubnetType"),
        (
            {"vpc_subnets": SELECTION(subnets=["subnet-1"])},
            "vpc_subnets.subnets[0]: is the str 'subnet-1', expected an",
        ),
        ({"vpc_subnets": SELECTION(subnets=[ec2.Subnet])}, "vpc_subnets.subnets[0]: is the class Subnet, expected an"),
        ({"vpc_subnets": SELECTION(subnets="subnet-1")}, "vpc_subnets.subnets: is the str 'subnet-1', expected a list"),
        ({"security_groups": [ec2.SecurityGroup]}, "security_groups[0]: is the class SecurityGroup, expected an"),
        ({"security_groups": "sg-1"}, "security_groups: is the str 'sg-1', expected a list"),
        ({"allow_all_outbound": "no"}, "allow_all_outbound: is the str 'no', expected True or False"),
    ],
    ids=["dict", "subnet type", "subnet id", "subnets", "string of subnets", "groups", "string", "bool"],
)
def test_refuses_network_arguments_of_a_wrong_type(
    stack: cdk.Stack, vpc: ec2.Vpc, arguments: dict[str, Any], complaint: str
) -> None:
    """With what was given."""
    with pytest.raises(EndpointConfigurationError, match=re.escape(complaint)):
        endpoint(stack, vpc=vpc, **arguments)


def test_refuses_an_id_for_a_vpc(stack: cdk.Stack) -> None:
    """And says how to look one up."""
    with pytest.raises(EndpointConfigurationError, match=r"vpc: is the str 'vpc-1'.*\n.*ec2.Vpc.from_lookup"):
        endpoint(stack, vpc="vpc-1")


def test_refuses_an_id_for_a_security_group(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    """And says how to import one."""
    with pytest.raises(EndpointConfigurationError, match=r"security_groups\[0\]: is the str 'sg-1'"):
        endpoint(stack, vpc=vpc, security_groups=["sg-1"])


def test_the_vpc_is_in_the_region_of_the_endpoint(app: cdk.App) -> None:
    near = cdk.Stack(app, "Near", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    far = cdk.Stack(app, "Far", env=cdk.Environment(account="123456789012", region="us-east-1"))
    vpc = ec2.Vpc(far, "Vpc", max_azs=2, restrict_default_security_group=False)
    with pytest.raises(EndpointConfigurationError, match="vpc: is in us-east-1, and the endpoint is in eu-west-1"):
        endpoint(near, vpc=vpc)

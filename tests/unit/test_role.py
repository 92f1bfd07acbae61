"""The execution role: what it may do, who may assume it, and that its policy is there in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from sagemaker_multi_container import EndpointConfigurationError, ModelData

from .builders import container, containers, endpoint, properties, resources, statements

ROLE_ARN = "arn:aws:iam::123456789012:role/shared"


def sagemaker_role(stack: cdk.Stack) -> iam.Role:
    """A role as a user would make it."""
    return iam.Role(stack, "Shared", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))


def test_only_sagemaker_on_behalf_of_this_account_assumes_the_role(stack: cdk.Stack) -> None:
    """No confused deputy."""
    endpoint(stack)

    (statement,) = properties(stack, "IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Action": "sts:AssumeRole",
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    assert "ManagedPolicyArns" not in properties(stack, "IAM::Role")


def test_allows_nothing_that_the_endpoint_does_not_need(stack: cdk.Stack) -> None:
    """The actions of an endpoint with images in ECR and one archive in S3: all of them, and each with its resource."""
    archive = ModelData.from_s3_uri("s3://models/a/model.tar.gz")
    endpoint(stack, containers=[container("a", model_data=archive), container("b")], vpc=None)

    policy = properties(stack, "IAM::Policy")["PolicyDocument"]["Statement"]
    actions = {action for each in policy for action in _listed(each["Action"])}
    assert actions == {
        "cloudwatch:PutMetricData",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "s3:GetObject",
    }


def test_has_wildcards_only_where_iam_has_nothing_narrower(stack: cdk.Stack) -> None:
    """`*` alone for actions without resources; below a fixed path for names that are made at deployment."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, restrict_default_security_group=False)
    endpoint(stack, vpc=vpc)

    policy = properties(stack, "IAM::Policy")["PolicyDocument"]["Statement"]
    unlimited = {action for each in policy if each["Resource"] == "*" for action in _listed(each["Action"])}
    assert unlimited == {
        "cloudwatch:PutMetricData",
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "ecr:GetAuthorizationToken",
    }
    assert all("*" not in action for each in policy for action in _listed(each["Action"]))


def test_limits_metrics_to_the_namespaces_of_sagemaker(stack: cdk.Stack) -> None:
    """Metrics have no ARN, only a namespace."""
    endpoint(stack)

    namespaces = statements(stack)["cloudwatch:PutMetricData"]["Condition"]["StringLike"]["cloudwatch:namespace"]
    assert sorted(namespaces) == ["/aws/sagemaker/*", "AWS/SageMaker*", "aws/sagemaker/*"]


@pytest.mark.parametrize(
    ("name", "groups"),
    [("ranking", ["Endpoints/ranking", "Endpoints/ranking:*"]), (None, ["Endpoints/*"])],
    ids=["named", "generated"],
)
def test_writes_to_the_endpoints_own_log_group(stack: cdk.Stack, name: str | None, groups: list[str]) -> None:
    """As far as its name is known before the endpoint is there."""
    endpoint(stack, endpoint_name=name)

    written = statements(stack)["logs:CreateLogGroup"]["Resource"]
    endings = [each["Fn::Join"][1][-1].rpartition("/aws/sagemaker/")[2] for each in _listed(written)]
    assert sorted(endings) == sorted(groups)


def test_places_interfaces_into_the_given_subnets_only(stack: cdk.Stack) -> None:
    """With the given security groups only."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, restrict_default_security_group=False)
    endpoint(stack, vpc=vpc)

    allowed = str(statements(stack)["ec2:CreateNetworkInterface"]["Resource"])
    assert allowed.count(":subnet/") == 2
    assert allowed.count(":security-group/") == 1
    assert allowed.count(":network-interface/*") == 1


def test_the_model_waits_for_the_policy(stack: cdk.Stack) -> None:
    """SageMaker checks the permissions when it makes the model."""
    endpoint(stack)

    (model,) = resources(stack, "SageMaker::Model").values()
    assert model["DependsOn"] == list(resources(stack, "IAM::Policy"))


def test_permissions_that_are_added_later_are_there_before_the_model(stack: cdk.Stack) -> None:
    """In the role's own policy, which the CDK writes."""
    made = endpoint(stack)
    made.add_to_role_policy(iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=["arn:aws:dynamodb:::table/t"]))

    policies = resources(stack, "IAM::Policy")
    (model,) = resources(stack, "SageMaker::Model").values()
    assert "dynamodb:GetItem" in str(policies)
    assert set(policies) < set(model["DependsOn"])


def test_is_a_grantee(stack: cdk.Stack) -> None:
    """So that other constructs grant its containers something."""
    made = endpoint(stack)
    s3.Bucket(stack, "Bucket").grant_read(made)

    policies = resources(stack, "IAM::Policy")
    (role_id,) = resources(stack, "IAM::Role")
    assert [each["Properties"]["Roles"] for each in policies.values()] == [[{"Ref": role_id}]] * 2


def test_gives_a_given_role_what_the_containers_need(stack: cdk.Stack) -> None:
    """And waits for the permissions that the user gives it elsewhere, even after the endpoint."""
    role = sagemaker_role(stack)
    made = endpoint(stack, role=role)
    s3.Bucket(stack, "Bucket").grant_read(role)

    assert made.role is role
    assert len(resources(stack, "IAM::Role")) == 1
    (model,) = resources(stack, "SageMaker::Model").values()
    assert set(resources(stack, "IAM::Policy")) < set(model["DependsOn"])


def test_gives_an_imported_role_what_the_containers_need(stack: cdk.Stack) -> None:
    """With a policy that the model waits for."""
    endpoint(stack, role=iam.Role.from_role_arn(stack, "Role", ROLE_ARN))

    assert properties(stack, "IAM::Policy")["Roles"] == ["shared"]
    (model,) = resources(stack, "SageMaker::Model").values()
    assert model["Properties"]["ExecutionRoleArn"] == ROLE_ARN
    assert model["DependsOn"] == list(resources(stack, "IAM::Policy"))


def test_leaves_an_immutable_role_alone(stack: cdk.Stack) -> None:
    """Its owner sees to the permissions."""
    endpoint(stack, role=iam.Role.from_role_arn(stack, "Role", ROLE_ARN, mutable=False))

    assert resources(stack, "IAM::Policy") == {}
    assert properties(stack, "SageMaker::Model")["ExecutionRoleArn"] == ROLE_ARN


def test_endpoints_that_share_a_role_have_their_own_policies(stack: cdk.Stack) -> None:
    """Each goes with its endpoint, and grows with it."""
    role = sagemaker_role(stack)
    first = endpoint(stack, "First", role=role, containers=containers("a", "b"))
    endpoint(stack, "Second", role=role, containers=containers("c", "d"))
    first.add_container(container("e"))

    policies = [str(each) for each in resources(stack, "IAM::Policy").values()]
    assert [[name for name in "abcde" if f":repository/{name}'" in policy] for policy in policies] == [
        ["a", "b", "e"],
        ["c", "d"],
    ]


def test_takes_the_same_role_from_another_construct_twice(stack: cdk.Stack) -> None:
    """Each reading of it is another Python object."""
    made = lambda_.Function(
        stack,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("pass"),
    )
    for name in ("First", "Second"):
        assert made.role is not None
        endpoint(stack, name, role=made.role)

    assert len(resources(stack, "IAM::Policy")) == 2


def test_a_removed_endpoint_takes_its_permissions_along(stack: cdk.Stack) -> None:
    """Nothing of it stays in the policies of a role that others use, too."""
    role = sagemaker_role(stack)
    endpoint(stack, "Kept", role=role, containers=containers("a", "b"))
    endpoint(stack, "Removed", role=role, containers=containers("c", "d"))
    stack.node.try_remove_child("Removed")

    assert ":repository/c" not in str(resources(stack, "IAM::Policy"))


@jsii.implements(cdk.IAspect)
class _Deny:
    def visit(self, node: IConstruct) -> None:
        """Forbid something in each policy."""
        if isinstance(node, iam.Policy):
            node.add_statements(iam.PolicyStatement(effect=iam.Effect.DENY, actions=["s3:Delete*"], resources=["*"]))


def test_keeps_what_others_add_to_the_policy_of_a_given_role(stack: cdk.Stack) -> None:
    """Also if the endpoint grows after that."""
    made = endpoint(stack, role=sagemaker_role(stack))
    cdk.Aspects.of(stack).add(_Deny())
    made.add_container(container("third"))

    assert "s3:Delete*" in statements(stack)


def test_a_role_that_others_make_is_left_to_them(app: cdk.App) -> None:
    """The CDK then reports what it needs, and no policy is written."""
    stack = cdk.Stack(app, "Search")
    iam.Role.customize_roles(stack, use_precreated_roles={"Search/Endpoint/Role": "made-by-others"})
    endpoint(stack)

    assert resources(stack, "IAM::Role") == resources(stack, "IAM::Policy") == {}
    assert "made-by-others" in str(properties(stack, "SageMaker::Model")["ExecutionRoleArn"])
    report = Path(app.synth().directory, "iam-policy-report.txt").read_text()
    assert "ecr:GetDownloadUrlForLayer" in report
    assert "/aws/sagemaker/Endpoints/" in report


def test_stacks_that_share_an_imported_role_do_not_overwrite_each_others_policy(flags: dict[str, Any]) -> None:
    """A role has one inline policy of a name."""
    names = []
    for stage in ("Dev", "Prod"):
        stack = cdk.Stack(cdk.App(context=flags), f"{stage}Stack")
        endpoint(stack, role=iam.Role.from_role_arn(stack, "Role", ROLE_ARN))
        names.append(properties(stack, "IAM::Policy")["PolicyName"])

    assert names[0] != names[1]


def test_the_model_waits_for_what_the_role_is_granted(stack: cdk.Stack) -> None:
    """Whoever grants the endpoint something wants it to have it in time."""
    made = endpoint(stack)
    s3.Bucket(stack, "Bucket").grant_read(made)

    (model,) = resources(stack, "SageMaker::Model").values()
    assert set(resources(stack, "IAM::Policy")) < set(model["DependsOn"])


def test_a_role_of_another_kind_gets_another_policy(app: cdk.App) -> None:
    """So that the old role keeps its own until the endpoint is updated."""
    own, given = cdk.Stack(app, "Own"), cdk.Stack(app, "Given")
    endpoint(own)
    endpoint(given, role=iam.Role.from_role_arn(given, "Role", ROLE_ARN))

    assert not set(resources(own, "IAM::Policy")) & set(resources(given, "IAM::Policy"))


def test_refuses_what_is_no_statement_and_goes_on(stack: cdk.Stack) -> None:
    """A dictionary would only fail much later."""
    made = endpoint(stack)
    statement: Any = {"Effect": "Allow"}

    with pytest.raises(EndpointConfigurationError, match=r"expected an iam\.PolicyStatement"):
        made.add_to_role_policy(statement)
    made.add_container(container("third"))


def test_a_statement_without_resources_fails_at_synth(app: cdk.App, stack: cdk.Stack) -> None:
    """The CDK judges what is added, as in any other policy."""
    endpoint(stack).add_to_role_policy(iam.PolicyStatement(actions=["s3:GetObject"]))

    with pytest.raises(RuntimeError, match="at least one resource"):
        app.synth()


def test_subnets_and_security_groups_may_be_shared_by_another_account(stack: cdk.Stack) -> None:
    """Their ARNs have its account then."""
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"], private_subnet_ids=["subnet-1"]
    )
    endpoint(stack, vpc=vpc)

    assert ":*:subnet/subnet-1" in str(statements(stack)["ec2:CreateNetworkInterface"])


def test_refuses_a_policy_that_is_longer_than_iam_takes(stack: cdk.Stack) -> None:
    """After some minutes IAM would."""
    long = [ModelData.from_s3_uri(f"s3://models/{'x' * 900}/{number}.tar.gz") for number in range(15)]
    given = [container(f"c{number}", model_data=data) for number, data in enumerate(long)]

    with pytest.raises(EndpointConfigurationError, match=r"policy of at least 1\d{4} characters, and IAM takes 10240"):
        endpoint(stack, containers=given)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

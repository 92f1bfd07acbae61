"""What a change does to what an endpoint may do, and to who may call it."""

from __future__ import annotations

import functools
import json
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
)
from sagemaker_multi_container.review import compare
from sagemaker_multi_container.review.iam.permissions import PermissionsChange, PrincipalChange, compare_permissions
from sagemaker_multi_container.review.iam.stack_policies import EndpointPolicies
from sagemaker_multi_container.review.iam.statements import Answer
from sagemaker_multi_container.template import Template, read
from sagemaker_multi_container.template.intrinsics import Resolver
from tests.review.iam.policies import SAGEMAKER, allow, compared, deny, policies_in, policy, role, said, template
from tests.rules.test_robustness import WRONG, nodes

NO, UNKNOWN, YES = Answer.NO, Answer.UNKNOWN, Answer.YES
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
ELSEWHERE = "arn:aws:iam::123456789012:role/models/execution"
GET = allow("s3:GetObject", "arn:aws:s3:::models/*")
ENDPOINT = {"Ref": "Endpoint"}


def call(
    *, resource: Any = ENDPOINT, containers: list[str] | None = None, action: Any = "sagemaker:InvokeEndpoint"
) -> Any:
    """A statement about calls of the endpoint."""
    condition = {"StringEquals": {"sagemaker:TargetContainerHostname": containers}}
    return allow(action, resource, condition if containers else None)


def change_of_role(base: Template, head: Template, **options: Any) -> PrincipalChange:
    (changed,) = compared(base, head, **options).roles
    return changed


def verdict(change: PrincipalChange | PermissionsChange) -> tuple[Answer, Answer]:
    return change.wider, change.narrower


def texts(change: PrincipalChange) -> list[tuple[str, list[str], list[str]]]:
    """What happened to each statement, with what it allows more and less."""
    return [
        (each.kind, list(map(said, each.gained)), list(map(said, each.lost)))
        for each in (*change.statements, *change.trust)
    ]


# Whose policies these are


@pytest.mark.parametrize(
    "resources",
    [
        {"Role": role(Policies=[{"PolicyName": "P", "PolicyDocument": {"Statement": [GET]}}])},
        {"Role": role(Policies=[{"PolicyName": "P", "PolicyDocument": {"Statement": GET}}])},
        {"Policy": policy(GET)},
        {"Policy": {**policy(GET), "Type": "AWS::IAM::ManagedPolicy"}},
        {"Policy": {**policy(GET, RoleName={"Ref": "Role"}, Roles=None), "Type": "AWS::IAM::RolePolicy"}},
        {"Role": role(RoleName="execution"), "Policy": policy(GET, Roles=["execution"])},
        {
            "Role": role(ManagedPolicyArns=[{"Ref": "Policy"}]),
            "Policy": {**policy(GET, Roles=[]), "Type": "AWS::IAM::ManagedPolicy"},
        },
    ],
    ids=["inline", "a single statement", "a policy", "a managed policy", "a role policy", "by name", "by ARN"],
)
def test_a_policy_belongs_to_the_role_however_it_is_attached(resources: dict[str, Any]) -> None:
    named = (
        {"Role": role(RoleName="execution")} if "RoleName" in resources.get("Role", {}).get("Properties", {}) else {}
    )
    changed = change_of_role(template(**named), template(**resources))

    assert texts(changed) == [("added", ["s3:GetObject on arn:aws:s3:::models/*"], [])]
    assert verdict(changed) == (YES, NO)
    assert verdict(change_of_role(template(Policy=policy(GET)), template(**resources))) == (NO, NO)


def test_policies_of_others_do_not_count() -> None:
    head = template(Other=role(), Policy=policy(allow("*"), Roles=[{"Ref": "Other"}, "execution"]))

    assert verdict(change_of_role(template(), head)) == (NO, NO)


def test_a_role_of_elsewhere_has_the_policies_that_name_it() -> None:
    """An imported role is text; what else it may do is not known, and that is said."""
    base = template(execution_role=ELSEWHERE)
    changed = change_of_role(base, template(execution_role=ELSEWHERE, Policy=policy(GET, Roles=["execution"])))

    assert changed.principal == ELSEWHERE
    assert texts(changed) == [("added", ["s3:GetObject on arn:aws:s3:::models/*"], [])]
    assert verdict(changed) == (YES, NO)
    assert changed.unjudged == (
        f"`{ELSEWHERE}` is not declared in this template: what else it may do, and who may assume it, is not known",
    )


@pytest.mark.parametrize("before", [ELSEWHERE, {"Ref": "RoleArn"}, {"Fn::ImportValue": "Role"}], ids=str)
def test_another_role_of_elsewhere_cannot_be_judged(before: Any) -> None:
    changed = change_of_role(template(execution_role=before), template(execution_role=f"{ELSEWHERE}-2"))

    assert verdict(changed) == (UNKNOWN, UNKNOWN)
    assert changed.instead_of is not None


@pytest.mark.parametrize("resources", [{}, {"Policy": policy(GET, Roles=[{"Ref": "Other"}])}], ids=["same", "wider"])
def test_another_role_of_the_template_is_held_against_the_one_before(resources: dict[str, Any]) -> None:
    head = template(execution_role={"Fn::GetAtt": ["Other", "Arn"]}, Other=role(), **resources)
    changed = change_of_role(template(), head)

    assert (changed.principal, changed.instead_of) == ("Other", "Role")
    assert verdict(changed) == (YES if resources else NO, NO)


def test_a_renamed_role_is_the_same() -> None:
    bucket = {"Type": "AWS::S3::Bucket"}

    def objects(logical_id: str) -> Any:
        return allow("s3:GetObject", {"Fn::Sub": f"${{{logical_id}.Arn}}/*"})

    base = template(Policy=policy(objects("Old")), Old=bucket)
    head = template(
        execution_role={"Fn::GetAtt": ["NewRole", "Arn"]},
        NewRole=role(),
        Policy=policy(objects("New"), Roles=[{"Ref": "NewRole"}]),
        New=bucket,
    )
    changed = change_of_role(base, head, renamed={"Old": "New", "Role": "NewRole"})

    assert (verdict(changed), changed.instead_of) == ((NO, NO), None)
    assert verdict(change_of_role(base, head)) == (YES, YES)


def test_a_role_is_called_by_the_path_of_its_construct() -> None:
    named = {**role(), "Metadata": {"aws:cdk:path": "Stack/Endpoint/Role/Resource"}}

    assert change_of_role(template(Role=named), template(Role=named)).principal == "Endpoint/Role"


# What a role may do besides its statements


def test_a_managed_policy_is_not_known() -> None:
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    bare, given = template(), template(Role=role(ManagedPolicyArns=[arn]))
    added, removed = change_of_role(bare, given), change_of_role(given, bare)

    assert (verdict(added), added.policies_added, added.concerns) == ((UNKNOWN, NO), (arn,), ())
    assert added.unjudged == (f"what `{arn}` allows is not in this template",)
    assert (verdict(removed), removed.policies_removed) == ((NO, UNKNOWN), (arn,))
    assert verdict(change_of_role(given, given)) == (NO, NO)


@pytest.mark.parametrize(
    "arn",
    [
        FULL_ACCESS,
        {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AdministratorAccess"]]},
    ],
    ids=str,
)
def test_a_managed_policy_that_allows_everything_is_wider(arn: Any) -> None:
    changed = change_of_role(template(), template(Role=role(ManagedPolicyArns=[arn])))

    assert changed.wider is YES
    assert changed.concerns[0].startswith("gets the managed policy `arn:")


def test_a_boundary_narrows() -> None:
    bare, bound = template(), template(Role=role(PermissionsBoundary="arn:aws:iam::1:policy/bound"))
    other = template(Role=role(PermissionsBoundary={"Ref": "Boundary"}))

    added = change_of_role(bare, bound)
    assert verdict(added) == (NO, YES)
    assert (added.boundary_before, added.boundary_after) == (None, "arn:aws:iam::1:policy/bound")
    assert verdict(change_of_role(bound, bare)) == (YES, NO)
    assert change_of_role(bound, bare).concerns == ("is no longer bound by `arn:aws:iam::1:policy/bound`",)
    assert verdict(change_of_role(bound, other)) == (UNKNOWN, UNKNOWN)
    assert verdict(change_of_role(bound, bound)) == (NO, NO)


@pytest.mark.parametrize("document", [{"Ref": "Document"}, {"Fn::Transform": {}}, "text", None, {}], ids=str)
def test_a_policy_that_is_not_written_cannot_be_judged(document: Any) -> None:
    changed = change_of_role(template(), template(Policy=policy(PolicyDocument=document)))

    assert verdict(changed) == (UNKNOWN, UNKNOWN)
    assert changed.unjudged == (
        "a policy in `Policy` depends on what is only known at deployment, and is another one than before",
    )


# Whether its policies exist


def depending(on: str, resource: dict[str, Any]) -> dict[str, Any]:
    """A resource that is only there if a parameter has this value."""
    return {**resource, "Condition": f"Is{on}"}


CONDITIONS = {
    "Parameters": {"Stage": {"Type": "String"}},
    "Conditions": {f"Is{each}": {"Fn::Equals": [{"Ref": "Stage"}, each]} for each in ("Prod", "Test")}
    | {"IsSure": {"Fn::Equals": ["a", "a"]}, "IsLive": {"Condition": "IsProd"}},
}


@pytest.mark.parametrize(
    ("base", "head", "verdicts"),
    [
        ({}, {"Policy": depending("Prod", policy(GET))}, (UNKNOWN, NO)),
        ({"Policy": depending("Prod", policy(GET))}, {"Policy": policy(GET)}, (UNKNOWN, NO)),
        (
            {"Policy": depending("Prod", policy(GET))},
            {"Policy": depending("Test", policy(GET))},
            (UNKNOWN, UNKNOWN),
        ),
        (
            {"Policy": policy(allow("*")), "Denial": depending("Prod", policy(deny("*")))},
            {"Policy": policy(allow("*")), "Denial": policy(deny("*"))},
            (NO, UNKNOWN),
        ),
        ({"Role": depending("Prod", role())}, {}, (UNKNOWN, NO)),
        (
            {"Policy": depending("Prod", policy(PolicyDocument={"Ref": "Stage"}))},
            {"Policy": policy(PolicyDocument={"Ref": "Stage"})},
            (UNKNOWN, UNKNOWN),
        ),
        ({"Policy": depending("Prod", policy(GET))}, {"Policy": depending("Live", policy(GET))}, (NO, NO)),
        ({"Policy": depending("Sure", policy(GET))}, {"Policy": policy(GET)}, (NO, NO)),
    ],
    ids=["added", "dropped", "changed", "of a denial", "of the role", "unread", "another name", "certain"],
)
def test_a_policy_that_may_not_exist_may_allow_nothing(
    base: dict[str, Any], head: dict[str, Any], verdicts: tuple[Answer, Answer]
) -> None:
    """For what it depends on is only known at deployment."""
    changed = change_of_role(template(sections=CONDITIONS, **base), template(sections=CONDITIONS, **head))

    assert verdict(changed) == verdicts


def test_what_a_policy_depends_on_is_told() -> None:
    added = change_of_role(template(), template(sections=CONDITIONS, Policy=depending("Prod", policy(GET))))

    assert texts(added)[0][1] == ["s3:GetObject on arn:aws:s3:::models/* if the template's condition IsProd holds"]


# Who may assume it


def trusting(principal: Any, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal} | (
        {"Condition": condition} if condition else {}
    )


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        (trusting({"Service": "lambda.amazonaws.com"}), "`Service lambda.amazonaws.com`"),
        (trusting("*"), "everyone (`*`)"),
        (trusting({"AWS": ["123456789012"]}), "`AWS 123456789012`"),
        (trusting({"AWS": ["1", "2"]}), "`AWS 1` and `AWS 2`"),
        (
            trusting({"AWS": "*"}, StringEquals={"aws:PrincipalOrgID": "o-1"}),
            "`AWS *` if `StringEquals aws:PrincipalOrgID o-1`",
        ),
    ],
)
def test_another_principal_may_assume_it(statement: Any, who: str) -> None:
    changed = change_of_role(template(), template(Role=role(SAGEMAKER, statement)))

    assert verdict(changed) == (YES, NO)
    assert texts(changed) == [("added", [f"sts:AssumeRole by {who.replace('`', '')}"], [])]
    assert changed.concerns == (f"may now be assumed by {who}",)


def test_a_lost_source_account_is_told() -> None:
    changed = change_of_role(template(), template(Role=role(trusting(SAGEMAKER["Principal"]))))

    assert verdict(changed) == (YES, NO)
    (concern,) = changed.concerns
    assert concern == "may now be assumed by `Service sagemaker.amazonaws.com`, whatever `aws:sourceaccount` is"


@pytest.mark.parametrize(
    ("account", "member"),
    [
        ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/r"),
        (
            {"Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:root"},
            {"Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:role/r"},
        ),
        ("123456789012", {"Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:role/r"}),
        ("*", "arn:aws:iam::123456789012:role/r"),
    ],
    ids=str,
)
def test_an_account_is_all_who_are_in_it(account: Any, member: Any) -> None:
    base, head = (template(Role=role(trusting({"AWS": each}))) for each in (account, member))

    assert verdict(change_of_role(base, head)) == (NO, YES)
    assert verdict(change_of_role(head, base)) == (YES, NO)


def test_a_new_role_trusts_nobody_more_than_before() -> None:
    """There was nothing to assume."""
    (changed,) = compare_permissions(EndpointPolicies(), policies_in(template())).roles

    assert (verdict(changed), changed.concerns) == ((YES, NO), ())


# What deserves a second look


@pytest.mark.parametrize(
    ("statement", "concern"),
    [
        (allow("*"), "may now call every action (`*`) on every resource (`*`)"),
        (allow("s3:*", "r"), "may now call `s3:*` on `r`"),
        (allow("s3:GetObject"), "may now call `s3:GetObject` on every resource (`*`)"),
        (allow(["s3:GetObject", "s3:*"], "r"), "may now call `s3:*` and `s3:GetObject` on `r`"),
        (allow("iam:PassRole", "r"), "may now pass roles to services: `iam:PassRole` on `r`"),
        (allow("iam:Pass*", "r"), "may now pass roles to services: `iam:Pass*` on `r`"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "r"}, "may now call every action but `iam:*` on `r`"),
        (
            {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": ["r", "s"]},
            "may now call `s3:GetObject` on every resource but `r` and `s`",
        ),
        (allow("s3:GetObject", "r"), None),
        (allow(["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData", "ec2:DescribeVpcs"]), None),
    ],
)
def test_wide_statements_are_worth_a_look(statement: Any, concern: str | None) -> None:
    added = change_of_role(template(), template(Policy=policy(statement)))
    removed = change_of_role(template(Policy=policy(statement)), template())

    assert added.concerns == ((concern,) if concern else ())
    assert removed.concerns == ()


def test_a_denial_that_is_gone_is_worth_a_look() -> None:
    denied = deny("s3:GetObject", "arn:aws:s3:::models/private/*")
    changed = change_of_role(template(Policy=policy(GET, denied)), template(Policy=policy(GET)))

    assert changed.concerns == ("is no longer denied `s3:GetObject` on `arn:aws:s3:::models/private/*`",)


# Who may call it


@pytest.mark.parametrize(
    "resource",
    [
        ENDPOINT,
        "*",
        {"Fn::Sub": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/search"},
        {"Fn::Sub": "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:endpoint/Search"},
        {"Fn::Sub": "arn:aws:sagemaker:${AWS::Region}:${AWS::AccountId}:endpoint/${Endpoint.EndpointName}"},
        "arn:aws:sagemaker:*:*:endpoint/*",
    ],
    ids=str,
)
def test_a_statement_names_the_endpoint_in_many_ways(resource: Any) -> None:
    """However it does, it is the same permission."""
    named = {"EndpointName": "Search"}
    callers = {"Caller": role(), "Policy": policy(call(resource=resource), Roles=[{"Ref": "Caller"}])}
    head = template(endpoint=named, **callers)
    (caller,) = compared(template(endpoint=named), head).callers

    assert (caller.principal, verdict(caller)) == ("Caller", (YES, NO))
    assert texts(caller) == [("added", ["sagemaker:InvokeEndpoint on ${Endpoint}"], [])]
    base = template(endpoint=named, **callers | {"Policy": policy(call(), Roles=[{"Ref": "Caller"}])})
    assert verdict(compared(base, head)) == (NO, NO)


@pytest.mark.parametrize(
    "statement",
    [
        call(action="sagemaker:DescribeEndpoint"),
        call(resource={"Ref": "Other"}),
        call(resource="arn:aws:sagemaker:us-east-1:123456789012:endpoint/other"),
        call(resource={"Ref": "SomeParameter"}),
        {"Effect": "Allow", "Action": "sagemaker:*", "NotResource": ENDPOINT},
    ],
    ids=str,
)
def test_other_statements_are_about_no_call_of_it(statement: Any) -> None:
    other = {"Type": "AWS::SageMaker::Endpoint", "Properties": {}}
    users = {"User": {"Type": "AWS::IAM::User"}, "Policy": policy(statement, Roles=[], Users=[{"Ref": "User"}])}
    head = template(endpoint={"EndpointName": "search"}, Other=other, **users)

    assert compared(template(), head).callers == ()


def test_a_caller_that_loses_its_containers_may_call_all() -> None:
    base, head = (
        template(Caller=role(), Policy=policy(call(containers=each), Roles=[{"Ref": "Caller"}]))
        for each in (["ranker"], None)
    )
    (freed,), (held,) = compared(base, head).callers, compared(head, base).callers

    assert (verdict(freed), freed.concerns) == (
        (YES, NO),
        ("may now call all containers of the endpoint: `sagemaker:InvokeEndpoint` on `${Endpoint}`",),
    )
    assert (verdict(held), held.concerns) == ((NO, YES), ())


def test_more_than_calls_is_nothing_of_the_callers() -> None:
    base = template(Caller=role(), Policy=policy(call(action="sagemaker:*"), Roles=[{"Ref": "Caller"}]))
    action = ["sagemaker:Invoke*", "s3:*"]
    head = template(Caller=role(), Policy=policy(call(action=action), Roles=[{"Ref": "Caller"}]))

    assert verdict(compared(base, head)) == (NO, NO)


def caller_trusting(*trust: Any, **resources: Any) -> Template:
    """A role that may call the endpoint, and may be assumed as these statements say."""
    return template(Caller=role(*trust), Policy=policy(call(), Roles=[{"Ref": "Caller"}]), **resources)


def test_whoever_may_assume_a_caller_may_call() -> None:
    few, many = (caller_trusting(trusting(each)) for each in ({"Service": "lambda.amazonaws.com"}, {"AWS": "*"}))
    (opened,) = compared(few, many).callers
    (closed,) = compared(many, few).callers

    assert (opened.wider, closed.narrower) == (YES, YES)
    assert opened.concerns == ("may now be assumed by `AWS *`",)
    assert [each.kind for each in opened.trust] == ["changed"]


def test_a_new_caller_that_everyone_may_assume_is_worth_a_look() -> None:
    (caller,) = compared(template(), caller_trusting(trusting("*"))).callers

    assert (caller.trust, caller.concerns) == ((), ("may now be assumed by everyone (`*`)",))


def test_a_caller_of_whom_not_all_is_known_may_be_trusted_by_more() -> None:
    document = {"Ref": "Trust"}
    head = template(Caller=role(AssumeRolePolicyDocument=document), Policy=policy(call(), Roles=[{"Ref": "Caller"}]))
    (caller,) = compared(caller_trusting(), head).callers

    assert caller.wider is UNKNOWN
    assert caller.unjudged == (
        "a policy in `Caller` depends on what is only known at deployment, and is another one than before",
    )


@pytest.mark.parametrize(
    "arn",
    [
        FULL_ACCESS,
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"},
    ],
    ids=str,
)
def test_a_managed_policy_may_allow_to_call(arn: Any) -> None:
    given = template(Caller=role(ManagedPolicyArns=[arn]))
    (caller,) = compared(template(), given).callers

    assert (caller.principal, verdict(caller), len(caller.policies_added)) == ("Caller", (YES, NO), 1)
    assert caller.concerns[0].startswith("gets the managed policy")
    assert [verdict(each) for each in compared(given, given).callers] == [(NO, NO)]
    assert [verdict(each) for each in compared(given, template()).callers] == [(NO, YES)]


def test_other_managed_policies_allow_no_calls() -> None:
    arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"

    assert compared(template(), template(Caller=role(ManagedPolicyArns=[arn]))).callers == ()


@pytest.mark.parametrize(
    "policies",
    [
        [{"SageMakerCreateEndpointPolicy": {}}, {"Statement": [call(resource="*")]}],
        {"Statement": call()},
        "AmazonSageMakerFullAccess",
        [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonSageMakerFullAccess"}],
        [{"Ref": "Calls"}],
    ],
    ids=str,
)
def test_a_serverless_function_may_call(policies: Any) -> None:
    """AWS SAM makes its role of the policies that are written in it."""
    resources: dict[str, Any] = {"Calls": {**policy(call(), Roles=[]), "Type": "AWS::IAM::ManagedPolicy"}}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Policies": policies}}
    (caller,) = compared(template(), template(Function=function, **resources)).callers

    assert (caller.principal, verdict(caller)) == ("Function", (YES, NO))


def test_an_endpoint_that_comes_or_goes_takes_its_permissions_along() -> None:
    there, nothing = policies_in(template(Policy=policy(GET))), EndpointPolicies()

    assert verdict(compare_permissions(nothing, there)) == (YES, NO)
    assert verdict(compare_permissions(there, nothing)) == (NO, YES)
    assert compare_permissions(nothing, nothing) == PermissionsChange()


# Templates that are wrong


def test_wrong_values_are_no_trouble() -> None:
    """Whatever stands in the place of any value."""
    document = {
        "Role": role(
            RoleName="execution",
            Policies=[{"PolicyName": "P", "PolicyDocument": {"Statement": [GET]}}],
            ManagedPolicyArns=[{"Ref": "Managed"}, FULL_ACCESS],
            PermissionsBoundary={"Fn::Sub": "${AWS::AccountId}"},
        ),
        "Managed": {**policy(call(containers=["ranker"])), "Type": "AWS::IAM::ManagedPolicy"},
        "Policy": policy(
            allow(
                ["s3:*", {"Fn::Join": ["", ["a", {"Ref": "X"}]]}],
                {"Fn::Sub": ["${A}", {"A": {"Fn::GetAtt": "Role.Arn"}}]},
            ),
            {"Fn::If": ["C", GET, {"Ref": "AWS::NoValue"}]},
            Users=["user"],
        ),
    }
    sound = template(**document)
    for path, _ in nodes(document):
        for wrong in WRONG:
            broken = json.loads(json.dumps(document))
            parent = functools.reduce(operator.getitem, path[:-1], broken)
            parent[path[-1]] = json.loads(json.dumps(wrong))
            if all(isinstance(each, dict) and isinstance(each.get("Type"), str) for each in broken.values()):
                compared(sound, template(**broken))


@pytest.mark.parametrize("element", ["NotAction", "NotResource"])
def test_all_but_nothing_is_everything(element: str) -> None:
    """IAM refuses the empty list; a review of it says what it would mean."""
    statement = {key: value for key, value in GET.items() if key != element.removeprefix("Not")} | {element: []}
    changed = change_of_role(template(), template(Policy=policy(statement)))

    (gained,) = changed.statements
    assert f"every {element.removeprefix('Not').lower()} (*)" in said(gained.gained[0])


# Endpoints of this library


def declare(
    stack: cdk.Stack, *, hostnames: tuple[str, ...] = ("ranker", "tagger"), prefix: str = "models/v1/"
) -> MultiContainerEndpoint:
    bucket = s3.Bucket.from_bucket_name(stack, "Models", "models")
    return MultiContainerEndpoint(
        stack,
        "Endpoint",
        mode=InferenceExecutionMode.DIRECT,
        instance_type="ml.m5.xlarge",
        containers=[
            ContainerDefinition(
                hostname=hostname,
                image=ContainerImage.from_ecr_repository(
                    ecr.Repository.from_repository_name(stack, hostname, hostname), tag="1"
                ),
                model_data=ModelData.from_prefix(bucket, prefix),
            )
            for hostname in hostnames
        ],
    )


def invoked_by(stack: cdk.Stack, **options: Any) -> None:
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    declare(stack).grants.invoke(caller, **options)


APPS: dict[str, Callable[[cdk.Stack], object]] = {
    "Base": declare,
    "More": lambda stack: declare(stack, hostnames=("ranker", "tagger", "router")),
    "Wider": lambda stack: declare(stack, prefix="models/"),
    "Everything": lambda stack: declare(stack).add_to_role_policy(iam.PolicyStatement(actions=["*"], resources=["*"])),
    "Caller": lambda stack: invoked_by(stack, containers=["ranker"]),
    "AnyCaller": invoked_by,
}


PULL = "ecr:BatchCheckLayerAvailability, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer"


@pytest.fixture(name="apps", scope="module")
def _templates_of_apps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """Each app's template, with an endpoint in it."""
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("assembly")))
    for name, declare_in in APPS.items():
        declare_in(cdk.Stack(app, name))
    return {each.stack: each for each in read(Path(app.synth().directory))}


@pytest.mark.parametrize(
    ("head", "gained"),
    [
        ("Base", []),
        (
            "More",
            [
                f"{PULL} on arn:${{AWS::Partition}}:ecr:${{AWS::Region}}:${{AWS::AccountId}}:repository/router",
            ],
        ),
        (
            "Wider",
            [
                "s3:GetObject on arn:${AWS::Partition}:s3:::models/models/*",
                "s3:ListBucket on arn:${AWS::Partition}:s3:::models if StringLike s3:prefix models/*",
            ],
        ),
        ("Everything", ["every action (*) on every resource (*)"]),
    ],
)
def test_a_change_of_an_endpoint_changes_its_role(apps: dict[str, Template], head: str, gained: list[str]) -> None:
    """By exactly that, and its reverse takes exactly that away."""
    (changed,) = compared(apps["Base"], apps[head]).roles
    (reverse,) = compared(apps[head], apps["Base"]).roles

    assert [said(part) for each in changed.statements for part in each.gained] == gained
    assert [said(part) for each in reverse.statements for part in each.lost] == gained
    assert (verdict(changed), verdict(reverse)) == (((YES, NO), (NO, YES)) if gained else ((NO, NO), (NO, NO)))
    assert changed.unjudged == ()


def test_a_grant_without_containers_is_wider_than_one_with_them(apps: dict[str, Template]) -> None:
    change = compared(apps["Caller"], apps["AnyCaller"])
    (caller,) = change.callers

    assert [verdict(each) for each in change.roles] == [(NO, NO)]
    assert verdict(caller) == (YES, NO)
    assert caller.concerns == (
        "may now call all containers of the endpoint: `sagemaker:InvokeEndpoint` on `${EndpointEEF1FD8F}`",
    )


def test_moved_into_one_statement_by_the_cdk_is_no_change(apps: dict[str, Template]) -> None:
    """As its feature flag for minimized policies does."""
    template = apps["More"]
    document = json.loads(json.dumps(template.document))
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::IAM::Policy":
            split = resource["Properties"]["PolicyDocument"]
            split["Statement"] = [
                {**each, "Action": action, "Resource": arn}
                for each in reversed(split["Statement"])
                for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
                for arn in (each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]])
            ]
    other = Template(file=template.file, stack="Split", document=document, resolver=template.resolver)

    (changed,) = compared(template, other).roles
    assert (verdict(changed), changed.statements) == ((NO, NO), ())


# Stacks beside the endpoint's


def stack(name: str, outputs: dict[str, Any], **resources: Any) -> Template:
    """Another stack of the assembly, which exports these values."""
    document = {
        "Resources": resources,
        "Outputs": {each: {"Value": value, "Export": {"Name": f"{name}:{each}"}} for each, value in outputs.items()},
    }
    return Template(file=Path(f"{name}.json"), stack=name, document=document, resolver=Resolver(document=document))


IMPORTS = [{"Fn::ImportValue": "Roles:Arn"}, {"Fn::GetStackOutput": {"StackName": "Roles", "OutputName": "Arn"}}]


@pytest.mark.parametrize("imported", IMPORTS, ids=str)
def test_a_role_of_another_stack_is_followed(imported: Any) -> None:
    output = {"Arn": {"Fn::GetAtt": ["Execution", "Arn"]}}
    before = stack("Roles", output, Execution=role())
    after = stack("Roles", output, Execution=role(), Policy=policy(allow("*"), Roles=[{"Ref": "Execution"}]))
    home = template(execution_role=imported)
    changed = change_of_role(home, home, others_base=[home, before], others_head=[after, home])

    assert (changed.principal, verdict(changed), changed.unjudged) == ("Roles/Execution", (YES, NO), ())
    assert verdict(change_of_role(home, home, others_base=[before], others_head=[before])) == (NO, NO)


def test_a_caller_in_another_stack_is_seen() -> None:
    home = template(sections={"Outputs": {"Endpoint": {"Value": ENDPOINT, "Export": {"Name": "Home:Endpoint"}}}})
    before = stack("Callers", {}, Caller=role())
    calls = policy(call(resource={"Fn::ImportValue": "Home:Endpoint"}), Roles=[{"Ref": "Caller"}])
    after = stack("Callers", {}, Caller=role(), Policy=calls)
    (caller,) = compared(home, home, others_base=[home, before], others_head=[home, after]).callers

    assert (caller.principal, verdict(caller)) == ("Callers/Caller", (YES, NO))
    (endpoint,) = compare([home, before], [home, after]).endpoints
    assert endpoint.permissions.wider is YES


def test_stacks_that_take_over_from_each_other_are_no_trouble() -> None:
    other = stack("Roles", {"Arn": {"Fn::Sub": ["${A}-", {"A": {"Fn::ImportValue": "Roles:Arn"}}]}})
    home = template(execution_role=IMPORTS[0])

    assert verdict(change_of_role(home, home, others_base=[home, other], others_head=[home, other])) == (NO, NO)

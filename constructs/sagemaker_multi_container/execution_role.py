"""The role that SageMaker assumes for an endpoint, and the policy that allows it what the containers need."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct, IDependable

from .arns import this_account
from .permissions import Statement
from .readings import attribute, environment_of
from .tokens import is_token

_POLICY_NAME = "MultiContainerEndpoint"
_LONGEST_UNIQUE_NAME = 100


class ExecutionRole:
    """A role, its policy, and the models that SageMaker makes only when the role may do what they need."""

    def __init__(self, role: iam.IRole, policy: Policy, *, is_own: bool) -> None:
        self.role = role
        self.is_own = is_own
        """Whether it serves this endpoint alone."""
        self._policy = policy
        self._expects_more = not is_own

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return str(attribute(self.role, "role_arn"))

    def allow(self, statements: Sequence[Statement]) -> None:
        """Allow this, which is what was allowed before, and more."""
        self._policy.allow(statements)

    def be_ready_before(self, cfn_model: sagemaker.CfnModel) -> None:
        """Let a model wait for what is allowed: SageMaker checks the role's permissions when it makes the model."""
        self._policy.be_ready_before(cfn_model, *([self.role] if self._expects_more else ()))

    def expect_more(self, cfn_models: Iterable[sagemaker.CfnModel]) -> None:
        """Let these models, and all later ones, wait for whatever the role is allowed elsewhere, too."""
        if not self._expects_more:
            self._expects_more = True
            for cfn_model in cfn_models:
                cfn_model.node.add_dependency(self.role)


class Policy(ABC):
    """What a role is allowed for one endpoint."""

    @abstractmethod
    def allow(self, statements: Sequence[Statement]) -> None:
        """Allow this, which is what was allowed before, and more."""

    @abstractmethod
    def be_ready_before(self, cfn_model: sagemaker.CfnModel, *others: IDependable) -> None:
        """Let a model wait for it, and for others. Call it after `allow`."""


class _WrittenPolicy(Policy):
    """The policy of a role that nobody else decides on: one L1 resource, of plain data."""

    def __init__(self, endpoint: Construct, role_name: str) -> None:
        self._endpoint = endpoint
        self._role_name = role_name
        self._allowed: Sequence[Statement] = ()
        self._policy: iam.CfnPolicy | None = None

    def allow(self, statements: Sequence[Statement]) -> None:
        """Write the whole document anew."""
        if statements == self._allowed:
            return
        self._allowed = statements
        document = {"Version": "2012-10-17", "Statement": [_as_the_cdk_writes_it(each) for each in statements]}
        if self._policy is not None:
            self._policy.policy_document = document
            return
        self._policy = iam.CfnPolicy(
            self._endpoint, "Policy", policy_name=_POLICY_NAME, policy_document=document, roles=[self._role_name]
        )

    def be_ready_before(self, cfn_model: sagemaker.CfnModel, *others: IDependable) -> None:
        """Let a model wait for it, and for others."""
        if self._policy is not None:
            cfn_model.add_resource_dependency(self._policy)
        if others:
            cfn_model.node.add_dependency(*others)


class _AttachedPolicy(Policy):
    """The policy of a role that itself knows whether it takes one."""

    def __init__(self, endpoint: Construct, role: iam.IRole, stack: cdk.Stack) -> None:
        self._endpoint = endpoint
        self._role = role
        self._stack = stack
        self._allowed: dict[str, set[str]] = {}
        """The resources of each kind of statement."""
        self._policy: iam.Policy | None = None

    def allow(self, statements: Sequence[Statement]) -> None:
        """Add what is new to what others may have added."""
        added = [each for each in map(self._new_of, statements) if each["Resource"]]
        if self._policy is not None:
            self._policy.add_statements(*(iam.PolicyStatement.from_json(each) for each in added))
            return
        # Other endpoints may use the role, too, in other stacks and regions, and the default name repeats there.
        name = cdk.Names.unique_resource_name(self._endpoint, max_length=_LONGEST_UNIQUE_NAME)
        document = iam.PolicyDocument.from_json({"Version": "2012-10-17", "Statement": added})
        self._policy = iam.Policy(
            self._endpoint,
            "PolicyOfGivenRole",
            policy_name=f"{name}-{environment_of(self._stack).region}",
            document=document,
        )
        self._role.attach_inline_policy(self._policy)

    def be_ready_before(self, cfn_model: sagemaker.CfnModel, *others: IDependable) -> None:
        """Let a model wait for it, and for others."""
        if self._policy is not None:
            cfn_model.node.add_dependency(self._policy, *others)

    def _new_of(self, statement: Statement) -> Statement:
        """A statement with those resources that it is not allowed for yet."""
        allowed = self._allowed.setdefault(str((statement["Action"], statement.get("Condition"))), set())
        new = [resource for resource in statement["Resource"] if resource not in allowed]
        allowed.update(new)
        return {**statement, "Resource": new}


def own_role(endpoint: Construct, stack: cdk.Stack) -> ExecutionRole:
    """A new role for an endpoint alone."""
    role = cast("iam.IRole", iam.Role(endpoint, "Role", assumed_by=_sagemaker()))
    name = attribute(role, "role_name")
    # With `iam.Role.customize_roles` it is one that others have made, by its name, and the CDK reports what it needs.
    policy = _WrittenPolicy(endpoint, name) if is_token(name) else _AttachedPolicy(endpoint, role, stack)
    return ExecutionRole(role, policy, is_own=True)


def given_role(endpoint: Construct, role: iam.IRole, stack: cdk.Stack) -> ExecutionRole:
    """A role of the user's, which may serve several endpoints."""
    return ExecutionRole(role, _AttachedPolicy(endpoint, role, stack), is_own=False)


def _as_the_cdk_writes_it(statement: Statement) -> dict[str, Any]:
    """A statement with single strings rather than lists of one."""
    return {name: _only(value) for name, value in statement.items()}


def _only(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


@functools.cache
def _sagemaker() -> iam.IPrincipal:
    # Without the condition, SageMaker could be tricked into using the role on behalf of another account.
    condition = {"StringEquals": {"aws:SourceAccount": this_account()}}
    return cast("iam.IPrincipal", iam.ServicePrincipal("sagemaker.amazonaws.com", conditions=condition))

"""The role that SageMaker assumes for an endpoint, and the policy that allows it what the containers need."""

from __future__ import annotations

import functools
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from .arns import this_account
from .permissions import Statement, merged
from .readings import attribute, environment_of, path_of, stack_of

_POLICY_NAME = "MultiContainerEndpoint"
_SHARED_POLICY = "PolicyForEndpoints"
_LONGEST_PATH_IN_NAME = 64
_UNIQUE_PART = 8


class ExecutionRole(ABC):
    """A role, and the models that SageMaker makes only when the role may do what they need."""

    def __init__(self, role: iam.IRole) -> None:
        self.role = role

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return str(attribute(self.role, "role_arn"))

    @abstractmethod
    def allow(self, statements: Sequence[Statement]) -> None:
        """Allow an endpoint this, instead of what it was allowed before."""

    @abstractmethod
    def be_ready_before(self, cfn_model: sagemaker.CfnModel) -> None:
        """Let a model wait for the policy. Call it after `allow`."""

    @abstractmethod
    def expect_more(self, cfn_models: Iterable[sagemaker.CfnModel]) -> None:
        """Let these models, and all later ones, wait for whatever the role is allowed elsewhere, too."""


class OwnRole(ExecutionRole):
    """The role that an endpoint has for itself."""

    def __init__(self, endpoint: Construct) -> None:
        super().__init__(cast("iam.IRole", iam.Role(endpoint, "Role", assumed_by=_sagemaker())))
        self._endpoint = endpoint
        self._allowed: Sequence[Statement] = ()
        self._policy: iam.CfnPolicy | None = None
        self._expects_more = False

    def allow(self, statements: Sequence[Statement]) -> None:
        """Allow the endpoint this, instead of what it was allowed before."""
        if statements == self._allowed:
            return
        self._allowed = statements
        document = _document(statements)
        if self._policy is not None:
            self._policy.policy_document = document
            return
        name = attribute(self.role, "role_name")
        self._policy = iam.CfnPolicy(
            self._endpoint, "Policy", policy_name=_POLICY_NAME, policy_document=document, roles=[name]
        )

    def be_ready_before(self, cfn_model: sagemaker.CfnModel) -> None:
        """Let a model wait for the policy."""
        if self._policy is not None:
            cfn_model.add_resource_dependency(self._policy)
        if self._expects_more:
            cfn_model.node.add_dependency(self.role)

    def expect_more(self, cfn_models: Iterable[sagemaker.CfnModel]) -> None:
        """Let these models, and all later ones, wait for whatever the role is allowed elsewhere, too."""
        if not self._expects_more:
            self._expects_more = True
            for cfn_model in cfn_models:
                cfn_model.node.add_dependency(self.role)


class GivenRole(ExecutionRole):
    """A role of the user's, which may serve several endpoints."""

    def __init__(self, endpoint: Construct, role: iam.IRole, stack: cdk.Stack) -> None:
        super().__init__(role)
        self._endpoint = endpoint
        self._stack = stack

    def allow(self, statements: Sequence[Statement]) -> None:
        """Allow the endpoint this, instead of what it was allowed before; not if the role is immutable."""
        policies = _policies_of_given_roles.setdefault(self.role, {})
        place = path_of(self._stack)
        if place not in policies:
            policies[place] = _SharedPolicy(self.role, self._stack, statements)
        policies[place].allowed[self._endpoint] = statements

    def be_ready_before(self, cfn_model: sagemaker.CfnModel) -> None:
        """Let a model wait for the policy, and for whatever the user allows the role elsewhere."""
        shared = _policies_of_given_roles[self.role][path_of(self._stack)]
        cfn_model.node.add_dependency(shared.policy, self.role)

    def expect_more(self, cfn_models: Iterable[sagemaker.CfnModel]) -> None:
        """They do already: a user who makes a role grants it more."""


@jsii.implements(cdk.IAnyProducer)
class _SharedPolicy:
    """The inline policy that a given role has for all endpoints of a stack.

    A role takes 10,240 characters of inline policies. What several endpoints need stands there once.
    """

    def __init__(self, role: iam.IRole, stack: cdk.Stack, statements: Sequence[Statement]) -> None:
        self.allowed: dict[Construct, Sequence[Statement]] = {}
        """What each endpoint needs."""
        address = attribute(role.node, "addr")
        place = path_of(stack)
        unique = hashlib.sha256(f"{place} {address}".encode()).hexdigest()[:_UNIQUE_PART]
        human = "".join(filter(str.isalnum, place))[:_LONGEST_PATH_IN_NAME]
        scope: Construct = stack
        construct_id = f"{_SHARED_POLICY}{address[-_UNIQUE_PART:]}"
        if isinstance(role, iam.Role) and stack_of(role) is stack:
            scope, construct_id = role, _SHARED_POLICY  # where the CDK has a role's other policies
        self.policy = iam.Policy(
            scope,
            construct_id,
            # The role may have others from other stacks and regions.
            policy_name=f"{human}{unique}-{environment_of(stack).region}",
            document=iam.PolicyDocument.from_json(_document(statements)),
        )
        cast("iam.CfnPolicy", self.policy.node.default_child).policy_document = cdk.Lazy.uncached_any(self)
        # Only the role itself knows whether it takes a policy.
        role.attach_inline_policy(self.policy)

    def produce(self, context: cdk.IResolveContext) -> Any:  # noqa: ARG002 - the CDK's signature
        """The document, when nothing more can come."""
        return _document(merged(statement for statements in self.allowed.values() for statement in statements))


_policies_of_given_roles: WeakKeyDictionary[iam.IRole, dict[str, _SharedPolicy]] = WeakKeyDictionary()
"""The policies of each role, by the paths of the stacks."""


def _document(statements: Iterable[Statement]) -> dict[str, Any]:
    """A policy document as the CDK writes it, with single strings rather than lists of one."""
    written = [{name: _only(value) for name, value in statement.items()} for statement in statements]
    return {"Version": "2012-10-17", "Statement": written}


def _only(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


@functools.cache
def _sagemaker() -> iam.IPrincipal:
    # Without the condition, SageMaker could be tricked into using the role on behalf of another account.
    condition = {"StringEquals": {"aws:SourceAccount": this_account()}}
    return cast("iam.IPrincipal", iam.ServicePrincipal("sagemaker.amazonaws.com", conditions=condition))

"""Templates of an endpoint with policies, and an evaluator of policies that knows nothing of ours."""

from __future__ import annotations

import fnmatch
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sagemaker_multi_container.review.iam.exports import Exports
from sagemaker_multi_container.review.iam.permissions import PermissionsChange, PrincipalChange, compare_permissions
from sagemaker_multi_container.review.iam.phrases import permission
from sagemaker_multi_container.review.iam.stack_policies import EndpointPolicies, StackPolicies
from sagemaker_multi_container.review.iam.statements import Statement
from sagemaker_multi_container.template import Template
from sagemaker_multi_container.template.endpoints import endpoints_of
from sagemaker_multi_container.template.intrinsics import Resolver

SAGEMAKER = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "sagemaker.amazonaws.com"},
    "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
}
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}

Written = Mapping[str, Any]


def allow(action: Any, resource: Any = "*", condition: Any = None) -> dict[str, Any]:
    """A statement that allows actions on resources."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return statement if condition is None else {**statement, "Condition": condition}


def deny(action: Any, resource: Any = "*", condition: Any = None) -> dict[str, Any]:
    """A statement that denies actions on resources."""
    return {**allow(action, resource, condition), "Effect": "Deny"}


def policy(*statements: Any, **properties: Any) -> dict[str, Any]:
    """A policy of the role, unless it is said to be another's."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {
        "Type": "AWS::IAM::Policy",
        "Properties": {"PolicyName": "P", "PolicyDocument": document, "Roles": [{"Ref": "Role"}], **properties},
    }


def role(*trust: Any, **properties: Any) -> dict[str, Any]:
    """A role that SageMaker may assume, unless it is said to be another's."""
    document = {"Version": "2012-10-17", "Statement": list(trust or [SAGEMAKER])}
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document, **properties}}


def template(
    *,
    execution_role: Any = ROLE,
    endpoint: Written | None = None,
    sections: Written | None = None,
    **resources: Written,
) -> Template:
    """An endpoint `Endpoint` whose model has the role `Role`, unless it is said to have another."""
    variant = {"VariantName": "v", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
    document = {
        **(sections or {}),
        "Resources": {
            "Role": role(),
            **resources,
            "Model": {"Type": "AWS::SageMaker::Model", "Properties": {"ExecutionRoleArn": execution_role}},
            "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {
                    "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
                    **(endpoint or {}),
                },
            },
        },
    }
    return Template(file=Path("template.json"), stack="Stack", document=document, resolver=Resolver(document=document))


def policies_in(
    template: Template, others: Sequence[Template] = (), renamed: Mapping[str, str] | None = None
) -> EndpointPolicies:
    """The policies of a template as its first endpoint sees them, those of stacks beside it among them."""
    endpoint, *_ = endpoints_of(template)
    return StackPolicies(template, Exports(others), renamed or {}).of(endpoint)


def compared(
    base: Template,
    head: Template,
    *,
    renamed: Mapping[str, str] | None = None,
    others_base: Sequence[Template] = (),
    others_head: Sequence[Template] = (),
) -> PermissionsChange:
    """What a change of the whole template does to the permissions."""
    return compare_permissions(policies_in(base, others_base, renamed), policies_in(head, others_head))


def change_of_statements(
    base: Sequence[Any], head: Sequence[Any], sections: tuple[Written, Written] = ({}, {}), **resources: Written
) -> PrincipalChange:
    """What a change of the statements of the role's policy does to the role."""
    before, after = (
        template(Policy=policy(*statements), sections=section, **resources)
        for statements, section in zip((base, head), sections, strict=True)
    )
    (changed,) = compared(before, after).roles
    return changed


def allowed(
    statements: Sequence[Written], actions: Sequence[str], resources: Sequence[str], keys: Sequence[Mapping[str, str]]
) -> set[tuple[str, str, int]]:
    """The requests that are allowed, as IAM's documentation says it: by an Allow, and by no Deny."""
    requests: dict[str, set[tuple[str, str, int]]] = {"Allow": set(), "Deny": set()}
    for statement in statements:
        conditions = statement.get("Condition", {})
        contexts = [
            index
            for index, given in enumerate(keys)
            if all(
                _holds(operator, given.get(key), values)
                for operator, block in conditions.items()
                for key, values in block.items()
            )
        ]
        acted, resourced = _matched(statement, "Action", actions), _matched(statement, "Resource", resources)
        requests[statement["Effect"]].update(itertools.product(acted, resourced, contexts))
    return requests["Allow"] - requests["Deny"]


def _matched(statement: Written, element: str, texts: Sequence[str]) -> list[str]:
    patterns = statement.get(element, statement.get(f"Not{element}"))
    matched = {text for each in patterns for text in fnmatch.filter(texts, each)}
    return [text for text in texts if (text in matched) is (element in statement)]


def _holds(operator: str, given: str | None, values: Sequence[str]) -> bool:
    match operator:
        case "StringEquals":
            return given in values
        case "StringNotEquals":
            return given not in values
        case "StringLike":
            return given is not None and any(fnmatch.fnmatchcase(given, each) for each in values)
        case "StringNotLike":
            return given is None or not any(fnmatch.fnmatchcase(given, each) for each in values)
        case "StringLikeIfExists":
            return given is None or any(fnmatch.fnmatchcase(given, each) for each in values)
    raise NotImplementedError(operator)


def said(statement: Statement) -> str:
    """What a statement says in words."""
    return permission(statement).replace("`", "")

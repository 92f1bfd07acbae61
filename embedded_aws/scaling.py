"""Application Auto Scaling for the variants of endpoints: scalable targets, scaling policies and scheduled actions.

No metric is watched and no clock strikes: policies and scheduled actions are judged and kept, and never scale. The
bounds of a target count: an endpoint at rest is brought within them.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from embedded_aws.endpoint import Bounds, Json
from embedded_aws.errors import ServiceError
from embedded_aws.sagemaker import SageMaker

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
RESOURCE_ID = re.compile(r"endpoint/(?P<endpoint>[^/]+)/variant/(?P<variant>[^/]+)")
SCHEDULE = re.compile(r"(at|rate|cron)\([^()]+\)")

PREDEFINED_METRICS = (
    "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
    "SageMakerInferenceComponentInvocationsPerCopy",
    "SageMakerVariantConcurrentRequestsPerModelHighResolution",
    "SageMakerVariantInvocationsPerInstance",
    "SageMakerVariantProvisionedConcurrencyUtilization",
)
CONFIGURATIONS = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
}


@dataclass
class Target:
    """A scalable target, and what goes when it is deregistered."""

    arn: str
    description: Json
    tags: dict[str, str]
    policies: dict[str, Json] = field(default_factory=dict)
    actions: dict[str, Json] = field(default_factory=dict)


class ApplicationAutoScaling:
    """Application Auto Scaling of the endpoints of `sagemaker`, in one account and region. `call` is the API."""

    def __init__(
        self,
        sagemaker: SageMaker,
        account_id: str = "123456789012",
        region: str = "us-east-1",
        *,
        clock: Callable[[], float] = time.time,
        check_request: Callable[[str, Json], None] = lambda _operation, _request: None,
    ) -> None:
        self._sagemaker = sagemaker
        self._account_id = account_id
        self._region = region
        self._clock = clock
        self._check_request = check_request
        self._targets: dict[str, Target] = {}
        self._operations: dict[str, Callable[[Json], Json]] = {
            "RegisterScalableTarget": self._register_scalable_target,
            "DescribeScalableTargets": self._describe_scalable_targets,
            "DeregisterScalableTarget": self._deregister_scalable_target,
            "PutScalingPolicy": self._put_scaling_policy,
            "DescribeScalingPolicies": self._describe_scaling_policies,
            "DeleteScalingPolicy": self._delete_scaling_policy,
            "PutScheduledAction": self._put_scheduled_action,
            "DescribeScheduledActions": self._describe_scheduled_actions,
            "DeleteScheduledAction": self._delete_scheduled_action,
            "TagResource": self._tag_resource,
            "ListTagsForResource": self._list_tags_for_resource,
            "UntagResource": self._untag_resource,
        }
        sagemaker.scaler = self

    def call(self, operation: str, request: Json) -> Json:
        """Run one API operation, or raise the `ServiceError` that the service would answer with."""
        if operation not in self._operations:
            emulated = ", ".join(sorted(self._operations))
            raise ServiceError(f"{operation} is not emulated. Emulated: {emulated}.", "UnknownOperationException")
        # Each of the two services asks the other, so they share a lock.
        with self._sagemaker.lock:
            self._check_request(operation, request)
            _check_scope(request)
            return self._operations[operation](request)

    def bounds(self, endpoint_name: str) -> Bounds:
        """How many instances the variants of the endpoint may have that are scalable targets."""
        return {
            variant: (target.description["MinCapacity"], target.description["MaxCapacity"])
            for resource_id, target in self._targets.items()
            for endpoint, variant in [_endpoint_and_variant(resource_id)]
            if endpoint == endpoint_name
        }

    def release(self, endpoint_name: str) -> None:
        """Forget the scalable targets of an endpoint that is deleted."""
        for resource_id in list(self._targets):
            if _endpoint_and_variant(resource_id)[0] == endpoint_name:
                del self._targets[resource_id]

    # Scalable targets

    def _register_scalable_target(self, request: Json) -> Json:
        resource_id = request["ResourceId"]
        endpoint = self._endpoint_with(resource_id)
        target = self._targets.get(resource_id) or self._new_target(resource_id)
        changes = {name: request[name] for name in ("MinCapacity", "MaxCapacity") if name in request}
        suspended = target.description["SuspendedState"] | request.get("SuspendedState", {})
        wanted = target.description | changes | {"SuspendedState": suspended}
        if missing := {"MinCapacity", "MaxCapacity"} - wanted.keys():
            raise ServiceError(f"A new scalable target needs {' and '.join(sorted(missing))}.")
        _check_capacities(wanted)
        if wanted["MinCapacity"] < 1 and "AsyncInferenceConfig" not in endpoint:
            raise ServiceError("MinCapacity must be at least 1, except for endpoints of asynchronous inference.")
        target.description = wanted
        target.tags |= request.get("Tags", {})
        self._targets[resource_id] = target
        return {"ScalableTargetARN": target.arn}

    def _new_target(self, resource_id: str) -> Target:
        arn = (
            f"arn:aws:application-autoscaling:{self._region}:{self._account_id}:scalable-target/0ec5{uuid4().hex[:22]}"
        )
        role = (
            f"arn:aws:iam::{self._account_id}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com"
            "/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        )
        settings = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
        description = {
            **_identity(resource_id),
            "RoleARN": role,
            "CreationTime": self._clock(),
            "SuspendedState": dict.fromkeys(settings, False),
            "ScalableTargetARN": arn,
        }
        return Target(arn, description, {})

    def _describe_scalable_targets(self, request: Json) -> Json:
        descriptions = [target.description for target in self._targets.values()]
        return _page(request, "ScalableTargets", descriptions, ResourceIds="ResourceId")

    def _deregister_scalable_target(self, request: Json) -> Json:
        self._target(request)
        del self._targets[request["ResourceId"]]
        return {}

    # Scaling policies

    def _put_scaling_policy(self, request: Json) -> Json:
        target, name = self._target(request), request["PolicyName"]
        former = target.policies.get(name, {})
        wanted = former | request
        _check_policy(wanted)
        others = [policy for policy in target.policies.values() if policy["PolicyName"] != name]
        if _metric(wanted) and _metric(wanted) in map(_metric, others):
            raise ServiceError("Only one TargetTrackingScaling policy for a given metric specification is allowed.")
        arn = former.get("PolicyARN") or self._arn("scalingPolicy", request["ResourceId"], "policyName", name)
        outdated = set(CONFIGURATIONS.values()) - {CONFIGURATIONS[wanted["PolicyType"]]}
        target.policies[name] = {
            "PolicyARN": arn,
            "CreationTime": self._clock(),
            **{member: value for member, value in wanted.items() if member not in outdated},
        }
        return {"PolicyARN": arn, "Alarms": []}

    def _describe_scaling_policies(self, request: Json) -> Json:
        policies = [policy for target in self._targets.values() for policy in target.policies.values()]
        return _page(request, "ScalingPolicies", policies, PolicyNames="PolicyName", ResourceId="ResourceId")

    def _delete_scaling_policy(self, request: Json) -> Json:
        _remove(self._target(request).policies, request["PolicyName"], "scaling policy", request)
        return {}

    # Scheduled actions

    def _put_scheduled_action(self, request: Json) -> Json:
        target, name = self._target(request), request["ScheduledActionName"]
        former = target.actions.get(name, {})
        wanted = former | request
        if not SCHEDULE.fullmatch(wanted.get("Schedule", "")):
            raise ServiceError("Schedule must be an at, rate or cron expression.")
        _check_capacities(wanted.get("ScalableTargetAction", {}))
        arn = self._arn("scheduledAction", request["ResourceId"], "scheduledActionName", name)
        target.actions[name] = {"ScheduledActionARN": arn, "CreationTime": self._clock()} | wanted
        return {}

    def _describe_scheduled_actions(self, request: Json) -> Json:
        actions = [action for target in self._targets.values() for action in target.actions.values()]
        names = {"ScheduledActionNames": "ScheduledActionName", "ResourceId": "ResourceId"}
        return _page(request, "ScheduledActions", actions, **names)

    def _delete_scheduled_action(self, request: Json) -> Json:
        _remove(self._target(request).actions, request["ScheduledActionName"], "scheduled action", request)
        return {}

    # Tags

    def _tag_resource(self, request: Json) -> Json:
        self._tagged(request).tags.update(request["Tags"])
        return {}

    def _list_tags_for_resource(self, request: Json) -> Json:
        return {"Tags": dict(self._tagged(request).tags)}

    def _untag_resource(self, request: Json) -> Json:
        tags = self._tagged(request).tags
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _tagged(self, request: Json) -> Target:
        arn = request["ResourceARN"]
        found = next((target for target in self._targets.values() if target.arn == arn), None)
        if found is None:
            raise ServiceError(f"Could not find resource {arn}.", "ResourceNotFoundException")
        return found

    # What they have in common

    def _target(self, request: Json) -> Target:
        if request["ResourceId"] not in self._targets:
            raise _not_found("No scalable target registered", request)
        return self._targets[request["ResourceId"]]

    def _endpoint_with(self, resource_id: str) -> Json:
        """What DescribeEndpoint says about the endpoint, which must serve the variant."""
        name, variant = _endpoint_and_variant(resource_id)
        endpoint = self._sagemaker.endpoint_state(name) or {}
        served = {served["VariantName"]: served for served in endpoint.get("ProductionVariants", [])}
        if variant not in served:
            raise ServiceError(f"SageMaker serves no such variant: {resource_id}.")
        if "DesiredInstanceCount" not in served[variant]:
            raise ServiceError(f"The variant has no instances to scale: {resource_id}.")
        return endpoint

    def _arn(self, kind: str, resource_id: str, name_kind: str, name: str) -> str:
        place = f"arn:aws:autoscaling:{self._region}:{self._account_id}"
        return f"{place}:{kind}:{uuid4()}:resource/{NAMESPACE}/{resource_id}:{name_kind}/{name}"


def _check_scope(request: Json) -> None:
    for member, emulated in (("ServiceNamespace", NAMESPACE), ("ScalableDimension", DIMENSION)):
        if request.get(member, emulated) != emulated:
            raise ServiceError(f"{member} {request[member]} is not emulated.", "UnknownOperationException")


def _check_capacities(capacities: Json) -> None:
    least, most = capacities.get("MinCapacity"), capacities.get("MaxCapacity")
    if least is not None and most is not None and least > most:
        raise ServiceError(f"MinCapacity {least} must not be greater than MaxCapacity {most}.")


def _check_policy(policy: Json) -> None:
    kind = policy.get("PolicyType")
    if kind not in CONFIGURATIONS:
        raise ServiceError(f"PolicyType must be one of {', '.join(CONFIGURATIONS)}.")
    if CONFIGURATIONS[kind] not in policy:
        raise ServiceError(f"A policy of type {kind} needs {CONFIGURATIONS[kind]}.")
    configuration = policy[CONFIGURATIONS[kind]]
    if kind == "StepScaling":
        if missing := {"AdjustmentType", "StepAdjustments"} - configuration.keys():
            raise ServiceError(f"{CONFIGURATIONS[kind]} needs {' and '.join(sorted(missing))}.")
        return
    predefined = configuration.get("PredefinedMetricSpecification")
    if (predefined is None) == ("CustomizedMetricSpecification" not in configuration):
        raise ServiceError("Specify either PredefinedMetricSpecification or CustomizedMetricSpecification.")
    if predefined and predefined["PredefinedMetricType"] not in PREDEFINED_METRICS:
        raise ServiceError(f"{predefined['PredefinedMetricType']} is no metric of SageMaker's variants.")


def _metric(policy: Json) -> Json | None:
    """What a target tracking policy tracks."""
    if policy["PolicyType"] != "TargetTrackingScaling":
        return None
    configuration = policy[CONFIGURATIONS["TargetTrackingScaling"]]
    specification: Json = configuration.get("PredefinedMetricSpecification") or configuration.get(
        "CustomizedMetricSpecification"
    )
    return specification


def _endpoint_and_variant(resource_id: str) -> tuple[str, str]:
    if (match := RESOURCE_ID.fullmatch(resource_id)) is None:
        raise ServiceError(f"ResourceId {resource_id} is not of the form endpoint/NAME/variant/NAME.")
    return match["endpoint"], match["variant"]


def _identity(resource_id: str) -> Json:
    return {"ServiceNamespace": NAMESPACE, "ResourceId": resource_id, "ScalableDimension": DIMENSION}


def _not_found(what: str, request: Json) -> ServiceError:
    return ServiceError(
        f"{what} for service namespace: {request['ServiceNamespace']}, resource ID: {request['ResourceId']}, "
        f"scalable dimension: {request['ScalableDimension']}",
        "ObjectNotFoundException",
    )


def _remove(kept: dict[str, Json], name: str, kind: str, request: Json) -> None:
    if kept.pop(name, None) is None:
        raise _not_found(f"No {kind} {name} found", request)


def _page(request: Json, member: str, items: Iterable[Json], **filters: str) -> Json:
    """One page of a Describe operation; `filters` says which member of an item a member of the request restricts."""

    def wanted(item: Json) -> bool:
        def admits(allowed: Any, value: str) -> bool:
            return value in allowed if isinstance(allowed, list) else value == allowed

        return all(admits(request[asked], item[by]) for asked, by in filters.items() if asked in request)

    found = [item for item in items if wanted(item)]
    start = int(request.get("NextToken", 0))
    end = start + int(request.get("MaxResults", 50))
    return {member: found[start:end]} | ({"NextToken": str(end)} if end < len(found) else {})

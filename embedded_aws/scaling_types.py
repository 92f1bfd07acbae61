"""The CloudFormation resource types `AWS::ApplicationAutoScaling::ScalableTarget` and `ScalingPolicy`."""

import re
from collections.abc import Callable
from functools import partial

from embedded_aws.endpoint import Json
from embedded_aws.errors import ServiceError
from embedded_aws.resource_type import HandlerError, Provisioned
from embedded_aws.scaling import DIMENSION, NAMESPACE, ApplicationAutoScaling
from embedded_aws.shapes import from_template

API = "application-autoscaling"
IDENTITY = ("ResourceId", "ScalableDimension", "ServiceNamespace")
POLICY_ARN = re.compile(rf":resource/{NAMESPACE}/(?P<resource_id>[^:]+):policyName/(?P<name>.+)")

_request = partial(from_template, service=API)


class ScalingType:
    """What the two types have in common."""

    name_property = None

    def __init__(self, service: Callable[[], ApplicationAutoScaling]) -> None:
        self._service = service

    def _call(self, operation: str, request: Json) -> Json:
        try:
            return self._service().call(operation, request)
        except ServiceError as error:
            raise HandlerError(error.message) from error

    def _delete(self, operation: str, request: Json) -> None:
        try:
            self._service().call(operation, request)
        except ServiceError as error:
            # DeleteEndpoint deregisters, too.
            if error.code != "ObjectNotFoundException":
                raise HandlerError(error.message) from error


class ScalableTarget(ScalingType):
    """`AWS::ApplicationAutoScaling::ScalableTarget`, with its scheduled actions."""

    type_name = "AWS::ApplicationAutoScaling::ScalableTarget"
    create_only = IDENTITY
    taggable = True

    def create(self, _logical_id: str, properties: Json, _stack_name: str) -> Provisioned:
        """Register the target, which nobody else may have done."""
        identity = {name: properties.get(name) for name in IDENTITY}
        asked = {"ServiceNamespace": identity["ServiceNamespace"], "ResourceIds": [identity["ResourceId"]]}
        if self._call("DescribeScalableTargets", asked)["ScalableTargets"]:
            raise HandlerError(f"{'|'.join(map(str, identity.values()))} already exists.")
        return self._put({}, properties)

    def update(self, _physical_id: str, old: Json, new: Json) -> Provisioned:
        """Change bounds, suspensions, scheduled actions and tags."""
        return self._put(old, new)

    def delete(self, physical_id: str) -> None:
        """Deregister the target, if that did not happen yet."""
        self._delete("DeregisterScalableTarget", _identity(physical_id))

    def _put(self, old: Json, new: Json) -> Provisioned:
        identity = {name: new[name] for name in IDENTITY}
        before, after = _tags(old), _tags(new)
        settings = {name: value for name, value in new.items() if name not in ("ScheduledActions", "Tags")}
        arn = self._call("RegisterScalableTarget", _request("RegisterScalableTarget", settings | {"Tags": after}))
        if dropped := sorted(before.keys() - after.keys()):
            self._call("UntagResource", {"ResourceARN": arn["ScalableTargetARN"], "TagKeys": dropped})
        self._put_actions(identity, old.get("ScheduledActions", []), new.get("ScheduledActions", []))
        physical_id = "|".join(identity.values())
        return physical_id, {"Id": physical_id}

    def _put_actions(self, identity: Json, old: list[Json], new: list[Json]) -> None:
        for action in old:
            # Whatever an action no longer says would otherwise stay.
            if action not in new:
                name = {"ScheduledActionName": action["ScheduledActionName"]}
                self._delete("DeleteScheduledAction", identity | name)
        for action in new:
            if action not in old:
                self._call("PutScheduledAction", _request("PutScheduledAction", identity | action))


class ScalingPolicy(ScalingType):
    """`AWS::ApplicationAutoScaling::ScalingPolicy`."""

    type_name = "AWS::ApplicationAutoScaling::ScalingPolicy"
    create_only = ("PolicyName", "ResourceId", "ScalableDimension", "ScalingTargetId", "ServiceNamespace")
    taggable = False

    def create(self, _logical_id: str, properties: Json, _stack_name: str) -> Provisioned:
        """Put the policy on its target."""
        target = properties.get("ScalingTargetId")
        settings = {name: value for name, value in properties.items() if name != "ScalingTargetId"}
        request = settings | (_identity(target) if target else {})
        arn = self._call("PutScalingPolicy", _request("PutScalingPolicy", request))["PolicyARN"]
        return arn, {"Arn": arn}

    def update(self, _physical_id: str, _old: Json, new: Json) -> Provisioned:
        """Put the policy as it is now."""
        return self.create("", new, "")

    def delete(self, physical_id: str) -> None:
        """Delete the policy, if it still exists."""
        if match := POLICY_ARN.search(physical_id):
            resource = {"ResourceId": match["resource_id"], "ScalableDimension": DIMENSION}
            request = {"PolicyName": match["name"], "ServiceNamespace": NAMESPACE, **resource}
            self._delete("DeleteScalingPolicy", request)


SCALING_TYPES: tuple[type[ScalableTarget | ScalingPolicy], ...] = (ScalableTarget, ScalingPolicy)


def _identity(physical_id: str) -> Json:
    return dict(zip(IDENTITY, physical_id.split("|"), strict=True))


def _tags(properties: Json) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", []) if not tag["Key"].startswith("aws:")}

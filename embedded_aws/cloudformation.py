"""The CloudFormation resource types `AWS::SageMaker::Model`, `EndpointConfig` and `Endpoint`.

What each type does is what its public CloudFormation schema declares: which properties replace the resource, what `Ref`
and `Fn::GetAtt` return, and that an endpoint is there only when it is in service.
"""

import time
from collections.abc import Callable
from typing import Any

from embedded_aws.endpoint import IN_PROGRESS, Json
from embedded_aws.errors import ServiceError
from embedded_aws.resource_type import HandlerError, Provisioned, generated_name
from embedded_aws.sagemaker import SageMaker
from embedded_aws.shapes import from_template

MAX_NAME_LENGTH = 63
STABILIZATION_TIMEOUT_SECONDS = 60.0


class SageMakerType:
    """A resource type whose every property but `Tags` replaces the resource."""

    kind: str
    create_only: tuple[str, ...]
    system_tags = False
    taggable = True

    def __init__(self, service: Callable[[], SageMaker]) -> None:
        self._service = service

    @property
    def type_name(self) -> str:
        """The name in templates."""
        return f"AWS::SageMaker::{self.kind}"

    @property
    def name_property(self) -> str:
        """The property for a name of one's own."""
        return f"{self.kind}Name"

    def create(self, logical_id: str, properties: Json, stack_name: str) -> Provisioned:
        """Create the resource, under a name made from the stack and the logical id when it has none of its own."""
        name = properties.get(self.name_property) or generated_name(stack_name, logical_id, MAX_NAME_LENGTH)
        named = properties | {self.name_property: name}
        arn = self._call(f"Create{self.kind}", self._request(f"Create{self.kind}", named))[f"{self.kind}Arn"]
        return arn, self._attributes(name, arn)

    def update(self, arn: str, old: Json, new: Json) -> Provisioned:
        """Apply the changes that do not replace the resource."""
        self._update_tags(arn, old, new)
        return arn, self._attributes(self._name(arn), arn)

    def delete(self, arn: str) -> None:
        """Delete the resource, if it still exists."""
        if name := self._service().name_of(arn):
            self._call(f"Delete{self.kind}", {self.name_property: name})

    def _call(self, operation: str, request: Json) -> Json:
        try:
            return self._service().call(operation, request)
        except ServiceError as error:
            raise HandlerError(error.message) from error

    def _request(self, operation: str, properties: Json) -> Json:
        tags = [tag for tag in properties.get("Tags", []) if self.system_tags or not tag["Key"].startswith("aws:")]
        return from_template(operation, properties | ({"Tags": tags} if "Tags" in properties else {}))

    def _update_tags(self, arn: str, old: Json, new: Json) -> None:
        before, after = ({tag["Key"]: tag["Value"] for tag in side.get("Tags", [])} for side in (old, new))
        if changed := [{"Key": key, "Value": value} for key, value in after.items() if before.get(key) != value]:
            self._call("AddTags", self._request("AddTags", {"ResourceArn": arn, "Tags": changed}))
        if dropped := sorted(before.keys() - after.keys()):
            self._call("DeleteTags", {"ResourceArn": arn, "TagKeys": dropped})

    def _name(self, arn: str) -> str:
        if (name := self._service().name_of(arn)) is None:
            raise HandlerError(f"Resource of type '{self.type_name}' with identifier '{arn}' was not found.")
        return name

    def _attributes(self, name: str, arn: str) -> dict[str, str]:
        return {self.name_property: name, f"{self.kind}Arn": arn}


class Model(SageMakerType):
    """`AWS::SageMaker::Model`."""

    kind = "Model"
    system_tags = True
    create_only = (
        "Containers",
        "EnableNetworkIsolation",
        "ExecutionRoleArn",
        "InferenceExecutionConfig",
        "ModelName",
        "PrimaryContainer",
        "VpcConfig",
    )


class EndpointConfig(SageMakerType):
    """`AWS::SageMaker::EndpointConfig`."""

    kind = "EndpointConfig"
    create_only = (
        "AsyncInferenceConfig",
        "DataCaptureConfig",
        "EnableNetworkIsolation",
        "EndpointConfigName",
        "ExecutionRoleArn",
        "ExplainerConfig",
        "KmsKeyId",
        "MetricsConfig",
        "ProductionVariants",
        "ShadowProductionVariants",
        "VpcConfig",
    )


class Endpoint(SageMakerType):
    """`AWS::SageMaker::Endpoint`: it updates in place, and every step waits until the service is done."""

    kind = "Endpoint"
    create_only = ("EndpointName",)
    update_only = ("ExcludeRetainedVariantProperties", "RetainAllVariantProperties", "RetainDeploymentConfig")

    def create(self, logical_id: str, properties: Json, stack_name: str) -> Provisioned:
        """Create the endpoint and wait until it is in service."""
        created = {name: value for name, value in properties.items() if name not in self.update_only}
        arn, attributes = super().create(logical_id, created, stack_name)
        try:
            self._wait_until_serving(attributes["EndpointName"], properties["EndpointConfigName"])
        except HandlerError:
            # CloudFormation's rollback deletes the endpoint that failed; the engine knows none whose creation failed.
            self.delete(arn)
            raise
        return arn, attributes

    def update(self, arn: str, old: Json, new: Json) -> Provisioned:
        """Update the endpoint and wait until it serves the new configuration."""
        name = self._name(arn)
        wanted, before = ({key: value for key, value in side.items() if key != "Tags"} for side in (new, old))
        if wanted != before:
            request = self._request("UpdateEndpoint", wanted | {"EndpointName": name})
            self._call("UpdateEndpoint", request)
            self._wait_until_serving(name, new["EndpointConfigName"])
        return super().update(arn, old, new)

    def delete(self, arn: str) -> None:
        """Delete the endpoint, if it still exists, and wait until it is gone."""
        if name := self._service().name_of(arn):
            self._call("DeleteEndpoint", {"EndpointName": name})
            self._wait_until_at_rest(name)

    def _wait_until_serving(self, name: str, config_name: str) -> None:
        state = self._wait_until_at_rest(name)
        if state is None or state["EndpointStatus"] != "InService" or state["EndpointConfigName"] != config_name:
            raise HandlerError((state or {}).get("FailureReason", f"Endpoint {name} did not stabilize."))

    def _wait_until_at_rest(self, name: str) -> dict[str, Any] | None:
        deadline = time.monotonic() + STABILIZATION_TIMEOUT_SECONDS
        while (state := self._service().endpoint_state(name)) and state["EndpointStatus"] in IN_PROGRESS:
            if time.monotonic() > deadline:
                raise HandlerError(f"Exceeded attempts to wait for endpoint {name}: {state['EndpointStatus']}.")
            time.sleep(0.02)
        return state


RESOURCE_TYPES: tuple[type[SageMakerType], ...] = (Model, EndpointConfig, Endpoint)

"""Teaches MiniStack, the engine of the embedded AWS, what it does not know: SageMaker and what comes with it.

MiniStack has no public way to add a service or a resource type. Everything private that is touched is touched here, and
`tests/embedded_aws/test_ministack_hooks.py` says when an upgrade moves it.
"""

import http
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from embedded_aws.alarms import CompositeAlarm, with_metric_math
from embedded_aws.cloudformation import RESOURCE_TYPES
from embedded_aws.endpoint import Json
from embedded_aws.errors import ServiceError
from embedded_aws.resource_type import ResourceType
from embedded_aws.sagemaker import SageMaker
from embedded_aws.scaling import ApplicationAutoScaling
from embedded_aws.scaling_types import API as SCALING_API
from embedded_aws.scaling_types import SCALING_TYPES
from embedded_aws.shapes import check_request

Headers = dict[str, str]
Response = tuple[int, Headers, bytes]
Handler = Callable[[str, str, Headers, bytes, Any], Awaitable[Response]]


@dataclass(frozen=True)
class Services:
    """What the plugin adds to one account and region."""

    sagemaker: SageMaker
    scaling: ApplicationAutoScaling


class CloudWatch:
    """MiniStack's CloudWatch alarms of the account and region that the current request or stack belongs to."""

    def __init__(self) -> None:
        self._module = vars(import_module("ministack.services.cloudwatch"))

    def alarm_state(self, name: str) -> str | None:
        """The state of an alarm; None when there is none of this name."""
        alarm = self._module["_alarms"].get(name) or self._module["_composite_alarms"].get(name)
        return alarm and str(alarm["StateValue"])

    def put_composite_alarm(self, request: Json) -> str:
        """Create or update a composite alarm, and return its ARN."""
        self._call("_put_composite_alarm", request)
        return str(self._module["_composite_alarms"][request["AlarmName"]]["AlarmArn"])

    def delete_alarm(self, name: str) -> None:
        """Delete an alarm, if it still exists."""
        self._call("_delete_alarms", {"AlarmNames": [name]})

    def set_alarm_tags(self, name: str, tags: list[Json]) -> None:
        """Give an alarm these tags and no others."""
        self._module["cloudformation_set_metric_alarm_tags"](name, tags)

    def _call(self, operation: str, request: Json) -> None:
        status, _headers, body = self._module[operation]({}, request, is_cbor=False, is_json=True)
        if status != http.HTTPStatus.OK:
            raise ServiceError(json.loads(body)["message"])


class SageMakerPlugin:
    """What the embedded AWS adds to MiniStack: services, resource types, and the control channel of the tests."""

    def __init__(self, transition_seconds: float) -> None:
        self._transition_seconds = transition_seconds
        self._services: dict[tuple[str, str], Services] = {}
        self._cloudwatch = CloudWatch()

    def install(self) -> None:
        """Register everything. Once, before MiniStack serves."""
        self._register_service("sagemaker", "SageMaker", self._handle_sagemaker)
        self._register_service(SCALING_API, "AnyScaleFrontendService", self._handle_scaling)
        self._register_service("embedded-aws", "EmbeddedAws", self._handle_control)
        self._register_resource_types()

    def _register_service(self, name: str, target_prefix: str, handler: Handler) -> None:
        import_module("ministack.core.router").SERVICE_PATTERNS[name] = {"target_prefixes": [f"{target_prefix}."]}
        import_module("ministack.app").SERVICE_HANDLERS[name] = handler

    def _register_resource_types(self) -> None:
        provisioners = vars(import_module("ministack.services.cloudformation.provisioners"))
        for resource_type in self._resource_types():
            name = resource_type.type_name
            provisioners["_RESOURCE_HANDLERS"][name] = _handlers(resource_type)
            provisioners["_REPLACING_PROPERTIES"][name] = resource_type.create_only
            if resource_type.name_property:
                provisioners["_CUSTOM_NAME_REPLACEMENT"][name] = {"name": resource_type.name_property}
            if resource_type.taggable:
                provisioners["_STACK_TAG_PROPERTY"][name] = ("Tags", "list")

        provisioners["_cw_metric_alarm_record"] = with_metric_math(provisioners["_cw_metric_alarm_record"])

        # An endpoint takes its time, and the engine must go on answering meanwhile.
        stacks = vars(import_module("ministack.services.cloudformation.stacks"))
        by_default = stacks["_runs_on_worker_thread"]
        stacks["_runs_on_worker_thread"] = lambda name: name == "AWS::SageMaker::Endpoint" or by_default(name)

    def _resource_types(self) -> Iterator[ResourceType]:
        for kind in RESOURCE_TYPES:
            yield kind(lambda: self._here().sagemaker)
        for scaling_kind in SCALING_TYPES:
            yield scaling_kind(lambda: self._here().scaling)
        yield CompositeAlarm(self._cloudwatch)

    def _here(self) -> Services:
        """The services of the account and region that the current request or stack belongs to."""
        responses = import_module("ministack.core.responses")
        place = responses.get_account_id(), responses.get_region()
        if place not in self._services:
            sagemaker = SageMaker(
                *place,
                transition_seconds=self._transition_seconds,
                check_request=check_request,
                alarm_state=self._cloudwatch.alarm_state,
            )
            check_scaling = partial(check_request, service=SCALING_API)
            self._services[place] = Services(
                sagemaker, ApplicationAutoScaling(sagemaker, *place, check_request=check_scaling)
            )
        return self._services[place]

    async def _handle_sagemaker(self, method: str, path: str, headers: Headers, body: bytes, _query: Any) -> Response:
        if not (target := headers.get("x-amz-target")):
            refused = f"{method} {path} is not emulated: no container runs."
            return _refusal(ServiceError(refused, "UnknownOperationException"))
        return _answer(lambda: self._here().sagemaker.call(_operation(target), json.loads(body or b"{}")))

    async def _handle_scaling(self, _method: str, _path: str, headers: Headers, body: bytes, _query: Any) -> Response:
        operation = _operation(headers["x-amz-target"])
        return _answer(lambda: self._here().scaling.call(operation, json.loads(body or b"{}")))

    async def _handle_control(self, _method: str, _path: str, headers: Headers, body: bytes, _query: Any) -> Response:
        """Serve `EmbeddedAws`, which asks what happened so far and says what shall fail next."""
        return _answer(lambda: self._control(_operation(headers["x-amz-target"]), json.loads(body)))

    def _control(self, operation: str, request: Json) -> Json:
        service = self._here().sagemaker
        if operation == "FailNext":
            service.fail_next(request["Operation"], request["Reason"])
        elif operation == "ResetCalls":
            service.calls.clear()
        elif operation != "Calls":
            raise ServiceError(f"There is no control operation {operation}.", "UnknownOperationException")
        return {"Calls": service.calls}


def _handlers(resource_type: ResourceType) -> dict[str, Callable[..., Any]]:
    return {
        "create": resource_type.create,
        "update": lambda arn, old, new, _stack_name: resource_type.update(arn, old, new),
        "delete": lambda arn, _properties: resource_type.delete(arn),
    }


def _operation(target: str) -> str:
    return target.rpartition(".")[2]


def _answer(operation: Callable[[], Json]) -> Response:
    try:
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(operation()).encode()
    except ServiceError as error:
        return _refusal(error)


def _refusal(error: ServiceError) -> Response:
    body = json.dumps({"__type": error.code, "message": error.message})
    return 400, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": error.code}, body.encode()

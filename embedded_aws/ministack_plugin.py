"""Teaches MiniStack, the engine of the embedded AWS, what it does not know: SageMaker.

MiniStack has no public way to add a service or a resource type. Everything private that is touched is touched here, and
`tests/embedded_aws/test_ministack_hooks.py` says when an upgrade moves it.
"""

import json
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from embedded_aws.cloudformation import RESOURCE_TYPES, ResourceType
from embedded_aws.endpoint import Json
from embedded_aws.errors import ServiceError
from embedded_aws.sagemaker import SageMaker
from embedded_aws.shapes import check_request

Headers = dict[str, str]
Response = tuple[int, Headers, bytes]
Handler = Callable[[str, str, Headers, bytes, Any], Awaitable[Response]]


class SageMakerPlugin:
    """SageMaker for MiniStack: the service, its resource types, and the control channel of the tests."""

    def __init__(self, transition_seconds: float) -> None:
        self._transition_seconds = transition_seconds
        self._services: dict[tuple[str, str], SageMaker] = {}

    def install(self) -> None:
        """Register everything. Once, before MiniStack serves."""
        self._register_service("sagemaker", "SageMaker", self._handle_sagemaker)
        self._register_service("embedded-aws", "EmbeddedAws", self._handle_control)
        self._register_resource_types()

    def _register_service(self, name: str, target_prefix: str, handler: Handler) -> None:
        import_module("ministack.core.router").SERVICE_PATTERNS[name] = {"target_prefixes": [f"{target_prefix}."]}
        import_module("ministack.app").SERVICE_HANDLERS[name] = handler

    def _register_resource_types(self) -> None:
        provisioners = vars(import_module("ministack.services.cloudformation.provisioners"))
        for resource_type in (kind(self._service) for kind in RESOURCE_TYPES):
            name = resource_type.type_name
            provisioners["_RESOURCE_HANDLERS"][name] = _handlers(resource_type)
            provisioners["_REPLACING_PROPERTIES"][name] = resource_type.create_only
            provisioners["_CUSTOM_NAME_REPLACEMENT"][name] = {"name": resource_type.name_property}
            provisioners["_STACK_TAG_PROPERTY"][name] = ("Tags", "list")

        # An endpoint takes its time, and the engine must go on answering meanwhile.
        stacks = vars(import_module("ministack.services.cloudformation.stacks"))
        by_default = stacks["_runs_on_worker_thread"]
        stacks["_runs_on_worker_thread"] = lambda name: name == "AWS::SageMaker::Endpoint" or by_default(name)

    def _service(self) -> SageMaker:
        """SageMaker of the account and region that the current request or stack belongs to."""
        responses = import_module("ministack.core.responses")
        place = responses.get_account_id(), responses.get_region()
        if place not in self._services:
            self._services[place] = SageMaker(
                *place, transition_seconds=self._transition_seconds, check_request=check_request
            )
        return self._services[place]

    async def _handle_sagemaker(self, method: str, path: str, headers: Headers, body: bytes, _query: Any) -> Response:
        if not (target := headers.get("x-amz-target")):
            refused = f"{method} {path} is not emulated: no container runs."
            return _refusal(ServiceError(refused, "UnknownOperationException"))
        return _answer(lambda: self._service().call(_operation(target), json.loads(body or b"{}")))

    async def _handle_control(self, _method: str, _path: str, headers: Headers, body: bytes, _query: Any) -> Response:
        """Serve `EmbeddedAws`, which asks what happened so far and says what shall fail next."""
        return _answer(lambda: self._control(_operation(headers["x-amz-target"]), json.loads(body)))

    def _control(self, operation: str, request: Json) -> Json:
        service = self._service()
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

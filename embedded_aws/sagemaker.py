"""The SageMaker control plane for models, endpoint configurations and endpoints, with the service's own rules.

Nothing runs behind it: no container starts and no instance exists. What counts is that the service accepts, refuses
and remembers what SageMaker would, and that deployments take time and can fail.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from embedded_aws.endpoint import IN_PROGRESS, Bounds, Endpoint, Fleet, Json
from embedded_aws.errors import ServiceError
from embedded_aws.guardrails import AlarmState, check_deployment, triggered_alarm

T = TypeVar("T")

MIN_CONTAINERS, MAX_CONTAINERS = 2, 15
TRANSITION_SECONDS = 0.4


class Catalogue(dict[str, T], Generic[T]):
    """The resources of one kind by name. Names differ by more than case, because ARNs carry them in lower case."""

    def __init__(self, noun: str, arn_prefix: str) -> None:
        super().__init__()
        self.noun = noun
        self._arn_prefix = arn_prefix

    def arn(self, name: str) -> str:
        """The ARN of the resource with this name."""
        return f"{self._arn_prefix}/{name.lower()}"

    def named_by(self, arn: str) -> str | None:
        """The name of the resource with this ARN."""
        return next((name for name in self if self.arn(name) == arn), None)

    def claim(self, name: str) -> str:
        """The ARN for a new resource, refused when the name is taken."""
        arn = self.arn(name)
        if self.named_by(arn) is not None:
            raise ServiceError(f'Cannot create already existing {self.noun} "{arn}".')
        return arn

    def find(self, name: str) -> T:
        """The resource with exactly this name, refused when there is none."""
        if name not in self:
            raise ServiceError(f'Could not find {self.noun} "{self.arn(name)}".')
        return self[name]


@dataclass(frozen=True)
class Record:
    """A model or an endpoint configuration: what was asked for, and when."""

    arn: str
    created: float
    request: Json


class Scaler(Protocol):
    """What SageMaker asks whoever scales its endpoints."""

    def bounds(self, endpoint_name: str) -> Bounds:
        """How many instances the variants of the endpoint may have that are scalable targets."""
        ...

    def release(self, endpoint_name: str) -> None:
        """Forget the scalable targets of an endpoint that is deleted."""
        ...


class SageMaker:
    """SageMaker in one account and region. `call` is the API; everything else is for those who run the emulation."""

    def __init__(
        self,
        account_id: str = "123456789012",
        region: str = "us-east-1",
        *,
        clock: Callable[[], float] = time.time,
        transition_seconds: float = TRANSITION_SECONDS,
        check_request: Callable[[str, Json], None] = lambda _operation, _request: None,
        alarm_state: AlarmState = lambda _name: "OK",
    ) -> None:
        prefix = f"arn:aws:sagemaker:{region}:{account_id}"
        self._models: Catalogue[Record] = Catalogue("model", f"{prefix}:model")
        self._configs: Catalogue[Record] = Catalogue("endpoint configuration", f"{prefix}:endpoint-config")
        self._endpoints: Catalogue[Endpoint] = Catalogue("endpoint", f"{prefix}:endpoint")
        self._tags: dict[str, dict[str, str]] = {}
        self._clock = clock
        self._transition_seconds = transition_seconds
        self._check_request = check_request
        self._alarm_state = alarm_state
        self._failures: dict[str, str] = {}
        self.lock = threading.RLock()
        self.scaler: Scaler | None = None
        self._operations: dict[str, Callable[[Json], Json]] = {
            "CreateModel": self._create_model,
            "DescribeModel": self._describe_model,
            "ListModels": self._list_models,
            "DeleteModel": self._delete_model,
            "CreateEndpointConfig": self._create_endpoint_config,
            "DescribeEndpointConfig": self._describe_endpoint_config,
            "ListEndpointConfigs": self._list_endpoint_configs,
            "DeleteEndpointConfig": self._delete_endpoint_config,
            "CreateEndpoint": self._create_endpoint,
            "DescribeEndpoint": self._describe_endpoint,
            "ListEndpoints": self._list_endpoints,
            "UpdateEndpoint": self._update_endpoint,
            "UpdateEndpointWeightsAndCapacities": self._update_endpoint_weights_and_capacities,
            "DeleteEndpoint": self._delete_endpoint,
            "AddTags": self._add_tags,
            "ListTags": self._list_tags,
            "DeleteTags": self._delete_tags,
        }
        self.calls: list[str] = []

    def call(self, operation: str, request: Json) -> Json:
        """Run one API operation, or raise the `ServiceError` that the service would answer with."""
        if operation not in self._operations:
            emulated = ", ".join(sorted(self._operations))
            raise ServiceError(f"{operation} is not emulated. Emulated: {emulated}.", "UnknownOperationException")
        with self.lock:
            self.calls.append(operation)
            self._check_request(operation, request)
            self._advance()
            return self._operations[operation](request)

    def fail_next(self, operation: str, reason: str) -> None:
        """Let the next accepted CreateEndpoint or UpdateEndpoint fail with this reason once it is under way."""
        if operation not in ("CreateEndpoint", "UpdateEndpoint"):
            raise ServiceError(f"Only CreateEndpoint and UpdateEndpoint can be made to fail, not {operation}.")
        self._failures[operation] = reason

    def endpoint_state(self, name: str) -> Json | None:
        """What DescribeEndpoint would answer, outside the call log; None when there is no such endpoint."""
        with self.lock:
            self._advance()
            return self._endpoints[name].describe() if name in self._endpoints else None

    def name_of(self, arn: str) -> str | None:
        """The name of the resource with this ARN: an ARN alone does not tell, it is in lower case."""
        kinds: tuple[Catalogue[Any], ...] = self._models, self._configs, self._endpoints
        with self.lock:
            self._advance()
            return next((name for kind in kinds if (name := kind.named_by(arn))), None)

    def _advance(self) -> None:
        now = self._clock()
        for name, endpoint in list(self._endpoints.items()):
            endpoint.advance(now)
            if endpoint.gone:
                del self._endpoints[name]
                del self._tags[endpoint.arn]
            elif endpoint.status == "InService" and self.scaler:
                endpoint.keep_within(self.scaler.bounds(name), now)

    # Models

    def _create_model(self, request: Json) -> Json:
        _check_model(request)
        return {"ModelArn": self._remember(self._models, request["ModelName"], request)}

    def _describe_model(self, request: Json) -> Json:
        model = self._models.find(request["ModelName"])
        answer = {"EnableNetworkIsolation": False, **model.request}
        return answer | {"ModelArn": model.arn, "CreationTime": model.created}

    def _list_models(self, request: Json) -> Json:
        return _page(request, "Models", [_listed("Model", name, model) for name, model in self._models.items()])

    def _delete_model(self, request: Json) -> Json:
        return self._forget(self._models, request["ModelName"])

    # Endpoint configurations

    def _create_endpoint_config(self, request: Json) -> Json:
        variants = [*request["ProductionVariants"], *request.get("ShadowProductionVariants", [])]
        _check_unique("VariantName", [variant["VariantName"] for variant in variants])
        for name in _model_names(request):
            self._models.find(name)
        return {"EndpointConfigArn": self._remember(self._configs, request["EndpointConfigName"], request)}

    def _describe_endpoint_config(self, request: Json) -> Json:
        config = self._configs.find(request["EndpointConfigName"])
        return config.request | {"EndpointConfigArn": config.arn, "CreationTime": config.created}

    def _list_endpoint_configs(self, request: Json) -> Json:
        configs = [_listed("EndpointConfig", name, config) for name, config in self._configs.items()]
        return _page(request, "EndpointConfigs", configs)

    def _delete_endpoint_config(self, request: Json) -> Json:
        return self._forget(self._configs, request["EndpointConfigName"])

    # Endpoints

    def _create_endpoint(self, request: Json) -> Json:
        name, now = request["EndpointName"], self._clock()
        arn = self._endpoints.claim(name)
        fleet = self._fleet(request["EndpointConfigName"], now)
        deployment_config = request.get("DeploymentConfig")
        check_deployment(deployment_config or {}, fleet, self._alarm_state)
        endpoint = Endpoint(name, arn, now, self._transition_seconds)
        endpoint.deployment_config = deployment_config
        endpoint.deploy(fleet, now, self._obstacle("CreateEndpoint", fleet.config_name))
        self._endpoints[name] = endpoint
        self._tags[arn] = _tag_map(request)
        return {"EndpointArn": arn}

    def _describe_endpoint(self, request: Json) -> Json:
        return self._endpoints.find(request["EndpointName"]).describe()

    def _list_endpoints(self, request: Json) -> Json:
        return _page(request, "Endpoints", [endpoint.summary() for endpoint in self._endpoints.values()])

    def _update_endpoint(self, request: Json) -> Json:
        endpoint, now = self._endpoint_at_rest(request), self._clock()
        serving = self._serving(endpoint)
        fleet = self._fleet(request["EndpointConfigName"], now)
        self._configs.find(serving.config_name)
        if request.get("RetainAllVariantProperties"):
            excluded = request.get("ExcludeRetainedVariantProperties", [])
            fleet.retain(serving, {member["VariantPropertyType"] for member in excluded})
        self._check_scaled_variants(endpoint.name, serving, fleet)
        retained = request.get("RetainDeploymentConfig")
        deployment_config = endpoint.deployment_config if retained else request.get("DeploymentConfig")
        check_deployment(deployment_config or {}, fleet, self._alarm_state)
        endpoint.deployment_config = deployment_config
        obstacle = self._obstacle("UpdateEndpoint", serving.config_name, fleet.config_name)
        endpoint.deploy(fleet, now, lambda: obstacle() or self._alarm(deployment_config))
        return {"EndpointArn": endpoint.arn}

    def _check_scaled_variants(self, name: str, serving: Fleet, wanted: Fleet) -> None:
        """A scalable target goes on with the same instance type, or it has to be deregistered first."""
        scaled = self.scaler.bounds(name) if self.scaler else {}
        instance_types = {variant.name: variant.settings.get("InstanceType") for variant in wanted.variants}
        for variant in serving.variants:
            if variant.name in scaled and instance_types.get(variant.name) != variant.settings.get("InstanceType"):
                change = "change the instance type of" if variant.name in instance_types else "remove"
                raise ServiceError(
                    f'Cannot {change} variant "{variant.name}" of endpoint "{name}": it is registered as a scalable'
                    " target with Application Auto Scaling. Deregister it first."
                )

    def _alarm(self, deployment_config: Json | None) -> str | None:
        """Why a deployment is rolled back though nothing failed."""
        alarm = triggered_alarm(deployment_config, self._alarm_state)
        return alarm and f'The deployment was rolled back, because alarm "{alarm}" is in ALARM.'

    def _update_endpoint_weights_and_capacities(self, request: Json) -> Json:
        endpoint = self._endpoint_at_rest(request)
        fleet = self._serving(endpoint)
        variants = {variant.name: variant for variant in fleet.variants}
        changes = request["DesiredWeightsAndCapacities"]
        if unknown := [change["VariantName"] for change in changes if change["VariantName"] not in variants]:
            raise ServiceError(f'Could not find variant "{unknown[0]}" of endpoint "{endpoint.arn}".')
        for change in changes:
            variant = variants[change["VariantName"]]
            variant.desired_weight = change.get("DesiredWeight", variant.desired_weight)
            variant.desired_count = change.get("DesiredInstanceCount", variant.desired_count)
        endpoint.rescale(fleet, self._clock())
        return {"EndpointArn": endpoint.arn}

    def _delete_endpoint(self, request: Json) -> Json:
        endpoint = self._endpoint_at_rest(request)
        endpoint.delete(self._clock())
        if self.scaler:
            self.scaler.release(endpoint.name)
        return {}

    def _endpoint_at_rest(self, request: Json) -> Endpoint:
        endpoint = self._endpoints.find(request["EndpointName"])
        if endpoint.status in IN_PROGRESS:
            raise ServiceError(f'Cannot update in-progress endpoint "{endpoint.arn}".')
        return endpoint

    def _serving(self, endpoint: Endpoint) -> Fleet:
        if endpoint.serving is None:
            raise ServiceError(f'Cannot update failed endpoint "{endpoint.arn}": it can only be deleted.')
        return endpoint.serving

    def _fleet(self, config_name: str, now: float) -> Fleet:
        config = self._configs.find(config_name).request
        return Fleet.launch(config, {name: _containers(self._models.find(name)) for name in _model_names(config)}, now)

    def _obstacle(self, operation: str, *config_names: str) -> Callable[[], str | None]:
        """What keeps a deployment from its end: a failure asked for, or a configuration or model deleted meanwhile."""
        asked_for = self._failures.pop(operation, None)

        def obstacle() -> str | None:
            try:
                for config_name in config_names:
                    self._fleet(config_name, self._clock())
            except ServiceError as error:
                return error.message
            return asked_for

        return obstacle

    # Tags

    def _add_tags(self, request: Json) -> Json:
        self._tags_of(request).update(_tag_map(request))
        return self._list_tags(request)

    def _list_tags(self, request: Json) -> Json:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self._tags_of(request).items()]}

    def _delete_tags(self, request: Json) -> Json:
        tags = self._tags_of(request)
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _tags_of(self, request: Json) -> dict[str, str]:
        if request["ResourceArn"] not in self._tags:
            raise ServiceError(f'Could not find resource "{request["ResourceArn"]}".')
        return self._tags[request["ResourceArn"]]

    # What models and endpoint configurations have in common

    def _remember(self, kind: Catalogue[Record], name: str, request: Json) -> str:
        arn = kind.claim(name)
        kind[name] = Record(
            arn, self._clock(), {member: value for member, value in request.items() if member != "Tags"}
        )
        self._tags[arn] = _tag_map(request)
        return arn

    def _forget(self, kind: Catalogue[Record], name: str) -> Json:
        del self._tags[kind.find(name).arn]
        del kind[name]
        return {}


def _check_model(request: Json) -> None:
    containers = request.get("Containers", [])
    if ("PrimaryContainer" in request) == bool(containers):
        raise ServiceError("Specify either PrimaryContainer or Containers.")
    if containers and not MIN_CONTAINERS <= len(containers) <= MAX_CONTAINERS:
        raise ServiceError(f"Containers must have {MIN_CONTAINERS} to {MAX_CONTAINERS} members, not {len(containers)}.")
    for container in containers or [request["PrimaryContainer"]]:
        if not ("Image" in container or "ModelPackageName" in container):
            raise ServiceError("Every container needs an Image or a ModelPackageName.")
    hostnames = [container["ContainerHostname"] for container in containers if "ContainerHostname" in container]
    direct = request.get("InferenceExecutionConfig", {}).get("Mode") == "Direct"
    if len(hostnames) < len(containers) and (direct or hostnames):
        raise ServiceError("ContainerHostname must be set on every container in Direct mode, and on all or none else.")
    _check_unique("ContainerHostname", hostnames)
    if sum(container.get("Mode") == "MultiModel" for container in containers) > 1:
        raise ServiceError("More than one container in MultiModel mode is not supported with inference pipeline.")


def _check_unique(member: str, values: list[str]) -> None:
    if repeated := [value for value, count in Counter(values).items() if count > 1]:
        raise ServiceError(f"Every {member} must be unique, {repeated[0]} is not.")


def _containers(model: Record) -> list[Json]:
    request = model.request
    return request["Containers"] if request.get("Containers") else [request["PrimaryContainer"]]


def _model_names(config: Json) -> set[str]:
    variants = [*config["ProductionVariants"], *config.get("ShadowProductionVariants", [])]
    overrides = [pool.get("ModelNameOverride") for variant in variants for pool in variant.get("InstancePools", [])]
    return {name for name in (*overrides, *(variant.get("ModelName") for variant in variants)) if name}


def _tag_map(request: Json) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}


def _listed(kind: str, name: str, record: Record) -> Json:
    return {f"{kind}Name": name, f"{kind}Arn": record.arn, "CreationTime": record.created}


def _page(request: Json, member: str, items: list[Json]) -> Json:
    """One page of a List operation, newest first."""
    if beyond := request.keys() - {"NameContains", "StatusEquals", "MaxResults", "NextToken"}:
        raise ServiceError(f"{', '.join(sorted(beyond))} is not emulated.", "UnknownOperationException")
    name = f"{member.removesuffix('s')}Name"
    wanted = [
        item
        for item in sorted(items, key=lambda item: float(item["CreationTime"]), reverse=True)
        if request.get("NameContains", "") in item[name]
        and request.get("StatusEquals") in (None, item.get("EndpointStatus"))
    ]
    start = int(request.get("NextToken", 0))
    end = start + int(request.get("MaxResults", 10))
    return {member: wanted[start:end]} | ({"NextToken": str(end)} if end < len(wanted) else {})

"""What the user declared, in CloudFormation's terms: the rules judge it, and the L1 resources are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .arguments import given, where
from .errors import Caution, Problem
from .features.feature import Feature
from .features.rollback_alarms import RollbackAlarm
from .l1 import snake_case
from .models import BoundContainer
from .network import Network
from .permissions import Statement, to_watch
from .readings import attribute
from .rules import Description, Finding, Path, Reference, Resource, Severity, Unknown, evaluate
from .rules.description import text
from .rules.limits import API
from .served import ServedVariant
from .tokens import is_token, with_unknowns
from .variants import BoundVariant

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3

ENDPOINT = "Endpoint"
ENDPOINT_CONFIG = "EndpointConfig"
CONFIG_NAME = Reference(logical_id=ENDPOINT_CONFIG, attribute="EndpointConfigName")

# Without hostnames SageMaker counts the containers of a pipeline; here each has one, in either mode.
_DEMANDED_HERE = frozenset({"MCE-C10"})
# What a list of containers that is still growing may lack.
_FOR_COMPLETE_LISTS = frozenset({"MCE-C02", "MCE-C03", "MCE-E13"})

_ELSEWHERE = "MCE-C46"
_BUCKET_REGION = f"{API}ContainerDefinition.html"

# What to do, where the construct has other words for it than CloudFormation.
_FIXES = {
    "MCE-A04": "use scale_on_utilization, unless the containers need about the same time and CPU for a request",
    "MCE-A06": "use scale_to_track_metric with ApproximateBacklogSizePerInstance, or scale_on_utilization",
    "MCE-C02": "give 2 to 15 containers, or none and add them all with add_container",
    "MCE-C03": "give 2 to 15 containers, or leave them out and add them all with add_container",
    "MCE-C05": "give every container a hostname",
    "MCE-C10": "give every container a hostname",
    "MCE-C12": "give InferenceExecutionMode.SERIAL or InferenceExecutionMode.DIRECT",
    "MCE-C18": "push the image to Amazon ECR, or use ContainerImage.from_registry in an endpoint with a VPC",
    "MCE-C23": "give the endpoint the vpc in which the registry is",
    "MCE-C26": "pack the artefacts as .tar.gz, or use ModelData.from_prefix for uncompressed ones",
    "MCE-C31": "leave one container with multi_model=True",
    "MCE-C34": "set multi_model=True, or leave model_cache out",
    "MCE-M06": "choose 1 to 16 subnets with vpc_subnets, and give 1 to 5 security_groups",
    "MCE-P17": "leave retain_instance_counts out, or set it to True",
    "MCE-V21": "give it an instance_type such as 'ml.m5.xlarge' (there is no default), or instance_pools",
    "MCE-V05": "give an initial_instance_count of 1 or more",
}


@dataclass(slots=True, kw_only=True)
class Model:
    """The containers that one or more variants serve, as one SageMaker model."""

    id: str
    """Its resource in the description, and the beginning of its construct's id."""
    owner: str = ""
    """The argument that holds its containers and mode: empty for the endpoint itself, or `variants[1]`."""
    mode: object
    containers: list[BoundContainer] | None
    """None where no list was given that can be read."""
    is_open: bool = False
    """Whether containers are still to come with `add_container`."""

    @property
    def name(self) -> Reference:
        """A reference to the model's name."""
        return Reference(logical_id=self.id, attribute="ModelName")

    def argument(self, index: int | None = None) -> str:
        """The list of containers, or one of them, as an error message names it."""
        argument = f"{self.owner}.containers" if self.owner else "containers"
        return argument if index is None else f"{argument}[{index}]"


@dataclass(slots=True, kw_only=True)
class Declaration:
    """An endpoint as its user declared it."""

    models: list[Model]
    variants: list[BoundVariant] | None
    """None where no variants were given that can be read."""
    shadow: BoundVariant | None
    role_arn: object
    network: Network | None
    network_isolation: object
    encryption_key_arn: object
    features: Mapping[str, Feature]
    """What the endpoint config says beside the variants, by property."""
    endpoint_name: object
    deployment: Feature
    rollback_alarms: list[RollbackAlarm]
    retain_instance_counts: object
    retain_weights: object
    region: str
    account: str
    scaling: dict[str, Resource] = field(default_factory=dict)
    """What scales the endpoint, by the call that an error message names, such as `auto_scale(variant='a')`."""
    problems: list[Problem] = field(default_factory=list)
    """What is wrong with the arguments themselves."""
    acknowledged: Mapping[str, str] = field(default_factory=dict)
    """The rules that the user switched off, and why."""

    def resources(self) -> dict[str, Resource]:
        """The resources' CloudFormation properties, in the order in which they depend on each other."""
        resources = {model.id: Resource("Model", self.model_properties(model)) for model in self.models}
        resources[ENDPOINT_CONFIG] = Resource("EndpointConfig", self._endpoint_config_properties())
        resources[ENDPOINT] = Resource("Endpoint", self.endpoint_properties())
        return resources | self.scaling

    def model_properties(self, model: Model) -> dict[str, Any]:
        """The CloudFormation properties of one model."""
        containers = model.containers
        network = self.network
        properties = {
            "Containers": Unknown() if containers is None else [container.properties for container in containers],
            "InferenceExecutionConfig": {"Mode": model.mode},
            "ExecutionRoleArn": self.role_arn,
            "EnableNetworkIsolation": self.network_isolation or None,
            "VpcConfig": None
            if network is None
            else {"SecurityGroupIds": network.security_group_ids, "Subnets": network.subnet_ids},
        }
        return given(properties)

    def _endpoint_config_properties(self) -> dict[str, Any]:
        variants: object = Unknown()
        if self.variants is not None:
            variants = [variant.properties for variant in self.variants]
        features = {name: feature.properties for name, feature in self.features.items()}
        shadows = None if self.shadow is None else [self.shadow.properties]
        config = {"ProductionVariants": variants, "ShadowProductionVariants": shadows, **features}
        return given(config | {"KmsKeyId": self.encryption_key_arn})

    def endpoint_properties(self) -> dict[str, Any]:
        """The CloudFormation properties of the endpoint."""
        properties = {
            "EndpointName": self.endpoint_name,
            "EndpointConfigName": CONFIG_NAME,
            "DeploymentConfig": self._deployment(),
        }
        return given(properties | self._retention())

    def _deployment(self) -> object:
        deployment = self.deployment.properties
        if not self.rollback_alarms:
            return deployment
        # The same alarm twice is one alarm.
        alarms = [{"AlarmName": name} for name in dict.fromkeys(alarm.name for alarm in self.rollback_alarms)]
        return {**(deployment if isinstance(deployment, dict) else {}), "AutoRollbackConfiguration": {"Alarms": alarms}}

    def _retention(self) -> dict[str, Any]:
        """What an update leaves as it is, though the template says otherwise."""
        counts = bool(self.scaling) if self.retain_instance_counts is None else self.retain_instance_counts
        kept = {"DesiredInstanceCount": counts, "DesiredWeight": self.retain_weights}
        if not any(kept.values()):
            return {}
        left_out = [{"VariantPropertyType": name} for name, is_kept in kept.items() if not is_kept]
        return {"RetainAllVariantProperties": True, "ExcludeRetainedVariantProperties": left_out or None}

    def statements(self) -> list[Statement]:
        """What the execution role needs beside fetching images and model data, and writing logs and metrics."""
        statements = [statement for _, feature in self._features() for statement in feature.statements]
        return [*statements, *to_watch(alarm.resource for alarm in self.rollback_alarms)]

    def served_variants(self) -> tuple[ServedVariant, ...]:
        """The production variants as callers and metrics know them."""
        models = {model.name: model for model in self.models}
        return tuple(_served(variant.properties, models) for variant in self.variants or ())

    def judge(self, *, complete: bool = True) -> Verdict:
        """What SageMaker would say of this endpoint.

        Args:
            complete: Whether no more containers will come; else the lists that are open may still be too short.
        """
        resources = self.resources()
        description = Description(
            {key: Resource(each.type, with_unknowns(each.properties)) for key, each in resources.items()},
            region=_literal(self.region),
            account=_literal(self.account),
            fits_schema=True,
        )
        growing = set() if complete else {model.id for model in self.models if model.is_open}
        if growing:
            growing.add(ENDPOINT_CONFIG)
        verdict = Verdict(resources, [*self.problems, *self._problems_of_regions()], [])
        for finding in evaluate(description):
            rule = finding.rule
            if rule.id in _FOR_COMPLETE_LISTS and finding.resource in growing:
                continue
            fix = _FIXES.get(rule.id, rule.fix)
            is_error = rule.severity is Severity.ERROR or rule.id in _DEMANDED_HERE
            if is_error and rule.id not in self.acknowledged:
                verdict.problems.append(Problem(rule.id, self._where(finding), finding.message, fix, rule.source))
            elif rule.severity is Severity.WARNING:
                verdict.cautions.append(Caution(rule.id, self._where(finding), finding.message, fix))
        verdict.cautions.extend(self._cautions_about_images())
        return verdict

    def _problems_of_regions(self) -> Iterator[Problem]:
        if _literal(self.region) is None:
            return
        for at, bucket in self._buckets():
            region = _literal(attribute(bucket, "env").region)
            if region not in (None, self.region):
                message = f"is in {region}, and the endpoint is in {self.region}"
                yield Problem(_ELSEWHERE, at, message, "use a bucket in the endpoint's region", _BUCKET_REGION)

    def _buckets(self) -> Iterator[tuple[str, s3.IBucket]]:
        for model in self.models:
            for index, container in enumerate(model.containers or ()):
                if container.model_data is not None and container.model_data.bucket is not None:
                    at = where(model.argument(index), "model_data", container.declared_at)
                    yield at, container.model_data.bucket
        for owner, feature in self._features():
            for argument, bucket in feature.buckets.items():
                yield where(owner, argument, feature.declared_at), bucket

    def _features(self) -> Iterator[tuple[str, Feature]]:
        """All that is asked for by a value object of its own, by the argument that asks for it."""
        variants = [*(self.variants or ()), *([self.shadow] if self.shadow else ())]
        for owner, features in [("", self.features), *((variant.owner, variant.features) for variant in variants)]:
            for name, feature in features.items():
                if feature.properties is not None:
                    yield where(owner, _argument((name,))), feature

    def _cautions_about_images(self) -> Iterator[Caution]:
        for model in self.models:
            for index, container in enumerate(model.containers or ()):
                for caution in container.image.cautions if container.image else ():
                    at = where(model.argument(index), caution.where, container.declared_at)
                    yield replace(caution, where=at)

    def _where(self, finding: Finding) -> str:
        if finding.resource in self.scaling:
            return _where_in_scaling(finding.resource, self.scaling[finding.resource], finding.path)
        model = next((model for model in self.models if model.id == finding.resource), None)
        if model is not None:
            return _where_in_model(model, finding.path)
        return self._where_besides(finding.path)

    def _where_besides(self, path: Path) -> str:
        """An argument that is of neither a model nor the scaling."""
        match path:
            case ("ProductionVariants", int(index), *rest) if self.variants:
                return _where_in_variant(self.variants[index], tuple(rest)) or "variants"
            case ("ShadowProductionVariants", int(), *rest) if self.shadow:
                return _where_in_variant(self.shadow, tuple(rest))
            case ("DeploymentConfig", "AutoRollbackConfiguration", *_):
                return "rollback_alarms"
            case ("DeploymentConfig", *rest):
                return self.deployment.where("deployment", tuple(rest))
            case (str(name), *rest) if name in self.features:
                return self.features[name].where(_argument((name,)), tuple(rest))
        return _argument(path)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with an endpoint, and what is doubtful."""

    resources: Mapping[str, Resource]
    problems: list[Problem]
    cautions: list[Caution]


def problems_of_scaling(call: str, resource: Resource) -> list[Problem]:
    """What is wrong with a scalable target or a scaling policy of an endpoint that is not known."""
    description = Description({call: Resource(resource.type, with_unknowns(resource.properties))}, fits_schema=True)
    return [
        Problem(
            finding.rule.id,
            _where_in_scaling(call, resource, finding.path),
            finding.message,
            finding.rule.fix,
            finding.rule.source,
        )
        for finding in evaluate(description)
        if finding.rule.severity is Severity.ERROR
    ]


def _where_in_scaling(call: str, resource: Resource, path: Path) -> str:
    match path:
        case ("MinCapacity" | "MaxCapacity",):
            return where(call, _argument(path))
        case ("ScheduledActions", int(index), "ScalableTargetAction", *rest):
            name = resource.properties["ScheduledActions"][index]["ScheduledActionName"]
            return where(f"{call}.scale_on_schedule({name!r})", _argument(tuple(rest)))
        case _:
            return call


def _where_in_variant(variant: BoundVariant, path: Path) -> str:
    match path:
        case ("InstancePools", int(index), *rest):
            return where(f"{variant.owner}.instance_pools[{index}]", _argument(tuple(rest)), variant.declared_at)
        case (str(name), *rest) if name in variant.features and variant.features[name].declared_at:
            return variant.features[name].where(where(variant.owner, _argument((name,))), tuple(rest))
        case _:
            return where(variant.owner, _argument(path), variant.declared_at)


def _where_in_model(model: Model, path: Path) -> str:
    match path:
        case ("Containers", int(index), *rest) if model.containers:
            return where(model.argument(index), _argument(tuple(rest)), model.containers[index].declared_at)
        case ("Containers", *_):
            return model.argument()
        case _:
            return where(model.owner, _argument(path))


def _served(variant: Mapping[str, Any] | Unknown, models: Mapping[Reference, Model]) -> ServedVariant:
    if isinstance(variant, Unknown):
        return ServedVariant(name="")
    model = models[variant["ModelName"]]
    hostnames = (text(container.properties, "ContainerHostname") for container in model.containers or ())
    instance_type = text(variant, "InstanceType")
    return ServedVariant(
        name=str(variant["VariantName"]),
        mode=model.mode if isinstance(model.mode, str) else None,
        hostnames=tuple(filter(None, hostnames)),
        instance_type=None if is_token(instance_type) else instance_type,
    )


_ARGUMENTS = {
    "AsyncInferenceConfig": "async_inference",
    "CoreDumpConfig": "core_dump",
    "DataCaptureConfig": "data_capture",
    "ExplainerConfig": "explainer",
    "RoutingConfig": "routing_strategy",
    "CapacityReservationConfig": "capacity_reservation_arn",
    "EnableSSMAccess": "enable_ssm_access",
    "ExcludeRetainedVariantProperties": "retain_instance_counts",
    "RetainAllVariantProperties": "retain_instance_counts",
    "ShadowProductionVariants": "shadow_variant",
    "VariantInstanceProvisionTimeoutInSeconds": "instance_provision_timeout",
    "ContainerHostname": "hostname",
    "ContainerStartupHealthCheckTimeoutInSeconds": "container_startup_health_check_timeout",
    "EnableNetworkIsolation": "network_isolation",
    "ExecutionRoleArn": "role",
    "ImageConfig": "image",
    "InferenceExecutionConfig": "mode",
    "InitialVariantWeight": "weight",
    "KmsKeyId": "encryption_key",
    "Mode": "multi_model",
    "ModelDataDownloadTimeoutInSeconds": "model_data_download_timeout",
    "ModelDataSource": "model_data",
    "ModelDataUrl": "model_data",
    "ModelName": "containers",
    "ModelPackageName": "model_package",
    "MultiModelConfig": "model_cache",
    "ProductionVariants": "variants",
    "VariantName": "name",
    "VolumeSizeInGB": "volume_size",
    "VpcConfig": "vpc",
    "VpcConfig.SecurityGroupIds": "security_groups",
    "VpcConfig.Subnets": "vpc_subnets",
}


def _argument(path: Path) -> str:
    """The argument that a CloudFormation property comes from."""
    match path:
        case ("Environment", str(name), *_):
            return f"environment[{name!r}]"
        case (str(head), str(below), *_) if f"{head}.{below}" in _ARGUMENTS:
            return _ARGUMENTS[f"{head}.{below}"]
        case (str(head), *_):
            return _ARGUMENTS.get(head, snake_case(head))
        case _:
            return ""


def _literal(value: str) -> str | None:
    known = with_unknowns(value)
    return known if isinstance(known, str) else None

"""The life of one SageMaker endpoint: what it serves, what it is turning into, and when it gets there.

An endpoint has no timer. Every look at it first calls `advance`, which takes the steps that are due by then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

Json = dict[str, Any]
Obstacle = Callable[[], str | None]
Bounds = dict[str, tuple[int, int]]
"""The least and the greatest number of instances, by the name of the variant."""

IN_PROGRESS = frozenset({"Creating", "Updating", "RollingBack", "Deleting"})


@dataclass
class Variant:
    """One production variant on its instances: its images, and its weight and instance count now and to come."""

    settings: Json
    images: list[Json]
    desired_weight: float
    desired_count: int | None
    current_weight: float = 0.0
    current_count: int | None = 0

    @classmethod
    def launch(cls, settings: Json, containers: list[Json], now: float) -> "Variant":
        """The variant that an endpoint configuration asks for."""
        images = [
            {"SpecifiedImage": image, "ResolvedImage": _resolved(image), "ResolutionTime": now}
            for container in containers
            if (image := container.get("Image"))
        ]
        return cls(settings, images, settings.get("InitialVariantWeight", 1.0), settings.get("InitialInstanceCount"))

    @property
    def name(self) -> str:
        """The variant's name."""
        return str(self.settings["VariantName"])

    def settle(self) -> None:
        """Bring the instances and the traffic to what is desired."""
        self.current_weight, self.current_count = self.desired_weight, self.desired_count

    def describe(self) -> Json:
        """The `ProductionVariantSummary`."""
        serverless = self.settings.get("ServerlessConfig")
        return _without_none(
            VariantName=self.name,
            DeployedImages=self.images,
            CurrentWeight=self.current_weight,
            DesiredWeight=self.desired_weight,
            CurrentInstanceCount=self.current_count,
            DesiredInstanceCount=self.desired_count,
            InstancePools=self._pools(),
            CurrentServerlessConfig=serverless,
            DesiredServerlessConfig=serverless,
            ManagedInstanceScaling=self.settings.get("ManagedInstanceScaling"),
            RoutingConfig=self.settings.get("RoutingConfig"),
            CapacityReservationConfig=self.settings.get("CapacityReservationConfig"),
        )

    def _pools(self) -> list[Json] | None:
        """The instance pools: as there are always instances, the pool of the first priority has them all."""
        if not (pools := self.settings.get("InstancePools")):
            return None
        first = min(pools, key=lambda pool: int(pool["Priority"]))
        return [
            {"InstanceType": pool["InstanceType"], "CurrentInstanceCount": self.current_count if pool is first else 0}
            for pool in pools
        ]

    def describe_pending(self) -> Json:
        """The `PendingProductionVariantSummary`."""
        return _without_none(
            VariantName=self.name,
            DeployedImages=self.images,
            DesiredWeight=self.desired_weight,
            DesiredInstanceCount=self.desired_count,
            InstanceType=self.settings.get("InstanceType"),
        )


@dataclass
class Fleet:
    """The instances that one endpoint configuration asks for."""

    config: Json
    variants: list[Variant]
    shadow_variants: list[Variant]

    @classmethod
    def launch(cls, config: Json, containers_of: Mapping[str, list[Json]], now: float) -> "Fleet":
        """The fleet of an endpoint configuration; `containers_of` holds the containers of each model that it names."""

        def variants(member: str) -> list[Variant]:
            return [
                Variant.launch(settings, containers_of.get(settings.get("ModelName", ""), []), now)
                for settings in config.get(member, [])
            ]

        return cls(config, variants("ProductionVariants"), variants("ShadowProductionVariants"))

    @property
    def config_name(self) -> str:
        """The name of the endpoint configuration."""
        return str(self.config["EndpointConfigName"])

    def retain(self, former: "Fleet", excluded: set[str]) -> None:
        """Take over the desired weights and instance counts of the variants that both fleets have."""
        known = {variant.name: variant for variant in former.variants}
        for variant in self.variants:
            if twin := known.get(variant.name):
                if "DesiredWeight" not in excluded:
                    variant.desired_weight = twin.desired_weight
                if "DesiredInstanceCount" not in excluded:
                    variant.desired_count = twin.desired_count

    def keep_within(self, bounds: Bounds) -> bool:
        """Desire no fewer and no more instances than allowed; whether that changed anything."""
        before = [variant.desired_count for variant in self.variants]
        for variant in self.variants:
            if variant.name in bounds and variant.desired_count is not None:
                least, most = bounds[variant.name]
                variant.desired_count = min(max(variant.desired_count, least), most)
        return before != [variant.desired_count for variant in self.variants]

    def settle(self) -> None:
        """Bring every variant to what is desired."""
        for variant in [*self.variants, *self.shadow_variants]:
            variant.settle()

    def describe(self) -> Json:
        """What `DescribeEndpoint` says about the serving fleet."""
        passed_on = ("AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig", "CrossRegionTrafficConfig")
        return _without_none(
            EndpointConfigName=self.config_name,
            ProductionVariants=[variant.describe() for variant in self.variants],
            ShadowProductionVariants=[variant.describe() for variant in self.shadow_variants] or None,
            DataCaptureConfig=_data_capture_summary(self.config.get("DataCaptureConfig")),
            **{member: self.config.get(member) for member in passed_on},
        )


@dataclass
class Endpoint:
    """An endpoint: its identity and creation time stay, whatever it serves."""

    name: str
    arn: str
    created: float
    transition_seconds: float
    status: str = ""
    failure_reason: str | None = None
    serving: Fleet | None = None
    deployment_config: Json | None = None
    gone: bool = False
    _modified: float = 0.0
    _pending: tuple[Fleet, float] | None = None
    _next_step: tuple[float, Callable[[float], None]] | None = field(default=None, repr=False)

    def deploy(self, fleet: Fleet, now: float, obstacle: Obstacle) -> None:
        """Start to replace what is served by `fleet`; `obstacle` says at the end why that failed, if it did."""
        self._pending = fleet, now
        status = "Updating" if self.serving else "Creating"
        self._begin(status, now, lambda due: self._finish_deployment(fleet, obstacle(), due))

    def rescale(self, fleet: Fleet, now: float) -> None:
        """Start to bring the instances of the serving fleet to its desired weights and counts."""
        self._begin("Updating", now, lambda _due: self._serve(fleet))

    def keep_within(self, bounds: Bounds, now: float) -> None:
        """Start to rescale the serving fleet if it is out of bounds."""
        if self.serving and self.serving.keep_within(bounds):
            self.rescale(self.serving, now)

    def delete(self, now: float) -> None:
        """Start to delete the endpoint."""
        self._begin("Deleting", now, self._finish_deletion)

    def advance(self, now: float) -> None:
        """Take every step that is due."""
        while self._next_step and self._next_step[0] <= now:
            due, step = self._next_step
            self._next_step, self._modified = None, due
            step(due)

    def describe(self) -> Json:
        """The answer of `DescribeEndpoint`."""
        answer = self.summary()
        if self.serving:
            answer |= self.serving.describe()
        if self._pending:
            fleet, started = self._pending
            answer.setdefault("EndpointConfigName", fleet.config_name)
            if self.status in IN_PROGRESS:
                answer["PendingDeploymentSummary"] = {
                    "EndpointConfigName": fleet.config_name,
                    "ProductionVariants": [variant.describe_pending() for variant in fleet.variants],
                    "StartTime": started,
                }
        return answer | _without_none(FailureReason=self.failure_reason, LastDeploymentConfig=self.deployment_config)

    def summary(self) -> Json:
        """What `ListEndpoints` says about the endpoint."""
        return {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "CreationTime": self.created,
            "LastModifiedTime": self._modified,
            "EndpointStatus": self.status,
        }

    def _begin(self, status: str, now: float, then: Callable[[float], None]) -> None:
        self.status, self.failure_reason, self._modified = status, None, now
        self._next_step = now + self.transition_seconds, then

    def _finish_deployment(self, fleet: Fleet, failure: str | None, due: float) -> None:
        if failure is None:
            self._serve(fleet)
        elif former := self.serving:
            self._begin("RollingBack", due, lambda _due: self._serve(former))
        else:
            self.status = "Failed"
        self.failure_reason = failure

    def _serve(self, fleet: Fleet) -> None:
        fleet.settle()
        self.serving, self._pending, self.status = fleet, None, "InService"

    def _finish_deletion(self, _due: float) -> None:
        self.gone = True


def _resolved(image: str) -> str:
    """The image by digest, as the service resolves a tag; the digest is made up from the name."""
    if "@" in image:
        return image
    repository, _, tag = image.rpartition(":")
    return f"{image if '/' in tag or not repository else repository}@sha256:{sha256(image.encode()).hexdigest()}"


def _data_capture_summary(config: Json | None) -> Json | None:
    if config is None:
        return None
    enabled = config.get("EnableCapture", False)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }


def _without_none(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}

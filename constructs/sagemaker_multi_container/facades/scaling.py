"""How many instances a variant has, scaled automatically between two bounds."""

from __future__ import annotations

import datetime
import enum
import functools
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as appscaling

from .. import l1
from ..acknowledgement_ids import WARNING_ID
from ..arguments import LARGEST_NUMBER, ArgumentReader, describe, given, offers, plain, said_by_the_cdk
from ..arns import arn_prefix, this_account
from ..declaration import ENDPOINT
from ..errors import EndpointConfigurationError
from ..modes import InferenceExecutionMode
from ..readings import attribute
from ..rules import Reference, Resource
from ..rules.instance_types import gpus_of, vcpus_of
from ..rules.scaling import BEFORE_ENDPOINT, BEFORE_VARIANT, CONCURRENCY, DIMENSION, INVOCATIONS, NAMESPACE
from ..served import ServedEndpoint, ServedVariant, check_hostname
from ..tokens import is_token

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch

# Application Auto Scaling makes it when it is needed, and uses no other for SageMaker.
_SERVICE_ROLE = (
    "role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com"
    "/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
_SAFETY_FACTOR = 0.5
_SECONDS_IN_A_MINUTE = 60
_ALL = 100
_EVERY_MINUTE = "cron(* "
_RUNS_EVERY_MINUTE = WARNING_ID + "MCE-Y05"
_AS_THE_CDK_SAYS = "change the arguments that it names"
_ID = re.compile(r"(?! )[ -.0-9;-{}~]{1,256}(?<! )")
"""What the name of a policy can be, and that of a scheduled action."""


class TargetTrackingOptions(TypedDict, total=False):
    """What all policies that keep a metric near a target have in common."""

    disable_scale_in: bool
    """Whether this policy only ever adds instances. Default: False."""
    scale_in_cooldown: cdk.Duration
    """The time after a scale-in before the next one. Default: 300 seconds."""
    scale_out_cooldown: cdk.Duration
    """The time that a scale-out is given to take effect. Default: 300 seconds."""


class InstanceResource(enum.StrEnum):
    """What of an instance is used up by requests, and can be scaled on.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    """

    CPU = "CPUUtilization"
    """The processors."""
    MEMORY = "MemoryUtilization"
    """The memory of the processors."""
    GPU = "GPUUtilization"
    """The GPUs."""
    GPU_MEMORY = "GPUMemoryUtilization"
    """The memory of the GPUs."""


# SageMaker counts 100 percent for each of them.
_COUNTED = {
    InstanceResource.CPU: ("vCPUs", vcpus_of),
    InstanceResource.GPU: ("GPUs", gpus_of),
    InstanceResource.GPU_MEMORY: ("GPUs", gpus_of),
}
_OF_A_CONTAINER = (InstanceResource.CPU, InstanceResource.MEMORY)


class ScalableInstanceCount:
    """The number of a variant's instances, which is scaled automatically.

    `auto_scale` of an endpoint makes it; its methods say when there are to be more or fewer instances. Several of them
    go together: Application Auto Scaling takes the largest number that one of them asks for.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
    """

    def __init__(
        self,
        endpoint: ServedEndpoint,
        variant: ServedVariant,
        call: str,
        properties: dict[str, Any],
        target: appscaling.CfnScalableTarget,
    ) -> None:
        self._endpoint = endpoint
        self._variant = variant
        self._call = call
        self._properties = properties
        self._target = target
        self._ids: set[str] = set()

    @property
    def scalable_target(self) -> appscaling.CfnScalableTarget:
        """The ScalableTarget resource.

        Scheduled actions that you set on it yourself are overwritten by a later `scale_on_schedule`.
        """
        return self._target

    def scale_on_invocations(
        self,
        id: str,
        *,
        max_requests_per_second: float | None = None,
        safety_factor: float | None = None,
        target_invocations_per_minute: float | None = None,
        **options: Unpack[TargetTrackingOptions],
    ) -> appscaling.CfnScalingPolicy:
        """Keep the number of calls that an instance gets in a minute near a target.

        Say either what an instance can do, `max_requests_per_second`, or the target itself,
        `target_invocations_per_minute`. The former becomes the target
        `max_requests_per_second * 60 * safety_factor`: with 20 requests in a second and a factor of 0.5 it is 600.

        In Direct mode the calls of all containers count alike. AWS recommends it only if all containers need about the
        same CPU and time for a request; else traffic that moves from a cheap container to a costly one adds no
        instance: use `scale_on_utilization` (a warning says so, MCE-A04). Asynchronous endpoints do not publish the
        metric (MCE-A06).

        See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-loadtest.html and
        https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-auto-scaling.html

        Args:
            id: The policy's name, unique in this variant. Keep it: CloudFormation cannot rename such a policy.
            max_requests_per_second: How many requests an instance can answer in a second at most, as a load test found.
            safety_factor: How much of that is the target, above 0 and at most 1. Default: 0.5, with which AWS suggests
                to start.
            target_invocations_per_minute: The number of calls of an instance in a minute to aim at.
            **options: `disable_scale_in`, `scale_in_cooldown` and `scale_out_cooldown`.

        Raises:
            EndpointConfigurationError: If an argument is wrong.
        """
        read = self._reader("scale_on_invocations", id)
        target = target_invocations_per_minute
        if (max_requests_per_second is None) == (target is None):
            message = "needs either max_requests_per_second or target_invocations_per_minute"
            read.refuse("", message, "give what an instance can do in a second, or the target in a minute")
        elif max_requests_per_second is not None:
            most = _known(read, "max_requests_per_second", max_requests_per_second)
            factor = _known(read, "safety_factor", _SAFETY_FACTOR if safety_factor is None else safety_factor, 1)
            target = most * _SECONDS_IN_A_MINUTE * factor
            if target > LARGEST_NUMBER:
                message = f"makes the target {target:g}, and the CDK passes on no number beyond 2**53 exactly"
                read.refuse("max_requests_per_second", message, "give a smaller number")
        else:
            target = _positive(read, "target_invocations_per_minute", target)
            if safety_factor is not None:
                message = "is given beside target_invocations_per_minute, which is the target itself"
                read.refuse("safety_factor", message, "leave it out, or give max_requests_per_second")
        return self._track(read, id, target, options, _predefined(INVOCATIONS))

    def scale_on_concurrency(
        self, id: str, *, target_concurrent_requests_per_model: float, **options: Unpack[TargetTrackingOptions]
    ) -> appscaling.CfnScalingPolicy:
        """Keep the number of requests that an instance works on at the same time near a target.

        SageMaker publishes this metric every 10 seconds, so that it scales out sooner than others do, and it counts
        requests that wait or stream. In Direct mode, as with `scale_on_invocations`, it counts those of all containers
        alike.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html

        Args:
            id: The policy's name, unique in this variant. Keep it: CloudFormation cannot rename such a policy.
            target_concurrent_requests_per_model: The number of concurrent requests to aim at.
            **options: `disable_scale_in`, `scale_in_cooldown` and `scale_out_cooldown`.

        Raises:
            EndpointConfigurationError: If an argument is wrong.
        """
        read = self._reader("scale_on_concurrency", id)
        target = _positive(read, "target_concurrent_requests_per_model", target_concurrent_requests_per_model)
        return self._track(read, id, target, options, _predefined(CONCURRENCY))

    def scale_on_utilization(
        self,
        id: str,
        *,
        target_utilization_percent: float,
        resource: InstanceResource = InstanceResource.CPU,
        container: str | None = None,
        **options: Unpack[TargetTrackingOptions],
    ) -> appscaling.CfnScalingPolicy:
        """Keep the share of an instance that the containers use near a target.

        It follows what requests cost, whichever container they go to (see `scale_on_invocations`). The target is a
        share of the whole instance: SageMaker counts 100 percent for each vCPU and each GPU, so that 60 percent of an
        instance with 4 vCPUs becomes a target of 240.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-endpoints and,
        for containers, https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-metrics.html

        Args:
            id: The policy's name, unique in this variant. Keep it: CloudFormation cannot rename such a policy.
            target_utilization_percent: The share of the instance to aim at, above 0 and at most 100.
            resource: What of the instance. Default: its processors.
            container: Only what this container uses, by its hostname: CPU or memory, in Direct mode. Default: what all
                containers use.
            **options: `disable_scale_in`, `scale_in_cooldown` and `scale_out_cooldown`.

        Raises:
            EndpointConfigurationError: If an argument is wrong, or it is not known how many vCPUs or GPUs an instance
                of this type has.
        """
        read = self._reader("scale_on_utilization", id)
        percent = _known(read, "target_utilization_percent", target_utilization_percent, _ALL)
        count = self._count(read, resource) if isinstance(resource, InstanceResource) else None
        if not isinstance(resource, InstanceResource):
            message = f"is {describe(resource)}, expected an InstanceResource"
            read.refuse("resource", message, "write InstanceResource.CPU, .MEMORY, .GPU or .GPU_MEMORY")
        elif container is not None:
            self._check_container(read, resource, container)
        self._raise(read)
        dimensions = {"EndpointName": self._endpoint._name_in_metrics, "VariantName": self._variant.name}
        if container is not None:
            # In the order of their names, as the CDK renders the dimensions of any metric.
            dimensions = {"ContainerName": container, **dimensions}
        metric = {
            "Namespace": "/aws/sagemaker/Endpoints",
            "MetricName": resource.value,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            "Statistic": "Average",
        }
        return self._track(read, id, percent * (count or 1), options, {"CustomizedMetricSpecification": metric})

    def scale_to_track_metric(
        self, id: str, *, metric: cloudwatch.IMetric, target_value: float, **options: Unpack[TargetTrackingOptions]
    ) -> appscaling.CfnScalingPolicy:
        """Keep any metric near a target. More instances must make it smaller, in proportion.

        For example the backlog of an asynchronous endpoint, `ApproximateBacklogSizePerInstance`.

        Args:
            id: The policy's id, unique in this variant.
            metric: The metric, such as one of `endpoint.metrics`; no expression, and no percentile.
            target_value: The value to aim at.
            **options: `disable_scale_in`, `scale_in_cooldown` and `scale_out_cooldown`.

        Raises:
            EndpointConfigurationError: If an argument is wrong.
        """
        read = self._reader("scale_to_track_metric", id)
        _check_metric(read, metric)
        target = _number(read.required("target_value", target_value, float))
        _check_options(read, options)
        # What the CDK knows of a metric costs many round trips to Node to read, and one to hand on.
        with self._making(read, id, self._tracking({"TargetValue": target})):
            policy = appscaling.TargetTrackingScalingPolicy(
                self._target,
                id,
                scaling_target=self._imported_target,
                custom_metric=metric,
                target_value=target,
                **options,
            )
        return cast("appscaling.CfnScalingPolicy", policy.node.default_child)

    def scale_on_metric(
        self,
        id: str,
        *,
        metric: cloudwatch.IMetric,
        scaling_steps: Sequence[appscaling.ScalingInterval],
        adjustment_type: appscaling.AdjustmentType | None = None,
        cooldown: cdk.Duration | None = None,
        datapoints_to_alarm: int | None = None,
        evaluation_periods: int | None = None,
        metric_aggregation_type: appscaling.MetricAggregationType | None = None,
        min_adjustment_magnitude: int | None = None,
    ) -> appscaling.StepScalingPolicy:
        """Add or remove as many instances as a metric's value says, step by step.

        Only such a policy can start the first instance of an asynchronous endpoint that has been scaled to zero, for
        example on its metric `HasBacklogWithoutCapacity`.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html

        Args:
            id: The policy's id, unique in this variant.
            metric: The metric, such as one of `endpoint.metrics`.
            scaling_steps: 2 to 40 ranges of the metric's values, and what to do in each.
            adjustment_type: What the changes in the steps mean. Default: so many instances more or fewer.
            cooldown: The time that a change is given to take effect. Default: none.
            datapoints_to_alarm: In how many of the evaluation periods the value must be in a range. Default: in all.
            evaluation_periods: How many periods of the metric are looked at. Default: 1.
            metric_aggregation_type: How the data points become one value. Default: by the metric's statistic.
            min_adjustment_magnitude: The smallest change, where changes are in percent. Default: none.

        Raises:
            EndpointConfigurationError: If an argument is wrong.
        """
        read = self._reader("scale_on_metric", id)
        _check_metric(read, metric)
        _check_steps(read, scaling_steps)
        _check_duration(read, "cooldown", cooldown)
        numbers = {
            "datapoints_to_alarm": datapoints_to_alarm,
            "evaluation_periods": evaluation_periods,
            "min_adjustment_magnitude": min_adjustment_magnitude,
        }
        whole = {name: cast("int | None", read.read(name, value, int)) for name, value in numbers.items()}
        policy = Resource("ScalingPolicy", {"PolicyType": "StepScaling", "ScalingTargetId": self._reference})
        with self._making(read, id, policy):
            return appscaling.StepScalingPolicy(
                self._target,
                id,
                scaling_target=self._imported_target,
                metric=metric,
                scaling_steps=scaling_steps,
                adjustment_type=adjustment_type,
                cooldown=cooldown,
                metric_aggregation_type=metric_aggregation_type,
                **whole,
            )

    def scale_on_schedule(
        self,
        id: str,
        *,
        schedule: appscaling.Schedule,
        min_capacity: int | None = None,
        max_capacity: int | None = None,
        time_zone: cdk.TimeZone | None = None,
        start_time: datetime.datetime | None = None,
        end_time: datetime.datetime | None = None,
    ) -> None:
        """Set other bounds at certain times. They stay until another schedule, or a changed `auto_scale`, sets others.

        See https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html

        Args:
            id: The scheduled action's name, unique in this variant.
            schedule: When, such as `appscaling.Schedule.cron(hour="22", minute="0")`. Without a minute it runs every
                minute of its hours, of which a warning tells (MCE-Y05).
            min_capacity: The least number of instances from then on. If there are fewer, more are started. Default:
                as before.
            max_capacity: The largest number of instances from then on. If there are more, some are ended. Default: as
                before.
            time_zone: The schedule's time zone. Default: UTC.
            start_time: When the schedule begins, with a time zone. Default: at once.
            end_time: When the schedule ends, with a time zone. Default: never.

        Raises:
            EndpointConfigurationError: If an argument is wrong.
        """
        read = self._reader("scale_on_schedule", id)
        _check_type(read, "schedule", schedule, appscaling.Schedule, "appscaling.Schedule.cron(...)")
        for name, time in (("start_time", start_time), ("end_time", end_time)):
            if time is not None:
                _check_time(read, name, time)
        if time_zone is not None:
            _check_type(read, "time_zone", time_zone, cdk.TimeZone, "cdk.TimeZone.of('Europe/Berlin')")
        bounds = given(
            {
                "MinCapacity": read.read("min_capacity", min_capacity, int),
                "MaxCapacity": read.read("max_capacity", max_capacity, int),
            }
        )
        if not bounds:
            read.refuse("", "needs min_capacity or max_capacity", "give the bounds from then on")
        self._raise(read)
        action = {
            "ScheduledActionName": plain(id),
            "Schedule": schedule.expression_string,
            "ScalableTargetAction": bounds,
            "Timezone": time_zone.timezone_name if time_zone is not None else None,
            "StartTime": start_time,
            "EndTime": end_time,
        }
        actions = [*self._properties.get("ScheduledActions", ()), given(action)]
        properties = {**self._properties, "ScheduledActions": actions}
        with self._making(read, id, Resource("ScalableTarget", properties), self._call):
            self._target.scheduled_actions = l1.keywords({"ScheduledActions": actions}, {})["scheduled_actions"]
        self._properties = properties
        if action["Schedule"].startswith(_EVERY_MINUTE):
            message = (
                f"scale_on_schedule({id!r}) runs every minute of the hours that it names; if that is not meant, give "
                "minute='0', else acknowledge this"
            )
            cdk.Annotations.of(self._target).add_warning_v2(_RUNS_EVERY_MINUTE, message)

    @functools.cached_property
    def _imported_target(self) -> appscaling.IScalableTarget:
        """The target as the CDK's own constructs take it."""
        return appscaling.ScalableTarget.from_scalable_target_attributes(
            self._endpoint,
            f"ScalableTarget-{self._variant.name}",
            scalable_target_id=self._target_id,
            scalable_dimension=DIMENSION,
            service_namespace=NAMESPACE,
        )

    @property
    def _reference(self) -> Reference:
        return Reference(logical_id=self._call, attribute=None)

    @property
    def _target_id(self) -> str:
        return str(attribute(self._target, "ref"))

    def _reader(self, method: str, id: str) -> ArgumentReader:
        read = ArgumentReader([], f"{self._call}.{method}({id!r})")
        if not isinstance(id, str) or not _ID.fullmatch(id):
            fix = "give a string of up to 256 ASCII characters, without / : | and without a blank at either end"
            read.refuse("", f"has {describe(id)} as its id", fix)
        elif id in self._ids:
            read.refuse("", f"has the id {id!r}, which something else that scales this variant has", "give another id")
        return read

    def _raise(self, read: ArgumentReader) -> None:
        if read.problems:
            raise EndpointConfigurationError(self._endpoint.node.path, read.problems)

    def _track(
        self,
        read: ArgumentReader,
        id: str,
        target: float | None,
        options: TargetTrackingOptions,
        metric: dict[str, Any],
    ) -> appscaling.CfnScalingPolicy:
        _check_options(read, options)
        configuration = {
            "TargetValue": target,
            **metric,
            "DisableScaleIn": options.get("disable_scale_in"),
            "ScaleInCooldown": _seconds(read, options.get("scale_in_cooldown")),
            "ScaleOutCooldown": _seconds(read, options.get("scale_out_cooldown")),
        }
        policy = self._tracking(given(configuration))
        with self._making(read, id, policy):
            keywords = l1.keywords(policy.properties, {self._reference: self._target_id})
            # Unique among the target's policies. It does not follow from where the endpoint stands in the app, since
            # CloudFormation makes a renamed policy before it removes the old one, and AWS refuses two on one metric.
            return appscaling.CfnScalingPolicy(self._target, id, policy_name=id, **keywords)

    def _tracking(self, configuration: dict[str, Any]) -> Resource:
        """A target tracking policy."""
        properties = {
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": self._reference,
            "TargetTrackingScalingPolicyConfiguration": configuration,
        }
        return Resource("ScalingPolicy", properties)

    @contextmanager
    def _making(self, read: ArgumentReader, id: str, resource: Resource, call: str | None = None) -> Iterator[None]:
        """Let the rules judge what is about to be made, and let nothing remain if it cannot be made."""
        self._raise(read)
        with self._endpoint._scaled_by(call or read.owner, resource):
            try:
                yield
            except (RuntimeError, TypeError) as refused:
                self._target.node.try_remove_child(id)
                raise self._endpoint._refusal(read.owner, said_by_the_cdk(refused), _AS_THE_CDK_SAYS) from refused
        self._ids.add(id)

    def _count(self, read: ArgumentReader, resource: InstanceResource) -> int | None:
        """How often SageMaker counts 100 percent of a resource, if not once."""
        if resource not in _COUNTED:
            return None
        noun, count_of = _COUNTED[resource]
        instance_type = self._variant.instance_type
        count = count_of(instance_type) if instance_type is not None else None
        if instance_type is None:
            message = f"needs the number of {noun}, and the variant's instance type is not known"
        elif count is None:
            message = f"needs the number of {noun}, and that of {instance_type!r} is not known"
        elif count == 0:
            message = f"is {resource.name}, and {instance_type!r} has no {noun}"
        else:
            return count
        read.refuse("resource", message, "use scale_to_track_metric, with the metric and a target of your own")
        return None

    def _check_container(self, read: ArgumentReader, resource: InstanceResource, container: str) -> None:
        argument = f"{read.owner}.container"
        if self._variant.mode == InferenceExecutionMode.SERIAL:
            message = "is given for a pipeline, of which SageMaker only measures all containers together"
            read.refuse("container", message, "leave it out, or use Direct mode")
        elif resource not in _OF_A_CONTAINER:
            message = f"is given with {resource.name}, which SageMaker measures for all containers together"
            read.refuse("container", message, "leave it out, or scale on the container's CPU or MEMORY")
        else:
            check_hostname(self._endpoint, argument, container, [self._variant])


class EndpointScaling:
    """The variants of an endpoint that are scaled, and the role that they are scaled with."""

    def __init__(self, endpoint: ServedEndpoint) -> None:
        self._endpoint = endpoint
        self._scaled: set[str] = set()

    def scale(self, variant: str | None, min_capacity: int, max_capacity: int) -> ScalableInstanceCount:
        """Let a variant have between so many and so many instances."""
        endpoint = self._endpoint
        endpoint._check_is_here("auto_scale")
        served = endpoint._find_variant(variant)
        name = served.name
        if not isinstance(name, str) or is_token(name):
            message = f"is {describe(name)}, expected a name that is known at synth"
            raise endpoint._refusal("variant", message, "give the variant a literal name")
        call = f"auto_scale(variant={name!r})"
        if name in self._scaled:
            fix = "keep what the first call returned, and use its methods"
            raise endpoint._refusal(call, "is called again, and a variant is scaled once", fix)
        read = ArgumentReader([], call)
        least = _number(read.required("min_capacity", min_capacity, int))
        most = _number(read.required("max_capacity", max_capacity, int))
        resource_id = Reference(
            prefix=BEFORE_ENDPOINT, suffix=BEFORE_VARIANT + name, logical_id=ENDPOINT, attribute="EndpointName"
        )
        properties = {
            "ServiceNamespace": NAMESPACE,
            "ScalableDimension": DIMENSION,
            "ResourceId": resource_id,
            "RoleARN": f"{arn_prefix()}:iam::{this_account()}:{_SERVICE_ROLE}",
            "MinCapacity": least,
            "MaxCapacity": most,
        }
        if read.problems:
            raise EndpointConfigurationError(endpoint.node.path, read.problems)
        with endpoint._scaled_by(call, Resource("ScalableTarget", properties)):
            names = {resource_id: f"{resource_id.prefix}{endpoint.endpoint_name}{resource_id.suffix}"}
            # Not by its position: were the target replaced when variants move, the old one, removed last, would take
            # the registration of the new one with it.
            target = appscaling.CfnScalableTarget(endpoint, f"Scaling-{name}", **l1.keywords(properties, names))
        self._scaled.add(name)
        return ScalableInstanceCount(endpoint, served, call, properties, target)


def _number(value: object) -> Any:
    """What has been read as a number; 0 if it was refused."""
    return value if isinstance(value, int | float) else 0


def _known(read: ArgumentReader, argument: str, value: object, most: float = math.inf) -> float:
    """A number above 0 that is known at synth, since something is calculated from it; 0 if it is refused."""
    if is_token(value):
        message = f"is {describe(value)}, and the target is calculated from it at synth"
        read.refuse(argument, message, "give a number")
        return 0
    return _positive(read, argument, value, most)


def _positive(read: ArgumentReader, argument: str, value: object, most: float = math.inf) -> float:
    """A number above 0, or a token for one; 0 if it is refused."""
    number = read.required(argument, value, float)
    if not isinstance(number, int | float):
        return 0
    if not is_token(number) and not 0 < number <= most:
        above = "above 0" if most == math.inf else f"above 0 and at most {most:g}"
        read.refuse(argument, f"is {number:g}; it must be {above}", f"give a number {above}")
        return 0
    return number


def _check_steps(read: ArgumentReader, steps: object) -> None:
    if isinstance(steps, str) or not isinstance(steps, Sequence):
        fix = "write [appscaling.ScalingInterval(upper=..., change=-1), ...]"
        read.refuse("scaling_steps", f"is {describe(steps)}, expected a list", fix)
        return
    for index, step in enumerate(steps):
        _check_type(
            read, f"scaling_steps[{index}]", step, appscaling.ScalingInterval, "appscaling.ScalingInterval(...)"
        )
        for name in ("change", "lower", "upper"):
            read.read(f"scaling_steps[{index}].{name}", getattr(step, name, None), float)


def _check_duration(read: ArgumentReader, argument: str, value: object) -> None:
    if value is not None:
        _check_type(read, argument, value, cdk.Duration, "cdk.Duration.seconds(300)")


def _check_time(read: ArgumentReader, argument: str, value: object) -> None:
    example = "datetime.datetime(..., tzinfo=datetime.UTC)"
    _check_type(read, argument, value, datetime.datetime, example)
    if isinstance(value, datetime.datetime) and value.utcoffset() is None:
        read.refuse(argument, f"is {value.isoformat()}, which has no time zone", f"write {example}")


def _check_options(read: ArgumentReader, options: TargetTrackingOptions) -> None:
    for name in options:
        if name not in TargetTrackingOptions.__annotations__:
            read.refuse(name, "is no argument", f"choose from {', '.join(TargetTrackingOptions.__annotations__)}")
    read.literal("disable_scale_in", options.get("disable_scale_in"), bool)
    for name in ("scale_in_cooldown", "scale_out_cooldown"):
        _check_duration(read, name, options.get(name))


def _seconds(read: ArgumentReader, duration: cdk.Duration | None) -> float | None:
    """A duration that has been checked; None if it is none, or none in whole seconds."""
    if not isinstance(duration, cdk.Duration):
        return None
    try:
        return duration.to_seconds()
    except RuntimeError as refused:
        read.refuse("", said_by_the_cdk(refused), _AS_THE_CDK_SAYS)
        return None


def _predefined(metric: str) -> dict[str, Any]:
    return {"PredefinedMetricSpecification": {"PredefinedMetricType": metric}}


def _check_metric(read: ArgumentReader, metric: object) -> None:
    if not offers(metric, "to_metric_config"):
        message = f"is {describe(metric)}, expected a cloudwatch.IMetric"
        read.refuse("metric", message, "use one of endpoint.metrics, or cloudwatch.Metric(...)")


def _check_type(read: ArgumentReader, argument: str, value: object, expected: type, example: str) -> None:
    if not isinstance(value, expected):
        read.refuse(argument, f"is {describe(value)}, expected something like {example}", f"write {example}")

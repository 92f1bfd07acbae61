"""Variants whose instance counts are scaled automatically."""

from __future__ import annotations

import datetime
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Annotations, Match, Template

from sagemaker_multi_container import (
    AsyncInference,
    EndpointConfigurationError,
    InstanceResource,
    MultiContainerEndpoint,
    ProductionVariant,
    ScalableInstanceCount,
)
from sagemaker_multi_container.rules import RULES

from .builders import DIRECT, SERIAL, endpoint, properties, resources, wrong

TARGETS = "ApplicationAutoScaling::ScalableTarget"
POLICIES = "ApplicationAutoScaling::ScalingPolicy"
SERVICE_ROLE = (
    "role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com"
    "/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
NIGHTLY = appscaling.Schedule.cron(hour="22", minute="0")
BACKLOG = cloudwatch.Metric(namespace="AWS/SageMaker", metric_name="ApproximateBacklogSizePerInstance")


def scalable(scope: cdk.Stack, **arguments: Any) -> MultiContainerEndpoint:
    """An endpoint that starts with two instances, and whatever else is said."""
    return endpoint(scope, **{"initial_instance_count": 2} | arguments)


def several(*names: str, **arguments: Any) -> dict[str, Any]:
    """Arguments that make several variants."""
    variant: dict[str, Any] = {"instance_type": "ml.m5.xlarge", "initial_instance_count": 2} | arguments
    return {
        "instance_type": None,
        "initial_instance_count": None,
        "variants": [ProductionVariant(name=name, **variant) for name in names],
    }


def scaled(scope: cdk.Stack, **arguments: Any) -> ScalableInstanceCount:
    """The instance count of the only variant."""
    return scalable(scope, **arguments).auto_scale(min_capacity=1, max_capacity=4)


def tracking(stack: cdk.Stack) -> dict[str, Any]:
    """What the stack's only policy tracks."""
    configuration: dict[str, Any] = properties(stack, POLICIES)["TargetTrackingScalingPolicyConfiguration"]
    return configuration


def warnings(stack: cdk.Stack, rule: str) -> int:
    """How many warnings there are of a rule."""
    return len(Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp(rule)))


@pytest.mark.parametrize("mode", [DIRECT, SERIAL])
def test_scales_several_variants_of_an_endpoint(stack: cdk.Stack, app: cdk.App, mode: Any) -> None:
    """Each has its target and its policies, and all use the one role that Application Auto Scaling makes."""
    made = scalable(stack, mode=mode, **several("a", "b"))
    for name in ("a", "b"):
        count = made.auto_scale(variant=name, min_capacity=1, max_capacity=4)
        count.scale_on_concurrency("Load", target_concurrent_requests_per_model=5)

    found = resources(stack, TARGETS)
    (endpoint_id,) = resources(stack, "SageMaker::Endpoint")
    assert [target["Properties"]["ResourceId"] for target in found.values()] == [
        {"Fn::Join": ["", ["endpoint/", {"Fn::GetAtt": [endpoint_id, "EndpointName"]}, f"/variant/{name}"]]}
        for name in ("a", "b")
    ]
    assert [policy["Properties"]["ScalingTargetId"] for policy in resources(stack, POLICIES).values()] == [
        {"Ref": target} for target in found
    ]
    assert app.synth()


def test_renders_the_target(stack: cdk.Stack) -> None:
    scaled(stack)

    template = Template.from_stack(stack)
    template.has_resource_properties(
        f"AWS::{TARGETS}",
        {
            "ServiceNamespace": "sagemaker",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "MinCapacity": 1,
            "MaxCapacity": 4,
            "RoleARN": {
                "Fn::Join": [
                    "",
                    [
                        "arn:",
                        {"Ref": "AWS::Partition"},
                        ":iam::",
                        {"Ref": "AWS::AccountId"},
                        f":{SERVICE_ROLE}",
                    ],
                ]
            },
        },
    )
    template.resource_count_is("AWS::IAM::Role", 1)


def test_names_a_target_by_its_variant(app: cdk.App) -> None:
    """A target that moved to another logical id would be registered anew, and then deregistered with the old one."""
    first, second = cdk.Stack(app, "First"), cdk.Stack(app, "Second")
    for stack, names in ((first, ("a", "b")), (second, ("b", "a"))):
        made = scalable(stack, **several(*names))
        for name in names:
            made.auto_scale(variant=name, min_capacity=1, max_capacity=4)

    assert set(resources(first, TARGETS)) == set(resources(second, TARGETS))


def test_the_target_comes_after_the_endpoint_that_has_a_name(stack: cdk.Stack) -> None:
    scaled(stack, endpoint_name="search")

    assert "Fn::GetAtt" in str(properties(stack, TARGETS)["ResourceId"])


def test_scales_an_imported_endpoint(stack: cdk.Stack) -> None:
    """What it has is not known, so that a metric of its instances is scaled on by a target of one's own."""
    imported = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "Search", variant_names=["main"])
    imported.auto_scale(min_capacity=0, max_capacity=4).scale_on_invocations("Load", target_invocations_per_minute=70)

    assert properties(stack, TARGETS)["ResourceId"] == "endpoint/Search/variant/main"


def test_keeps_the_instance_counts_in_updates(stack: cdk.Stack) -> None:
    """Weights stay under the template, that of an only variant, too: it may have had weight 0 beside another one."""
    scaled(stack)

    found = properties(stack, "SageMaker::Endpoint")
    assert found["RetainAllVariantProperties"] is True
    assert found["ExcludeRetainedVariantProperties"] == [{"VariantPropertyType": "DesiredWeight"}]
    assert warnings(stack, "MCE-P17") == 0


def test_keeps_all_in_updates_if_asked_to(stack: cdk.Stack) -> None:
    scaled(stack, retain_weights=True)

    found = properties(stack, "SageMaker::Endpoint")
    assert found["RetainAllVariantProperties"] is True
    assert "ExcludeRetainedVariantProperties" not in found


def test_warns_if_updates_reset_the_instance_counts(stack: cdk.Stack) -> None:
    scaled(stack, retain_instance_counts=False)

    assert warnings(stack, "MCE-P17") == 1


@pytest.mark.parametrize("bounds", [(1, 1), (3, 4)])
def test_warns_of_a_start_outside_the_bounds(stack: cdk.Stack, bounds: tuple[int, int]) -> None:
    scalable(stack).auto_scale(min_capacity=bounds[0], max_capacity=bounds[1])

    assert warnings(stack, "MCE-A02") == 1


def test_takes_bounds_that_are_only_known_at_deployment(stack: cdk.Stack) -> None:
    most = cdk.CfnParameter(stack, "Most", type="Number").value_as_number
    scalable(stack).auto_scale(min_capacity=1, max_capacity=wrong(most))

    assert properties(stack, TARGETS)["MaxCapacity"] == {"Ref": "Most"}


def test_scales_on_what_an_instance_can_do(stack: cdk.Stack) -> None:
    """Half of it, in invocations in a minute."""
    scaled(stack).scale_on_invocations("Load", max_requests_per_second=20)

    assert tracking(stack) == {
        "TargetValue": 600,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    }


def test_scales_on_another_part_of_what_an_instance_can_do(stack: cdk.Stack) -> None:
    scaled(stack).scale_on_invocations("Load", max_requests_per_second=20, safety_factor=0.8)

    assert tracking(stack)["TargetValue"] == 960


def test_scales_on_invocations_in_a_minute(stack: cdk.Stack) -> None:
    scaled(stack).scale_on_invocations(
        "Load",
        target_invocations_per_minute=70,
        disable_scale_in=True,
        scale_in_cooldown=cdk.Duration.minutes(10),
        scale_out_cooldown=cdk.Duration.seconds(30),
    )

    assert tracking(stack) == {
        "TargetValue": 70,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        "DisableScaleIn": True,
        "ScaleInCooldown": 600,
        "ScaleOutCooldown": 30,
    }


@pytest.mark.parametrize(("mode", "expected"), [(DIRECT, 1), (SERIAL, 0)])
def test_warns_of_invocations_that_cost_differently(stack: cdk.Stack, mode: Any, expected: int) -> None:
    """In Direct mode AWS recommends it for containers that are alike only."""
    scaled(stack, mode=mode).scale_on_invocations("Load", target_invocations_per_minute=70)

    assert warnings(stack, "MCE-A04") == expected


def test_scales_on_concurrency(stack: cdk.Stack) -> None:
    scaled(stack).scale_on_concurrency("Load", target_concurrent_requests_per_model=5)

    assert tracking(stack) == {
        "TargetValue": 5,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerVariantConcurrentRequestsPerModelHighResolution"
        },
    }


@pytest.mark.parametrize(
    ("instance_type", "resource", "target"),
    [
        ("ml.m5.xlarge", InstanceResource.CPU, 240),
        ("ml.m5.large", InstanceResource.CPU, 120),
        ("ml.m5.xlarge", InstanceResource.MEMORY, 60),
        ("ml.g5.12xlarge", InstanceResource.GPU, 240),
        ("ml.g5.12xlarge", InstanceResource.GPU_MEMORY, 240),
    ],
)
def test_scales_on_a_share_of_the_whole_instance(
    stack: cdk.Stack, instance_type: str, resource: InstanceResource, target: int
) -> None:
    """SageMaker counts 100 percent for each vCPU and GPU."""
    count = scaled(stack, instance_type=instance_type, endpoint_name="search")
    count.scale_on_utilization("Load", target_utilization_percent=60, resource=resource)

    assert tracking(stack) == {
        "TargetValue": target,
        "CustomizedMetricSpecification": {
            "Namespace": "/aws/sagemaker/Endpoints",
            "MetricName": resource.value,
            "Dimensions": [{"Name": "EndpointName", "Value": "search"}, {"Name": "VariantName", "Value": "AllTraffic"}],
            "Statistic": "Average",
        },
    }


def test_scales_on_the_utilization_of_the_processors_unless_told_otherwise(stack: cdk.Stack) -> None:
    scaled(stack).scale_on_utilization("Cpu", target_utilization_percent=50)

    assert tracking(stack)["CustomizedMetricSpecification"]["MetricName"] == "CPUUtilization"


def test_scales_on_what_one_container_uses(stack: cdk.Stack) -> None:
    count = scaled(stack, mode=DIRECT, endpoint_name="search")
    count.scale_on_utilization("Load", target_utilization_percent=25, container="second")

    assert tracking(stack)["TargetValue"] == 100
    assert tracking(stack)["CustomizedMetricSpecification"]["Dimensions"] == [
        {"Name": "ContainerName", "Value": "second"},
        {"Name": "EndpointName", "Value": "search"},
        {"Name": "VariantName", "Value": "AllTraffic"},
    ]


def test_scales_on_any_metric(stack: cdk.Stack) -> None:
    scaled(stack).scale_to_track_metric("Backlog", metric=BACKLOG, target_value=5)

    assert tracking(stack) == {
        "TargetValue": 5,
        "CustomizedMetricSpecification": {
            "Namespace": "AWS/SageMaker",
            "MetricName": "ApproximateBacklogSizePerInstance",
            "Statistic": "Average",
        },
    }


def test_scales_on_metrics_of_the_endpoint(stack: cdk.Stack) -> None:
    made = scalable(stack)
    count = made.auto_scale(min_capacity=1, max_capacity=4)
    count.scale_to_track_metric("Latency", metric=made.metrics.model_latency(statistic="Average"), target_value=2e6)

    assert tracking(stack)["CustomizedMetricSpecification"]["MetricName"] == "ModelLatency"


def test_scales_step_by_step(stack: cdk.Stack) -> None:
    policy = scaled(stack).scale_on_metric(
        "Steps",
        metric=BACKLOG,
        scaling_steps=[
            appscaling.ScalingInterval(upper=1, change=-1),
            appscaling.ScalingInterval(lower=5, change=1),
            appscaling.ScalingInterval(lower=20, change=3),
        ],
        cooldown=cdk.Duration.minutes(5),
    )

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::CloudWatch::Alarm", 2)
    template.has_resource_properties(
        f"AWS::{POLICIES}",
        {
            "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "Cooldown": 300,
                "StepAdjustments": [
                    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 15, "ScalingAdjustment": 1},
                    {"MetricIntervalLowerBound": 15, "ScalingAdjustment": 3},
                ],
            },
        },
    )
    assert policy.upper_alarm is not None


def test_scales_at_certain_times(stack: cdk.Stack) -> None:
    count = scaled(stack)
    count.scale_on_schedule("Night", schedule=NIGHTLY, max_capacity=1, time_zone=cdk.TimeZone.EUROPE_BERLIN)
    count.scale_on_schedule(
        "Sale",
        schedule=appscaling.Schedule.rate(cdk.Duration.hours(1)),
        min_capacity=3,
        max_capacity=4,
        start_time=datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC),
    )

    assert properties(stack, TARGETS)["ScheduledActions"] == [
        {
            "ScheduledActionName": "Night",
            "Schedule": "cron(0 22 * * ? *)",
            "ScalableTargetAction": {"MaxCapacity": 1},
            "Timezone": "Europe/Berlin",
        },
        {
            "ScheduledActionName": "Sale",
            "Schedule": "rate(1 hour)",
            "ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 4},
            "StartTime": "2027-01-01T00:00:00Z",
        },
    ]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (appscaling.Schedule.cron(hour="22"), 1),
        (appscaling.Schedule.cron(hour="22", minute="*"), 1),
        (appscaling.Schedule.expression("cron(* 22 * * ? *)"), 1),
        (NIGHTLY, 0),
    ],
)
def test_warns_of_a_schedule_that_runs_every_minute(
    stack: cdk.Stack, schedule: appscaling.Schedule, expected: int
) -> None:
    """Whoever means that acknowledges it: under an id of its own, since the CDK's is of a minute that is left out."""
    count = scaled(stack)
    count.scale_on_schedule("Night", schedule=schedule, max_capacity=1)

    assert warnings(stack, "aws-applicationautoscaling") == 0
    assert warnings(stack, "every minute of the hours that it names.*else acknowledge this.*:MCE-Y05") == expected


def asynchronous(stack: cdk.Stack) -> AsyncInference:
    """An endpoint whose requests wait in a queue."""
    return AsyncInference(bucket=s3.Bucket.from_bucket_name(stack, "Results", "results"))


def test_only_an_asynchronous_endpoint_can_be_without_instances(stack: cdk.Stack) -> None:
    made = scalable(stack, async_inference=asynchronous(stack))
    made.auto_scale(min_capacity=0, max_capacity=4)

    assert properties(stack, TARGETS)["MinCapacity"] == 0


def test_warns_of_a_metric_that_an_asynchronous_endpoint_has_not(stack: cdk.Stack) -> None:
    made = scalable(stack, async_inference=asynchronous(stack))
    made.auto_scale(min_capacity=1, max_capacity=4).scale_on_invocations("Load", target_invocations_per_minute=70)

    assert warnings(stack, "MCE-A06") == 1


def test_offers_what_it_makes(stack: cdk.Stack) -> None:
    """For what it does not offer itself."""
    count = scaled(stack)
    count.scalable_target.add_property_override("SuspendedState.DynamicScalingInSuspended", True)
    policies = [
        count.scale_on_concurrency("Concurrency", target_concurrent_requests_per_model=5),
        count.scale_to_track_metric("Backlog", metric=BACKLOG, target_value=5),
    ]
    for policy in policies:
        policy.add_metadata("Reason", "measured")

    assert properties(stack, TARGETS)["SuspendedState"] == {"DynamicScalingInSuspended": True}
    assert [each["Metadata"]["Reason"] for each in resources(stack, POLICIES).values()] == ["measured", "measured"]


TRACKING: dict[str, Callable[[ScalableInstanceCount], object]] = {
    "invocations": lambda count: count.scale_on_invocations("Load", target_invocations_per_minute=70),
    "concurrency": lambda count: count.scale_on_concurrency("Load", target_concurrent_requests_per_model=5),
    "utilization": lambda count: count.scale_on_utilization("Load", target_utilization_percent=60),
}


@pytest.mark.parametrize("track", TRACKING.values(), ids=TRACKING)
def test_a_policy_keeps_its_name_wherever_the_endpoint_stands(
    track: Callable[[ScalableInstanceCount], object],
) -> None:
    """AWS refuses a second policy on a metric, so that CloudFormation cannot rename one."""
    for name in ("Here", "There"):
        stack = cdk.Stack(cdk.App(), name)
        track(scalable(stack, id=name).auto_scale(min_capacity=1, max_capacity=4))

        assert properties(stack, POLICIES)["PolicyName"] == "Load"


def test_another_method_takes_over_a_policy_of_the_same_id() -> None:
    """As an update in place: were it another resource of the same name, removing the old one would remove both."""
    found = set()
    for track in TRACKING.values():
        stack = cdk.Stack(cdk.App(), "Stack")
        track(scaled(stack))
        found |= set(resources(stack, POLICIES))

    assert len(found) == 1


def test_a_policy_on_any_metric_takes_no_name_of_another() -> None:
    """It is another resource, also where it takes the place of one with its id."""
    before, after = cdk.Stack(cdk.App(), "Stack"), cdk.Stack(cdk.App(), "Stack")
    scaled(before).scale_on_concurrency("Load", target_concurrent_requests_per_model=5)
    scaled(after).scale_to_track_metric("Load", metric=BACKLOG, target_value=5)

    assert resources(before, POLICIES).keys().isdisjoint(resources(after, POLICIES))
    assert properties(before, POLICIES)["PolicyName"] != properties(after, POLICIES)["PolicyName"]


@dataclass(frozen=True)
class Refusal:
    """A call that is refused."""

    rule: str
    where: str
    message: str
    call: Callable[[MultiContainerEndpoint], object]
    arguments: dict[str, Any] = field(default_factory=dict)


def of_target(rule: str, where: str, message: str, **changes: Any) -> Refusal:
    """A refusal of `auto_scale`."""
    return Refusal(
        rule,
        where,
        message,
        lambda made: made.auto_scale(**{"min_capacity": 1, "max_capacity": 4, **changes}),
        several("a", "b"),
    )


def of_policy(method: str, where: str, message: str, rule: str = "MCE-Y01", **arguments: Any) -> Refusal:
    """A refusal of a method of what `auto_scale` returned. `endpoint=` has arguments of the endpoint."""
    made_with = arguments.pop("endpoint", {})
    policy = arguments.pop("id", "Load")
    return Refusal(
        rule,
        f"auto_scale(variant='AllTraffic').{method}({policy!r}){where}",
        message,
        lambda made: getattr(made.auto_scale(min_capacity=1, max_capacity=4), method)(policy, **arguments),
        made_with,
    )


BURSTABLE = {"instance_type": "ml.t2.medium"}
UNKNOWN = {"instance_type": "ml.c7i.metal-48xl"}
A = "auto_scale(variant='a')"
STEP = appscaling.ScalingInterval(lower=1, change=1)
A_STRING = cdk.Token.as_string({"Ref": "S"})
REFUSALS = [
    of_target("MCE-A05", f"{A}.min_capacity", "got 0; it must be at least 1", variant="a", min_capacity=0),
    of_target("MCE-A05", f"{A}.min_capacity", "5 is above the maximum of 4", variant="a", min_capacity=5),
    Refusal(
        "MCE-V14",
        "auto_scale(variant='AllTraffic')",
        "'ml.t2.medium'",
        lambda made: made.auto_scale(min_capacity=1, max_capacity=4),
        BURSTABLE,
    ),
    of_target("MCE-Y01", "variant", "is missing, and the endpoint has 'a', 'b'"),
    of_target("MCE-Y01", "variant", "is the str 'c', and the endpoint has 'a', 'b'", variant="c"),
    of_target("MCE-Y01", "variant", "is the int 5", variant=5),
    of_target(
        "MCE-Y01", f"{A}.min_capacity", "is the bool True, expected a whole number", variant="a", min_capacity=True
    ),
    of_target("MCE-Y01", f"{A}.min_capacity", "is the str '1'", variant="a", min_capacity="1"),
    of_target("MCE-Y01", f"{A}.max_capacity", "is the float 2.0", variant="a", max_capacity=2.0),
    of_target("MCE-Y01", f"{A}.max_capacity", "None", variant="a", max_capacity=None),
    of_target("MCE-Y01", f"{A}.max_capacity", "is a string that is only", variant="a", max_capacity=A_STRING),
    *(
        of_target("MCE-Y01", f"{A}.max_capacity", message, variant="a", max_capacity=10**digits)
        for digits, message in (
            (20, "0000, and the CDK"),
            (400, "000..., and the CDK"),
            (5000, "is the int, and the CDK"),
        )
    ),
    of_policy("scale_on_invocations", "", "either max_requests_per_second or target"),
    of_policy("scale_on_invocations", "", "either", max_requests_per_second=1, target_invocations_per_minute=1),
    of_policy(
        "scale_on_invocations", ".max_requests_per_second", "is 0; it must be above 0", max_requests_per_second=0
    ),
    of_policy("scale_on_invocations", ".max_requests_per_second", "is the str '20'", max_requests_per_second="20"),
    of_policy(
        "scale_on_invocations",
        ".max_requests_per_second",
        "is a number that is only known at deployment, and the target is calculated from it at synth",
        max_requests_per_second=cdk.Token.as_number({"Ref": "R"}),
    ),
    *(
        of_policy("scale_on_invocations", f".{name}", f"is the {type(number).__name__} 1", **wrong({name: number}))
        for name in ("max_requests_per_second", "target_invocations_per_minute")
        for number in (1e308, 10**400)
    ),
    of_policy(
        "scale_on_invocations", ".max_requests_per_second", "makes the target 2.4e+17", max_requests_per_second=8e15
    ),
    of_policy(
        "scale_on_concurrency",
        ".target_concurrent_requests_per_model",
        "is a string that is only known at deployment",
        target_concurrent_requests_per_model=A_STRING,
    ),
    of_policy(
        "scale_on_invocations",
        ".disable_scale_in",
        "and what follows from it is decided at synth",
        target_invocations_per_minute=1,
        disable_scale_in=cdk.Fn.condition_if("Condition", True, False),
    ),
    *(
        of_policy("scale_on_schedule", "", "as its id", id=each, schedule=NIGHTLY, min_capacity=1)
        for each in (" Night", "Night ", "a" * 257, "Nächte")
    ),
    of_policy(
        "scale_on_invocations", ".safety_factor", "above 0 and at most 1", max_requests_per_second=1, safety_factor=1.5
    ),
    of_policy("scale_on_invocations", ".safety_factor", "is 0", max_requests_per_second=1, safety_factor=0),
    of_policy(
        "scale_on_invocations", ".safety_factor", "the target itself", target_invocations_per_minute=1, safety_factor=1
    ),
    of_policy(
        "scale_on_invocations",
        ".scale_in_cooldown",
        "expected something like cdk.Duration",
        target_invocations_per_minute=1,
        scale_in_cooldown=300,
    ),
    of_policy(
        "scale_on_invocations", ".disable_scale_in", "is the int 1", target_invocations_per_minute=1, disable_scale_in=1
    ),
    of_policy("scale_on_invocations", ".cooldown", "is no argument", target_invocations_per_minute=1, cooldown=5),
    of_policy("scale_on_invocations", "", "has the int 5 as its id", id=5, target_invocations_per_minute=1),
    of_policy(
        "scale_on_concurrency", "", "has the str 'a/b' as its id", id="a/b", target_concurrent_requests_per_model=1
    ),
    of_policy(
        "scale_on_concurrency",
        ".target_concurrent_requests_per_model",
        "None",
        target_concurrent_requests_per_model=None,
    ),
    of_policy(
        "scale_on_concurrency",
        "",
        "cannot be converted into a whole number of seconds",
        target_concurrent_requests_per_model=1,
        scale_out_cooldown=cdk.Duration.millis(5),
    ),
    of_policy("scale_on_utilization", ".target_utilization_percent", "at most 100", target_utilization_percent=240),
    of_policy(
        "scale_on_utilization",
        ".resource",
        "expected an InstanceResource",
        target_utilization_percent=60,
        resource="CPU",
    ),
    of_policy(
        "scale_on_utilization",
        ".resource",
        "has no GPUs",
        target_utilization_percent=60,
        resource=InstanceResource.GPU,
    ),
    of_policy(
        "scale_on_utilization",
        ".resource",
        "that of 'ml.c7i.metal-48xl' is not known",
        target_utilization_percent=60,
        endpoint=UNKNOWN,
    ),
    of_policy(
        "scale_on_utilization",
        ".container",
        "'third', and the containers are 'first', 'second'",
        rule="MCE-I02",
        target_utilization_percent=60,
        container="third",
        endpoint={"mode": DIRECT},
    ),
    of_policy(
        "scale_on_utilization",
        ".container",
        "is given for a pipeline",
        target_utilization_percent=60,
        container="first",
        endpoint={"mode": SERIAL},
    ),
    of_policy(
        "scale_on_utilization",
        ".container",
        "is given with GPU",
        target_utilization_percent=60,
        container="first",
        resource=InstanceResource.GPU,
        endpoint={"mode": DIRECT, "instance_type": "ml.g5.xlarge"},
    ),
    of_policy(
        "scale_to_track_metric",
        ".metric",
        "is the str 'CPU', expected a cloudwatch.IMetric",
        metric="CPU",
        target_value=1,
    ),
    of_policy("scale_to_track_metric", ".target_value", "None", metric=BACKLOG, target_value=None),
    of_policy(
        "scale_to_track_metric", "", "Cannot use statistic 'p90'", metric=BACKLOG.with_(statistic="p90"), target_value=1
    ),
    of_policy(
        "scale_to_track_metric",
        "",
        "Only direct metrics are supported",
        metric=cloudwatch.MathExpression(expression="a + 1", using_metrics={"a": BACKLOG}),
        target_value=1,
    ),
    of_policy("scale_on_metric", "", "at least 2 intervals", metric=BACKLOG, scaling_steps=[]),
    of_policy("scale_on_metric", ".scaling_steps", "is the int 5", metric=BACKLOG, scaling_steps=5),
    of_policy("scale_on_metric", ".scaling_steps[1]", "is the int 2", metric=BACKLOG, scaling_steps=[STEP, 2]),
    of_policy(
        "scale_on_metric",
        ".scaling_steps[0].change",
        "is the float inf",
        metric=BACKLOG,
        scaling_steps=[appscaling.ScalingInterval(lower=1, change=math.inf), STEP],
    ),
    of_policy(
        "scale_on_metric",
        ".evaluation_periods",
        "beyond 2**53",
        metric=BACKLOG,
        scaling_steps=[STEP, STEP],
        evaluation_periods=10**20,
    ),
    of_policy("scale_on_metric", ".cooldown", "is the int 5", metric=BACKLOG, scaling_steps=[], cooldown=5),
    of_policy("scale_on_schedule", "", "needs min_capacity or max_capacity", schedule=NIGHTLY),
    of_policy(
        "scale_on_schedule",
        ".schedule",
        "expected something like appscaling.Schedule",
        schedule="cron(0)",
        min_capacity=1,
    ),
    of_policy("scale_on_schedule", ".min_capacity", "is the str '1'", schedule=NIGHTLY, min_capacity="1"),
    of_policy("scale_on_schedule", ".min_capacity", "at least 1", rule="MCE-A05", schedule=NIGHTLY, min_capacity=0),
    of_policy(
        "scale_on_schedule",
        ".min_capacity",
        "3 is above the maximum of 2",
        rule="MCE-A05",
        schedule=NIGHTLY,
        min_capacity=3,
        max_capacity=2,
    ),
    of_policy("scale_on_schedule", ".time_zone", "is the str 'UTC'", schedule=NIGHTLY, min_capacity=1, time_zone="UTC"),
    *(
        of_policy(
            "scale_on_schedule",
            f".{name}",
            "is 2027-01-01T00:00:00, which has no time zone",
            schedule=NIGHTLY,
            min_capacity=1,
            **wrong({name: datetime.datetime(2027, 1, 1)}),
        )
        for name in ("start_time", "end_time")
    ),
    of_policy(
        "scale_on_schedule", ".start_time", "is the str '2027'", schedule=NIGHTLY, min_capacity=1, start_time="2027"
    ),
]


@pytest.mark.parametrize("expected", REFUSALS, ids=lambda each: f"{each.where}: {each.message}")
def test_refuses_with_the_argument_and_the_reason(stack: cdk.Stack, expected: Refusal) -> None:
    made = scalable(stack, **expected.arguments)

    with pytest.raises(EndpointConfigurationError) as refused:
        expected.call(made)

    (problem,) = refused.value.problems
    assert problem.rule == expected.rule
    assert problem.where == expected.where
    assert expected.message in problem.message
    assert problem.fix
    assert problem.source == (RULES[expected.rule].source if expected.rule in RULES else "")


@pytest.mark.parametrize("expected", REFUSALS, ids=lambda each: f"{each.where}: {each.message}")
def test_nothing_remains_of_what_is_refused(stack: cdk.Stack, expected: Refusal) -> None:
    """No policy, no alarm, and if the target is refused, no target and no retention."""
    made = scalable(stack, **expected.arguments)
    with pytest.raises(EndpointConfigurationError):
        expected.call(made)

    template = Template.from_stack(stack)
    is_scaled = ").scale" in expected.where
    template.resource_count_is(f"AWS::{TARGETS}", int(is_scaled))
    template.resource_count_is(f"AWS::{POLICIES}", 0)
    template.resource_count_is("AWS::CloudWatch::Alarm", 0)
    assert ("RetainAllVariantProperties" in properties(stack, "SageMaker::Endpoint")) is is_scaled
    assert "ScheduledActions" not in str(template.to_json())


def test_refuses_to_scale_a_variant_twice(stack: cdk.Stack) -> None:
    made = scalable(stack)
    made.auto_scale(min_capacity=1, max_capacity=4)

    with pytest.raises(EndpointConfigurationError, match=r"auto_scale\(variant='AllTraffic'\): is called again"):
        made.auto_scale(min_capacity=1, max_capacity=4)


def test_refuses_an_id_twice(stack: cdk.Stack) -> None:
    count = scaled(stack)
    count.scale_on_invocations("Load", target_invocations_per_minute=70)

    with pytest.raises(EndpointConfigurationError, match="has the id 'Load'"):
        count.scale_on_concurrency("Load", target_concurrent_requests_per_model=5)

    assert len(resources(stack, POLICIES)) == 1


def test_a_refused_id_can_be_used_again(stack: cdk.Stack) -> None:
    """Nothing half made takes it."""
    count = scaled(stack)
    with pytest.raises(EndpointConfigurationError):
        count.scale_on_metric("Load", metric=BACKLOG, scaling_steps=[])
    with pytest.raises(EndpointConfigurationError):
        count.scale_to_track_metric("Load", metric=BACKLOG.with_(statistic="p90"), target_value=1)
    count.scale_on_concurrency("Load", target_concurrent_requests_per_model=5)

    assert len(resources(stack, POLICIES)) == 1


def test_a_refused_variant_can_be_scaled_after_all(stack: cdk.Stack) -> None:
    made = scalable(stack)
    with pytest.raises(EndpointConfigurationError):
        made.auto_scale(min_capacity=5, max_capacity=4)
    made.auto_scale(min_capacity=1, max_capacity=4)

    assert properties(stack, TARGETS)["MinCapacity"] == 1


def test_refuses_a_variant_whose_name_is_only_known_at_deployment(stack: cdk.Stack) -> None:
    name = cdk.CfnParameter(stack, "Name").value_as_string
    made = scalable(stack, **several(name))

    with pytest.raises(EndpointConfigurationError, match="known at synth"):
        made.auto_scale(min_capacity=1, max_capacity=4)


def test_refuses_wrong_bounds_of_an_imported_endpoint(stack: cdk.Stack) -> None:
    imported = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search")

    with pytest.raises(EndpointConfigurationError, match="the minimum of 5 is above the maximum of 4"):
        imported.auto_scale(variant="main", min_capacity=5, max_capacity=4)


def test_refuses_utilization_of_instances_that_are_not_known(stack: cdk.Stack) -> None:
    imported = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search", variant_names=["main"])
    count = imported.auto_scale(min_capacity=1, max_capacity=4)

    with pytest.raises(EndpointConfigurationError, match="the variant's instance type is not known"):
        count.scale_on_utilization("Cpu", target_utilization_percent=60)
    count.scale_on_utilization(
        "Memory", target_utilization_percent=60, resource=InstanceResource.MEMORY, container="any"
    )

    assert tracking(stack)["TargetValue"] == 60


def test_refuses_an_empty_hostname_where_hostnames_are_not_known(stack: cdk.Stack) -> None:
    imported = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search", variant_names=["main"])
    count = imported.auto_scale(min_capacity=1, max_capacity=4)

    with pytest.raises(EndpointConfigurationError, match=r"container: is the str '', expected a string that is not"):
        count.scale_on_utilization(
            "Memory", target_utilization_percent=60, resource=InstanceResource.MEMORY, container=""
        )

    assert resources(stack, POLICIES) == {}


def test_refuses_burstable_instances_of_a_variant_that_came_later(stack: cdk.Stack) -> None:
    made = scalable(stack, **several("a"))
    made.auto_scale(min_capacity=1, max_capacity=4)
    made.add_variant(ProductionVariant(name="b", instance_type="ml.t2.medium"))

    with pytest.raises(EndpointConfigurationError, match="burstable"):
        made.auto_scale(variant="b", min_capacity=1, max_capacity=4)


def test_scales_an_asynchronous_endpoint_on_its_backlog(stack: cdk.Stack) -> None:
    """Down to no instance, and up again when something waits."""
    made = scalable(stack, async_inference=asynchronous(stack), endpoint_name="search")
    count = made.auto_scale(min_capacity=0, max_capacity=4)
    backlog = made.metrics.approximate_backlog_size_per_instance()
    count.scale_to_track_metric("Backlog", metric=backlog, target_value=5)
    count.scale_on_metric(
        "Wake",
        metric=made.metrics.has_backlog_without_capacity(),
        scaling_steps=[appscaling.ScalingInterval(lower=1, change=1), appscaling.ScalingInterval(lower=2, change=2)],
    )

    of_endpoint = [{"Name": "EndpointName", "Value": "search"}]
    template = Template.from_stack(stack)
    template.has_resource_properties(f"AWS::{TARGETS}", {"MinCapacity": 0})
    tracked = {"MetricName": "ApproximateBacklogSizePerInstance", "Dimensions": of_endpoint}
    template.has_resource_properties(
        f"AWS::{POLICIES}",
        {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 5, "CustomizedMetricSpecification": tracked}},
    )
    template.has_resource_properties(
        "AWS::CloudWatch::Alarm", {"MetricName": "HasBacklogWithoutCapacity", "Dimensions": of_endpoint}
    )


def test_takes_tokens_that_are_no_numbers(stack: cdk.Stack) -> None:
    """As CloudFormation does, wherever a number stands."""
    value: Any = cdk.CfnParameter(stack, "Number", type="Number").value
    count = scalable(stack).auto_scale(min_capacity=value, max_capacity=value)
    count.scale_on_invocations("Invocations", target_invocations_per_minute=value)
    count.scale_on_concurrency("Concurrency", target_concurrent_requests_per_model=value)
    count.scale_to_track_metric("Backlog", metric=BACKLOG, target_value=value)
    count.scale_on_schedule("Nightly", schedule=NIGHTLY, min_capacity=value)

    reference = {"Ref": "Number"}
    target = properties(stack, TARGETS)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (reference, reference)
    assert target["ScheduledActions"][0]["ScalableTargetAction"] == {"MinCapacity": reference}
    policies = resources(stack, POLICIES).values()
    targets = [each["Properties"]["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for each in policies]
    assert targets == [reference] * 3


def test_lists_unknown_options_as_they_were_given(stack: cdk.Stack) -> None:
    options: dict[str, Any] = dict.fromkeys(("zeta", "alpha", "cooldown", "policy_name", "unit"), 1)
    count = scaled(stack)
    with pytest.raises(EndpointConfigurationError) as refused:
        count.scale_on_invocations("Load", target_invocations_per_minute=1, **options)

    assert [problem.where.rpartition(".")[2] for problem in refused.value.problems] == list(options)


def test_an_endpoint_is_scaled_where_it_is(app: cdk.App) -> None:
    """Application Auto Scaling knows only the endpoints of its own account and region."""
    stack = cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region="us-east-1"))
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/search"
    made = MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", arn, variant_names=["main"])
    with pytest.raises(EndpointConfigurationError, match="auto_scale: "):
        made.auto_scale(min_capacity=1, max_capacity=2)


def test_a_variant_before_it_does_not_make_it_another_target(stack: cdk.Stack) -> None:
    """A target that moved would be registered anew and then, as the old one, be removed."""
    other = cdk.Stack(cdk.App(), "Stack")
    for where, names in ((stack, ["a", "b"]), (other, ["b"])):
        variants = [ProductionVariant(name=name, instance_type="ml.m5.large") for name in names]
        made = endpoint(where, instance_type=None, variants=variants)
        for name in names:
            made.auto_scale(min_capacity=1, max_capacity=2, variant=name)

    (alone,) = resources(other, "ApplicationAutoScaling::ScalableTarget")
    assert alone in resources(stack, "ApplicationAutoScaling::ScalableTarget")


@pytest.fixture(name="known")
def _known(stack: cdk.Stack, messages: list[str]) -> ScalableInstanceCount:
    """A scaled variant after everything that is asked once has been asked."""
    scaled(stack).scale_on_concurrency("Load", target_concurrent_requests_per_model=5)
    count = scalable(stack, id="Known").auto_scale(min_capacity=1, max_capacity=4)
    messages.clear()
    return count


@pytest.mark.parametrize(
    ("arguments", "retention"),
    [({}, 2), ({"retain_weights": True}, 1), ({"retain_instance_counts": True}, 0)],
    ids=["counts kept", "counts and weights kept", "counts kept from the start"],
)
def test_costs_of_a_scaled_variant(
    stack: cdk.Stack, messages: list[str], arguments: dict[str, Any], retention: int
) -> None:
    """The endpoint's name, a target, its id and a policy; and what the endpoint retains from then on."""
    for name in ("First", "Second"):
        made = scalable(stack, id=name, **arguments)
        messages.clear()
        count = made.auto_scale(min_capacity=1, max_capacity=4)
        count.scale_on_invocations("Load", max_requests_per_second=20)

    assert len(messages) == 4 + retention


@pytest.mark.parametrize("track", TRACKING.values(), ids=TRACKING)
def test_costs_of_a_policy(
    known: ScalableInstanceCount, messages: list[str], track: Callable[[ScalableInstanceCount], object]
) -> None:
    """Itself; of the first one also the target's id."""
    track(known)
    assert len(messages) == 2
    messages.clear()

    known.scale_on_concurrency("Another", target_concurrent_requests_per_model=5)
    assert len(messages) == 1


def test_costs_of_a_policy_on_any_metric(known: ScalableInstanceCount, messages: list[str]) -> None:
    """The CDK's own construct, and two to find its resource; once also the target and its id, as it takes them."""
    known.scale_to_track_metric("Backlog", metric=BACKLOG, target_value=5)
    assert len(messages) == 3 + 2
    messages.clear()

    known.scale_to_track_metric("Another", metric=BACKLOG, target_value=5)
    assert len(messages) == 3


def test_costs_of_a_scheduled_action(known: ScalableInstanceCount, messages: list[str]) -> None:
    """What the schedule says, and what the target is given."""
    known.scale_on_schedule("Night", schedule=NIGHTLY, max_capacity=1)

    assert len(messages) == 2


def test_costs_of_another_variant(stack: cdk.Stack, messages: list[str]) -> None:
    """A target, its id and a policy: the endpoint's name is known by then, and it retains the counts already."""
    made = scalable(stack, **several("a", "b"))
    for name in ("a", "b"):
        messages.clear()
        count = made.auto_scale(variant=name, min_capacity=1, max_capacity=4)
        count.scale_on_concurrency("Load", target_concurrent_requests_per_model=5)

    assert len(messages) == 3


def test_costs_of_an_imported_endpoint(stack: cdk.Stack, messages: list[str]) -> None:
    """A target, its id and a policy; and two to find the stack that it must be in."""
    for name in ("First", "Second"):
        made = MultiContainerEndpoint.from_endpoint_name(stack, name, name, variant_names=["main"])
        messages.clear()
        count = made.auto_scale(min_capacity=1, max_capacity=4)
        count.scale_on_concurrency("Load", target_concurrent_requests_per_model=5)

    assert len(messages) == 3 + 2


def test_costs_nothing_at_synth(app: cdk.App, known: ScalableInstanceCount, messages: list[str]) -> None:
    """No call back: one message for the whole app."""
    known.scale_on_concurrency("Load", target_concurrent_requests_per_model=5)
    known.scale_on_schedule("Night", schedule=NIGHTLY, max_capacity=1)
    messages.clear()
    app.synth()

    assert len(messages) == 1


def test_only_a_scaled_endpoint_imports_what_scaling_takes() -> None:
    program = (
        "import sys, sagemaker_multi_container.endpoint\n"
        "print([name for name in sys.modules if name == 'sagemaker_multi_container.facades.scaling'])\n"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"

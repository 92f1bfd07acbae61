"""The rules of the emulated Application Auto Scaling, with a clock that the tests turn."""

from typing import Any

import pytest

from embedded_aws.endpoint import Json
from embedded_aws.errors import ServiceError
from embedded_aws.sagemaker import SageMaker
from embedded_aws.scaling import ApplicationAutoScaling
from embedded_aws.scaling_types import API
from embedded_aws.shapes import problems

STEP = 10.0
RESOURCE_ID = "endpoint/Endpoint/variant/live"
IDENTITY = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": RESOURCE_ID,
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
INVOCATIONS = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}
STEPS = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}


class Account:
    """SageMaker with an endpoint of the variants `live` and `other`, two instances each, and what scales it."""

    def __init__(self, **config: Any) -> None:
        self.now = 1000.0
        self.sagemaker = SageMaker(clock=lambda: self.now, transition_seconds=STEP)
        self.scaling = ApplicationAutoScaling(self.sagemaker, clock=lambda: self.now)
        self.sagemaker.call("CreateModel", {"ModelName": "model", "PrimaryContainer": {"Image": "registry/image:1"}})
        self.create_config("first", "live", "other", **config)
        self.sagemaker.call("CreateEndpoint", {"EndpointName": "Endpoint", "EndpointConfigName": "first"})
        self.wait()

    def wait(self) -> None:
        self.now += STEP

    def create_config(self, name: str, *variants: str, instance_type: str = "ml.m5.large", **config: Any) -> None:
        settings = {"ModelName": "model", "InstanceType": instance_type, "InitialInstanceCount": 2}
        listed = [{"VariantName": variant} | settings for variant in variants]
        request = {"EndpointConfigName": name, "ProductionVariants": listed}
        self.sagemaker.call("CreateEndpointConfig", request | config)

    def update_endpoint(self, config: str) -> None:
        self.sagemaker.call("UpdateEndpoint", {"EndpointName": "Endpoint", "EndpointConfigName": config})

    def delete_endpoint(self) -> None:
        self.sagemaker.call("DeleteEndpoint", {"EndpointName": "Endpoint"})

    def status(self) -> str:
        return str(self.describe()["EndpointStatus"])

    def count(self) -> int:
        count: int = self.describe()["ProductionVariants"][0]["CurrentInstanceCount"]
        return count

    def describe(self) -> Json:
        return self.sagemaker.call("DescribeEndpoint", {"EndpointName": "Endpoint"})

    def call(self, operation: str, **request: Any) -> Json:
        return self.scaling.call(operation, IDENTITY | request)

    def register(self, least: int = 1, most: int = 4, **request: Any) -> str:
        answer = self.call("RegisterScalableTarget", MinCapacity=least, MaxCapacity=most, **request)
        return str(answer["ScalableTargetARN"])

    def track(self, name: str = "track", **configuration: Any) -> Json:
        policy = {"PolicyName": name, "PolicyType": "TargetTrackingScaling"}
        return self.call(
            "PutScalingPolicy", **policy, TargetTrackingScalingPolicyConfiguration=INVOCATIONS | configuration
        )

    def targets(self) -> list[Json]:
        targets: list[Json] = self.scaling.call("DescribeScalableTargets", {"ServiceNamespace": "sagemaker"})[
            "ScalableTargets"
        ]
        return targets


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def scaled(account: Account) -> Account:
    """With the variant `live` registered for one to four instances."""
    account.register()
    return account


def refused(call: Any, *arguments: Any, code: str = "ValidationException", **members: Any) -> str:
    """The message with which the service refuses a call."""
    with pytest.raises(ServiceError) as refusal:
        call(*arguments, **members)
    assert refusal.value.code == code
    return refusal.value.message


def test_a_target_is_described_as_it_was_registered(account: Account) -> None:
    arn = account.register(1, 4, SuspendedState={"ScheduledScalingSuspended": True})
    [target] = account.targets()
    role = target.pop("RoleARN")
    assert role.endswith("AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint")
    assert target == IDENTITY | {
        "MinCapacity": 1,
        "MaxCapacity": 4,
        "CreationTime": 1010.0,
        "ScalableTargetARN": arn,
        "SuspendedState": {
            "DynamicScalingInSuspended": False,
            "DynamicScalingOutSuspended": False,
            "ScheduledScalingSuspended": True,
        },
    }


def test_registering_again_changes_what_is_given(scaled: Account) -> None:
    [before] = scaled.targets()
    scaled.wait()
    scaled.call("RegisterScalableTarget", MaxCapacity=8)
    assert scaled.targets() == [before | {"MaxCapacity": 8}]


@pytest.mark.parametrize(("least", "most", "count"), [(1, 4, 2), (3, 4, 3), (1, 1, 1)])
def test_the_instances_are_brought_within_the_bounds(account: Account, least: int, most: int, count: int) -> None:
    account.register(least, most)
    assert account.status() == ("InService" if count == 2 else "Updating")
    account.wait()
    assert (account.status(), account.count()) == ("InService", count)


def test_an_update_that_resets_the_instances_does_not_escape_the_bounds(account: Account) -> None:
    account.register(3, 4)
    account.status()
    account.wait()
    account.create_config("second", "live")
    account.update_endpoint("second")
    account.wait()
    assert (account.status(), account.count()) == ("Updating", 2)
    account.wait()
    assert (account.status(), account.count()) == ("InService", 3)


@pytest.mark.parametrize(
    ("resource_id", "message"),
    [
        ("endpoint/Endpoint/variant/gone", "SageMaker serves no such variant: endpoint/Endpoint/variant/gone."),
        ("endpoint/gone/variant/live", "SageMaker serves no such variant"),
        ("endpoint/endpoint/variant/live", "SageMaker serves no such variant"),
        ("live", "is not of the form endpoint/NAME/variant/NAME"),
    ],
)
def test_only_a_variant_that_is_served_can_be_registered(account: Account, resource_id: str, message: str) -> None:
    assert message in refused(account.register, ResourceId=resource_id)


def test_an_endpoint_that_is_not_there_yet_cannot_be_scaled() -> None:
    account = Account()
    account.sagemaker.call("CreateEndpoint", {"EndpointName": "Second", "EndpointConfigName": "first"})
    assert "serves no such variant" in refused(account.register, ResourceId="endpoint/Second/variant/live")


def test_a_variant_without_instances_cannot_be_scaled(account: Account) -> None:
    serverless = {"VariantName": "live", "ModelName": "model", "ServerlessConfig": {"MemorySizeInMB": 1024}}
    config = {"EndpointConfigName": "serverless", "ProductionVariants": [serverless]}
    account.sagemaker.call("CreateEndpointConfig", config)
    account.update_endpoint("serverless")
    account.wait()
    assert "has no instances to scale" in refused(account.register)


@pytest.mark.parametrize(
    ("capacities", "message"),
    [
        ({"MinCapacity": 1}, "A new scalable target needs MaxCapacity."),
        ({"MinCapacity": 3, "MaxCapacity": 2}, "MinCapacity 3 must not be greater than MaxCapacity 2."),
        ({"MinCapacity": 0, "MaxCapacity": 2}, "MinCapacity must be at least 1"),
    ],
)
def test_bounds_that_are_refused(account: Account, capacities: Json, message: str) -> None:
    assert message in refused(account.call, "RegisterScalableTarget", **capacities)
    assert account.targets() == []


def test_an_asynchronous_endpoint_may_have_no_instances_at_all() -> None:
    account = Account(AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://bucket/output"}})
    account.register(0, 2)
    assert account.count() == 2


def test_deregistering_takes_policies_and_scheduled_actions_along(scaled: Account) -> None:
    scaled.track()
    scaled.call("PutScheduledAction", ScheduledActionName="night", Schedule="cron(0 22 * * ? *)")
    scaled.call("DeregisterScalableTarget")
    assert scaled.targets() == []
    assert scaled.call("DescribeScalingPolicies")["ScalingPolicies"] == []
    assert scaled.call("DescribeScheduledActions")["ScheduledActions"] == []
    message = refused(scaled.call, "DeregisterScalableTarget", code="ObjectNotFoundException")
    assert message.startswith(
        "No scalable target registered for service namespace: sagemaker, resource ID: " + RESOURCE_ID
    )


def test_deleting_the_endpoint_deregisters_its_targets(scaled: Account) -> None:
    scaled.sagemaker.call("CreateEndpoint", {"EndpointName": "Second", "EndpointConfigName": "first"})
    scaled.wait()
    scaled.register(ResourceId="endpoint/Second/variant/live")
    scaled.delete_endpoint()
    assert [target["ResourceId"] for target in scaled.targets()] == ["endpoint/Second/variant/live"]


def test_a_scaled_variant_keeps_its_instance_type(scaled: Account) -> None:
    scaled.create_config("larger", "live", "other", instance_type="ml.m5.xlarge")
    message = refused(scaled.update_endpoint, "larger")
    assert message.startswith('Cannot change the instance type of variant "live" of endpoint "Endpoint"')
    assert scaled.status() == "InService"
    scaled.call("DeregisterScalableTarget")
    scaled.update_endpoint("larger")


def test_a_scaled_variant_stays(scaled: Account) -> None:
    scaled.create_config("less", "other")
    assert refused(scaled.update_endpoint, "less").startswith('Cannot remove variant "live" of endpoint "Endpoint"')


def test_a_variant_that_is_not_scaled_may_go(scaled: Account) -> None:
    scaled.create_config("less", "live")
    scaled.update_endpoint("less")
    scaled.wait()
    assert scaled.status() == "InService"


def test_a_policy_is_described_as_it_was_put(scaled: Account) -> None:
    arn = scaled.track()["PolicyARN"]
    assert arn.startswith("arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:")
    assert arn.endswith(f":resource/sagemaker/{RESOURCE_ID}:policyName/track")
    assert scaled.call("DescribeScalingPolicies")["ScalingPolicies"] == [
        IDENTITY
        | {
            "PolicyARN": arn,
            "PolicyName": "track",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": INVOCATIONS,
            "CreationTime": 1010.0,
        }
    ]


def test_a_policy_keeps_its_arn_whatever_becomes_of_it(scaled: Account) -> None:
    arn = scaled.track()["PolicyARN"]
    steps = {"PolicyType": "StepScaling", "StepScalingPolicyConfiguration": STEPS}
    assert scaled.call("PutScalingPolicy", PolicyName="track", **steps)["PolicyARN"] == arn
    [policy] = scaled.call("DescribeScalingPolicies", PolicyNames=["track"])["ScalingPolicies"]
    assert policy["StepScalingPolicyConfiguration"] == STEPS
    assert "TargetTrackingScalingPolicyConfiguration" not in policy


def test_a_policy_needs_a_target(account: Account) -> None:
    assert refused(account.track, code="ObjectNotFoundException").startswith("No scalable target registered")


def test_two_policies_do_not_track_the_same_metric(scaled: Account) -> None:
    scaled.track()
    scaled.track(TargetValue=50.0)
    assert "Only one TargetTrackingScaling policy" in refused(scaled.track, "second")
    scaled.call("PutScalingPolicy", PolicyName="a", PolicyType="StepScaling", StepScalingPolicyConfiguration=STEPS)
    scaled.call("PutScalingPolicy", PolicyName="b", PolicyType="StepScaling", StepScalingPolicyConfiguration=STEPS)


CUSTOMIZED = {"MetricName": "CPUUtilization", "Namespace": "/aws/sagemaker/Endpoints", "Statistic": "Average"}


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({}, "PolicyType must be one of TargetTrackingScaling, StepScaling."),
        ({"PolicyType": "PredictiveScaling"}, "PolicyType must be one of"),
        ({"PolicyType": "StepScaling"}, "A policy of type StepScaling needs StepScalingPolicyConfiguration."),
        (
            {"PolicyType": "StepScaling", "StepScalingPolicyConfiguration": {"Cooldown": 1}},
            "StepScalingPolicyConfiguration needs AdjustmentType and StepAdjustments.",
        ),
        (
            {
                "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": INVOCATIONS | {"CustomizedMetricSpecification": CUSTOMIZED},
            },
            "Specify either PredefinedMetricSpecification or CustomizedMetricSpecification.",
        ),
        (
            {
                "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1.0,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                },
            },
            "ECSServiceAverageCPUUtilization is no metric of SageMaker's variants.",
        ),
    ],
)
def test_policies_that_are_refused(scaled: Account, policy: Json, message: str) -> None:
    assert message in refused(scaled.call, "PutScalingPolicy", PolicyName="policy", **policy)


def test_deleting_a_policy(scaled: Account) -> None:
    scaled.track()
    scaled.call("DeleteScalingPolicy", PolicyName="track")
    message = refused(scaled.call, "DeleteScalingPolicy", PolicyName="track", code="ObjectNotFoundException")
    assert message.startswith("No scaling policy track found for service namespace: sagemaker")


def test_a_scheduled_action_keeps_what_is_not_given_again(scaled: Account) -> None:
    night = {"ScheduledActionName": "night", "Schedule": "cron(0 22 * * ? *)", "Timezone": "Europe/Berlin"}
    scaled.call("PutScheduledAction", **night)
    scaled.call("PutScheduledAction", ScheduledActionName="night", ScalableTargetAction={"MaxCapacity": 1})
    [action] = scaled.call("DescribeScheduledActions", ScheduledActionNames=["night"])["ScheduledActions"]
    assert action.pop("ScheduledActionARN").endswith(":scheduledActionName/night")
    assert action == IDENTITY | night | {"ScalableTargetAction": {"MaxCapacity": 1}, "CreationTime": 1010.0}
    scaled.call("DeleteScheduledAction", ScheduledActionName="night")
    assert scaled.call("DescribeScheduledActions")["ScheduledActions"] == []


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({}, "Schedule must be an at, rate or cron expression."),
        ({"Schedule": "every night"}, "Schedule must be an at, rate or cron expression."),
        (
            {"Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 2, "MaxCapacity": 1}},
            "MinCapacity 2 must not be greater than MaxCapacity 1.",
        ),
    ],
)
def test_scheduled_actions_that_are_refused(scaled: Account, action: Json, message: str) -> None:
    assert message in refused(scaled.call, "PutScheduledAction", ScheduledActionName="night", **action)


def test_tags(account: Account) -> None:
    arn = account.register(Tags={"team": "ml", "stage": "test"})
    account.scaling.call("TagResource", {"ResourceARN": arn, "Tags": {"stage": "live"}})
    account.scaling.call("UntagResource", {"ResourceARN": arn, "TagKeys": ["team"]})
    assert account.scaling.call("ListTagsForResource", {"ResourceARN": arn}) == {"Tags": {"stage": "live"}}
    gone = {"ResourceARN": f"{arn}0"}
    assert "Could not find" in refused(
        account.scaling.call, "ListTagsForResource", gone, code="ResourceNotFoundException"
    )


def test_descriptions_come_in_pages_and_are_filtered(scaled: Account) -> None:
    other = "endpoint/Endpoint/variant/other"
    scaled.register(ResourceId=other)
    asked = {"ServiceNamespace": "sagemaker"}
    first = scaled.scaling.call("DescribeScalableTargets", asked | {"MaxResults": 1})
    second = scaled.scaling.call("DescribeScalableTargets", asked | {"MaxResults": 1, "NextToken": first["NextToken"]})
    assert [page["ScalableTargets"][0]["ResourceId"] for page in (first, second)] == [RESOURCE_ID, other]
    assert "NextToken" not in second
    found = scaled.scaling.call("DescribeScalableTargets", asked | {"ResourceIds": [other]})["ScalableTargets"]
    assert [target["ResourceId"] for target in found] == [other]


def test_answers_have_the_shape_that_the_model_of_the_service_declares(scaled: Account) -> None:
    scaled.track()
    scaled.call("PutScheduledAction", ScheduledActionName="night", Schedule="rate(1 day)")
    for operation in ("DescribeScalableTargets", "DescribeScalingPolicies", "DescribeScheduledActions"):
        answer = scaled.scaling.call(operation, {"ServiceNamespace": "sagemaker"})
        assert problems(f"{operation}Response", answer, service=API) == []


@pytest.mark.parametrize(
    ("operation", "request_members"),
    [
        ("DescribeScalingActivities", {}),
        ("RegisterScalableTarget", {"ServiceNamespace": "ecs"}),
        ("RegisterScalableTarget", {"ScalableDimension": "sagemaker:inference-component:DesiredCopyCount"}),
    ],
)
def test_what_is_not_emulated_is_refused_by_name(account: Account, operation: str, request_members: Json) -> None:
    message = refused(account.call, operation, code="UnknownOperationException", **request_members)
    assert "is not emulated" in message

"""Stacks with SageMaker resources on the embedded AWS, through boto3 and change sets, as the CDK deploys them."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded_aws.endpoint import Json
from embedded_aws.launcher import EmbeddedAws

pytestmark = pytest.mark.e2e

CREATED = ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]
UPDATED = ["CreateModel", "CreateEndpointConfig", "UpdateEndpoint", "DeleteEndpointConfig", "DeleteModel"]
DELETED = ["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]


def template(
    *,
    mode: str = "Serial",
    count: Any = 1,
    model: Json | None = None,
    endpoint: Json | None = None,
    more: Json | None = None,
) -> Json:
    """A model of two containers, its configuration and its endpoint."""
    containers = [{"ContainerHostname": name, "Image": f"registry/{name}:1"} for name in ("first", "second")]
    model_properties = {"Containers": containers, "InferenceExecutionConfig": {"Mode": mode}} | (model or {})
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1,
        "InstanceType": "ml.m5.large",
    }
    config_name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    return {
        "Parameters": {"Count": {"Type": "Number", "Default": 2}},
        "Resources": {
            "Model": {"Type": "AWS::SageMaker::Model", "Properties": model_properties},
            "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {"EndpointConfigName": config_name} | (endpoint or {}),
            },
            **(more or {}),
        },
        "Outputs": {
            "EndpointName": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}},
            "EndpointArn": {"Value": {"Ref": "Endpoint"}},
        },
    }


class Stack:
    """A stack on the embedded AWS."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws
        self.sagemaker = aws.client("sagemaker")
        self.cloudformation = aws.client("cloudformation")
        self.name = "Engine"

    def deploy(self, body: Json, *, tags: dict[str, str] | None = None) -> str:
        """Create or update the stack and return the status it ends in."""
        self.start_deployment(body, tags=tags)
        return self.settled_status()

    def start_deployment(self, body: Json, *, tags: dict[str, str] | None = None) -> list[Json]:
        """Create and execute a change set and return its changes."""
        self.aws.reset_calls()
        change_set = self.cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=f"change-{time.monotonic_ns()}",
            ChangeSetType="UPDATE" if self.status() else "CREATE",
            TemplateBody=json.dumps(body),
            Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        )["Id"]
        described = self.cloudformation.describe_change_set(ChangeSetName=change_set)
        if described["Status"] == "FAILED":
            assert "didn't contain changes" in described["StatusReason"]
            return []
        self.cloudformation.execute_change_set(ChangeSetName=change_set)
        changes: list[Json] = [change["ResourceChange"] for change in described["Changes"]]
        return changes

    def delete(self) -> None:
        self.aws.reset_calls()
        self.cloudformation.delete_stack(StackName=self.name)
        assert self.settled_status() == ""

    def status(self) -> str:
        try:
            stack = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError:
            return ""
        return "" if stack["StackStatus"] == "REVIEW_IN_PROGRESS" else str(stack["StackStatus"])

    def settled_status(self) -> str:
        deadline = time.monotonic() + 30
        while (status := self.status()).endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, status
            time.sleep(0.02)
        return status

    def outputs(self) -> dict[str, str]:
        stack = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def endpoint(self) -> Json:
        described: Json = self.sagemaker.describe_endpoint(EndpointName=self.outputs()["EndpointName"])
        return described

    def failures(self) -> dict[str, str]:
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return {
            event["LogicalResourceId"]: event["ResourceStatusReason"]
            for event in events
            if event["ResourceStatus"].endswith("_FAILED")
        }

    def left_over(self) -> list[Any]:
        return [
            *self.sagemaker.list_endpoints()["Endpoints"],
            *self.sagemaker.list_endpoint_configs()["EndpointConfigs"],
            *self.sagemaker.list_models()["Models"],
        ]


@pytest.fixture
def stack(aws: EmbeddedAws) -> Iterator[Stack]:
    """A stack that does not exist yet, and is gone afterwards with all it made."""
    stack = Stack(aws)
    yield stack
    if stack.status():
        stack.delete()
    assert stack.left_over() == []


def test_create(stack: Stack, aws: EmbeddedAws) -> None:
    assert stack.deploy(template()) == "CREATE_COMPLETE"
    assert aws.calls() == CREATED
    name, arn = stack.outputs()["EndpointName"], stack.outputs()["EndpointArn"]
    assert arn == f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name.lower()}"
    assert stack.endpoint()["EndpointStatus"] == "InService"


def test_update_in_place(stack: Stack, aws: EmbeddedAws) -> None:
    stack.deploy(template())
    before = stack.endpoint()
    changes = stack.start_deployment(template(mode="Direct"))
    replacement = {change["LogicalResourceId"]: change["Replacement"] for change in changes}
    assert replacement == {"Model": "True", "Config": "True", "Endpoint": "False"}
    assert stack.settled_status() == "UPDATE_COMPLETE"
    assert aws.calls() == UPDATED
    after = stack.endpoint()
    for kept in ("EndpointName", "EndpointArn", "CreationTime"):
        assert after[kept] == before[kept]
    assert after["EndpointConfigName"] != before["EndpointConfigName"]
    [model] = stack.sagemaker.list_models()["Models"]
    described = stack.sagemaker.describe_model(ModelName=model["ModelName"])
    assert described["InferenceExecutionConfig"] == {"Mode": "Direct"}


def test_updating_can_be_observed(stack: Stack) -> None:
    stack.deploy(template())
    stack.start_deployment(template(mode="Direct"))
    name, seen = stack.outputs()["EndpointName"], set()
    while stack.status().endswith("_IN_PROGRESS"):
        seen.add(stack.sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"])
    assert "Updating" in seen


def test_no_change_is_no_deployment(stack: Stack, aws: EmbeddedAws) -> None:
    stack.deploy(template())
    assert stack.start_deployment(template()) == []
    assert aws.calls() == []


def test_a_failing_update_rolls_back_to_the_old_configuration(stack: Stack, aws: EmbeddedAws) -> None:
    stack.deploy(template())
    before = stack.endpoint()
    aws.fail_next("UpdateEndpoint", "The container did not pass the ping health check.")
    assert stack.deploy(template(mode="Direct")) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.calls() == UPDATED
    assert "did not pass the ping health check" in stack.failures()["Endpoint"]
    after = stack.endpoint()
    for kept in ("EndpointArn", "CreationTime", "EndpointConfigName"):
        assert after[kept] == before[kept]
    assert after["EndpointStatus"] == "InService"
    assert stack.deploy(template(mode="Direct")) == "UPDATE_COMPLETE"


def test_a_failure_after_the_endpoint_sends_it_back(stack: Stack) -> None:
    stack.deploy(template())
    before = stack.endpoint()
    broken = {"Type": "AWS::SageMaker::Model", "Properties": {}, "DependsOn": "Endpoint"}
    assert stack.deploy(template(mode="Direct", more={"Broken": broken})) == "UPDATE_ROLLBACK_COMPLETE"
    after = stack.endpoint()
    for kept in ("EndpointArn", "CreationTime", "EndpointConfigName"):
        assert after[kept] == before[kept]


def test_a_failing_create_leaves_nothing(stack: Stack, aws: EmbeddedAws) -> None:
    aws.fail_next("CreateEndpoint", "The container did not pass the ping health check.")
    assert stack.deploy(template()) == "ROLLBACK_COMPLETE"
    assert aws.calls() == CREATED + DELETED
    assert stack.left_over() == []


def test_a_named_model_cannot_be_replaced(stack: Stack) -> None:
    stack.deploy(template(model={"ModelName": "fixed"}))
    changed = template(mode="Direct", model={"ModelName": "fixed"})
    assert stack.deploy(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert "cannot update a stack when a custom-named resource requires replacing" in stack.failures()["Model"]


def test_a_named_endpoint_is_updated_and_another_name_is_another_endpoint(stack: Stack, aws: EmbeddedAws) -> None:
    stack.deploy(template(endpoint={"EndpointName": "Fixed"}))
    assert stack.deploy(template(mode="Direct", endpoint={"EndpointName": "Fixed"})) == "UPDATE_COMPLETE"
    assert aws.calls() == UPDATED
    assert stack.deploy(template(mode="Direct", endpoint={"EndpointName": "Other"})) == "UPDATE_COMPLETE"
    assert aws.calls() == ["CreateEndpoint", "DeleteEndpoint"]
    assert stack.outputs()["EndpointName"] == "Other"


def test_variant_properties_are_retained_on_update_and_no_matter_on_create(stack: Stack) -> None:
    retained = {"RetainAllVariantProperties": True}
    assert stack.deploy(template(endpoint=retained)) == "CREATE_COMPLETE"
    name = stack.outputs()["EndpointName"]
    scaled = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 4}]
    stack.sagemaker.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=scaled)
    stack.sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})
    assert stack.deploy(template(mode="Direct", endpoint=retained)) == "UPDATE_COMPLETE"
    assert stack.endpoint()["ProductionVariants"][0]["CurrentInstanceCount"] == 4


def test_a_refusal_of_the_service_fails_the_stack(stack: Stack) -> None:
    assert stack.deploy(template(model={"Containers": [{"Image": "registry/only:1"}]})) == "ROLLBACK_COMPLETE"
    assert "Containers must have 2 to 15 members" in stack.failures()["Model"]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Nonsense": 1}, "Unknown member 'Nonsense'"),
        ({"InferenceExecutionConfig": {"Mode": "DIRECT"}}, "satisfy enum value set: [Serial, Direct]"),
    ],
)
def test_properties_are_checked(stack: Stack, properties: Json, reason: str) -> None:
    assert stack.deploy(template(model=properties)) == "ROLLBACK_COMPLETE"
    assert reason in stack.failures()["Model"]


def test_an_arn_is_no_name(stack: Stack) -> None:
    body = template()
    body["Resources"]["Config"]["Properties"]["ProductionVariants"][0]["ModelName"] = {"Ref": "Model"}
    assert stack.deploy(body) == "ROLLBACK_COMPLETE"
    assert "productionVariants.1.member.modelName" in stack.failures()["Config"]


def scaling(**target: Any) -> Json:
    """A scalable target of the endpoint's variant, with a policy and a scheduled action."""
    resource_id = {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/AllTraffic"}
    night = {"ScheduledActionName": "night", "Schedule": "cron(0 22 * * ? *)", "StartTime": "2027-01-01T00:00:00Z"}
    tracking = {
        "TargetValue": 70,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    }
    properties = {
        "ServiceNamespace": "sagemaker",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "ResourceId": resource_id,
        "MinCapacity": 1,
        "MaxCapacity": 4,
        "ScheduledActions": [night | {"ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 1}}],
    }
    policy = {
        "PolicyName": "track",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": "Target"},
        "TargetTrackingScalingPolicyConfiguration": tracking,
    }
    return {
        "Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": properties | target},
        "Policy": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": policy},
    }


def test_scaling_is_created_changed_and_deleted(stack: Stack, aws: EmbeddedAws) -> None:
    autoscaling = aws.client("application-autoscaling")
    sagemaker = {"ServiceNamespace": "sagemaker"}
    assert stack.deploy(template(more=scaling()), tags={"team": "ml"}) == "CREATE_COMPLETE"
    [target] = autoscaling.describe_scalable_targets(**sagemaker)["ScalableTargets"]
    assert target["ResourceId"] == f"endpoint/{stack.outputs()['EndpointName']}/variant/AllTraffic"
    assert autoscaling.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"] == {"team": "ml"}
    [policy] = autoscaling.describe_scaling_policies(**sagemaker)["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 70
    [action] = autoscaling.describe_scheduled_actions(**sagemaker)["ScheduledActions"]
    assert action["StartTime"].year == 2027

    changed = template(mode="Direct", more=scaling(MaxCapacity=8, ScheduledActions=[]))
    changed["Resources"]["Policy"]["Properties"]["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] = "50"
    assert stack.deploy(changed) == "UPDATE_COMPLETE"
    assert autoscaling.describe_scalable_targets(**sagemaker)["ScalableTargets"] == [target | {"MaxCapacity": 8}]
    assert autoscaling.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"] == {}
    [changed_policy] = autoscaling.describe_scaling_policies(**sagemaker)["ScalingPolicies"]
    assert changed_policy["PolicyARN"] == policy["PolicyARN"]
    assert changed_policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 50
    assert autoscaling.describe_scheduled_actions(**sagemaker)["ScheduledActions"] == []

    stack.delete()
    assert autoscaling.describe_scalable_targets(**sagemaker)["ScalableTargets"] == []


def test_scaling_follows_an_endpoint_with_another_name(stack: Stack, aws: EmbeddedAws) -> None:
    stack.deploy(template(endpoint={"EndpointName": "one"}, more=scaling()))
    changes = stack.start_deployment(template(endpoint={"EndpointName": "two"}, more=scaling()))
    assert {change["LogicalResourceId"] for change in changes} == {"Endpoint", "Target", "Policy"}
    assert stack.settled_status() == "UPDATE_COMPLETE"
    autoscaling = aws.client("application-autoscaling")
    [target] = autoscaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert target["ResourceId"] == "endpoint/two/variant/AllTraffic"
    [policy] = autoscaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert policy["ResourceId"] == target["ResourceId"]


def test_scaling_comes_after_the_endpoint(stack: Stack) -> None:
    early = template(endpoint={"EndpointName": "fixed"}, more=scaling(ResourceId="endpoint/fixed/variant/AllTraffic"))
    early["Resources"]["Endpoint"]["DependsOn"] = "Target"
    assert stack.deploy(early) == "ROLLBACK_COMPLETE"
    assert "SageMaker serves no such variant" in stack.failures()["Target"]


def test_a_target_is_registered_by_one_resource_only(stack: Stack) -> None:
    again = scaling()["Target"] | {"DependsOn": "Target"}
    assert stack.deploy(template(more=scaling() | {"Again": again})) == "ROLLBACK_COMPLETE"
    assert "already exists" in stack.failures()["Again"]


def test_an_instance_type_does_not_change_below_a_scalable_target(stack: Stack) -> None:
    stack.deploy(template(more=scaling()))
    larger = template(more=scaling())
    larger["Resources"]["Config"]["Properties"]["ProductionVariants"][0]["InstanceType"] = "ml.m5.xlarge"
    assert stack.deploy(larger) == "UPDATE_ROLLBACK_COMPLETE"
    assert 'Cannot change the instance type of variant "AllTraffic"' in stack.failures()["Endpoint"]


def test_requests_for_scaling_are_checked(aws: EmbeddedAws) -> None:
    autoscaling = aws.client("application-autoscaling")
    with pytest.raises(ClientError, match="satisfy enum value set") as refusal:
        autoscaling.register_scalable_target(
            ServiceNamespace="sagemaker", ResourceId="endpoint/e/variant/v", ScalableDimension="nonsense"
        )
    assert refusal.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(autoscaling.exceptions.ObjectNotFoundException):
        autoscaling.deregister_scalable_target(
            ServiceNamespace="sagemaker",
            ResourceId="endpoint/e/variant/v",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        )


ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "AlarmName": "errors",
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    },
}


def guarded(mode: str, alarm: Any) -> Json:
    """An endpoint that goes back when the alarm with this name does not like an update."""
    policy = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    return template(mode=mode, endpoint={"DeploymentConfig": policy}, more={"Alarm": ALARM})


def test_an_alarm_that_is_named_comes_first(stack: Stack) -> None:
    assert stack.deploy(guarded("Serial", "other")) == "ROLLBACK_COMPLETE"
    assert "names alarms that do not exist: other" in stack.failures()["Endpoint"]


def test_an_alarm_rolls_the_stack_back(stack: Stack, aws: EmbeddedAws) -> None:
    assert stack.deploy(guarded("Serial", {"Ref": "Alarm"})) == "CREATE_COMPLETE"
    before = stack.endpoint()
    assert before["LastDeploymentConfig"] == {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")
    assert stack.deploy(guarded("Direct", {"Ref": "Alarm"})) == "UPDATE_ROLLBACK_COMPLETE"
    assert 'because alarm "errors" is in ALARM' in stack.failures()["Endpoint"]
    assert stack.endpoint()["EndpointConfigName"] == before["EndpointConfigName"]
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="test")
    assert stack.deploy(guarded("Direct", {"Ref": "Alarm"})) == "UPDATE_COMPLETE"


KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
TOPIC = "arn:aws:sns:us-east-1:123456789012:topic"
EVERYTHING: Json = {
    "DataCaptureConfig": {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://bucket/captured",
        "KmsKeyId": KEY,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "InputAndOutput"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    },
    "AsyncInferenceConfig": {
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
        "OutputConfig": {
            "KmsKeyId": KEY,
            "S3OutputPath": "s3://bucket/output",
            "S3FailurePath": "s3://bucket/failed",
            "NotificationConfig": {
                "SuccessTopic": TOPIC,
                "ErrorTopic": TOPIC,
                "IncludeInferenceResponseIn": ["ERROR_NOTIFICATION_TOPIC"],
            },
        },
    },
    "ExplainerConfig": {
        "ClarifyExplainerConfig": {
            "EnableExplanations": "`true`",
            "InferenceConfig": {"MaxRecordCount": 1, "FeatureHeaders": ["age"], "FeatureTypes": ["numerical"]},
            "ShapConfig": {
                "ShapBaselineConfig": {"MimeType": "text/csv", "ShapBaseline": "1,2"},
                "NumberOfSamples": 10,
                "UseLogit": True,
                "Seed": 7,
                "TextConfig": {"Language": "en", "Granularity": "token"},
            },
        }
    },
    "MetricsConfig": {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 60},
    "KmsKeyId": KEY,
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/role",
    "EnableNetworkIsolation": False,
    "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]},
}
VARIANT: Json = {
    "InitialInstanceCount": 2,
    "InitialVariantWeight": 1.0,
    "CoreDumpConfig": {"DestinationS3Uri": "s3://bucket/dumps", "KmsKeyId": KEY},
    "VolumeSizeInGB": 64,
    "ModelDataDownloadTimeoutInSeconds": 600,
    "ContainerStartupHealthCheckTimeoutInSeconds": 600,
    "VariantInstanceProvisionTimeoutInSeconds": 600,
    "EnableSSMAccess": True,
    "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4},
    "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
    "InferenceAmiVersion": "al2-ami-sagemaker-inference-gpu-2",
    "CapacityReservationConfig": {
        "CapacityReservationPreference": "capacity-reservations-only",
        "MlReservationArn": "arn:aws:sagemaker:us-east-1:123456789012:training-plan/plan",
    },
}


def test_a_configuration_is_described_as_it_was_declared(stack: Stack) -> None:
    body = template()
    properties = body["Resources"]["Config"]["Properties"]
    model = {"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
    pools = [{"InstanceType": "ml.g5.2xlarge", "Priority": 2}, {"InstanceType": "ml.g5.xlarge", "Priority": 1}]
    properties |= EVERYTHING | {
        "ProductionVariants": [VARIANT | model | {"VariantName": "live", "InstancePools": pools}],
        "ShadowProductionVariants": [VARIANT | model | {"VariantName": "shadow", "InstanceType": "ml.g5.xlarge"}],
    }
    assert stack.deploy(body) == "CREATE_COMPLETE"
    endpoint = stack.endpoint()
    described = stack.sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    model_name = stack.sagemaker.list_models()["Models"][0]["ModelName"]
    for member, declared in EVERYTHING.items():
        assert described[member] == declared
    for member in ("ProductionVariants", "ShadowProductionVariants"):
        assert described[member] == [properties[member][0] | {"ModelName": model_name}]
    for member in ("AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig"):
        assert endpoint[member] == EVERYTHING[member]
    assert endpoint["ShadowProductionVariants"][0]["CurrentInstanceCount"] == 2
    [live] = endpoint["ProductionVariants"]
    for member in ("ManagedInstanceScaling", "RoutingConfig", "CapacityReservationConfig"):
        assert live[member] == VARIANT[member]
    assert [pool["CurrentInstanceCount"] for pool in live["InstancePools"]] == [0, 2]


def error_rate(threshold: int) -> Json:
    """An alarm on the share of failed invocations."""
    metrics = [
        {"Id": name, "ReturnData": False, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
        for name, metric in (
            ("errors", {"Namespace": "AWS/SageMaker", "MetricName": "Invocation5XXErrors"}),
            ("all", {"Namespace": "AWS/SageMaker", "MetricName": "Invocations"}),
        )
    ]
    properties = {
        "Metrics": [{"Id": "rate", "Expression": "errors / all", "ReturnData": True}, *metrics],
        "EvaluationPeriods": 1,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def any_of(*alarms: str) -> Json:
    """An alarm on other alarms."""
    rule = " OR ".join(f"ALARM(${{{alarm}.Arn}})" for alarm in alarms)
    return {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": {"Fn::Sub": rule}}}


def test_alarms_on_several_metrics_and_on_other_alarms(stack: Stack, aws: EmbeddedAws) -> None:
    cloudwatch = aws.client("cloudwatch")
    policy = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": {"Ref": "Any"}}]}}
    alarms = {"Rate": error_rate(1), "Any": any_of("Rate")}
    assert stack.deploy(template(endpoint={"DeploymentConfig": policy}, more=alarms)) == "CREATE_COMPLETE"
    [rate] = cloudwatch.describe_alarms()["MetricAlarms"]
    assert rate["Metrics"] == error_rate(1)["Properties"]["Metrics"]
    assert rate["AlarmName"].startswith("Engine-Rate-")
    cloudwatch.set_alarm_state(AlarmName=rate["AlarmName"], StateValue="ALARM", StateReason="test")
    [either] = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert either["StateValue"] == "ALARM"

    changed = {"Rate": error_rate(2), "Second": error_rate(3), "Any": any_of("Rate", "Second")}
    assert stack.deploy(template(endpoint={"DeploymentConfig": policy}, more=changed)) == "UPDATE_COMPLETE"
    assert sorted(alarm["Threshold"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]) == [2, 3]
    stack.delete()
    assert cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"])["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("alarm", "reason"),
    [
        ({"Metrics": [{"Id": "a", "Nonsense": 1}], "ComparisonOperator": "LessThanThreshold"}, "Unknown member 'Nons"),
        (error_rate(1)["Properties"] | {"Namespace": "AWS/SageMaker"}, "Namespace cannot be given together with Metri"),
    ],
)
def test_alarms_that_are_refused(stack: Stack, alarm: Json, reason: str) -> None:
    alarms = {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"EvaluationPeriods": 1} | alarm}}
    assert stack.deploy(template(more=alarms)) == "ROLLBACK_COMPLETE"
    assert reason in stack.failures()["Alarm"]


def test_an_alarm_on_an_anomaly_has_a_band_instead_of_a_threshold(stack: Stack, aws: EmbeddedAws) -> None:
    alarm = error_rate(1)
    del alarm["Properties"]["Threshold"]
    band = {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(all)", "ReturnData": True}
    alarm["Properties"]["Metrics"][0] = band
    alarm["Properties"] |= {"ThresholdMetricId": "band", "ComparisonOperator": "GreaterThanUpperThreshold"}
    assert stack.deploy(template(more={"Anomaly": alarm})) == "CREATE_COMPLETE"
    [described] = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert described["ThresholdMetricId"] == "band"
    assert "Threshold" not in described


def test_what_alarms_cannot_do_is_refused_by_name(stack: Stack) -> None:
    suppressed = any_of("Rate")
    suppressed["Properties"] |= {"ActionsSuppressor": {"Ref": "Rate"}}
    assert stack.deploy(template(more={"Rate": error_rate(1), "Any": suppressed})) == "ROLLBACK_COMPLETE"
    assert "ActionsSuppressor is not emulated." in stack.failures()["Any"]


def test_a_composite_alarm_comes_after_what_it_names(stack: Stack) -> None:
    alone = {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": "ALARM(gone)"}}
    assert stack.deploy(template(more={"Any": alone})) == "ROLLBACK_COMPLETE"
    assert "in the alarm rule do not exist" in stack.failures()["Any"]


def test_number_parameters_arrive_as_numbers(stack: Stack) -> None:
    assert stack.deploy(template(count={"Ref": "Count"})) == "CREATE_COMPLETE"
    assert stack.endpoint()["ProductionVariants"][0]["CurrentInstanceCount"] == 2


def test_tags_of_the_stack_reach_every_resource_and_change_in_place(stack: Stack, aws: EmbeddedAws) -> None:
    def tags(arn: str) -> dict[str, str]:
        listed = stack.sagemaker.list_tags(ResourceArn=arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in listed}

    stack.deploy(template(), tags={"team": "ml"})
    model_arn = stack.sagemaker.list_models()["Models"][0]["ModelArn"]
    assert tags(stack.outputs()["EndpointArn"]) == {"team": "ml"}
    assert tags(model_arn)["aws:cloudformation:logical-id"] == "Model"
    assert stack.deploy(template(), tags={"team": "search"}) == "UPDATE_COMPLETE"
    assert set(aws.calls()) == {"AddTags"}
    assert tags(model_arn)["team"] == tags(stack.outputs()["EndpointArn"])["team"] == "search"


def test_delete_leaves_nothing_and_the_same_name_can_be_used_again(stack: Stack, aws: EmbeddedAws) -> None:
    stack.deploy(template(endpoint={"EndpointName": "Fixed"}))
    first = stack.endpoint()
    stack.delete()
    assert aws.calls() == DELETED
    assert stack.left_over() == []
    assert stack.deploy(template(endpoint={"EndpointName": "Fixed"})) == "CREATE_COMPLETE"
    assert stack.endpoint()["CreationTime"] > first["CreationTime"]


def test_a_stack_whose_endpoint_somebody_deleted_can_still_be_deleted(stack: Stack) -> None:
    stack.deploy(template())
    name = stack.outputs()["EndpointName"]
    stack.sagemaker.delete_endpoint(EndpointName=name)
    stack.sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig={"Delay": 1})
    stack.delete()
    assert stack.left_over() == []


def test_retained_resources_stay(stack: Stack) -> None:
    body = template()
    body["Resources"]["Model"]["UpdateReplacePolicy"] = "Retain"
    stack.deploy(body)
    changed = template(mode="Direct")
    changed["Resources"]["Model"]["UpdateReplacePolicy"] = "Retain"
    assert stack.deploy(changed) == "UPDATE_COMPLETE"
    retained, current = sorted(stack.sagemaker.list_models()["Models"], key=lambda model: model["CreationTime"])
    assert retained["ModelName"] != current["ModelName"]
    stack.sagemaker.delete_model(ModelName=retained["ModelName"])


@pytest.mark.parametrize(
    ("service", "operation", "request_members"),
    [
        ("sagemaker", "list_training_jobs", {}),
        ("sagemaker-runtime", "invoke_endpoint", {"EndpointName": "endpoint", "Body": b""}),
    ],
)
def test_what_is_not_emulated_is_refused(aws: EmbeddedAws, service: str, operation: str, request_members: Json) -> None:
    with pytest.raises(ClientError, match="not emulated") as refusal:
        getattr(aws.client(service), operation)(**request_members)
    assert refusal.value.response["Error"]["Code"] == "UnknownOperationException"


def test_regions_are_apart(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    here = aws.client("sagemaker")
    monkeypatch.setattr(aws, "region", "eu-west-1")
    elsewhere = aws.client("sagemaker")
    containers = [{"Image": "registry/image:1"}] * 2
    assert ":eu-west-1:" in elsewhere.create_model(ModelName="m", Containers=containers)["ModelArn"]
    assert here.list_models()["Models"] == []
    elsewhere.delete_model(ModelName="m")

"""How an update is deployed, what rolls it back, and what it leaves as it is."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.assertions import Annotations, Match

from sagemaker_multi_container import (
    Deployment,
    EndpointConfigurationError,
    ProductionVariant,
)

from .builders import endpoint, properties, resources, statements, wrong

MINUTES = cdk.Duration.minutes


def deployed(stack: cdk.Stack, **arguments: Any) -> dict[str, Any]:
    """The deployment of an endpoint with ten instances, as CloudFormation has it."""
    endpoint(stack, initial_instance_count=10, **arguments)
    return dict(properties(stack, "SageMaker::Endpoint")["DeploymentConfig"])


def alarm_on(stack: cdk.Stack, name: str) -> cloudwatch.Alarm:
    """An alarm on the errors of an endpoint, which it knows by this name."""
    metric = cloudwatch.Metric(
        namespace="AWS/SageMaker",
        metric_name="Invocation5XXErrors",
        dimensions_map={"EndpointName": name, "VariantName": "AllTraffic"},
    )
    return metric.create_alarm(stack, f"Alarm{len(stack.node.children)}", threshold=1, evaluation_periods=1)


@pytest.mark.parametrize(
    ("deployment", "policy"),
    [
        pytest.param(
            Deployment.all_at_once(),
            {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}},
            id="all at once",
        ),
        pytest.param(
            Deployment.all_at_once(termination_wait=MINUTES(5)),
            {
                "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
                "TerminationWaitInSeconds": 300,
            },
            id="all at once, watched",
        ),
        pytest.param(
            Deployment.canary(percent=10, wait=MINUTES(10), maximum_execution_timeout=MINUTES(60)),
            {
                "TrafficRoutingConfiguration": {
                    "Type": "CANARY",
                    "WaitIntervalInSeconds": 600,
                    "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
                },
                "MaximumExecutionTimeoutInSeconds": 3600,
            },
            id="canary",
        ),
        pytest.param(
            Deployment.linear(instances=2, wait=MINUTES(1)),
            {
                "TrafficRoutingConfiguration": {
                    "Type": "LINEAR",
                    "WaitIntervalInSeconds": 60,
                    "LinearStepSize": {"Type": "INSTANCE_COUNT", "Value": 2},
                },
            },
            id="linear",
        ),
    ],
)
def test_deploys_a_new_fleet(stack: cdk.Stack, deployment: Deployment, policy: dict[str, Any]) -> None:
    assert deployed(stack, deployment=deployment) == {"BlueGreenUpdatePolicy": policy}


def test_deploys_in_batches(stack: cdk.Stack) -> None:
    rolling = Deployment.rolling(percent=20, wait=MINUTES(2), rollback_percent=100)

    assert deployed(stack, deployment=rolling) == {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 20},
            "RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 100},
            "WaitIntervalInSeconds": 120,
        }
    }


def test_leaves_the_deployment_to_sagemaker_unless_told(stack: cdk.Stack) -> None:
    endpoint(stack)

    assert set(properties(stack, "SageMaker::Endpoint")) == {"EndpointConfigName"}


def test_a_size_is_given_in_one_unit(stack: cdk.Stack) -> None:
    both = Deployment.canary(percent=10, instances=1, wait=MINUTES(1))
    with pytest.raises(EndpointConfigurationError, match=r"deployment\.percent .* is given beside instances"):
        endpoint(stack, initial_instance_count=10, deployment=both)


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        pytest.param({"deployment": "CANARY"}, "deployment", id="deployment"),
        pytest.param({"deployment": Deployment.canary(percent=10, wait=wrong(600))}, "deployment.wait", id="wait"),
        pytest.param(
            {"deployment": Deployment.canary(percent=wrong("10%"), wait=MINUTES(1))}, "deployment.percent", id="percent"
        ),
        pytest.param({"rollback_alarms": "errors"}, "rollback_alarms", id="alarms"),
        pytest.param({"rollback_alarms": ["errors"]}, "rollback_alarms[0]", id="alarm"),
        pytest.param({"retain_instance_counts": "yes"}, "retain_instance_counts", id="counts"),
        pytest.param({"retain_weights": 1}, "retain_weights", id="weights"),
    ],
)
def test_refuses_arguments_of_wrong_types(stack: cdk.Stack, arguments: dict[str, Any], where: str) -> None:
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, **arguments)

    assert [problem.where.partition(" (")[0] for problem in refused.value.problems] == [where]


def test_rolls_back_when_an_alarm_goes_off(stack: cdk.Stack) -> None:
    alarm = cloudwatch.Alarm.from_alarm_name(stack, "Imported", "errors-of-the-shop")
    made = endpoint(stack, rollback_alarms=[alarm])
    made.add_rollback_alarm(cloudwatch.Alarm.from_alarm_name(stack, "Another", "slowness-of-the-shop"))

    assert properties(stack, "SageMaker::Endpoint")["DeploymentConfig"] == {
        "AutoRollbackConfiguration": {
            "Alarms": [{"AlarmName": "errors-of-the-shop"}, {"AlarmName": "slowness-of-the-shop"}]
        }
    }


def test_alarms_and_deployment_go_together(stack: cdk.Stack) -> None:
    alarm = cloudwatch.Alarm.from_alarm_name(stack, "Imported", "errors")
    canary = Deployment.canary(percent=10, wait=MINUTES(1))

    assert set(deployed(stack, deployment=canary, rollback_alarms=[alarm])) == {
        "BlueGreenUpdatePolicy",
        "AutoRollbackConfiguration",
    }


def test_its_own_alarm_exists_before_the_endpoint(stack: cdk.Stack) -> None:
    """The endpoint refers to the alarm, and the alarm not to the endpoint."""
    made = endpoint(stack, endpoint_name="search")
    made.add_rollback_alarm(alarm_on(stack, "search"))

    ((alarm_id, alarm),) = resources(stack, "CloudWatch::Alarm").items()
    deployment = properties(stack, "SageMaker::Endpoint")["DeploymentConfig"]
    assert deployment["AutoRollbackConfiguration"]["Alarms"] == [{"AlarmName": {"Ref": alarm_id}}]
    assert "DependsOn" not in alarm
    assert {"Name": "EndpointName", "Value": "search"} in alarm["Properties"]["Dimensions"]


@pytest.mark.parametrize("named", [False, True], ids=["generated name", "name of its own"])
def test_an_alarm_that_waits_for_the_endpoint_is_refused(stack: cdk.Stack, named: bool) -> None:
    """CloudFormation would call it a circular dependency."""
    made = endpoint(stack, endpoint_name="search" if named else None)
    alarm = alarm_on(stack, made.endpoint_name)
    with pytest.raises(EndpointConfigurationError, match="give the endpoint an endpoint_name, and use"):
        made.add_rollback_alarm(alarm)

    assert "DeploymentConfig" not in properties(stack, "SageMaker::Endpoint")


def test_an_alarm_in_another_region_is_refused(app: cdk.App) -> None:
    """SageMaker looks for alarms in the endpoint's region."""
    near = cdk.Stack(app, "Near", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    far = cdk.Stack(app, "Far", env=cdk.Environment(account="123456789012", region="us-east-1"))
    made = endpoint(near)
    with pytest.raises(EndpointConfigurationError, match="is in us-east-1, and the endpoint is in eu-west-1"):
        made.add_rollback_alarm(cloudwatch.Alarm.from_alarm_name(far, "Alarm", "errors"))


def test_an_eleventh_alarm_is_refused_and_forgotten(stack: cdk.Stack) -> None:
    alarms = [cloudwatch.Alarm.from_alarm_name(stack, f"Alarm{number}", str(number)) for number in range(11)]
    made = endpoint(stack, rollback_alarms=alarms[:10])
    with pytest.raises(EndpointConfigurationError, match="MCE-P14"):
        made.add_rollback_alarm(alarms[10])

    deployment = properties(stack, "SageMaker::Endpoint")["DeploymentConfig"]
    assert len(deployment["AutoRollbackConfiguration"]["Alarms"]) == 10


@pytest.mark.parametrize(
    ("counts", "weights", "left_out"),
    [
        pytest.param(True, False, ["DesiredWeight"], id="counts"),
        pytest.param(False, True, ["DesiredInstanceCount"], id="weights"),
        pytest.param(True, True, [], id="both"),
    ],
)
def test_an_update_keeps_what_it_is_told_to(stack: cdk.Stack, counts: bool, weights: bool, left_out: list[str]) -> None:
    endpoint(stack, retain_instance_counts=counts, retain_weights=weights)

    found = properties(stack, "SageMaker::Endpoint")
    assert found["RetainAllVariantProperties"] is True
    excluded = found.get("ExcludeRetainedVariantProperties", [])
    assert [each["VariantPropertyType"] for each in excluded] == left_out


def test_scaling_keeps_the_counts_and_leaves_the_weights_to_the_template(stack: cdk.Stack) -> None:
    """Or each deployment would take away the instances that the load needs."""
    made = endpoint(stack)
    made.add_variant(ProductionVariant(name="b", instance_type="ml.m5.large"))
    made.auto_scale(min_capacity=1, max_capacity=4, variant="b")

    found = properties(stack, "SageMaker::Endpoint")
    assert found["RetainAllVariantProperties"] is True
    assert found["ExcludeRetainedVariantProperties"] == [{"VariantPropertyType": "DesiredWeight"}]


def test_an_alarm_added_after_scaling_loses_nothing(stack: cdk.Stack) -> None:
    """Whichever order the calls came in."""
    rolling = Deployment.rolling(percent=50, wait=MINUTES(1))
    alarm = cloudwatch.Alarm.from_alarm_name(stack, "Imported", "errors")
    one = endpoint(stack, initial_instance_count=2, deployment=rolling)
    one.auto_scale(min_capacity=1, max_capacity=4)
    one.add_rollback_alarm(alarm)
    another = endpoint(stack, "Another", initial_instance_count=2, deployment=rolling)
    another.add_rollback_alarm(alarm)
    another.auto_scale(min_capacity=1, max_capacity=4)

    first, second = (each["Properties"] for each in resources(stack, "SageMaker::Endpoint").values())
    del first["EndpointConfigName"], second["EndpointConfigName"]
    assert first == second
    assert set(first) == {"DeploymentConfig", "RetainAllVariantProperties", "ExcludeRetainedVariantProperties"}


@pytest.mark.parametrize("made_by", ["constructor", "later"])
def test_the_role_may_see_the_alarms(stack: cdk.Stack, made_by: str) -> None:
    """SageMaker watches them as the execution role."""
    alarm = cloudwatch.Alarm.from_alarm_name(stack, "Imported", "errors")
    if made_by == "constructor":
        endpoint(stack, rollback_alarms=[alarm])
    else:
        endpoint(stack).add_rollback_alarm(alarm)

    allowed = statements(stack)["cloudwatch:DescribeAlarms"]
    assert "alarm:errors" in str(allowed["Resource"])
    assert "Condition" not in allowed


def test_the_role_may_see_composite_alarms(stack: cdk.Stack) -> None:
    """CloudWatch describes them to nobody whose permission is narrower than `*`."""
    errors = cloudwatch.Alarm.from_alarm_name(stack, "Imported", "errors")
    rule = cloudwatch.AlarmRule.from_alarm(errors, cloudwatch.AlarmState.ALARM)
    endpoint(stack, rollback_alarms=[cloudwatch.CompositeAlarm(stack, "Any", alarm_rule=rule)])

    assert statements(stack)["cloudwatch:DescribeAlarms"]["Resource"] == "*"


def test_a_composite_alarm_that_waits_for_the_endpoint_is_refused(stack: cdk.Stack) -> None:
    """Through the alarms that it is made of."""
    made = endpoint(stack)
    own = made.metrics.invocation_5xx_errors().create_alarm(stack, "Own", threshold=1, evaluation_periods=1)
    rule = cloudwatch.AlarmRule.from_alarm(own, cloudwatch.AlarmState.ALARM)
    with pytest.raises(EndpointConfigurationError, match="would wait for each other"):
        made.add_rollback_alarm(cloudwatch.CompositeAlarm(stack, "Any", alarm_rule=rule))


def any_of(stack: cdk.Stack, id: str, *alarms: Any) -> cloudwatch.CompositeAlarm:
    """A composite alarm."""
    rules = [cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in alarms]
    return cloudwatch.CompositeAlarm(stack, id, alarm_rule=cloudwatch.AlarmRule.any_of(*rules))


def test_a_composite_alarm_of_composite_alarms_that_wait_for_the_endpoint_is_refused(stack: cdk.Stack) -> None:
    made = endpoint(stack)
    own = made.metrics.invocation_5xx_errors().create_alarm(stack, "Own", threshold=1, evaluation_periods=1)
    other = cloudwatch.Alarm.from_alarm_name(stack, "Other", "errors")
    with pytest.raises(EndpointConfigurationError, match="would wait for each other"):
        made.add_rollback_alarm(any_of(stack, "Outer", any_of(stack, "Middle", any_of(stack, "Inner", own, other))))
    made.add_rollback_alarm(any_of(stack, "Welcome", any_of(stack, "Others", other)))


def test_a_composite_alarm_that_is_silenced_by_one_that_waits_for_the_endpoint_is_refused(stack: cdk.Stack) -> None:
    made = endpoint(stack)
    own = made.metrics.invocation_5xx_errors().create_alarm(stack, "Own", threshold=1, evaluation_periods=1)
    other = cloudwatch.Alarm.from_alarm_name(stack, "Other", "errors")
    rule = cloudwatch.AlarmRule.from_alarm(other, cloudwatch.AlarmState.ALARM)
    with pytest.raises(EndpointConfigurationError, match="would wait for each other"):
        made.add_rollback_alarm(cloudwatch.CompositeAlarm(stack, "Any", alarm_rule=rule, actions_suppressor=own))


def test_composite_alarms_that_are_made_of_each_other_are_none_of_the_endpoint(stack: cdk.Stack) -> None:
    """CloudFormation refuses them for what they are."""
    made = endpoint(stack)
    one = any_of(stack, "One", cloudwatch.Alarm.from_alarm_name(stack, "Errors", "errors"))
    other = any_of(stack, "Other", one)
    resource = one.node.default_child
    assert isinstance(resource, cloudwatch.CfnCompositeAlarm)
    resource.alarm_rule = f"ALARM({other.alarm_arn})"
    made.add_rollback_alarm(one)

    assert made.cfn_endpoint.deployment_config is not None


@pytest.mark.parametrize("argument", ["alarm_name", "alarm_description"])
def test_an_alarm_that_is_named_after_the_endpoint_is_refused(stack: cdk.Stack, argument: str) -> None:
    made = endpoint(stack)
    metric = cloudwatch.Metric(namespace="Shop", metric_name="Errors")
    words: dict[str, Any] = {argument: f"errors of {made.endpoint_name}"}
    alarm = metric.create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1, **words)
    with pytest.raises(EndpointConfigurationError, match="would wait for each other"):
        made.add_rollback_alarm(alarm)


def test_an_alarm_of_a_stack_with_the_same_logical_ids_is_welcome(app: cdk.App) -> None:
    one, other = cdk.Stack(app, "One"), cdk.Stack(app, "Other")
    of_other = endpoint(other).metrics.invocation_5xx_errors()
    alarm = of_other.create_alarm(other, "Alarm", threshold=1, evaluation_periods=1)
    endpoint(one).add_rollback_alarm(alarm)
    app.synth()

    assert "DeploymentConfig" in properties(one, "SageMaker::Endpoint")


def test_the_same_alarm_twice_is_one(stack: cdk.Stack) -> None:
    alarm = cloudwatch.Alarm.from_alarm_name(stack, "Imported", "errors")
    endpoint(stack, rollback_alarms=[alarm]).add_rollback_alarm(alarm, alarm)

    alarms = properties(stack, "SageMaker::Endpoint")["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert alarms == [{"AlarmName": "errors"}]


def test_a_refused_alarm_is_forgotten(stack: cdk.Stack) -> None:
    """Those that came with it as well, and what was there before stays."""
    there = cloudwatch.Alarm.from_alarm_name(stack, "There", "there")
    made = endpoint(stack, rollback_alarms=[there])
    eleven = [cloudwatch.Alarm.from_alarm_name(stack, f"Alarm{number}", str(number)) for number in range(11)]
    with pytest.raises(EndpointConfigurationError, match="MCE-P14"):
        made.add_rollback_alarm(*eleven)
    made.add_rollback_alarm(eleven[0])

    alarms = properties(stack, "SageMaker::Endpoint")["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert alarms == [{"AlarmName": "there"}, {"AlarmName": "0"}]


def test_warns_of_alarms_that_are_watched_for_no_time(stack: cdk.Stack) -> None:
    alarm = cloudwatch.Alarm.from_alarm_name(stack, "Imported", "errors")
    endpoint(stack, rollback_alarms=[alarm])
    endpoint(stack, "Waits", rollback_alarms=[alarm], deployment=Deployment.all_at_once(termination_wait=MINUTES(10)))

    found = Annotations.from_stack(stack)
    found.has_warning("/Stack/Endpoint", Match.string_like_regexp("MCE-P20"))
    found.has_no_warning("/Stack/Waits", Match.string_like_regexp("MCE-P20"))


@pytest.mark.parametrize("factory", [Deployment.canary, Deployment.linear])
def test_steps_wait_for_a_time_that_you_say(stack: cdk.Stack, factory: Any) -> None:
    with pytest.raises(EndpointConfigurationError, match="MCE-P06"):
        endpoint(stack, initial_instance_count=10, deployment=factory(percent=10, wait=None))


def test_says_which_line_made_a_deployment(stack: cdk.Stack) -> None:
    """As for everything else that has a line of its own."""
    with pytest.raises(EndpointConfigurationError, match=r"deployment\.instances \(.*test_deployment\.py:\d+\)"):
        endpoint(stack, initial_instance_count=4, deployment=Deployment.canary(instances=3, wait=MINUTES(1)))


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x", "eu-west-1"),
        ("arn:aws:cloudwatch:us-east-1:999999999999:alarm:x", "999999999999"),
    ],
)
def test_an_alarm_of_another_account_or_region_is_refused(app: cdk.App, arn: str, message: str) -> None:
    """SageMaker looks for it in the endpoint's."""
    stack = cdk.Stack(app, "Here", env=cdk.Environment(account="111122223333", region="us-east-1"))
    with pytest.raises(EndpointConfigurationError, match=message):
        endpoint(stack).add_rollback_alarm(cloudwatch.Alarm.from_alarm_arn(stack, "Alarm", arn))


@pytest.mark.parametrize("argument", ["retain_instance_counts", "retain_weights"])
def test_what_is_retained_is_decided_at_synth(stack: cdk.Stack, argument: str) -> None:
    """Since it decides what the template says."""
    condition = cdk.CfnCondition(stack, "Condition", expression=cdk.Fn.condition_equals("a", "b"))
    later: Any = cdk.Fn.condition_if(condition.logical_id, True, False)
    with pytest.raises(EndpointConfigurationError, match=f"{argument}: .*decided at synth"):
        endpoint(stack, **{argument: later})


@pytest.mark.parametrize("given", ["at first", "later"])
def test_an_l1_alarm_is_an_alarm(stack: cdk.Stack, given: str) -> None:
    """As those of `add_alarms` are, and whatever else the CDK calls an alarm."""
    alarm = cloudwatch.CfnAlarm(stack, "Alarm", comparison_operator="GreaterThanThreshold", evaluation_periods=1)
    imported = cloudwatch.CfnAlarm.from_alarm_name(stack, "Imported", "errors")
    if given == "at first":
        endpoint(stack, rollback_alarms=[wrong(alarm), imported])
    else:
        endpoint(stack).add_rollback_alarm(wrong(alarm), imported)

    alarms = properties(stack, "SageMaker::Endpoint")["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert alarms == [{"AlarmName": {"Ref": "Alarm"}}, {"AlarmName": "errors"}]
    own, other = statements(stack)["cloudwatch:DescribeAlarms"]["Resource"]
    assert own == {"Fn::GetAtt": ["Alarm", "Arn"]}
    assert "alarm:errors" in str(other)


def test_an_l1_alarm_that_waits_for_the_endpoint_is_refused(stack: cdk.Stack) -> None:
    """And so is a composite alarm of it."""
    made = endpoint(stack)
    (own, *_) = made.add_alarms().alarms.values()
    rule = cloudwatch.AlarmRule.from_alarm(own, cloudwatch.AlarmState.ALARM)
    for alarm in (own, cloudwatch.CompositeAlarm(stack, "Any", alarm_rule=rule)):
        with pytest.raises(EndpointConfigurationError, match="would wait for each other"):
            made.add_rollback_alarm(wrong(alarm))

    assert "DeploymentConfig" not in properties(stack, "SageMaker::Endpoint")


def test_an_alarm_of_its_own_is_a_rollback_alarm_once(stack: cdk.Stack) -> None:
    """Also if `add_alarms` says so, too."""
    made = endpoint(stack, endpoint_name="search")
    alarms = made.add_alarms(rollback=True).alarms
    cpu, latency = alarms["AllTraffic.CpuUtilization"], alarms["AllTraffic.LatencyP99"]
    made.add_rollback_alarm(wrong(cpu), wrong(latency))

    found = properties(stack, "SageMaker::Endpoint")["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    names = [stack.resolve(alarm.ref) for alarm in (cpu, latency, alarms["AllTraffic.ErrorRate5xx"])]
    assert [alarm["AlarmName"] for alarm in found] == names

"""The alarms of an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any, cast

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Annotations, Match, Template
from aws_cdk.aws_cloudwatch_actions import Ec2Action, Ec2InstanceAction
from constructs import Construct, IConstruct

from sagemaker_multi_container import (
    AsyncInference,
    ContainerDefinition,
    Deployment,
    EndpointAlarms,
    EndpointConfigurationError,
    MultiContainerEndpoint,
    ProductionVariant,
)

from .builders import DIRECT, SERIAL, container, containers, endpoint, properties, resources, wrong

NO_ALARMS: dict[str, Any] = {
    "latency_p99": False,
    "error_rate_5xx": False,
    "error_rate_4xx": False,
    "cpu_utilization": False,
    "memory_utilization": False,
    "disk_utilization": False,
}
LAMBDA_FLAG = "@aws-cdk/aws-cloudwatch-actions:changeLambdaPermissionLogicalIdForLambdaAction"
TOPIC = "arn:aws:sns:us-east-1:123456789012:topic"
OF_A_CONTAINER = ["LatencyP99", "ErrorRate5xx", "ErrorRate4xx"]
OF_A_VARIANT = ["ErrorRate5xx", "ErrorRate4xx", "CpuUtilization", "MemoryUtilization", "DiskUtilization"]


def only(**threshold: Any) -> dict[str, Any]:
    """The arguments for one kind of alarm."""
    return {**NO_ALARMS, **threshold}


def rendered(stack: cdk.Stack, alarm: cloudwatch.CfnAlarm) -> dict[str, Any]:
    """The CloudFormation properties of an alarm."""
    template = Template.from_stack(stack).to_json()
    found: dict[str, Any] = template["Resources"][stack.resolve(alarm.logical_id)]["Properties"]
    return found


def dimensions(alarm: dict[str, Any]) -> dict[str, Any]:
    """The dimensions of an alarm's metric, by name."""
    return {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}


def rollback_alarms(stack: cdk.Stack) -> list[str]:
    """The alarms that the endpoint names, by their logical ids."""
    deployment = properties(stack, "SageMaker::Endpoint")["DeploymentConfig"]
    return [alarm["AlarmName"]["Ref"] for alarm in deployment["AutoRollbackConfiguration"]["Alarms"]]


def test_watches_a_pipeline_as_a_whole(stack: cdk.Stack) -> None:
    """Its latency is that of all containers together."""
    made = endpoint(stack, mode=SERIAL).add_alarms()

    assert list(made.alarms) == [f"AllTraffic.{what}" for what in ["LatencyP99", *OF_A_VARIANT]]
    assert len(resources(stack, "CloudWatch::Alarm")) == 6


def test_watches_each_container_that_is_called_directly(stack: cdk.Stack) -> None:
    """Callers wait for one of them."""
    made = endpoint(stack, mode=DIRECT).add_alarms()

    of_containers = [f"{name}.{what}" for name in ("first", "second") for what in OF_A_CONTAINER]
    of_instances = ["CpuUtilization", "MemoryUtilization", "DiskUtilization"]
    assert list(made.alarms) == [f"AllTraffic.{what}" for what in [*of_containers, *of_instances]]


def test_errors_of_a_container(stack: cdk.Stack) -> None:
    """Which a busy neighbour would hide in the rate of the whole variant."""
    made = endpoint(stack, mode=DIRECT).add_alarms(**only(error_rate_5xx=2))

    alarm = rendered(stack, made.alarms["AllTraffic.second.ErrorRate5xx"])
    metrics = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    assert {metric["MetricName"] for metric in metrics} == {"Invocation5XXErrors", "Invocations"}
    assert all({"Name": "ContainerName", "Value": "second"} in metric["Dimensions"] for metric in metrics)


def test_latency_of_a_pipeline(stack: cdk.Stack) -> None:
    """CloudWatch has it in microseconds."""
    made = endpoint(stack, mode=SERIAL, endpoint_name="search").add_alarms(latency_p99=cdk.Duration.millis(250))

    assert rendered(stack, made.alarms["AllTraffic.LatencyP99"]) == {
        "AlarmDescription": "The slowest 1 % of the calls take longer than 250 ms, in variant AllTraffic of endpoint "
        "search. Look at CPU, memory and the number of instances; the model may have become slower, or the input "
        "larger.",
        "ComparisonOperator": "GreaterThanThreshold",
        "DatapointsToAlarm": 3,
        "Dimensions": [
            {"Name": "EndpointName", "Value": "search"},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ],
        "EvaluationPeriods": 5,
        "ExtendedStatistic": "p99",
        "MetricName": "ModelLatency",
        "Namespace": "AWS/SageMaker",
        "Period": 60,
        "Threshold": 250_000,
        "TreatMissingData": "notBreaching",
    }


def test_latency_of_a_container(stack: cdk.Stack) -> None:
    """Is its own."""
    made = endpoint(stack, mode=DIRECT, endpoint_name="search").add_alarms(latency_p99=cdk.Duration.seconds(2))

    alarm = rendered(stack, made.alarms["AllTraffic.second.LatencyP99"])
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ContainerLatency", 2_000_000)
    assert dimensions(alarm) == {"EndpointName": "search", "VariantName": "AllTraffic", "ContainerName": "second"}
    assert "in container second of variant AllTraffic of endpoint search" in alarm["AlarmDescription"]


@pytest.mark.parametrize(
    ("key", "metric", "argument", "default"),
    [
        ("ErrorRate5xx", "Invocation5XXErrors", "error_rate_5xx", 1),
        ("ErrorRate4xx", "Invocation4XXErrors", "error_rate_4xx", 5),
    ],
)
def test_error_rates_are_percentages_of_calls(
    stack: cdk.Stack, key: str, metric: str, argument: str, default: float
) -> None:
    """And without calls there are none."""
    made = endpoint(stack, "One", endpoint_name="one").add_alarms()
    other = endpoint(stack, "Two").add_alarms(**only(**{argument: 0.5}))

    alarm = rendered(stack, made.alarms[f"AllTraffic.{key}"])
    assert alarm["Threshold"] == default
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["Metrics"][1]["MetricStat"]["Metric"]["MetricName"] == metric
    assert alarm["Metrics"][1]["MetricStat"]["Period"] == 60
    assert "see the logs in /aws/sagemaker/Endpoints/one" in alarm["AlarmDescription"]
    assert rendered(stack, other.alarms[f"AllTraffic.{key}"])["Threshold"] == 0.5


@pytest.mark.parametrize(
    ("instance_type", "vcpus"), [("ml.m5.large", 2), ("ml.m5.xlarge", 4), ("ml.c5.9xlarge", 36), ("ml.t2.medium", 2)]
)
def test_cpu_is_a_percentage_of_all_vcpus(stack: cdk.Stack, instance_type: str, vcpus: int) -> None:
    """CloudWatch counts each as 100 percent."""
    made = endpoint(stack, instance_type=instance_type, endpoint_name="search").add_alarms(cpu_utilization=80)

    alarm = rendered(stack, made.alarms["AllTraffic.CpuUtilization"])
    assert (alarm["Namespace"], alarm["MetricName"]) == ("/aws/sagemaker/Endpoints", "CPUUtilization")
    assert (alarm["Threshold"], alarm["Statistic"]) == (80 * vcpus, "Average")
    assert "more than 80 % of their CPU" in alarm["AlarmDescription"]


@pytest.mark.parametrize(
    ("key", "threshold"), [("CpuUtilization", 360), ("MemoryUtilization", 90), ("DiskUtilization", 80)]
)
def test_silent_instances_are_no_good_sign(stack: cdk.Stack, key: str, threshold: float) -> None:
    """The alarm says that it has no data."""
    made = endpoint(stack).add_alarms()

    alarm = rendered(stack, made.alarms[f"AllTraffic.{key}"])
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (threshold, "missing")


@pytest.mark.parametrize("argument", NO_ALARMS)
def test_leaves_out_what_you_switch_off(stack: cdk.Stack, argument: str) -> None:
    """With False; None is the default."""
    arguments: dict[str, Any] = {**dict.fromkeys(NO_ALARMS), argument: False}
    made = endpoint(stack).add_alarms(**arguments)

    assert len(made.alarms) == 5


def test_watches_each_variant(stack: cdk.Stack) -> None:
    """With containers of its own."""
    variants = [
        ProductionVariant(name="old", instance_type="ml.m5.large"),
        ProductionVariant(name="new", instance_type="ml.m5.xlarge", containers=containers("x", "y"), mode=SERIAL),
    ]
    made = endpoint(stack, mode=DIRECT, instance_type=None, variants=variants)
    alarms = made.add_alarms(**only(latency_p99=None, cpu_utilization=50)).alarms

    assert list(alarms) == [
        "old.first.LatencyP99",
        "old.second.LatencyP99",
        "old.CpuUtilization",
        "new.LatencyP99",
        "new.CpuUtilization",
    ]
    assert rendered(stack, alarms["new.CpuUtilization"])["Threshold"] == 200


def test_watches_containers_that_come_later(stack: cdk.Stack) -> None:
    """Whichever order the calls come in."""
    topic = sns.Topic(stack, "Topic")
    made = endpoint(stack, mode=DIRECT, containers=None)
    made.add_alarms(**only(latency_p99=None), actions=[actions.SnsAction(topic)])
    for added in containers("a", "b"):
        made.add_container(added)

    alarms = [alarm["Properties"] for alarm in resources(stack, "CloudWatch::Alarm").values()]
    assert {dimensions(alarm)["ContainerName"] for alarm in alarms} == {"a", "b"}
    assert all(len(alarm["AlarmActions"]) == 1 for alarm in alarms)


def test_watches_variants_that_come_later(stack: cdk.Stack) -> None:
    """Also where you ask for the alarms."""
    made = endpoint(stack, mode=SERIAL)
    alarms = made.add_alarms(**only(error_rate_5xx=1))
    made.add_variant(ProductionVariant(name="new", instance_type="ml.m5.large"))

    assert list(alarms.alarms) == ["AllTraffic.ErrorRate5xx", "new.ErrorRate5xx"]


def test_tells_when_it_begins_and_when_it_is_over(stack: cdk.Stack) -> None:
    """With all of the actions."""
    topics = [sns.Topic(stack, name) for name in ("One", "Two")]
    endpoint(stack).add_alarms(actions=[actions.SnsAction(topic) for topic in topics])

    for alarm in resources(stack, "CloudWatch::Alarm").values():
        assert len(alarm["Properties"]["AlarmActions"]) == 2
        assert alarm["Properties"]["OKActions"] == alarm["Properties"]["AlarmActions"]


def test_waits_as_long_as_you_say(stack: cdk.Stack) -> None:
    """In each alarm."""
    endpoint(stack).add_alarms(period=cdk.Duration.minutes(5), evaluation_periods=2)

    alarms = [alarm["Properties"] for alarm in resources(stack, "CloudWatch::Alarm").values()]
    assert {(alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) for alarm in alarms} == {(2, 2)}
    periods = {alarm.get("Period") or alarm["Metrics"][1]["MetricStat"]["Period"] for alarm in alarms}
    assert periods == {300}


@pytest.mark.parametrize(("seconds", "times"), [(60, 1440), (300, 288), (3540, 24), (3600, 168), (86_400, 7)])
def test_takes_the_periods_of_cloudwatch(stack: cdk.Stack, seconds: int, times: int) -> None:
    """Up to a day, or 7 days of periods of an hour or more."""
    made = endpoint(stack).add_alarms(
        **only(memory_utilization=90), period=cdk.Duration.seconds(seconds), evaluation_periods=times
    )

    assert rendered(stack, made.alarms["AllTraffic.MemoryUtilization"])["Period"] == seconds


def test_is_made_twice_under_two_ids(stack: cdk.Stack) -> None:
    """Such as a warning, and a call at night."""
    made = endpoint(stack)
    made.add_alarms("Warnings", **only(error_rate_5xx=1))
    made.add_alarms("Pages", **only(error_rate_5xx=10))

    assert len(resources(stack, "CloudWatch::Alarm")) == 2


@pytest.mark.parametrize("mode", [DIRECT, SERIAL])
def test_rolls_back_on_errors_and_latency(stack: cdk.Stack, mode: Any) -> None:
    """Of the variant as a whole."""
    made = endpoint(stack, mode=mode, endpoint_name="search").add_alarms(rollback=True)

    kept = [made.alarms["AllTraffic.LatencyP99"], made.alarms["AllTraffic.ErrorRate5xx"]]
    assert rollback_alarms(stack) == [stack.resolve(alarm.ref)["Ref"] for alarm in kept]


def test_fifteen_containers_do_not_exceed_the_rollback_alarms(stack: cdk.Stack) -> None:
    """SageMaker takes 10."""
    fifteen = containers(*(f"c{number}" for number in range(15)))
    made = endpoint(stack, mode=DIRECT, containers=fifteen, endpoint_name="search").add_alarms(rollback=True)

    assert len(made.alarms) == 15 * 3 + 3 + 3
    first, second, errors = rollback_alarms(stack)
    alarms = resources(stack, "CloudWatch::Alarm")
    assert [len(alarms[each]["Properties"]["Metrics"]) for each in (first, second, errors)] == [11, 6, 3]


def test_rolls_back_on_the_slowest_container(stack: cdk.Stack) -> None:
    """Variants whose containers are called directly have no latency of their own that AWS documents."""
    made = endpoint(stack, mode=DIRECT, endpoint_name="search").add_alarms(
        **only(latency_p99=cdk.Duration.millis(300)), rollback=True
    )

    alarm = rendered(stack, made.alarms["AllTraffic.LatencyP99"])
    expression, *latencies = alarm["Metrics"]
    assert expression["Expression"] == "MAX([latency0,latency1])"
    assert [each["MetricStat"]["Metric"]["MetricName"] for each in latencies] == ["ContainerLatency"] * 2
    assert alarm["Threshold"] == 300_000


def test_rolls_back_on_containers_that_come_later(stack: cdk.Stack) -> None:
    """In the alarm that watches the others, also if you have that in your hands by then."""
    made = endpoint(stack, mode=DIRECT, endpoint_name="search")
    alarms = made.add_alarms(**only(latency_p99=None), rollback=True)
    before = alarms.alarms["AllTraffic.LatencyP99"]
    made.add_container(container("third"))

    assert alarms.alarms["AllTraffic.LatencyP99"] is before
    alarm = rendered(stack, before)
    assert alarm["Metrics"][0]["Expression"] == "MAX([latency0,latency1,latency2])"
    assert dimensions(alarm["Metrics"][3]["MetricStat"]["Metric"])["ContainerName"] == "third"
    assert alarm["Threshold"] == 10_000_000
    assert len(rollback_alarms(stack)) == 1


def names_in(tree: object) -> set[str]:
    """The keys of a property tree."""
    if isinstance(tree, dict):
        return {*tree, *(name for inner in tree.values() for name in names_in(inner))}
    return {name for inner in tree for name in names_in(inner)} if isinstance(tree, list) else set()


@pytest.mark.parametrize("account", [cdk.Aws.ACCOUNT_ID, "123456789012"], ids=["token", "literal"])
def test_l1_drops_nothing_that_alarms_say(stack: cdk.Stack, account: str) -> None:
    """As it does without a word with each nested key that it does not know."""
    arn = f"arn:aws:sagemaker:us-east-1:{account}:endpoint/search"
    made = MultiContainerEndpoint.from_endpoint_arn(
        stack, "Imported", arn, mode=DIRECT, hostnames=["a", "b"], variant_names=["main"]
    ).add_alarms(cpu_utilization=False)

    for key, alarm in made.alarms.items():
        watch = made._watches[key]  # noqa: SLF001 - what L1 was given
        assert names_in(rendered(stack, alarm)) == names_in(watch.properties)


CALLS: dict[str, Callable[[MultiContainerEndpoint], object]] = {
    "alarms": lambda made: made.add_alarms(
        error_rate_4xx=False, memory_utilization=False, disk_utilization=False, rollback=True
    ),
    "container": lambda made: made.add_container(container("third")),
    "variant": lambda made: made.add_variant(ProductionVariant(name="new", instance_type="ml.m5.large")),
    "dashboard": lambda made: made.add_dashboard(),
    "scaling": lambda made: made.auto_scale(min_capacity=1, max_capacity=3, variant="old"),
    "rollback alarm": lambda made: made.add_rollback_alarm(cloudwatch.Alarm.from_alarm_name(made, "Mine", "mine")),
}
ORDERED = CALLS.keys() - {"dashboard", "scaling"}
"""Those of which each adds to what another one has made."""


def template_after(calls: Sequence[str]) -> dict[str, Any]:
    """The template of an endpoint on which these were called."""
    stack = cdk.Stack(cdk.App(), "Stack")
    variants = [ProductionVariant(name="old", instance_type="ml.m5.large")]
    made = endpoint(stack, mode=DIRECT, endpoint_name="search", instance_type=None, variants=variants)
    for call in calls:
        CALLS[call](made)
    return dict(Template.from_stack(stack).to_json())


@pytest.mark.parametrize("first", sorted(ORDERED))
def test_is_the_same_whichever_order_the_calls_come_in(first: str) -> None:
    """Alarms, those that roll back, dashboard and all the rest."""
    expected = template_after([*CALLS])

    made = next(each for each in expected["Resources"].values() if each["Type"] == "AWS::SageMaker::Endpoint")
    assert len(made["Properties"]["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]) == 5
    for others in permutations(ORDERED - {first}):
        calls = [first, *others]
        assert template_after([*calls, "dashboard", "scaling"]) == expected
        assert template_after(["scaling", "dashboard", *calls]) == expected


@pytest.mark.parametrize("calls", list(permutations(["alarms", "container", "variant"])))
def test_shows_its_alarms_in_the_same_order_whichever_came_first(calls: Sequence[str]) -> None:
    """That of the variants and their containers."""
    variants = [ProductionVariant(name="old", instance_type="ml.m5.large")]
    made = endpoint(cdk.Stack(), mode=DIRECT, instance_type=None, variants=variants)
    results = [made.add_alarms() if call == "alarms" else CALLS[call](made) for call in calls]
    (alarms,) = (result for result in results if isinstance(result, EndpointAlarms))

    of_containers = [f"{name}.{what}" for name in ("first", "second", "third") for what in OF_A_CONTAINER]
    of_a_variant = [*of_containers, "CpuUtilization", "MemoryUtilization", "DiskUtilization"]
    assert [*alarms.alarms] == [f"{variant}.{what}" for variant in ("old", "new") for what in of_a_variant]


@pytest.mark.parametrize(
    ("arguments", "variant", "message"),
    [
        ({"rollback": True}, {"instance_type": "ml.m5.large"}, "rollback: needs 12 rollback alarms beside 0 others"),
        ({"cpu_utilization": 80}, {"instance_type": "ml.new9.metal"}, "the instance type of variant 'new' is ml.new9"),
    ],
)
def test_refuses_variants_that_cannot_have_their_alarms(
    stack: cdk.Stack, arguments: dict[str, Any], variant: dict[str, Any], message: str
) -> None:
    """At the line that adds them; the endpoint stays as it was."""
    variants = [ProductionVariant(name=f"v{number}", instance_type="ml.m5.large") for number in range(5)]
    made = endpoint(stack, endpoint_name="search", instance_type=None, variants=variants)
    alarms = made.add_alarms(**arguments)
    before = Template.from_stack(stack).to_json()
    there = [*alarms.alarms]

    for _ in range(2):
        with pytest.raises(EndpointConfigurationError, match=message):
            made.add_variant(ProductionVariant(name="new", containers=containers("x", "y"), **variant))

    assert Template.from_stack(stack).to_json() == before
    assert [*alarms.alarms] == there


@jsii.implements(cdk.IAspect)
class AtSynth:
    """An Aspect that does something with an endpoint, once."""

    def __init__(self, made: MultiContainerEndpoint, call: str) -> None:
        self._made = made
        self._call = call

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, cdk.CfnParameter) and self._call:
            call, self._call = self._call, ""
            CALLS[call](self._made)


@pytest.mark.parametrize("stabilize", [False, True])
@pytest.mark.parametrize("call", ["alarms", "container", "variant"])
def test_watches_what_an_aspect_adds(call: str, *, stabilize: bool) -> None:
    """As if it had been there before."""
    templates = []
    for at_synth in (True, False):
        stack = cdk.Stack(cdk.App(context={"@aws-cdk/core:aspectStabilization": stabilize}), "Stack")
        made = endpoint(stack, mode=DIRECT, endpoint_name="search")
        cdk.CfnParameter(stack, "Parameter")
        if call != "alarms":
            CALLS["alarms"](made)
        if at_synth:
            cdk.Aspects.of(stack).add(cast("cdk.IAspect", AtSynth(made, call)))
        else:
            CALLS[call](made)
        templates.append(Template.from_stack(stack).to_json())

    assert templates[0] == templates[1]


def test_leaves_your_own_deployment_config_alone(stack: cdk.Stack) -> None:
    """Nothing is made at synth that could overwrite it."""
    made = endpoint(stack, mode=SERIAL, endpoint_name="search")
    made.add_alarms(rollback=True)
    mine: Any = {"autoRollbackConfiguration": {"alarms": [{"alarmName": "mine"}]}}
    made.cfn_endpoint.deployment_config = mine

    deployment = properties(stack, "SageMaker::Endpoint")["DeploymentConfig"]
    assert deployment == {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "mine"}]}}


@jsii.implements(cloudwatch.IAlarmAction)
class Choosy:
    """An action that is written in Python, and takes each alarm but one."""

    def __init__(self, refuses: str = "") -> None:
        self._refuses = refuses
        self.seen: list[cloudwatch.IAlarm] = []

    def bind(self, scope: Construct, alarm: cloudwatch.IAlarm) -> cloudwatch.AlarmActionConfig:
        if scope.node.id == self._refuses:
            raise ValueError("not this one")
        self.seen.append(alarm)
        return cloudwatch.AlarmActionConfig(alarm_action_arn=TOPIC)


def test_takes_actions_that_are_written_in_python(stack: cdk.Stack) -> None:
    """They see each alarm, with its ARN."""
    action = Choosy()
    alarms = endpoint(stack).add_alarms(actions=[wrong(action)]).alarms

    seen = [stack.resolve(alarm.alarm_arn) for alarm in action.seen]
    assert seen == [stack.resolve(alarm.attr_arn) for alarm in alarms.values()]
    assert rendered(stack, alarms["AllTraffic.LatencyP99"])["OKActions"] == [TOPIC]


def test_refuses_actions_that_refuse_an_alarm(stack: cdk.Stack) -> None:
    """In their own words, and makes none of the alarms."""
    made = endpoint(stack)
    before = len(made.node.find_all())
    said = r"add_alarms: actions: cannot be used for the alarm 'AllTraffic\.CpuUtilization': not this one"

    with pytest.raises(EndpointConfigurationError, match=said):
        made.add_alarms(actions=[wrong(Choosy("Alarms.AllTraffic.CpuUtilization"))])
    assert len(made.node.find_all()) == before

    assert len(made.add_alarms().alarms) == 6


def test_refuses_containers_whose_alarms_an_action_refuses() -> None:
    """The endpoint stays as it was, also the alarms that watch several containers."""
    templates = []
    for tries in (True, False):
        stack = cdk.Stack(cdk.App(), "Stack")
        made = endpoint(stack, mode=DIRECT, endpoint_name="search")
        made.add_dashboard()
        made.add_alarms(actions=[wrong(Choosy("Alarms.AllTraffic.third.ErrorRate5xx"))], rollback=True)
        if tries:
            with pytest.raises(EndpointConfigurationError, match="not this one"):
                made.add_container(container("third"))
        templates.append(Template.from_stack(stack).to_json())

    assert templates[0] == templates[1]


@pytest.mark.parametrize("region", [None, "eu-west-1"])
def test_refuses_actions_on_ec2_instances(region: str | None) -> None:
    """CloudWatch takes them for alarms on one instance, as EC2 knows it."""
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(region=region))

    with pytest.raises(EndpointConfigurationError, match="act on EC2 instances, and the alarms are on none"):
        endpoint(stack).add_alarms(actions=[Ec2Action(Ec2InstanceAction.STOP)])

    assert resources(stack, "CloudWatch::Alarm") == {}


def function(stack: cdk.Stack) -> lambda_.Function:
    """A function that alarms can call."""
    code = lambda_.Code.from_inline("def handler(event, context): ...")
    return lambda_.Function(stack, "Page", code=code, handler="index.handler", runtime=lambda_.Runtime.PYTHON_3_13)


def test_lets_its_alarms_call_a_function(stack: cdk.Stack) -> None:
    """Each of them, and nobody else."""
    action = actions.LambdaAction(function(stack), use_unique_permission_id=True)
    alarms = endpoint(stack).add_alarms(actions=[action]).alarms

    permissions = [each["Properties"]["SourceArn"] for each in resources(stack, "Lambda::Permission").values()]
    assert permissions == [stack.resolve(alarm.attr_arn) for alarm in alarms.values()]


@pytest.mark.parametrize("flag", [True, False])
def test_lets_the_alarms_of_several_endpoints_call_a_function(*, flag: bool) -> None:
    """Each with a permission of its own, whichever way the CDK tells the permissions apart."""
    stack = cdk.Stack(cdk.App(context={LAMBDA_FLAG: flag}), "Stack")
    action = actions.LambdaAction(function(stack), use_unique_permission_id=not flag)
    alarms = [
        alarm
        for name in ("One", "Another")
        for alarm in endpoint(stack, name).add_alarms(actions=[action]).alarms.values()
    ]

    permissions = [each["Properties"]["SourceArn"] for each in resources(stack, "Lambda::Permission").values()]
    assert permissions == [stack.resolve(alarm.attr_arn) for alarm in alarms]


def test_says_how_several_alarms_can_call_a_function() -> None:
    """Without a feature flag the CDK names all permissions alike."""
    stack = cdk.Stack(cdk.App(), "Stack")
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError) as refused:
        made.add_alarms(actions=[actions.LambdaAction(function(stack))])

    (problem,) = refused.value.problems
    assert LAMBDA_FLAG in problem.fix
    assert "use_unique_permission_id=True" in problem.fix


@pytest.mark.parametrize("call", ["add_alarm_action", "add_ok_action", "add_insufficient_data_action"])
def test_refuses_more_actions_than_an_alarm_takes_before_there_is_one(stack: cdk.Stack, call: str) -> None:
    """What is promised to the alarms that are still to come counts as well."""
    made = endpoint(stack, mode=DIRECT, containers=None)
    alarms = made.add_alarms(**only(latency_p99=None))
    five = [wrong(Choosy()) for _ in range(5)]
    getattr(alarms, call)(*five)

    with pytest.raises(EndpointConfigurationError, match="are 5 beside 5 others, and CloudWatch takes 5 for an alarm"):
        getattr(alarms, call)(*five)

    made.add_container(container("first"))
    made.add_container(container("second"))
    told = [alarm for each in alarms.alarms.values() for alarm in rendered(stack, each).items()]
    assert [value for name, value in told if name.endswith("Actions")] == [[TOPIC] * 5] * 2


def test_tells_more_of_one_alarm(stack: cdk.Stack) -> None:
    """Beside what all of them tell."""
    everyone, on_call = (actions.SnsAction(sns.Topic(stack, name)) for name in ("Everyone", "OnCall"))
    made = endpoint(stack).add_alarms(actions=[everyone])
    made.add_alarm_action(on_call, alarm="AllTraffic.LatencyP99")
    made.add_insufficient_data_action(on_call, alarm="AllTraffic.CpuUtilization")

    told = {key: rendered(stack, alarm) for key, alarm in made.alarms.items()}
    counts = {
        key: [len(alarm.get(f"{state}Actions", ())) for state in ("Alarm", "OK", "InsufficientData")]
        for key, alarm in told.items()
    }
    assert counts.pop("AllTraffic.LatencyP99") == [2, 1, 0]
    assert counts.pop("AllTraffic.CpuUtilization") == [1, 1, 1]
    assert [*counts.values()] == [[1, 1, 0]] * 4


@pytest.mark.parametrize("container_first", [True, False])
def test_tells_more_of_all_alarms(stack: cdk.Stack, *, container_first: bool) -> None:
    """Also of those that come later."""
    made = endpoint(stack, mode=DIRECT)
    alarms = made.add_alarms(**only(latency_p99=None))
    if container_first:
        made.add_container(container("third"))
    alarms.add_ok_action(wrong(Choosy()))
    if not container_first:
        made.add_container(container("third"))

    assert [rendered(stack, alarm)["OKActions"] for alarm in alarms.alarms.values()] == [[TOPIC]] * 3


@pytest.mark.parametrize(
    ("given", "alarm", "message"),
    [
        ([1], None, r"add_alarm_action\.actions\[0\]: is the int 1, expected a cloudwatch\.IAlarmAction"),
        ([Choosy()] * 5, None, "are 5 beside 1 others, and CloudWatch takes 5 for an alarm"),
        (
            [Choosy()],
            "AllTraffic.Latency",
            "alarm: is the str 'AllTraffic.Latency', and the alarms are 'AllT",
        ),
        ([Choosy()], ["AllTraffic.LatencyP99"], r"alarm: is the list \['AllTraffic\.LatencyP99'\], and the alarms are"),
        ([Choosy("Alarms.AllTraffic.CpuUtilization")], None, "not this one"),
        (
            [Ec2Action(Ec2InstanceAction.STOP)],
            "AllTraffic.LatencyP99",
            "add_alarm_action: actions: act on EC2 instances",
        ),
    ],
)
def test_refuses_wrong_additional_actions(stack: cdk.Stack, given: list[Any], alarm: Any, message: str) -> None:
    """And adds none of them."""
    made = endpoint(stack).add_alarms(actions=[wrong(Choosy())])
    before = resources(stack, "CloudWatch::Alarm")

    with pytest.raises(EndpointConfigurationError, match=message):
        made.add_alarm_action(*given, alarm=alarm)

    assert resources(stack, "CloudWatch::Alarm") == before


def test_its_alarms_are_taken_by_the_cdk(stack: cdk.Stack) -> None:
    """By composite alarms, mute rules and widgets."""
    made = endpoint(stack, endpoint_name="search")
    latency, errors, *_ = made.add_alarms().alarms.values()
    either = cloudwatch.AlarmRule.any_of(
        *(cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in (latency, errors))
    )
    cloudwatch.CompositeAlarm(stack, "Either", alarm_rule=either, actions_suppressor=latency)
    cloudwatch.Dashboard(stack, "Dashboard").add_widgets(cloudwatch.AlarmStatusWidget(alarms=[latency]))

    (composite,) = resources(stack, "CloudWatch::CompositeAlarm").values()
    assert stack.resolve(errors.attr_arn) in composite["Properties"]["AlarmRule"]["Fn::Join"][1]
    assert composite["Properties"]["ActionsSuppressor"] == stack.resolve(latency.attr_arn)


def test_counts_the_rollback_alarms_of_others(stack: cdk.Stack) -> None:
    """SageMaker takes 10 in all."""
    variants = [ProductionVariant(name=f"v{number}", instance_type="ml.m5.large") for number in range(3)]
    made = endpoint(stack, endpoint_name="search", instance_type=None, variants=variants)
    made.add_alarms(rollback=True)

    with pytest.raises(EndpointConfigurationError, match="rollback: needs 12 rollback alarms"):
        made.add_alarms("More", rollback=True)

    assert len(rollback_alarms(stack)) == 6


@pytest.mark.parametrize("errors", [False, None])
def test_refuses_to_roll_back_on_nothing(stack: cdk.Stack, errors: Any) -> None:
    """An update would not be watched at all."""
    made = endpoint(stack, endpoint_name="search") if errors is False else asynchronous(stack)
    latency: dict[str, Any] = {"latency_p99": False} if errors is False else {}

    with pytest.raises(EndpointConfigurationError, match="neither an alarm on latency nor one on 5xx") as refused:
        made.add_alarms(error_rate_5xx=errors, rollback=True, **latency)

    assert refused.value.problems[0].fix.startswith("give latency_p99=")
    assert made.node.try_find_child("Alarms") is None


def test_takes_no_actions_as_none(stack: cdk.Stack) -> None:
    """As if they were not given."""
    endpoint(stack).add_alarms(actions=None)

    assert not any("AlarmActions" in alarm["Properties"] for alarm in resources(stack, "CloudWatch::Alarm").values())


def test_refuses_more_rollback_alarms_than_sagemaker_takes(stack: cdk.Stack) -> None:
    """And adds none of them."""
    variants = [ProductionVariant(name=f"v{number}", instance_type="ml.m5.large") for number in range(6)]
    made = endpoint(stack, endpoint_name="search", instance_type=None, variants=variants)

    with pytest.raises(EndpointConfigurationError, match="10"):
        made.add_alarms(rollback=True)

    assert resources(stack, "CloudWatch::Alarm") == {}
    assert "DeploymentConfig" not in properties(stack, "SageMaker::Endpoint")


def test_refuses_to_roll_back_where_the_name_is_generated(stack: cdk.Stack) -> None:
    """Alarm and endpoint would wait for each other."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError, match="the name is generated"):
        made.add_alarms(rollback=True)

    assert resources(stack, "CloudWatch::Alarm") == {}


def test_refuses_to_roll_an_imported_endpoint_back(stack: cdk.Stack) -> None:
    """It is updated elsewhere."""
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search", variant_names=["main"])

    with pytest.raises(EndpointConfigurationError, match="imported endpoint"):
        made.add_alarms(rollback=True, cpu_utilization=False)

    assert len(made.node.find_all()) == 1


def cpu_warnings(stack: cdk.Stack) -> list[str]:
    """What is said about CPU alarms."""
    found = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp("CPU utilization"))
    return [str(warning.entry.data) for warning in found]


@pytest.mark.parametrize("instance_type", ["token", "ml.new9.metal"])
def test_warns_where_the_vcpus_are_not_known(stack: cdk.Stack, instance_type: str) -> None:
    """And leaves out that alarm alone."""
    if instance_type == "token":
        instance_type = cdk.CfnParameter(stack, "Type").value_as_string
    made = endpoint(stack, instance_type=instance_type).add_alarms()

    assert list(made.alarms) == [f"AllTraffic.{what}" for what in ["LatencyP99", *OF_A_VARIANT] if what[0] != "C"]
    (warning,) = cpu_warnings(stack)
    assert "the alarm on CPU utilization is left out: it needs the number of vCPUs" in warning
    assert "give add_alarms cpu_utilization=False" in warning
    assert "sagemaker-multi-container:MCE-Y04" in warning


def test_warns_once_of_each_variant(stack: cdk.Stack) -> None:
    """Also of one that comes later, and not of one that was refused."""
    made = endpoint(stack, mode=DIRECT, instance_type="ml.new9.metal")
    made.add_alarms("Warnings")
    made.add_alarms("Pages", latency_p99=cdk.Duration.seconds(1))
    made.add_container(container("third"))
    with pytest.raises(EndpointConfigurationError):
        made.add_variant(ProductionVariant(name="AllTraffic", instance_type="ml.new8.metal"))
    made.add_variant(ProductionVariant(name="new", instance_type="ml.new7.metal"))

    assert [name for warning in cpu_warnings(stack) for name in ("AllTraffic", "new") if repr(name) in warning] == [
        "AllTraffic",
        "new",
    ]


def test_does_not_warn_of_what_is_switched_off(stack: cdk.Stack) -> None:
    """You know already."""
    endpoint(stack, instance_type="ml.new9.metal").add_alarms(cpu_utilization=False)

    assert cpu_warnings(stack) == []


def test_refuses_a_cpu_threshold_where_the_vcpus_are_not_known(stack: cdk.Stack) -> None:
    """Nobody else would see that it is missing."""
    made = endpoint(stack, instance_type="ml.new9.metal")

    with pytest.raises(EndpointConfigurationError, match=r"the instance type of variant 'AllTraffic' is ml.new9.metal"):
        made.add_alarms(cpu_utilization=80)

    assert resources(stack, "CloudWatch::Alarm") == {}


@pytest.mark.parametrize("mode", [DIRECT, SERIAL, None])
def test_watches_imported_endpoints(stack: cdk.Stack, mode: Any) -> None:
    """As far as their containers are known."""
    hostnames = () if mode is None else ("a", "b")
    made = MultiContainerEndpoint.from_endpoint_name(
        stack, "Imported", "search", mode=mode, hostnames=hostnames, variant_names=["main"]
    )
    alarms = made.add_alarms(**only(latency_p99=None)).alarms

    direct = ["main.a.LatencyP99", "main.b.LatencyP99"]
    assert list(alarms) == (direct if mode == DIRECT else ["main.LatencyP99"])


@pytest.mark.parametrize("call", ["alarms", "dashboard"])
def test_refuses_endpoints_without_any_variant(stack: cdk.Stack, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """As those whose variants are not known."""
    made = endpoint(stack, endpoint_name="search")
    monkeypatch.setattr(MultiContainerEndpoint, "served_variants", ())

    with pytest.raises(EndpointConfigurationError, match="variants: are not known"):
        CALLS[call](made)


def test_refuses_endpoints_of_another_region(app: cdk.App) -> None:
    """An alarm sees the metrics of its own."""
    stack = cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/search"
    made = MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", arn, variant_names=["main"])

    with pytest.raises(EndpointConfigurationError, match="add_alarms: is for an endpoint of the stack's account and"):
        made.add_alarms(cpu_utilization=False)

    assert len(made.node.find_all()) == 1


def test_refuses_imported_endpoints_without_variants(stack: cdk.Stack) -> None:
    """There would be nothing to watch."""
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search")

    with pytest.raises(EndpointConfigurationError, match="variants: are not known, and every metric is of a variant"):
        made.add_alarms()

    assert len(made.node.find_all()) == 1


def asynchronous(stack: cdk.Stack) -> MultiContainerEndpoint:
    """An endpoint whose calls are queued."""
    bucket = s3.Bucket(stack, "Bucket")
    return endpoint(stack, mode=SERIAL, async_inference=AsyncInference(bucket=bucket), endpoint_name="later")


def test_asynchronous_endpoints_have_no_error_rates(stack: cdk.Stack) -> None:
    """SageMaker does not publish how many calls there are."""
    made = asynchronous(stack).add_alarms(latency_p99=cdk.Duration.minutes(20), rollback=True)

    assert [key for key in made.alarms if "Error" in key] == []
    assert len(rollback_alarms(stack)) == 1


def test_asynchronous_endpoints_have_no_latency_by_default(stack: cdk.Stack) -> None:
    """A call may take an hour."""
    made = asynchronous(stack).add_alarms()

    assert list(made.alarms) == [f"AllTraffic.{what}" for what in OF_A_VARIANT if "Error" not in what]


@pytest.mark.parametrize("rate", [1, 0, 0.0])
def test_refuses_error_rates_of_asynchronous_endpoints(stack: cdk.Stack, rate: float) -> None:
    """If you ask for them."""
    made = asynchronous(stack)

    with pytest.raises(EndpointConfigurationError, match="publishes no number of calls") as refused:
        made.add_alarms(error_rate_5xx=rate, error_rate_4xx=rate)

    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"latency_p99": 5}, "latency_p99: is the int 5, expected a cdk.Duration"),
        ({"latency_p99": True}, "latency_p99: is the bool True, expected a cdk.Duration"),
        ({"latency_p99": cdk.Duration.millis(0.5)}, "latency_p99: 0.5 must be a whole number of millis"),
        ({"error_rate_5xx": "1%"}, "error_rate_5xx: is the str '1%', expected a percentage"),
        ({"error_rate_5xx": True}, "error_rate_5xx: is the bool True, expected a percentage"),
        ({"error_rate_4xx": -1}, "error_rate_4xx: is -1, and the alarm goes off above it: expected 0 to less than 100"),
        ({"cpu_utilization": 100}, "cpu_utilization: is 100, and the alarm goes off above it"),
        ({"memory_utilization": float("nan")}, "memory_utilization: is nan, and the alarm"),
        ({"disk_utilization": 400}, "disk_utilization: is 400, and the alarm"),
        ({"period": 60}, "period: is the int 60, expected a cdk.Duration"),
        ({"period": cdk.Duration.seconds(10)}, "period: is 10 seconds, and it must be a multiple of 60 up to 86400"),
        ({"period": cdk.Duration.seconds(45)}, "period: is 45 seconds, and it must be a multiple of 60"),
        ({"period": cdk.Duration.seconds(0)}, "period: is 0 seconds"),
        ({"period": cdk.Duration.hours(25)}, "period: is 90000 seconds"),
        ({"period": cdk.Duration.seconds(cdk.Token.as_number({"Ref": "N"}))}, "period: is only known at deployment"),
        ({"evaluation_periods": 1441}, "1441 periods of 60 seconds are longer than a day"),
        ({"evaluation_periods": 1441}, "fix: give 1440 or less, or another period"),
        ({"period": cdk.Duration.minutes(59), "evaluation_periods": 25}, "are longer than a day"),
        ({"period": cdk.Duration.hours(1), "evaluation_periods": 169}, "are longer than 7 days"),
        ({"evaluation_periods": 0}, "evaluation_periods: is the int 0, expected a whole number from 1 on"),
        ({"evaluation_periods": 1.5}, "evaluation_periods: is the float 1.5, expected a whole number"),
        ({"datapoints_to_alarm": True}, "datapoints_to_alarm: is the bool True, expected a whole number"),
        ({"datapoints_to_alarm": 6}, "datapoints_to_alarm: is 6, more than the 5 evaluation periods"),
        ({"actions": "page"}, "actions: is the str 'page', expected a list of alarm actions"),
        ({"actions": [Ec2Action(Ec2InstanceAction.STOP)] * 6}, "actions: are 6, and CloudWatch takes 5 for an alarm"),
        ({"actions": [1]}, "actions[0]: is the int 1, expected a cloudwatch.IAlarmAction"),
        ({"rollback": 1}, "rollback: is the int 1, expected True or False"),
        ({"id": 1}, "add_alarms: id: is the int 1, expected a string"),
        ({"id": ""}, "add_alarms: id: is the str '', expected a string"),
        ({"id": ["Alarms"]}, "add_alarms: id: is the list ['Alarms'], expected a string"),
        (
            {"id": cdk.Aws.REGION},
            "add_alarms: id: is a string that is only known at deployment, expected a",
        ),
    ],
)
def test_refuses_wrong_arguments(stack: cdk.Stack, arguments: dict[str, Any], message: str) -> None:
    """And makes no alarm."""
    made = endpoint(stack)
    before = len(made.node.find_all())

    with pytest.raises(EndpointConfigurationError) as refused:
        made.add_alarms(**arguments)

    assert message in str(refused.value)
    assert len(made.node.find_all()) == before


def test_refuses_an_id_twice(stack: cdk.Stack) -> None:
    """Unless nothing came of it the first time."""
    made = endpoint(stack)
    with pytest.raises(EndpointConfigurationError, match="expected a percentage"):
        made.add_alarms("Pages", error_rate_5xx=wrong("1%"))
    made.add_alarms("Pages")

    with pytest.raises(EndpointConfigurationError, match="add_alarms: id: is 'Pages', which the endpoint has already"):
        made.add_alarms("Pages")

    assert len(resources(stack, "CloudWatch::Alarm")) == 6


def test_refuses_ids_that_children_of_yours_have(stack: cdk.Stack) -> None:
    """And makes none of the alarms."""
    made = endpoint(stack)
    Construct(made, "Alarms.AllTraffic.CpuUtilization")
    with pytest.raises(EndpointConfigurationError, match="add_alarms: is refused by the CDK: There is already a Const"):
        made.add_alarms()

    assert resources(stack, "CloudWatch::Alarm") == {}


def test_refuses_thresholds_that_are_tokens(stack: cdk.Stack) -> None:
    """They are multiplied and written in words."""
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number

    with pytest.raises(
        EndpointConfigurationError, match=r"cpu_utilization: is a number that .*, expected a percentage"
    ):
        endpoint(stack).add_alarms(cpu_utilization=number)


def test_lists_all_that_is_wrong(stack: cdk.Stack) -> None:
    """At once."""
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack).add_alarms(error_rate_5xx=wrong("a"), error_rate_4xx=wrong("b"), period=wrong("c"))

    assert len(refused.value.problems) == 3


def test_names_tokens_by_their_place(stack: cdk.Stack) -> None:
    """An id cannot hold one."""
    name, hostname = (cdk.CfnParameter(stack, each).value_as_string for each in ("Name", "Hostname"))
    variants = [ProductionVariant(name=name, instance_type="ml.m5.large")]
    made = endpoint(
        stack, mode=DIRECT, containers=[container(hostname), container("b")], instance_type=None, variants=variants
    ).add_alarms(**only(latency_p99=None))

    assert list(made.alarms) == ["Variant0.Container0.LatencyP99", "Variant0.b.LatencyP99"]
    alarm = rendered(stack, made.alarms["Variant0.Container0.LatencyP99"])
    assert dimensions(alarm)["ContainerName"] == {"Ref": "Hostname"}


def test_watches_the_errors_of_containers_whose_names_are_not_known(stack: cdk.Stack) -> None:
    """Of an imported endpoint, to which none will be added."""
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search", mode=DIRECT, variant_names=["main"])
    made.add_alarms(**only(latency_p99=None, error_rate_5xx=None))

    (alarm,) = resources(stack, "CloudWatch::Alarm").values()
    assert alarm["Properties"]["AlarmDescription"].startswith("More than 1 % of the calls end in a 5xx error")


def test_rolls_back_an_endpoint_whose_containers_come_later(stack: cdk.Stack) -> None:
    made = endpoint(stack, mode=DIRECT, containers=None, endpoint_name="search")
    made.add_alarms(**only(latency_p99=None), rollback=True)
    for added in containers("a", "b"):
        made.add_container(added)

    assert len(rollback_alarms(stack)) == 1


def test_whether_it_rolls_back_is_decided_at_synth(stack: cdk.Stack) -> None:
    condition = cdk.CfnCondition(stack, "Condition", expression=cdk.Fn.condition_equals("a", "b"))
    later: Any = cdk.Fn.condition_if(condition.logical_id, True, False)
    with pytest.raises(EndpointConfigurationError, match=r"rollback: .*decided at synth"):
        endpoint(stack, endpoint_name="search").add_alarms(rollback=later)


# What alarms cost. A number here may fall. If it rises, each app with alarms becomes slower: there must be a reason.

THREE: dict[str, Any] = {"error_rate_4xx": False, "memory_utilization": False, "disk_utilization": False}
"""The alarms on latency, 5xx errors and CPU."""
WATCHED = Deployment.all_at_once(termination_wait=cdk.Duration.minutes(5))
"""With rollback alarms that are watched for a while, there is nothing to warn of."""
IN_ROLLBACK = 2
"""A rollback alarm's name and ARN are read; and two properties are set once, in the endpoint and in its policy."""


def fifteen() -> list[ContainerDefinition]:
    """As many containers as an endpoint takes."""
    return containers(*(f"c{number}" for number in range(15)))


def test_an_alarm_costs_one_message(app: cdk.App, stack: cdk.Stack, messages: list[str]) -> None:
    """And synth asks nothing of it."""
    made = endpoint(stack, endpoint_name="search")
    messages.clear()
    made.add_alarms(**THREE)
    assert len(messages) == 3

    made.add_alarms("More")
    assert len(messages) == 3 + 6

    messages.clear()
    app.synth()
    assert len(messages) == 1


def test_a_generated_name_is_read_once(stack: cdk.Stack, messages: list[str]) -> None:
    """For all that speaks of it."""
    made = endpoint(stack)
    messages.clear()
    made.add_alarms(**THREE)
    assert len(messages) == 1 + 3

    assert made.endpoint_name in str(made.metrics.invocations().dimensions)
    messages.clear()
    made.add_alarms("More", **THREE)
    assert len(messages) == 3


def test_an_objective_is_read_once(stack: cdk.Stack, messages: list[str]) -> None:
    """However many endpoints share it."""
    objective = cdk.Duration.millis(250)
    endpoints = [endpoint(stack, f"Endpoint{number}", endpoint_name=f"search{number}") for number in range(3)]
    messages.clear()
    for made in endpoints:
        made.add_alarms(**only(latency_p99=objective))

    assert len(messages) == 1 + 3


@pytest.mark.parametrize("sets", [1, 2])
def test_a_container_that_comes_later_costs_its_alarms(stack: cdk.Stack, messages: list[str], sets: int) -> None:
    """One message for each, and what it costs without alarms."""
    costs = []
    for number in (0, sets):
        made = endpoint(stack, f"Endpoint{number}", mode=DIRECT, endpoint_name="search")
        for each in range(number):
            made.add_alarms(f"Alarms{each}", **THREE)
        made.add_container(container("third"))
        messages.clear()
        made.add_container(container("fourth"))
        costs.append(len(messages))

    assert costs[1] - costs[0] == 2 * sets


@pytest.mark.parametrize(
    ("served", "alarms", "rollback_alarms"), [(containers(), 2 * 3 + 3 + 2, 2), (fifteen(), 15 * 3 + 3 + 3, 3)]
)
def test_rollback_alarms_cost_little_more(
    stack: cdk.Stack, messages: list[str], served: list[ContainerDefinition], alarms: int, rollback_alarms: int
) -> None:
    """However many containers they watch."""
    made = endpoint(stack, mode=DIRECT, containers=served, endpoint_name="search", deployment=WATCHED)
    messages.clear()
    made.add_alarms(rollback=True)

    assert len(messages) == alarms + rollback_alarms * IN_ROLLBACK + 2


def test_an_action_costs_the_same_in_each_alarm(stack: cdk.Stack, messages: list[str]) -> None:
    """The alarm as actions take it, the action's ARN for it, and the two properties that have it.

    The endpoint's address, in two messages, tells them from those of other endpoints.
    """
    topic = actions.SnsAction(sns.Topic(stack, "Topic"))
    made = endpoint(stack, endpoint_name="search")
    messages.clear()
    made.add_alarms(**THREE, actions=[topic])

    assert len(messages) == 2 + 3 * (1 + 2 + 2 + 2)


def test_a_dashboard_is_composed_once(app: cdk.App, stack: cdk.Stack, messages: list[str]) -> None:
    """Though the CDK asks for its body several times: it reads the ARN of each alarm, and which of them are there."""
    made = endpoint(stack, mode=DIRECT, endpoint_name="search")
    alarms = len(made.add_alarms(**THREE).alarms)
    messages.clear()
    made.add_dashboard()
    app.synth()

    answers = [message for message in messages if message.startswith("_CompleteRequest")]
    assert len(messages) - len(answers) == 5 + 1 + alarms + 2
    assert len(answers) <= 10

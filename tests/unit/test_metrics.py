"""What is measured, under which name, and of what."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch

from sagemaker_multi_container import (
    EndpointConfigurationError,
    MultiContainerEndpoint,
    MultiContainerEndpointBase,
    ProductionVariant,
)

from .builders import DIRECT, SERIAL, container, containers, endpoint, properties, resources, wrong

CALLS = "AWS/SageMaker"
INSTANCES = "/aws/sagemaker/Endpoints"

OF_A_VARIANT = {
    "invocations": (CALLS, "Invocations", "Sum"),
    "invocations_per_instance": (CALLS, "InvocationsPerInstance", "Sum"),
    "concurrent_requests_per_model": (CALLS, "ConcurrentRequestsPerModel", "Maximum"),
    "model_latency": (CALLS, "ModelLatency", "Average"),
    "overhead_latency": (CALLS, "OverheadLatency", "Average"),
    "invocation_4xx_errors": (CALLS, "Invocation4XXErrors", "Sum"),
    "invocation_5xx_errors": (CALLS, "Invocation5XXErrors", "Sum"),
    "invocation_model_errors": (CALLS, "InvocationModelErrors", "Sum"),
    "cpu_utilization": (INSTANCES, "CPUUtilization", "Average"),
    "memory_utilization": (INSTANCES, "MemoryUtilization", "Average"),
    "gpu_utilization": (INSTANCES, "GPUUtilization", "Average"),
    "gpu_memory_utilization": (INSTANCES, "GPUMemoryUtilization", "Average"),
    "disk_utilization": (INSTANCES, "DiskUtilization", "Average"),
    "invocations_processed": (CALLS, "InvocationsProcessed", "Sum"),
    "invocation_failures": (CALLS, "InvocationFailures", "Sum"),
    "expired_requests": (CALLS, "ExpiredRequests", "Sum"),
    "time_in_backlog": (CALLS, "TimeInBacklog", "Average"),
    "total_processing_time": (CALLS, "TotalProcessingTime", "Average"),
}
OF_A_CONTAINER = {
    "invocations": (CALLS, "Invocations", "Sum"),
    "container_latency": (CALLS, "ContainerLatency", "Average"),
    "overhead_latency": (CALLS, "OverheadLatency", "Average"),
    "invocation_4xx_errors": (CALLS, "Invocation4XXErrors", "Sum"),
    "invocation_5xx_errors": (CALLS, "Invocation5XXErrors", "Sum"),
}
OF_A_CONTAINER_IN_DIRECT = {
    "cpu_utilization": (INSTANCES, "CPUUtilization", "Average"),
    "memory_utilization": (INSTANCES, "MemoryUtilization", "Average"),
}
OF_THE_ENDPOINT = {
    "approximate_backlog_size": (CALLS, "ApproximateBacklogSize", "Average"),
    "approximate_backlog_size_per_instance": (CALLS, "ApproximateBacklogSizePerInstance", "Average"),
    "approximate_age_of_oldest_request": (CALLS, "ApproximateAgeOfOldestRequest", "Maximum"),
    "has_backlog_without_capacity": (CALLS, "HasBacklogWithoutCapacity", "Average"),
}


def metric(made: MultiContainerEndpointBase, name: str, **arguments: Any) -> Any:
    """A metric by the name of its method."""
    return getattr(made.metrics, name)(**arguments)


def alarm_on(stack: cdk.Stack, measured: cloudwatch.IMetric) -> dict[str, Any]:
    """How CloudFormation has it."""
    cloudwatch.Alarm(stack, "Alarm", metric=measured, threshold=1, evaluation_periods=1)
    return properties(stack, "CloudWatch::Alarm")


def named(alarm: dict[str, Any]) -> tuple[str, str, str]:
    """Namespace, name and statistic of an alarm's metric."""
    return alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]


def dimensions(metric: dict[str, Any]) -> dict[str, Any]:
    """The dimensions of a metric, by name."""
    return {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}


@pytest.mark.parametrize("name", OF_A_VARIANT)
@pytest.mark.parametrize("mode", [DIRECT, SERIAL])
def test_measures_a_variant(stack: cdk.Stack, name: str, mode: Any) -> None:
    """Over 5 minutes, and whatever unit it is published with."""
    alarm = alarm_on(stack, metric(endpoint(stack, mode=mode, endpoint_name="search"), name))

    assert named(alarm) == OF_A_VARIANT[name]
    assert dimensions(alarm) == {"EndpointName": "search", "VariantName": "AllTraffic"}
    assert alarm["Period"] == 300
    assert "Unit" not in alarm


@pytest.mark.parametrize("name", OF_A_CONTAINER | OF_A_CONTAINER_IN_DIRECT)
def test_measures_a_container_in_direct_mode(stack: cdk.Stack, name: str) -> None:
    """By its hostname."""
    alarm = alarm_on(stack, metric(endpoint(stack, mode=DIRECT, endpoint_name="search"), name, container="second"))

    assert named(alarm) == (OF_A_CONTAINER | OF_A_CONTAINER_IN_DIRECT)[name]
    assert dimensions(alarm) == {"EndpointName": "search", "VariantName": "AllTraffic", "ContainerName": "second"}


@pytest.mark.parametrize("name", OF_A_CONTAINER)
def test_measures_a_container_of_a_pipeline(stack: cdk.Stack, name: str) -> None:
    """What concerns calls."""
    alarm = alarm_on(stack, metric(endpoint(stack, mode=SERIAL), name, container="second"))

    assert named(alarm) == OF_A_CONTAINER[name]
    assert dimensions(alarm)["ContainerName"] == "second"


@pytest.mark.parametrize("name", OF_THE_ENDPOINT)
def test_measures_the_backlog_of_the_endpoint(stack: cdk.Stack, name: str) -> None:
    """Which all variants share."""
    alarm = alarm_on(stack, metric(endpoint(stack, endpoint_name="search"), name))

    assert named(alarm) == OF_THE_ENDPOINT[name]
    assert dimensions(alarm) == {"EndpointName": "search"}


@pytest.mark.parametrize("name", OF_A_CONTAINER_IN_DIRECT)
def test_refuses_the_instances_of_a_pipeline_for_a_container(stack: cdk.Stack, name: str) -> None:
    """AWS lists no such metric."""
    made = endpoint(stack, mode=SERIAL)

    with pytest.raises(EndpointConfigurationError, match="of a pipeline's instances only"):
        metric(made, name, container="first")


@pytest.mark.parametrize(
    "name",
    [
        "invocations_per_instance",
        "concurrent_requests_per_model",
        "model_latency",
        "invocation_model_errors",
        "gpu_utilization",
        "gpu_memory_utilization",
        "disk_utilization",
    ],
)
def test_refuses_a_container_where_only_the_whole_is_measured(stack: cdk.Stack, name: str) -> None:
    """In either mode, with the reason."""
    made = endpoint(stack, mode=DIRECT)

    with pytest.raises(
        EndpointConfigurationError, match=f"{OF_A_VARIANT[name][1]} is measured of a whole variant only"
    ):
        metric(made, name, container="first")


def test_names_the_latency_that_a_container_has(stack: cdk.Stack) -> None:
    """Instead of the model's."""
    made = endpoint(stack, mode=DIRECT)

    with pytest.raises(EndpointConfigurationError, match="fix: leave it out, or use container_latency"):
        made.metrics.model_latency(container="first")


def test_refuses_the_latency_of_no_container(stack: cdk.Stack) -> None:
    """It has no counterpart for the whole variant."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError, match="is missing, and ContainerLatency is measured of a container"):
        made.metrics.container_latency(container=wrong(None))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"container": "third"}, "container: is 'third', and the containers are 'first', 'second'"),
        ({"container": 1}, "container: is the int 1, expected a string"),
        ({"variant": "Other"}, "variant: is the str 'Other', and the endpoint has 'AllTraffic'"),
        ({"variant": 1}, "variant: is the int 1, expected a string"),
    ],
)
def test_refuses_what_the_endpoint_does_not_have(stack: cdk.Stack, arguments: dict[str, Any], message: str) -> None:
    """Rather than to measure nothing for ever."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError) as refused:
        made.metrics.invocations(**arguments)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [{"statistic": 1}, {"period": cdk.Duration.seconds(7)}, {"period": 60}, {"unknown": 1}, {"color": 1}],
)
def test_refuses_options_that_cloudwatch_does_not_know(stack: cdk.Stack, options: dict[str, Any]) -> None:
    """With the CDK's own reason."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError, match=r"metrics \(Invocations\): cannot be made: "):
        made.metrics.invocations(**options)


@pytest.mark.parametrize("options", [{"period": cdk.Duration.seconds(7)}, {"statistic": "Sum"}, {"label": 1}])
def test_refuses_options_that_a_rate_does_not_know(stack: cdk.Stack, options: dict[str, Any]) -> None:
    """A rate is one of sums."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError, match=r"metrics \(rate\): cannot be made: "):
        made.metrics.error_rate_5xx(**options)


def test_takes_the_options_of_a_metric(stack: cdk.Stack) -> None:
    """As everywhere in the CDK."""
    metrics = endpoint(stack).metrics
    measured = metrics.model_latency(statistic="p99", period=cdk.Duration.minutes(1), unit=cloudwatch.Unit.MICROSECONDS)
    alarm = alarm_on(stack, measured)
    shown = metrics.model_latency(label="slow", color="#ff0000", account="210987654321", region="us-east-1")

    assert (alarm["ExtendedStatistic"], alarm["Period"], alarm["Unit"]) == ("p99", 60, "Microseconds")
    assert (shown.label, shown.color, shown.account, shown.region) == ("slow", "#ff0000", "210987654321", "us-east-1")


def test_needs_the_name_of_one_of_several_variants(stack: cdk.Stack) -> None:
    """And takes it."""
    variants = [ProductionVariant(name=name, instance_type="ml.m5.large") for name in ("old", "new")]
    made = endpoint(stack, instance_type=None, variants=variants)

    with pytest.raises(EndpointConfigurationError, match="variant: is missing, and the endpoint has 'old', 'new'"):
        made.metrics.invocations()

    assert dimensions(alarm_on(stack, made.metrics.invocations(variant="new")))["VariantName"] == "new"


def test_refers_to_an_endpoint_whose_name_is_generated(stack: cdk.Stack) -> None:
    """By its name, not by its ARN, which is in lower case."""
    alarm = alarm_on(stack, endpoint(stack).metrics.invocations())

    (logical_id,) = resources(stack, "SageMaker::Endpoint")
    assert dimensions(alarm)["EndpointName"] == {"Fn::GetAtt": [logical_id, "EndpointName"]}


def test_measures_containers_that_were_added_since(stack: cdk.Stack) -> None:
    """The facade keeps no list of its own."""
    made = endpoint(stack, containers=None, mode=DIRECT)
    metrics = made.metrics
    for added in containers():
        made.add_container(added)

    assert dimensions(alarm_on(stack, metrics.container_latency(container="second")))["ContainerName"] == "second"


def test_takes_hostnames_that_are_tokens(stack: cdk.Stack) -> None:
    """Also in the ids of a rate, which stay the same in each synthesis."""
    hostname = cdk.CfnParameter(stack, "Hostname").value_as_string
    made = endpoint(stack, mode=DIRECT, containers=[container(hostname), container("b")])
    alarm = alarm_on(stack, made.metrics.error_rate_5xx(container=hostname))

    (_, *sums) = alarm["Metrics"]
    assert {str(dimensions(each["MetricStat"]["Metric"])["ContainerName"]) for each in sums} == {"{'Ref': 'Hostname'}"}


@pytest.mark.parametrize("name", ["error_rate_4xx", "error_rate_5xx", "availability"])
def test_rates_are_those_of_a_container_too(stack: cdk.Stack, name: str) -> None:
    """Of its errors among its calls."""
    made = endpoint(stack, mode=DIRECT)
    alarm = alarm_on(stack, metric(made, name, container="first", period=cdk.Duration.minutes(1)))

    (rate, *sums) = alarm["Metrics"]
    assert rate["Label"].startswith("first: ")
    assert [each["MetricStat"]["Stat"] for each in sums] == ["Sum", "Sum"]
    assert [each["MetricStat"]["Period"] for each in sums] == [60, 60]
    assert [dimensions(each["MetricStat"]["Metric"])["ContainerName"] for each in sums] == ["first", "first"]


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("error_rate_4xx", "Invocation4XXErrors"),
        ("error_rate_5xx", "Invocation5XXErrors"),
        ("availability", "Invocation5XXErrors"),
    ],
)
def test_rates_are_of_all_calls(stack: cdk.Stack, name: str, errors: str) -> None:
    """Of the variant."""
    alarm = alarm_on(stack, metric(endpoint(stack), name))

    assert [each["MetricStat"]["Metric"]["MetricName"] for each in alarm["Metrics"][1:]] == [errors, "Invocations"]


def test_errors_are_zero_when_nobody_calls(stack: cdk.Stack) -> None:
    """And the endpoint is available: what is missing counts as 0, and nothing is divided by 0."""
    made = endpoint(stack)
    cloudwatch.Alarm(stack, "A", metric=made.metrics.error_rate_5xx(), threshold=1, evaluation_periods=1)
    cloudwatch.Alarm(stack, "B", metric=made.metrics.availability(), threshold=1, evaluation_periods=1)

    alarms = [alarm["Properties"]["Metrics"] for alarm in resources(stack, "CloudWatch::Alarm").values()]
    (errors, calls) = (each["Id"] for each in alarms[0][1:])
    rate = f"100 * FILL({errors}, 0) / IF(FILL({calls}, 0) > 0, FILL({calls}, 0), 1)"
    assert [metrics[0]["Expression"] for metrics in alarms] == [rate, f"100 - {rate}"]


def test_rates_fit_into_one_graph(stack: cdk.Stack) -> None:
    """Of several containers and several endpoints: no two metrics share an id."""
    made = [endpoint(stack, name, mode=DIRECT) for name in ("One", "Two")]
    rates = [
        rate(container=hostname)
        for each in made
        for hostname in ("first", "second")
        for rate in (each.metrics.error_rate_4xx, each.metrics.error_rate_5xx, each.metrics.availability)
    ]
    cloudwatch.Dashboard(stack, "Dashboard", widgets=[[cloudwatch.GraphWidget(left=rates)]])

    assert len(resources(stack, "CloudWatch::Dashboard")) == 1


def test_rates_over_different_periods_fit_into_one_graph(stack: cdk.Stack) -> None:
    """Such as the last minute beside the last hour."""
    metrics = endpoint(stack, mode=DIRECT).metrics
    periods: list[Any] = [None, cdk.Duration.minutes(1), cdk.Duration.hours(1), cdk.Duration.minutes(60)]
    rates = [
        rate(period=period, container=container)
        for period in periods
        for container in (None, "first")
        for rate in (metrics.error_rate_4xx, metrics.error_rate_5xx)
    ]
    cloudwatch.Dashboard(stack, "Dashboard", widgets=[[cloudwatch.GraphWidget(left=rates)]])

    assert len(resources(stack, "CloudWatch::Dashboard")) == 1


def test_takes_none_as_the_default(stack: cdk.Stack) -> None:
    """Of the metric, which is not that of the CDK."""
    metrics = endpoint(stack, mode=DIRECT).metrics
    none = wrong(None)
    calls = metrics.invocations(statistic=none, period=none, label=none, color=none, unit=none, account=none)
    rate = metrics.error_rate_5xx(period=none, label=none, color=none)

    assert calls.statistic == "Sum"
    assert rate.label == "5xx errors, % of calls"
    assert rate.period.to_seconds() == 300


def test_asks_once_where_the_endpoint_is(stack: cdk.Stack, messages: list[str]) -> None:
    """Each question is a round trip to Node."""
    made = endpoint(stack)
    made.metrics.invocations()
    messages.clear()
    made.metrics.model_latency()
    assert len(messages) == 1

    made.metrics.error_rate_4xx()
    messages.clear()
    made.metrics.error_rate_5xx()
    assert len(messages) == 2


def test_takes_metrics_that_are_newer_than_the_library(stack: cdk.Stack) -> None:
    """Without a word about what they are measured of."""
    made = endpoint(stack, mode=SERIAL, endpoint_name="search")
    alarm = alarm_on(stack, made.metrics.metric("Tokens", namespace="AWS/New", container="first", statistic="Sum"))

    assert named(alarm) == ("AWS/New", "Tokens", "Sum")
    assert dimensions(alarm) == {"EndpointName": "search", "VariantName": "AllTraffic", "ContainerName": "first"}


def test_alarms_of_the_same_region_say_no_region(app: cdk.App) -> None:
    """CloudFormation has no such property."""
    stack = cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    alarm = alarm_on(stack, endpoint(stack).metrics.invocations())

    assert "Metrics" not in alarm


def rendered(stack: cdk.Stack, measured: cloudwatch.IMetric) -> str:
    """How a dashboard of this stack has a metric."""
    cloudwatch.Dashboard(stack, "Dashboard", widgets=[[cloudwatch.GraphWidget(left=[measured])]])
    return str(properties(stack, "CloudWatch::Dashboard")["DashboardBody"])


def test_graphs_elsewhere_say_where_the_metric_is(app: cdk.App) -> None:
    """A dashboard may be in another region."""
    here = cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    there = cdk.Stack(app, "There", env=cdk.Environment(account="123456789012", region="us-east-1"))
    made = endpoint(here, endpoint_name="search")

    assert '"AllTraffic",{"region":"eu-west-1"' in rendered(there, made.metrics.invocations())


def test_measures_imported_endpoints(app: cdk.App) -> None:
    """Whose containers may be unknown, and which may be elsewhere."""
    here = cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    arn = "arn:aws:sagemaker:us-east-1:210987654321:endpoint/search"
    made = MultiContainerEndpoint.from_endpoint_arn(here, "Imported", arn, variant_names=["AllTraffic"])
    measured = made.metrics.cpu_utilization(container="any")

    assert measured.dimensions == {"EndpointName": "search", "VariantName": "AllTraffic", "ContainerName": "any"}
    assert '{"accountId":"210987654321","region":"us-east-1"' in rendered(here, measured)


def test_needs_a_variant_of_an_imported_endpoint_that_has_none(stack: cdk.Stack) -> None:
    """And takes any."""
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search")

    with pytest.raises(EndpointConfigurationError, match="variants that are not known"):
        made.metrics.invocations()

    assert made.metrics.invocations(variant="main").dimensions == {"EndpointName": "search", "VariantName": "main"}

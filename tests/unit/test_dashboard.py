"""The dashboard of an endpoint."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_s3 as s3

from sagemaker_multi_container import (
    AsyncInference,
    EndpointConfigurationError,
    MultiContainerEndpoint,
    ProductionVariant,
)

from .builders import DIRECT, SERIAL, container, containers, endpoint, properties, resources

ENV = cdk.Environment(account="123456789012", region="eu-west-1")


@pytest.fixture(name="stack")
def _stack(app: cdk.App) -> cdk.Stack:
    """In a region that is known, so that a body without alarms is plain JSON."""
    return cdk.Stack(app, "Stack", env=ENV)


def widgets(stack: cdk.Stack) -> list[dict[str, Any]]:
    """The dashboard's widgets."""
    body = properties(stack, "CloudWatch::Dashboard")["DashboardBody"]
    if isinstance(body, dict):
        (_, parts) = body["Fn::Join"]
        body = "".join(part if isinstance(part, str) else part["Fn::GetAtt"][0] for part in parts)
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def graphs(stack: cdk.Stack) -> dict[str, dict[str, Any]]:
    """The properties of the graphs, by title."""
    return {each["properties"]["title"]: each["properties"] for each in widgets(stack) if each["type"] == "metric"}


def measured(graph: dict[str, Any]) -> list[tuple[str, str]]:
    """Metric and statistic of what is in a graph."""
    return [(each[1], each[-1]["stat"]) for each in graph["metrics"] if len(each) > 1]


@pytest.mark.parametrize("mode", [DIRECT, SERIAL])
def test_shows_calls_latency_instances_and_containers(stack: cdk.Stack, mode: Any) -> None:
    """A row for each."""
    endpoint(stack, mode=mode, endpoint_name="search").add_dashboard()

    of_containers = [": calls and errors per minute", ": latency", *([": CPU and memory"] if mode == DIRECT else [])]
    assert list(graphs(stack)) == [
        "Calls per minute",
        "Errors",
        "Availability",
        "Latency of the containers",
        "Latency that SageMaker adds",
        "CPU of the instances",
        "Memory and disk of the instances",
        *(f"{hostname}{what}" for hostname in ("first", "second") for what in of_containers),
    ]


def test_begins_with_what_it_is_about(stack: cdk.Stack) -> None:
    """And a link to the console."""
    endpoint(stack, mode=DIRECT, endpoint_name="search").add_dashboard()

    heading = widgets(stack)[0]
    assert (heading["type"], heading["x"], heading["y"], heading["width"]) == ("text", 0, 0, 24)
    assert heading["properties"]["markdown"] == (
        "# [search](https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/endpoints/search)\n"
        "- **AllTraffic**: Direct, ml.m5.xlarge, `first`, `second`"
    )


def test_covers_the_whole_width_without_overlaps(stack: cdk.Stack) -> None:
    """Row by row."""
    made = endpoint(stack, mode=DIRECT, instance_type="ml.g5.xlarge", endpoint_name="search")
    made.add_dashboard()
    made.add_alarms()

    covered = [
        (x, y)
        for each in widgets(stack)
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]
    assert len(covered) == len(set(covered))
    rows = {each["y"]: 0 for each in widgets(stack)}
    for each in widgets(stack):
        rows[each["y"]] += each["width"]
    assert set(rows.values()) == {24}


def test_shows_error_rates(stack: cdk.Stack) -> None:
    """Of the calls, which are not shown twice."""
    endpoint(stack, endpoint_name="search").add_dashboard()

    (calls, client, server, rate4xx, rate5xx) = graphs(stack)["Errors"]["metrics"]
    of_variant = ["EndpointName", "search", "VariantName", "AllTraffic"]
    hidden = {"stat": "Sum", "visible": False}
    assert calls == ["AWS/SageMaker", "Invocations", *of_variant, {**hidden, "id": "calls"}]
    assert client == ["AWS/SageMaker", "Invocation4XXErrors", *of_variant, {**hidden, "id": "errors4xx"}]
    assert server == ["AWS/SageMaker", "Invocation5XXErrors", *of_variant, {**hidden, "id": "errors5xx"}]
    rate = "100 * FILL(errors4xx, 0) / IF(FILL(calls, 0) > 0, FILL(calls, 0), 1)"
    assert (rate4xx[0]["expression"], rate4xx[0]["label"]) == (rate, "4xx")
    assert rate5xx[0]["label"] == "5xx"


def test_shows_availability_as_a_number(stack: cdk.Stack) -> None:
    """The share of calls without a 5xx error."""
    endpoint(stack, endpoint_name="search").add_dashboard()

    graph = graphs(stack)["Availability"]
    assert graph["view"] == "singleValue"
    expression = graph["metrics"][-1][0]["expression"]
    assert expression == "100 - 100 * FILL(errors5xx, 0) / IF(FILL(calls, 0) > 0, FILL(calls, 0), 1)"


@pytest.mark.parametrize(
    ("title", "metric", "statistics"),
    [
        ("Latency of the containers", "ModelLatency", ["p50", "p90", "p99"]),
        ("Latency that SageMaker adds", "OverheadLatency", ["p50", "p90", "p99"]),
        ("first: latency", "ContainerLatency", ["p50", "p99"]),
    ],
)
def test_shows_latency_in_milliseconds(stack: cdk.Stack, title: str, metric: str, statistics: list[str]) -> None:
    """SageMaker publishes microseconds."""
    endpoint(stack, endpoint_name="search").add_dashboard()

    graph = graphs(stack)[title]
    assert measured(graph) == [(metric, statistic) for statistic in statistics]
    expressions = [each[0]["expression"] for each in graph["metrics"] if len(each) == 1]
    assert expressions == [f"{statistic}us / 1000" for statistic in statistics]
    assert graph["yAxis"]["left"] == {"label": "ms", "showUnits": False, "min": 0}


def test_shows_each_container(stack: cdk.Stack) -> None:
    """What it is called with, and what it needs."""
    endpoint(stack, mode=DIRECT, endpoint_name="search").add_dashboard()

    shown = graphs(stack)
    calls, needs = shown["second: calls and errors per minute"], shown["second: CPU and memory"]
    assert measured(calls) == [("Invocations", "Sum"), ("Invocation4XXErrors", "Sum"), ("Invocation5XXErrors", "Sum")]
    assert measured(needs) == [("CPUUtilization", "Average"), ("MemoryUtilization", "Average")]
    for each in [*calls["metrics"], *needs["metrics"]]:
        assert each[2:8] == ["EndpointName", "search", "VariantName", "AllTraffic", "ContainerName", "second"]


@pytest.mark.parametrize(("instance_type", "shown"), [("ml.g5.xlarge", True), ("ml.m5.xlarge", False)])
def test_shows_gpus_where_there_are_some(stack: cdk.Stack, instance_type: str, *, shown: bool) -> None:
    """And no empty graph elsewhere."""
    endpoint(stack, instance_type=instance_type, endpoint_name="search").add_dashboard()

    graph = graphs(stack).get("GPUs of the instances")
    assert (graph is not None) is shown
    if graph:
        assert measured(graph) == [("GPUUtilization", "Average"), ("GPUMemoryUtilization", "Average")]


def test_shows_each_variant(stack: cdk.Stack) -> None:
    """Under its name."""
    variants = [ProductionVariant(name=name, instance_type="ml.m5.large") for name in ("old", "new")]
    endpoint(stack, instance_type=None, variants=variants, endpoint_name="search").add_dashboard()

    titles = list(graphs(stack))
    assert [title for title in titles if title.endswith("Calls per minute")] == [
        "old: Calls per minute",
        "new: Calls per minute",
    ]
    assert "- **new**: Serial, ml.m5.large, `first`, `second`" in widgets(stack)[0]["properties"]["markdown"]


@pytest.mark.parametrize("alarms_first", [True, False])
def test_shows_what_comes_later(stack: cdk.Stack, *, alarms_first: bool) -> None:
    """Containers and alarms, whichever order the calls come in."""
    made = endpoint(stack, mode=DIRECT, containers=None, endpoint_name="search")
    (made.add_alarms if alarms_first else made.add_dashboard)()
    for added in containers("a", "b"):
        made.add_container(added)
    (made.add_dashboard if alarms_first else made.add_alarms)()

    assert "b: latency" in graphs(stack)
    (shown,) = (each["properties"]["alarms"] for each in widgets(stack) if each["type"] == "alarm")
    assert sorted(shown) == sorted(resources(stack, "CloudWatch::Alarm"))


def test_stays_the_same_in_each_synthesis(stack: cdk.Stack) -> None:
    """It is composed anew each time."""
    made = endpoint(stack, endpoint_name="search")
    made.add_dashboard()
    made.add_alarms()

    assert widgets(stack) == widgets(stack)


def test_takes_widgets_of_yours_below(stack: cdk.Stack) -> None:
    """As every dashboard."""
    dashboard = endpoint(stack, endpoint_name="search").add_dashboard()
    dashboard.add_widgets(cloudwatch.TextWidget(markdown="mine"))

    (*ours, mine) = widgets(stack)
    assert mine["properties"]["markdown"] == "mine"
    assert mine["y"] == max(each["y"] + each["height"] for each in ours)


def test_takes_a_name_and_an_interval(stack: cdk.Stack) -> None:
    """And is the CDK's dashboard."""
    made = endpoint(stack, endpoint_name="search")
    dashboard = made.add_dashboard(dashboard_name="search-prod", default_interval=cdk.Duration.hours(6))

    assert isinstance(dashboard, cloudwatch.Dashboard)
    found = properties(stack, "CloudWatch::Dashboard")
    assert found["DashboardName"] == "search-prod"
    assert json.loads(found["DashboardBody"])["start"] == "-PT6H"


def test_shows_generated_names(app: cdk.App) -> None:
    """In any region."""
    stack = cdk.Stack(app, "Anywhere")
    endpoint(stack).add_dashboard()

    (_, parts) = properties(stack, "CloudWatch::Dashboard")["DashboardBody"]["Fn::Join"]
    (logical_id,) = resources(stack, "SageMaker::Endpoint")
    assert {"Fn::GetAtt": [logical_id, "EndpointName"]} in parts
    assert {"Ref": "AWS::Region"} in parts
    json.loads("".join(part if isinstance(part, str) else "x" for part in parts))


def test_shows_the_requests_of_asynchronous_endpoints(stack: cdk.Stack) -> None:
    """SageMaker does not publish their calls."""
    later = AsyncInference(bucket=s3.Bucket(stack, "Bucket"))
    endpoint(stack, mode=SERIAL, async_inference=later, endpoint_name="later").add_dashboard()

    shown = graphs(stack)
    assert "Calls per minute" not in shown
    assert [name for name, _ in measured(shown["Requests per minute"])] == [
        "InvocationsProcessed",
        "InvocationFailures",
        "ExpiredRequests",
    ]
    published = {"InvocationsProcessed", "InvocationFailures", "ExpiredRequests", "ApproximateBacklogSize"}
    published |= {"Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency"}
    of_calls = {each[1] for graph in shown.values() for each in graph["metrics"] if each[0] == "AWS/SageMaker"}
    assert of_calls == published
    (backlog,) = shown["Requests that wait or are processed"]["metrics"]
    assert backlog[:4] == ["AWS/SageMaker", "ApproximateBacklogSize", "EndpointName", "later"]


def test_shows_hundred_alarms_in_a_widget(stack: cdk.Stack) -> None:
    """CloudWatch takes no more."""
    variants = [ProductionVariant(name=f"v{number}", instance_type="ml.m5.large") for number in range(3)]
    fifteen = containers(*(f"c{number}" for number in range(15)))
    made = endpoint(
        stack, mode=DIRECT, containers=fifteen, instance_type=None, variants=variants, endpoint_name="search"
    )
    made.add_dashboard()
    made.add_alarms()

    shown = [each["properties"]["alarms"] for each in widgets(stack) if each["type"] == "alarm"]
    assert [len(alarms) for alarms in shown] == [100, 3 * (15 * 3 + 3) - 100]
    assert sorted(each for alarms in shown for each in alarms) == sorted(resources(stack, "CloudWatch::Alarm"))


def test_shows_less_of_many_containers(stack: cdk.Stack) -> None:
    """CloudWatch takes 500 widgets."""
    variants = [ProductionVariant(name=f"v{number}", instance_type="ml.g5.xlarge") for number in range(10)]
    fifteen = containers(*(f"c{number}" for number in range(15)))
    made = endpoint(
        stack, mode=DIRECT, containers=fifteen, instance_type=None, variants=variants, endpoint_name="search"
    )
    made.add_dashboard()

    shown = widgets(stack)
    assert len(shown) == 1 + 10 * (3 + 2 + 3 + 15 * 2)
    assert "CPU and memory of each container are left out" in shown[0]["properties"]["markdown"]
    assert "v9: c14: latency" in graphs(stack)


def test_leaves_out_alarms_that_were_removed(stack: cdk.Stack) -> None:
    """By you, since the template would refer to what it does not have."""
    made = endpoint(stack, endpoint_name="search")
    made.add_dashboard()
    disk = made.add_alarms().alarms["AllTraffic.DiskUtilization"]
    made.node.try_remove_child(disk.node.id)

    (shown,) = (each["properties"]["alarms"] for each in widgets(stack) if each["type"] == "alarm")
    assert sorted(shown) == sorted(resources(stack, "CloudWatch::Alarm"))
    assert len(shown) == 5


def test_puts_widgets_of_yours_below_what_comes_later(stack: cdk.Stack) -> None:
    """However high that makes it."""
    made = endpoint(stack, mode=DIRECT, endpoint_name="search")
    made.add_dashboard().add_widgets(cloudwatch.TextWidget(markdown="mine"))
    made.add_container(container("third"))
    made.add_alarms()

    (*ours, mine) = widgets(stack)
    assert mine["y"] == max(each["y"] + each["height"] for each in ours)


def test_shows_imported_endpoints(stack: cdk.Stack) -> None:
    """Where they are, and as far as they are known."""
    arn = "arn:aws:sagemaker:us-east-1:210987654321:endpoint/search"
    made = MultiContainerEndpoint.from_endpoint_arn(stack, "Imported", arn, variant_names=["main"])
    made.add_dashboard()

    assert widgets(stack)[0]["properties"]["markdown"].endswith("\n- **main**")
    (graph, *_) = graphs(stack).values()
    assert (graph["region"], graph["accountId"]) == ("us-east-1", "210987654321")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dashboard_name": 1}, "add_dashboard: is refused by the CDK: "),
        ({"dashboard_name": "a b"}, "add_dashboard: is refused by the CDK: "),
        ({"default_interval": 3}, "add_dashboard: is refused by the CDK: "),
        ({"id": None}, "add_dashboard: id: is None, expected a string"),
        ({"id": "Policy"}, "add_dashboard: id: is 'Policy', which the endpoint has already"),
    ],
)
def test_refuses_wrong_arguments(stack: cdk.Stack, arguments: dict[str, Any], message: str) -> None:
    """And makes no dashboard."""
    made = endpoint(stack)

    with pytest.raises(EndpointConfigurationError) as refused:
        made.add_dashboard(**arguments)

    assert message in str(refused.value)
    assert resources(stack, "CloudWatch::Dashboard") == {}


def test_refuses_imported_endpoints_without_variants(stack: cdk.Stack) -> None:
    """There would be nothing to show."""
    made = MultiContainerEndpoint.from_endpoint_name(stack, "Imported", "search")

    with pytest.raises(EndpointConfigurationError, match="variants: are not known"):
        made.add_dashboard()

    assert len(made.node.find_all()) == 1


def test_compares_containers_that_are_called_by_name(stack: cdk.Stack) -> None:
    """AWS documents no latency of their variant as a whole."""
    endpoint(stack, mode=DIRECT, endpoint_name="search").add_dashboard()

    graph = graphs(stack)["Latency of the containers"]
    assert measured(graph) == [("ContainerLatency", "p99")] * 2
    assert [each[0]["label"] for each in graph["metrics"] if len(each) == 1] == ["first p99", "second p99"]

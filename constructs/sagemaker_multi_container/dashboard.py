"""A dashboard that shows how an endpoint does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_cloudwatch as cloudwatch

from .alarms import EndpointAlarms, check_variants_are_known
from .metrics import (
    BACKLOG,
    CONTAINER_LATENCY,
    CPU,
    DISK,
    ERRORS_4XX,
    ERRORS_5XX,
    EXPIRED,
    FAILURES,
    GPU,
    GPU_MEMORY,
    INVOCATIONS,
    MEMORY,
    MODEL_LATENCY,
    OVERHEAD_LATENCY,
    PROCESSED,
    Measure,
    availability,
    error_rate,
    metric_row,
)
from .modes import InferenceExecutionMode
from .rules.instance_types import has_gpu
from .served import ServedEndpoint, ServedVariant

_WIDTH = 24
_HEIGHT = 6
_MINUTE = 60
_ORANGE, _RED, _GREEN = "#ff7f0e", "#d62728", "#2ca02c"

_Graph = dict[str, Any]


def create_dashboard(
    endpoint: ServedEndpoint, id: str, name: str | None, default_interval: cdk.Duration | None
) -> cloudwatch.Dashboard:
    """A dashboard with the endpoint's overview on top."""
    check_variants_are_known(endpoint)
    dashboard = cloudwatch.Dashboard(endpoint, id, dashboard_name=name, default_interval=default_interval)
    dashboard.add_widgets(EndpointOverview(endpoint))
    return dashboard


@jsii.implements(cloudwatch.IWidget)
class EndpointOverview:
    """All that a dashboard says of an endpoint, as one widget.

    The CDK asks for it at synth: by then the endpoint has all of its containers and alarms, and no graph has cost a
    round trip to Node.
    """

    def __init__(self, endpoint: ServedEndpoint) -> None:
        self._endpoint = endpoint
        self._y: float = 0

    @property
    def width(self) -> float:
        """In grid units: the whole width."""
        return _WIDTH

    @property
    def height(self) -> float:
        """In grid units."""
        return sum(_height(row) for row in self._rows())

    @property
    def warnings(self) -> list[str]:
        """None. Deprecated in the CDK."""
        return []

    @property
    def warnings_v2(self) -> dict[str, str]:
        """None."""
        return {}

    def position(self, x: float, y: float) -> None:  # noqa: ARG002 - it fills the whole width
        """Where the widget begins."""
        self._y = y

    def to_json(self) -> list[Any]:
        """The widgets that it consists of, as the body of a dashboard has them."""
        placed = []
        y = self._y
        for row in self._rows():
            x = 0
            for widget in row:
                placed.append({**widget, "x": x, "y": y})
                x += widget["width"]
            y += _height(row)
        return placed

    def _rows(self) -> Iterator[list[_Graph]]:
        endpoint = self._endpoint
        name, home, variants = endpoint._name_in_metrics, _home(endpoint), endpoint.served_variants
        yield [_text(_heading(name, home["region"], variants), height=2 + len(variants))]
        alarms = [
            alarm.alarm_arn
            for child in endpoint.node.children
            if isinstance(child, EndpointAlarms)
            for alarm in child.alarms.values()
        ]
        if alarms:
            height = 2 + len(alarms) // 4
            properties = {"title": "Alarms", "alarms": alarms}
            yield [{"type": "alarm", "width": _WIDTH, "height": height, "properties": properties}]
        for variant in variants:
            panels = _Panels(name, home, variant, named=len(variants) > 1)
            yield panels.requests() if endpoint._is_asynchronous else panels.calls()
            yield from panels.rows()


class _Panels:
    """The graphs of one variant."""

    def __init__(self, endpoint_name: str, home: dict[str, str], variant: ServedVariant, *, named: bool) -> None:
        self._endpoint_name = endpoint_name
        self._home = home
        self._variant = variant
        self._prefix = f"{variant.name}: " if named else ""

    def calls(self) -> list[_Graph]:
        """How many calls there are, and how they end."""
        return [
            self._graph("Calls per minute", [self._row(INVOCATIONS, label="calls")], unit="calls"),
            self._graph("Errors", self._rates(), unit="% of calls"),
            self._graph("Availability", self._availability(), unit="% of calls", view="singleValue"),
        ]

    def requests(self) -> list[_Graph]:
        """How many asynchronous requests there are, and how they end: the number of calls is not published."""
        ends = [
            self._row(PROCESSED, label="processed"),
            self._row(FAILURES, label="failed", color=_RED),
            self._row(EXPIRED, label="expired", color=_ORANGE),
        ]
        backlog = [self._row(BACKLOG, label="requests")]
        return _spread(
            [
                self._graph("Requests per minute", ends, unit="requests"),
                self._graph("Requests that wait or are processed", backlog, unit="requests"),
            ]
        )

    def rows(self) -> Iterator[list[_Graph]]:
        """The variant's latency and instances, then a row for each container."""
        yield _spread(
            [
                self._graph("Latency of the containers", self._latency()),
                self._graph("Latency that SageMaker adds", self._percentiles(OVERHEAD_LATENCY, "p50", "p90", "p99")),
            ]
        )
        yield self._instances()
        for hostname in self._variant.hostnames:
            yield self._container(hostname)

    def _instances(self) -> list[_Graph]:
        shares = [self._row(MEMORY, label="memory"), self._row(DISK, label="disk")]
        graphs = [
            self._graph("CPU of the instances", [self._row(CPU, label="CPU")], unit="%, 100 for each vCPU"),
            self._graph("Memory and disk of the instances", shares, unit="%"),
        ]
        if has_gpu(self._variant.instance_type or ""):
            gpus = [self._row(GPU, label="GPU"), self._row(GPU_MEMORY, label="GPU memory")]
            graphs.append(self._graph("GPUs of the instances", gpus, unit="%, 100 for each GPU"))
        return _spread(graphs)

    def _container(self, hostname: str) -> list[_Graph]:
        calls = [
            self._row(INVOCATIONS, hostname, label="calls"),
            self._row(ERRORS_4XX, hostname, label="4xx errors", color=_ORANGE, yAxis="right"),
            self._row(ERRORS_5XX, hostname, label="5xx errors", color=_RED, yAxis="right"),
        ]
        graphs = [
            self._graph(f"{hostname}: calls and errors per minute", calls, unit="calls"),
            self._graph(f"{hostname}: latency", self._percentiles(CONTAINER_LATENCY, "p50", "p99", hostname=hostname)),
        ]
        if self._variant.mode != InferenceExecutionMode.SERIAL:
            shares = [
                self._row(CPU, hostname, label="CPU, 100 for each vCPU"),
                self._row(MEMORY, hostname, label="memory"),
            ]
            graphs.append(self._graph(f"{hostname}: CPU and memory", shares, unit="%"))
        return _spread(graphs)

    def _rates(self) -> list[list[object]]:
        return [
            self._row(INVOCATIONS, id="calls", visible=False),
            self._row(ERRORS_4XX, id="errors4xx", visible=False),
            self._row(ERRORS_5XX, id="errors5xx", visible=False),
            [{"expression": error_rate("errors4xx", "calls"), "label": "4xx", "id": "rate4xx", "color": _ORANGE}],
            [{"expression": error_rate("errors5xx", "calls"), "label": "5xx", "id": "rate5xx", "color": _RED}],
        ]

    def _availability(self) -> list[list[object]]:
        expression = availability("errors5xx", "calls")
        return [
            self._row(INVOCATIONS, id="calls", visible=False),
            self._row(ERRORS_5XX, id="errors5xx", visible=False),
            [{"expression": expression, "label": "calls without a 5xx error", "id": "available", "color": _GREEN}],
        ]

    def _latency(self) -> list[list[object]]:
        """Of the pipeline as a whole, or p99 of each container that is called by its name."""
        if self._variant.mode != InferenceExecutionMode.DIRECT or not self._variant.hostnames:
            return self._percentiles(MODEL_LATENCY, "p50", "p90", "p99")
        rows = []
        for index, hostname in enumerate(self._variant.hostnames):
            rows.append(self._row(CONTAINER_LATENCY, hostname, id=f"us{index}", stat="p99", visible=False))
            rows.append([{"expression": f"us{index} / 1000", "label": f"{hostname} p99", "id": f"ms{index}"}])
        return rows

    def _percentiles(self, measure: Measure, *statistics: str, hostname: str | None = None) -> list[list[object]]:
        """In milliseconds, which people read, of microseconds, which SageMaker publishes."""
        rows = []
        for statistic in statistics:
            rows.append(self._row(measure, hostname, id=f"{statistic}us", stat=statistic, visible=False))
            rows.append([{"expression": f"{statistic}us / 1000", "label": statistic, "id": statistic}])
        return rows

    def _row(self, measure: Measure, hostname: str | None = None, **rendering: object) -> list[object]:
        return metric_row(self._endpoint_name, self._variant.name, measure, hostname, **rendering)

    def _graph(self, title: str, metrics: list[list[object]], *, unit: str = "ms", view: str = "timeSeries") -> _Graph:
        properties = {
            "title": f"{self._prefix}{title}",
            "view": view,
            **self._home,
            "period": _MINUTE,
            "metrics": metrics,
            "yAxis": {"left": {"label": unit, "showUnits": False, "min": 0}},
        }
        return {"type": "metric", "width": _WIDTH // 3, "height": _HEIGHT, "properties": properties}


def _home(endpoint: ServedEndpoint) -> dict[str, str]:
    """Where the metrics are; an imported endpoint may be in another account."""
    env = endpoint.env
    is_elsewhere = env.account != cdk.Stack.of(endpoint).account
    return {"region": env.region, **({"accountId": env.account} if is_elsewhere else {})}


def _heading(name: str, region: str, variants: tuple[ServedVariant, ...]) -> str:
    console = f"https://{region}.console.aws.amazon.com/sagemaker/home?region={region}#/endpoints/{name}"
    lines = [f"# [{name}]({console})"]
    for variant in variants:
        what = [variant.mode, variant.instance_type, *map("`{}`".format, variant.hostnames)]
        known = ", ".join(filter(None, what))
        lines.append(f"- **{variant.name}**: {known}" if known else f"- **{variant.name}**")
    return "\n".join(lines)


def _text(markdown: str, *, height: int) -> _Graph:
    return {"type": "text", "width": _WIDTH, "height": height, "properties": {"markdown": markdown}}


def _spread(graphs: list[_Graph]) -> list[_Graph]:
    return [{**graph, "width": _WIDTH // len(graphs)} for graph in graphs]


def _height(row: list[_Graph]) -> int:
    return max(int(widget["height"]) for widget in row)

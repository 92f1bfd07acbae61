"""A dashboard that shows how an endpoint does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from ..modes import InferenceExecutionMode
from ..readings import attribute
from ..rules.instance_types import has_gpu
from ..served import ServedEndpoint, ServedVariant, check_variants_are_known
from .alarms import AlarmSets
from .measures import (
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

_WIDTH = 24
_HEIGHT = 6
_MINUTE = 60
_MOST_WIDGETS = 500
_MOST_ALARMS = 100
"""In a widget."""
_ORANGE, _RED, _GREEN = "#ff7f0e", "#d62728", "#2ca02c"

_Graph = dict[str, Any]


def create_dashboard(
    endpoint: ServedEndpoint,
    id: str,
    name: str | None,
    default_interval: cdk.Duration | None,
    alarms: AlarmSets,
) -> cloudwatch.Dashboard:
    """A dashboard with the endpoint's overview on top."""
    check_variants_are_known(endpoint)
    dashboard = cloudwatch.Dashboard(endpoint, id, dashboard_name=name, default_interval=default_interval)
    dashboard.add_widgets(EndpointOverview(endpoint, alarms))
    return dashboard


class EndpointOverview(cloudwatch.ConcreteWidget):
    """All that a dashboard says of an endpoint, as one widget, on top.

    The CDK asks for it at synth: by then the endpoint has all of its containers and alarms, and no graph has cost a
    round trip to Node. It asks several times: the widgets are composed anew only if something was added.
    """

    def __init__(self, endpoint: ServedEndpoint, alarms: AlarmSets) -> None:
        super().__init__(_WIDTH, _HEIGHT)
        self._endpoint = endpoint
        self._alarms = alarms
        self._composed_of: object = None
        self._widgets: list[_Graph] = []
        self._height = 0

    @property
    def height(self) -> float:
        """In grid units."""
        self._compose()
        return self._height

    def to_json(self) -> list[Any]:
        """The widgets that it consists of, as the body of a dashboard has them."""
        self._compose()
        return self._widgets

    def _compose(self) -> None:
        variants, alarms = self._endpoint.served_variants, self._alarms.made()
        if (variants, alarms) == self._composed_of:
            return
        self._composed_of = variants, alarms
        if alarms:  # of which a user may have removed some
            there = attribute(self._endpoint, "node").children
            alarms = tuple(alarm for alarm in alarms if alarm in there)
        rows = [*self._rows(variants, alarms, with_needs=True)]
        if sum(map(len, rows)) > _MOST_WIDGETS:
            rows = [*self._rows(variants, alarms, with_needs=False)]
        self._widgets, self._height = [], 0
        for row in rows:
            x = 0
            for widget in row:
                self._widgets.append({**widget, "x": x, "y": self._height})
                x += widget["width"]
            self._height += _height(row)

    def _rows(
        self, variants: tuple[ServedVariant, ...], alarms: Sequence[cloudwatch.CfnAlarm], *, with_needs: bool
    ) -> Iterator[list[_Graph]]:
        name, home = self._endpoint._name_in_metrics, self._home
        heading = _heading(name, home["region"], variants)
        if not with_needs:
            heading += f"\n\nCPU and memory of each container are left out: a dashboard has {_MOST_WIDGETS} widgets."
        yield [_text(heading, height=2 + len(variants) + (not with_needs))]
        for start in range(0, len(alarms), _MOST_ALARMS):
            shown = [attribute(alarm, "attr_arn") for alarm in alarms[start : start + _MOST_ALARMS]]
            properties = {"title": "Alarms", "alarms": shown}
            yield [{"type": "alarm", "width": _WIDTH, "height": 2 + len(shown) // 4, "properties": properties}]
        for variant in variants:
            panels = _Panels(name, home, variant, named=len(variants) > 1)
            if self._endpoint._is_asynchronous:
                yield from panels.rows_of_requests()
            else:
                yield from panels.rows_of_calls(with_needs=with_needs)

    @cached_property
    def _home(self) -> dict[str, str]:
        """Where the metrics are; an imported endpoint may be in another account."""
        account = self._endpoint._other_account
        return {"region": self._endpoint.env.region, **({"accountId": account} if account else {})}


class _Panels:
    """The graphs of one variant."""

    def __init__(self, endpoint_name: str, home: dict[str, str], variant: ServedVariant, *, named: bool) -> None:
        self._endpoint_name = endpoint_name
        self._home = home
        self._variant = variant
        self._prefix = f"{variant.name}: " if named else ""

    def rows_of_calls(self, *, with_needs: bool) -> Iterator[list[_Graph]]:
        """How many calls there are, how they end and how long they take, the instances, and each container."""
        yield [
            self._graph("Calls per minute", [self._row(INVOCATIONS, label="calls")], unit="calls"),
            self._graph("Errors", self._rates(), unit="% of calls"),
            self._graph("Availability", self._availability(), unit="% of calls", view="singleValue"),
        ]
        yield _spread(
            [
                self._graph("Latency of the containers", self._latency()),
                self._graph("Latency that SageMaker adds", self._percentiles(OVERHEAD_LATENCY, "p50", "p90", "p99")),
            ]
        )
        yield self._instances()
        for hostname in self._variant.hostnames:
            yield self._container(hostname, with_needs=with_needs)

    def rows_of_requests(self) -> Iterator[list[_Graph]]:
        """The same of asynchronous requests, of which less is published, and nothing of a container's calls.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
        """
        ends = [
            self._row(PROCESSED, label="processed"),
            self._row(FAILURES, label="failed", color=_RED),
            self._row(EXPIRED, label="expired", color=_ORANGE),
        ]
        backlog = [self._row(BACKLOG, label="requests")]
        errors = [
            self._row(ERRORS_4XX, label="4xx errors", color=_ORANGE),
            self._row(ERRORS_5XX, label="5xx errors", color=_RED),
        ]
        yield _spread(
            [
                self._graph("Requests per minute", ends, unit="requests"),
                self._graph("Requests that wait or are processed", backlog, unit="requests"),
            ]
        )
        yield _spread(
            [
                self._graph("Errors per minute", errors, unit="errors"),
                self._graph("Latency of the containers", self._latency()),
            ]
        )
        yield self._instances()

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

    def _container(self, hostname: str, *, with_needs: bool) -> list[_Graph]:
        calls = [
            self._row(INVOCATIONS, hostname, label="calls"),
            self._row(ERRORS_4XX, hostname, label="4xx errors", color=_ORANGE, yAxis="right"),
            self._row(ERRORS_5XX, hostname, label="5xx errors", color=_RED, yAxis="right"),
        ]
        graphs = [
            self._graph(f"{hostname}: calls and errors per minute", calls, unit="calls"),
            self._graph(f"{hostname}: latency", self._percentiles(CONTAINER_LATENCY, "p50", "p99", hostname=hostname)),
        ]
        if with_needs and self._variant.mode != InferenceExecutionMode.SERIAL:
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

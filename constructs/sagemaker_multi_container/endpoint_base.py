"""What a declared and an imported endpoint have in common: who may call it, what is measured, and how it is scaled."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Unpack

import aws_cdk as cdk
import jsii

from . import facades
from .declaration import problems_of_scaling
from .errors import EndpointConfigurationError
from .node_members import unknown_to_node
from .rules import Resource
from .served import ServedEndpoint

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_events as events
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_logs as logs

    from .facades.alarms import AlarmSets, EndpointAlarms, Percentage
    from .facades.events import EventOptions
    from .facades.grants import EndpointGrants
    from .facades.metrics import EndpointMetrics
    from .facades.scaling import EndpointScaling, ScalableInstanceCount


@unknown_to_node
class MultiContainerEndpointBase(ServedEndpoint, metaclass=jsii.JSIIAbstractClass):
    """A multi-container endpoint, declared in this app or imported into it. The type to ask for in an API of yours."""

    @property
    def grants(self) -> EndpointGrants:
        """Gives others permission to call the endpoint."""
        return facades.grants.EndpointGrants(self)

    def auto_scale(self, *, min_capacity: int, max_capacity: int, variant: str | None = None) -> ScalableInstanceCount:
        """Let the number of a variant's instances follow the load; the methods of what it returns say how.

        Each variant can be scaled, once. Updates of the endpoint then keep the number of instances that each of its
        variants has by then, also of those that are not scaled (`retain_instance_counts`), and the scaled one should
        start with one between the bounds (MCE-A02).

        While a variant is scaled, an update can neither change its instance type nor remove it: SageMaker refuses it,
        and the deployment is rolled back. Take the call of `auto_scale` out and deploy that first, then deploy the new
        type together with the call. Other containers, images and models can be deployed at any time; scaling waits for
        the end of a deployment. Burstable types such as `ml.t2.medium` cannot be scaled (MCE-V14).

        See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html and
        https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html

        Args:
            min_capacity: The least number of instances: 1 or more, or 0 for an asynchronous endpoint.
            max_capacity: The largest number of instances.
            variant: The variant. Default: the only one.

        Returns:
            What is scaled. Until you call one of its methods, instances are started and ended only to stay between the
            bounds.

        Raises:
            EndpointConfigurationError: If there is no such variant, if it is scaled already or cannot be scaled, or if
                the bounds are wrong; nothing is added then.
        """
        return self._scaling.scale(variant, min_capacity, max_capacity)

    @contextmanager
    def _scaled_by(self, call: str, resource: Resource) -> Iterator[None]:
        """Judge a scalable target or a scaling policy by itself, since nothing else is known of the endpoint.

        Args:
            call: What an error message names it by, such as `auto_scale(variant='main')`.
            resource: Its CloudFormation properties.

        Raises:
            EndpointConfigurationError: If Application Auto Scaling would refuse it.
        """
        problems = problems_of_scaling(call, resource)
        if problems:
            raise EndpointConfigurationError(self.node.path, problems)
        yield

    @functools.cached_property
    def _scaling(self) -> EndpointScaling:
        return facades.scaling.EndpointScaling(self)

    @property
    def metrics(self) -> EndpointMetrics:
        """The CloudWatch metrics of the endpoint, its variants and containers."""
        return self._all_metrics

    @functools.cached_property
    def _all_metrics(self) -> EndpointMetrics:
        return facades.metrics.EndpointMetrics(self)

    @functools.cached_property
    def _alarm_sets(self) -> AlarmSets:
        """What `add_alarms` has made."""
        return facades.alarms.AlarmSets(self)

    def add_alarms(
        self,
        id: str = "Alarms",
        *,
        latency_p99: cdk.Duration | Literal[False] | None = None,
        error_rate_5xx: Percentage = None,
        error_rate_4xx: Percentage = None,
        cpu_utilization: Percentage = None,
        memory_utilization: Percentage = None,
        disk_utilization: Percentage = None,
        period: cdk.Duration | None = None,
        evaluation_periods: int | None = None,
        datapoints_to_alarm: int | None = None,
        actions: Sequence[cloudwatch.IAlarmAction] | None = None,
        rollback: bool = False,
    ) -> EndpointAlarms:
        """Add alarms on each variant: latency, errors, CPU, memory and disk. Each threshold may be `False`: no alarm.

        In Direct mode latency and errors are watched for each container. Containers and variants that are added later
        have their alarms, too, so that the order of the calls makes no difference; where such an alarm cannot be had,
        the container or variant is refused.

        Where nobody calls, there is no error and no latency, so that those alarms are OK; where the instances publish
        nothing, the others have insufficient data.

        With `rollback`, the alarms on the latency and the 5xx errors of each variant become rollback alarms. In Direct
        mode there are additional ones for that, on the 5xx errors of all containers and on the slowest of up to ten
        containers, since SageMaker takes 10 rollback alarms and an endpoint has up to 15 containers. The endpoint needs
        a name that you chose: else alarm and endpoint would wait for each other.

        An asynchronous endpoint publishes no number of calls, so that there is no alarm on its error rates: make one of
        `metrics.invocation_failures()`. Its calls may take an hour, so that there is one on latency only if you say how
        long they take. An imported one is not known to be asynchronous; give `False` for these three.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-metrics.html and
        https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html

        Args:
            id: What the ids of these alarms begin with. Default: `Alarms`.
            latency_p99: How long 99 % of the calls take at most, all containers of a pipeline together. Default: 10
                seconds, as a safety net; give your own objective. No alarm if the endpoint is asynchronous.
            error_rate_5xx: How many percent of the calls end in a 5xx error at most. Default: 1.
            error_rate_4xx: How many percent of the calls end in a 4xx error at most. Default: 5.
            cpu_utilization: How many percent of all of their CPUs the instances use at most, on average. Default: 90.
                Left out with a warning where the number of vCPUs is not known.
            memory_utilization: How many percent of their memory they use at most, on average. Default: 90.
            disk_utilization: How many percent of their disk space they use at most, on average. Default: 80.
            period: How long a data point is: a multiple of 60 seconds, up to a day. Default: 1 minute, as often as
                SageMaker publishes.
            evaluation_periods: How many of the latest data points count: a day of them at most, or 7 days where each is
                an hour or longer. Default: 5.
            datapoints_to_alarm: How many of them must be above the threshold. Default: 3.
            actions: What happens when an alarm goes off, and when it is over; up to 5. Default: nothing.
            rollback: Whether SageMaker rolls an update back when an alarm on 5xx errors or latency goes off.

        Returns:
            The alarms, by what they watch.

        Raises:
            EndpointConfigurationError: If an argument cannot be used, no variant is known, the endpoint is in another
                account or region, or it cannot have these rollback alarms; no alarm is added then.
        """
        settings = facades.alarm_settings.read_settings(
            self,
            {
                "latency_p99": latency_p99,
                "error_rate_5xx": error_rate_5xx,
                "error_rate_4xx": error_rate_4xx,
                "cpu_utilization": cpu_utilization,
                "memory_utilization": memory_utilization,
                "disk_utilization": disk_utilization,
                "period": period,
                "evaluation_periods": evaluation_periods,
                "datapoints_to_alarm": datapoints_to_alarm,
                "actions": actions,
                "rollback": rollback,
            },
        )
        self._check_is_here("add_alarms")
        return self._alarm_sets.add(id, settings)

    def add_dashboard(
        self,
        id: str = "Dashboard",
        *,
        dashboard_name: str | None = None,
        default_interval: cdk.Duration | None = None,
    ) -> cloudwatch.Dashboard:
        """Add a dashboard: calls, errors, availability and latency, the instances, and a row for each container.

        It is composed at synth, so that it shows all containers, and the alarms of `add_alarms`, whenever they came.
        Your own widgets go below with `dashboard.add_widgets(...)`. CloudWatch takes 500 widgets: where there would be
        more, CPU and memory of each container are left out.

        Of an asynchronous endpoint it shows requests, backlog, errors, latency and the instances: nothing else is
        published. An imported one is not known to be asynchronous.

        Args:
            id: The id of the dashboard. Default: `Dashboard`.
            dashboard_name: Its name. Default: CloudFormation makes one.
            default_interval: How long a time it shows when it is opened. Default: CloudWatch's, 3 hours.

        Returns:
            The dashboard.

        Raises:
            EndpointConfigurationError: If an argument cannot be used or no variant is known.
        """
        with facades.additions.adding(self, id, "add_dashboard"):
            return facades.dashboard.create_dashboard(self, id, dashboard_name, default_interval, self._alarm_sets)

    def add_log_group(
        self,
        *,
        retention: logs.RetentionDays | None = None,
        encryption_key: kms.IKey | None = None,
        removal_policy: cdk.RemovalPolicy | None = None,
    ) -> logs.LogGroup:
        """Declare the log group of the endpoint, to say how long logs are kept and how they are encrypted.

        It is made before the endpoint. If the endpoint exists already, SageMaker has made the log group, and another
        one of that name cannot be made: import that one into the stack first, with `cdk import`.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html

        Args:
            retention: How long logs are kept. Default: the CDK's, two years. (SageMaker's own group keeps all logs.)
            encryption_key: The key that encrypts the logs. CloudWatch Logs is allowed to use it for this group; the
                policy of an imported key cannot be changed here, so that it must allow that. Default: CloudWatch's.
            removal_policy: What becomes of the logs when the group is removed from the stack. Default: the CDK's: they
                are retained, and a new group of that name cannot be made.

        Returns:
            The log group, `/aws/sagemaker/Endpoints/<endpoint name>`.

        Raises:
            EndpointConfigurationError: If the endpoint has no name of your choice or is imported, if an argument cannot
                be used, or on a second call.
        """
        return facades.logs.create_log_group(self, retention, encryption_key, removal_policy)

    def on_state_change(
        self, id: str, *, statuses: Sequence[str] | None = None, **options: Unpack[EventOptions]
    ) -> events.Rule:
        """Do something when the endpoint's status changes. SageMaker may send several events for one change.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html

        Args:
            id: The id of the rule.
            statuses: Only changes to these, in the spelling of the events: `IN_SERVICE`, `UPDATING`, `FAILED`,
                `ROLLING_BACK`, ... (AWS's page prints the first two, and the others follow suit.) Default: all.
            **options: What receives the events, and the other options of `events.OnEventOptions`. An `event_pattern`
                may say what this method does not: source, type, endpoint and, if given, statuses are its own.

        Returns:
            The rule.

        Raises:
            EndpointConfigurationError: If an argument cannot be used, or the endpoint is in another account or region,
                where its events are sent.
        """
        self._check_is_here("on_state_change")
        with facades.additions.adding(self, id, "on_state_change"):
            return facades.events.create_rule(self, id, facades.events.STATE_CHANGE, statuses, options)

    def on_deployment_state_change(
        self, id: str, *, statuses: Sequence[str] | None = None, **options: Unpack[EventOptions]
    ) -> events.Rule:
        """Do something while the endpoint is updated: as traffic moves, instances come and go, alarms are watched.

        Not sent for endpoints with features that deployment guardrails exclude.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html

        Args:
            id: The id of the rule.
            statuses: Only while the endpoint has one of these statuses, as in `on_state_change`. Default: all.
            **options: What receives the events, and the other options of `events.OnEventOptions`. An `event_pattern`
                may say what this method does not: source, type, endpoint and, if given, statuses are its own.

        Returns:
            The rule.

        Raises:
            EndpointConfigurationError: If an argument cannot be used, or the endpoint is in another account or region,
                where its events are sent.
        """
        self._check_is_here("on_deployment_state_change")
        with facades.additions.adding(self, id, "on_deployment_state_change"):
            return facades.events.create_rule(self, id, facades.events.DEPLOYMENT_STATE_CHANGE, statuses, options)

"""What MiniStack's CloudWatch alarms lack in templates: metric math, and `AWS::CloudWatch::CompositeAlarm`."""

from collections.abc import Callable
from typing import Protocol

from embedded_aws.endpoint import Json
from embedded_aws.errors import ServiceError
from embedded_aws.resource_type import HandlerError, Provisioned, generated_name
from embedded_aws.shapes import check_request, from_template

API = "cloudwatch"
MAX_NAME_LENGTH = 255
SINGLE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")
SEVERAL_METRICS = ("Metrics", "Threshold", "ThresholdMetricId")
NOT_EMULATED = {"ActionConfiguration", "ActionsSuppressor"}

AlarmRecord = Callable[[str, Json], Json]
"""The alarm that CloudWatch keeps, made from its name and the properties of its resource."""


def with_metric_math(single_metric_record: AlarmRecord) -> AlarmRecord:
    """An alarm on several metrics is kept as it is; its state is what SetAlarmState says, for nothing evaluates it."""

    def record(name: str, properties: Json) -> Json:
        if "Metrics" not in properties:
            return single_metric_record(name, properties)
        request = _checked("PutMetricAlarm", name, properties)
        if given := [member for member in SINGLE_METRIC if member in request]:
            raise HandlerError(f"{', '.join(given)} cannot be given together with Metrics.")
        placeholders = {"MetricName": "none", "Namespace": "none", "Threshold": 0}
        alarm = single_metric_record(name, placeholders | properties | {"Metrics": []})
        common = {member: value for member, value in alarm.items() if member not in (*SINGLE_METRIC, *SEVERAL_METRICS)}
        return common | {member: request[member] for member in SEVERAL_METRICS if member in request}

    return record


class CloudWatch(Protocol):
    """What the resource type asks of CloudWatch."""

    def put_composite_alarm(self, request: Json) -> str:
        """Create or update a composite alarm, and return its ARN."""
        ...

    def delete_alarm(self, name: str) -> None:
        """Delete an alarm, if it still exists."""
        ...

    def set_alarm_tags(self, name: str, tags: list[Json]) -> None:
        """Give an alarm these tags and no others."""
        ...


class CompositeAlarm:
    """`AWS::CloudWatch::CompositeAlarm`."""

    type_name = "AWS::CloudWatch::CompositeAlarm"
    create_only = ("AlarmName",)
    name_property = "AlarmName"
    taggable = True

    def __init__(self, cloudwatch: CloudWatch) -> None:
        self._cloudwatch = cloudwatch

    def create(self, logical_id: str, properties: Json, stack_name: str) -> Provisioned:
        """Create the alarm, under a name made from the stack and the logical id when it has none of its own."""
        name = properties.get("AlarmName") or generated_name(stack_name, logical_id, MAX_NAME_LENGTH)
        return self.update(name, {}, properties)

    def update(self, name: str, _old: Json, new: Json) -> Provisioned:
        """Put the alarm as it is now."""
        if unknown := sorted(NOT_EMULATED & new.keys()):
            raise HandlerError(f"{', '.join(unknown)} is not emulated.")
        try:
            arn = self._cloudwatch.put_composite_alarm(_checked("PutCompositeAlarm", name, new))
        except ServiceError as error:
            raise HandlerError(error.message) from error
        self._cloudwatch.set_alarm_tags(name, new.get("Tags", []))
        return name, {"Arn": arn}

    def delete(self, name: str) -> None:
        """Delete the alarm, if it still exists."""
        self._cloudwatch.delete_alarm(name)


def _checked(operation: str, name: str, properties: Json) -> Json:
    """The request that the properties of an alarm make, without its tags, which are set on their own."""
    settings = {member: value for member, value in properties.items() if member != "Tags"}
    request = from_template(operation, settings | {"AlarmName": name}, service=API)
    try:
        check_request(operation, request, service=API)
    except ServiceError as error:
        raise HandlerError(error.message) from error
    return request

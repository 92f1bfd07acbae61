"""Print, as JSON, what MiniStack looks like where the plugin reaches into it. Runs in MiniStack's own environment."""

import inspect
import json
from importlib import import_module
from importlib.metadata import version
from typing import Any


def parameters(function: Any) -> list[str]:
    """The names of the parameters of a function."""
    return list(inspect.signature(function).parameters)


def facts() -> dict[str, Any]:
    """What the plugin relies on, by the place where it is."""
    app, router = vars(import_module("ministack.app")), vars(import_module("ministack.core.router"))
    provisioners = vars(import_module("ministack.services.cloudformation.provisioners"))
    stacks = vars(import_module("ministack.services.cloudformation.stacks"))
    cloudwatch = vars(import_module("ministack.services.cloudwatch"))
    responses = vars(import_module("ministack.core.responses"))
    policy = provisioners["_RESOURCE_HANDLERS"]["AWS::S3::BucketPolicy"]
    return {
        "version": version("ministack"),
        "app.SERVICE_HANDLERS": parameters(app["SERVICE_HANDLERS"]["sqs"]),
        "app.main": parameters(app["main"]),
        "router.SERVICE_PATTERNS": router["SERVICE_PATTERNS"]["sqs"]["target_prefixes"],
        "provisioners._RESOURCE_HANDLERS create": parameters(policy["create"]),
        "provisioners._RESOURCE_HANDLERS update": parameters(policy["update"]),
        "provisioners._RESOURCE_HANDLERS delete": parameters(policy["delete"]),
        "provisioners._RESOURCE_HANDLERS": sorted(policy),
        "provisioners._REPLACING_PROPERTIES": provisioners["_REPLACING_PROPERTIES"]["AWS::SQS::Queue"],
        "provisioners._CUSTOM_NAME_REPLACEMENT": provisioners["_CUSTOM_NAME_REPLACEMENT"]["AWS::IAM::Role"],
        "provisioners._STACK_TAG_PROPERTY": provisioners["_STACK_TAG_PROPERTY"]["AWS::SQS::Queue"],
        "stacks._runs_on_worker_thread": [
            stacks["_runs_on_worker_thread"](name) for name in ("AWS::CloudFormation::WaitCondition", "AWS::SQS::Queue")
        ],
        "provisioners._cw_metric_alarm_record": parameters(provisioners["_cw_metric_alarm_record"]),
        "cloudwatch._put_composite_alarm": parameters(cloudwatch["_put_composite_alarm"]),
        "cloudwatch._delete_alarms": parameters(cloudwatch["_delete_alarms"]),
        "cloudwatch.cloudformation_set_metric_alarm_tags": parameters(
            cloudwatch["cloudformation_set_metric_alarm_tags"]
        ),
        "cloudwatch alarms": [cloudwatch[name].get("none") for name in ("_alarms", "_composite_alarms")],
        "responses.get_account_id": parameters(responses["get_account_id"]),
        "responses.get_region": parameters(responses["get_region"]),
    }


if __name__ == "__main__":
    print(json.dumps(facts()))

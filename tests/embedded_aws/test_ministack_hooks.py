"""MiniStack has no public way to add a service: these tests say when an upgrade moves what the plugin reaches into."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from embedded_aws.launcher import ROOT, SERVER_PYTHON

EXPECTED: dict[str, Any] = {
    "app.SERVICE_HANDLERS": ["method", "path", "headers", "body", "query_params"],
    "app.main": [],
    "router.SERVICE_PATTERNS": ["AmazonSQS"],
    "provisioners._RESOURCE_HANDLERS create": ["logical_id", "props", "stack_name"],
    "provisioners._RESOURCE_HANDLERS update": ["physical_id", "old_props", "new_props", "stack_name"],
    "provisioners._RESOURCE_HANDLERS delete": ["physical_id", "props"],
    "provisioners._RESOURCE_HANDLERS": ["create", "delete", "update"],
    "provisioners._REPLACING_PROPERTIES": ["QueueName", "FifoQueue"],
    "provisioners._CUSTOM_NAME_REPLACEMENT": {"name": "RoleName"},
    "provisioners._STACK_TAG_PROPERTY": ["Tags", "list"],
    "stacks._runs_on_worker_thread": [True, False],
    "provisioners._cw_metric_alarm_record": ["name", "props"],
    "cloudwatch._put_composite_alarm": ["params", "cbor_data", "is_cbor", "is_json"],
    "cloudwatch._delete_alarms": ["params", "cbor_data", "is_cbor", "is_json"],
    "cloudwatch.cloudformation_set_metric_alarm_tags": ["name", "tags"],
    "cloudwatch alarms": [None, None],
    "responses.get_account_id": [],
    "responses.get_region": [],
}


@pytest.fixture(scope="module")
def ministack() -> dict[str, Any]:
    """What MiniStack looks like where the plugin reaches into it."""
    script = Path(__file__).with_name("ministack_facts.py")
    finished = subprocess.run([SERVER_PYTHON, script], capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, f"MiniStack lost something that the plugin needs:\n{finished.stderr[-2000:]}"
    facts: dict[str, Any] = json.loads(finished.stdout)
    return facts


def test_the_installed_version_is_the_locked_one(ministack: dict[str, Any]) -> None:
    locked = (ROOT / "requirements" / "embedded-aws.txt").read_text(encoding="utf-8")
    assert f"ministack=={ministack['version']} " in locked, "run `make setup` again"


@pytest.mark.parametrize("hook", EXPECTED)
def test_a_hook_is_where_and_what_the_plugin_expects(ministack: dict[str, Any], hook: str) -> None:
    assert ministack[hook] == EXPECTED[hook], (
        f"ministack {ministack['version']} changed {hook}: see ministack_plugin.py"
    )

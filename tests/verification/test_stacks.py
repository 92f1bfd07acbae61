"""`mce verify` where CloudFormation deploys the stack just now, or knows nothing of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from sagemaker_multi_container.cli.commands import mce
from tests.invocation.server import Answered, Asked, data_plane, error

from .examples import ARN, deployed, template

STACK = ARN.replace("sagemaker", "cloudformation").replace("endpoint/search", "stack/Search/1")


def assembly(folder: Path) -> Path:
    """An assembly of one stack, named Search."""
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "Search.template.json", "stackName": "Search"},
        "displayName": "Search",
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": {"Search": artifact}}))
    (folder / "Search.template.json").write_text(json.dumps(template()))
    return folder


def xml(operation: str, content: str) -> Answered:
    """What CloudFormation answers."""
    body = f"<{operation}Response><{operation}Result>{content}</{operation}Result></{operation}Response>"
    return Answered(body=body.encode(), content_type="text/xml")


def status(name: str) -> Answered:
    """A stack that has this status."""
    stack = f"<StackId>{STACK}</StackId><StackName>Search</StackName><StackStatus>{name}</StackStatus>"
    return xml("DescribeStacks", f"<Stacks><member>{stack}</member></Stacks>")


def resources(**models: str) -> Answered:
    """The resources of the stack, among them these models."""
    ids = {"Endpoint": ARN, "Config": f"{ARN.rpartition('endpoint/')[0]}endpoint-config/config", **models}
    members = (
        f"<member><LogicalResourceId>{name}</LogicalResourceId><PhysicalResourceId>{arn}</PhysicalResourceId></member>"
        for name, arn in ids.items()
    )
    summaries = f"<StackResourceSummaries>{''.join(members)}</StackResourceSummaries>"
    return xml("ListStackResources", summaries)


def verify(folder: Path, describe_stack: Callable[[], Answered], *arguments: str, config: str = "Config") -> Result:
    """Run the command where this is CloudFormation, and the endpoint is in service with this config."""
    there = deployed()
    described = {
        "DescribeEndpoint": {**there.endpoint, "EndpointConfigName": config},
        "DescribeEndpointConfig": there.config,
        "DescribeModel": there.models["Model"],
    }

    def answer(asked: Asked) -> Answered:
        if b"Action=DescribeStacks" in asked.body:
            return describe_stack()
        if b"Action=ListStackResources" in asked.body:
            return resources(Model=f"{ARN.rpartition('endpoint/')[0]}model/model")
        if "Config" in asked.headers["x-amz-target"] and config != "Config":
            return error("ValidationException", f'Could not find endpoint configuration "{config}".', 400)
        return Answered(body=json.dumps(described[asked.headers["x-amz-target"].partition(".")[2]]).encode())

    with data_plane(answer) as plane:
        environment = {
            "AWS_ENDPOINT_URL": plane.url,
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
        }
        command = ["verify", "--assembly", str(assembly(folder)), *arguments]
        return CliRunner().invoke(mce, command, env=environment, catch_exceptions=False)


def test_a_stack_that_is_deployed_just_now_is_waited_for(tmp_path: Path) -> None:
    """Its endpoint may be in service long before it is, or not be updated yet."""
    statuses = iter(["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"])

    result = verify(tmp_path, lambda: status(next(statuses)))

    assert result.exit_code == 0, result.output
    assert result.stderr == "stack Search: UPDATE_IN_PROGRESS\n"


def test_a_stack_that_is_not_waited_for_is_no_success(tmp_path: Path) -> None:
    result = verify(tmp_path, lambda: status("UPDATE_IN_PROGRESS"), "--no-wait")

    assert result.exit_code == 1
    assert "UPDATE_IN_PROGRESS" in result.stdout


def test_a_stack_that_is_not_there_is_no_success(tmp_path: Path) -> None:
    """Though an endpoint of that name has the same content."""
    message = "Stack with id Search does not exist"
    says = f"<Error><Type>Sender</Type><Code>ValidationError</Code><Message>{message}</Message></Error>"
    missing = Answered(status=400, content_type="text/xml", body=f"<ErrorResponse>{says}</ErrorResponse>".encode())

    result = verify(tmp_path, lambda: missing)

    assert result.exit_code == 1
    assert "there is no stack Search in us-east-1" in result.stdout


def test_a_config_that_somebody_else_made_and_deleted_is_told(tmp_path: Path) -> None:
    """Though there is nothing left of it to compare."""
    result = verify(tmp_path, lambda: status("UPDATE_COMPLETE"), config="by-hand")

    assert result.exit_code == 1
    assert "by-hand is served, and the stack has config" in result.stdout

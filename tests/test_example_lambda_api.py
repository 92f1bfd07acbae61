"""The function of the example `lambda_api`, with an endpoint that is a stub."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tests.examples import load


@pytest.fixture(name="handler")
def _handler(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, in the environment that the example gives it."""
    settings = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    for name, value in (settings | {"ENDPOINT_NAME": "search", "CONTAINER": "ranker"}).items():
        monkeypatch.setenv(name, value)
    return load("lambda_api", "ranking/handler.py")


@pytest.fixture(name="endpoint")
def _endpoint(handler: ModuleType) -> Iterator[Stubber]:
    """What answers instead of SageMaker."""
    with Stubber(handler.sagemaker) as stubber:
        yield stubber


def test_the_container_answers(handler: ModuleType, endpoint: Stubber) -> None:
    """The call names the container, and its answer is passed on."""
    answer = b'{"scores": [0.9]}'
    body = StreamingBody(io.BytesIO(answer), len(answer))
    call = {
        "EndpointName": "search",
        "TargetContainerHostname": "ranker",
        "ContentType": "application/json",
        "Accept": "application/json",
        "Body": '{"query": "tea"}',
    }
    endpoint.add_response("invoke_endpoint", {"Body": body, "ContentType": "application/json"}, call)

    response = handler.handle({"body": '{"query":"tea"}'}, None)

    assert (response["statusCode"], json.loads(response["body"])) == (200, {"scores": [0.9]})
    endpoint.assert_no_pending_responses()


def test_the_container_fails(handler: ModuleType, endpoint: Stubber) -> None:
    """The caller learns its status, and nothing of its insides."""
    endpoint.add_client_error("invoke_endpoint", "ModelError", modeled_fields={"OriginalStatusCode": 500})

    response = handler.handle({"body": "{}"}, None)

    assert (response["statusCode"], json.loads(response["body"])["status"]) == (502, 500)


@pytest.mark.parametrize("event", [{}, {"body": None}, {"body": ""}, {"body": "query=tea"}])
def test_refuses_what_is_not_json(handler: ModuleType, endpoint: Stubber, event: dict[str, Any]) -> None:
    """The endpoint is not called."""
    response = handler.handle(event, None)

    assert response["statusCode"] == 400
    endpoint.assert_no_pending_responses()

"""Answers `POST /rank` with what the endpoint's container says."""

import json
import os
from typing import Any

import boto3

sagemaker = boto3.client("sagemaker-runtime")


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives both
    """Pass the request's JSON on, and its answer back."""
    try:
        query = json.loads(event.get("body") or "")
    except json.JSONDecodeError:
        return _json(400, {"message": "The body is not JSON."})
    try:
        answer = sagemaker.invoke_endpoint(
            EndpointName=os.environ["ENDPOINT_NAME"],
            TargetContainerHostname=os.environ["CONTAINER"],
            ContentType="application/json",
            Accept="application/json",
            Body=json.dumps(query),
        )
    except sagemaker.exceptions.ModelError as failed:
        return _json(502, {"message": "The container failed.", "status": failed.response.get("OriginalStatusCode")})
    return _json(200, json.loads(answer["Body"].read()))


def _json(status: int, body: object) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}

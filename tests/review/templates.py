"""Templates of an endpoint, before and after a change."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagemaker_multi_container.review import Review, compare
from sagemaker_multi_container.review.changes import EndpointChange
from sagemaker_multi_container.template import Template, read

ABSENT = object()
"""In place of a value: remove the property or the resource."""
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SECRET = "hunter2-this-must-never-be-seen"  # noqa: S105


def container(hostname: str, **properties: Any) -> dict[str, Any]:
    """A container of that hostname."""
    return {
        "ContainerHostname": hostname,
        "Image": f"{REGISTRY}/{hostname}:1.0",
        "ModelDataUrl": f"s3://models/{hostname}/model.tar.gz",
        "Environment": {"LOG_LEVEL": "info", "TOKEN": SECRET},
        **properties,
    }


def attribute(logical_id: str, name: str) -> dict[str, Any]:
    """An attribute of another resource."""
    return {"Fn::GetAtt": [logical_id, name]}


def variant(name: str = "main", model: str = "Model", **properties: Any) -> dict[str, Any]:
    """A variant of that name."""
    return {
        "VariantName": name,
        "ModelName": attribute(model, "ModelName"),
        "InstanceType": "ml.m5.xlarge",
        "InitialInstanceCount": 2,
        **properties,
    }


def resource(type: str, properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A resource of a SageMaker or other type."""
    name = type if "::" in type else f"AWS::SageMaker::{type}"
    return {"Type": name, "Properties": dict(properties), **more}


DIRECT: Mapping[str, Any] = {
    "Resources": {
        "Role": resource("AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}),
        "Model": resource(
            "Model",
            {
                "Containers": [container("ranker"), container("tagger")],
                "InferenceExecutionConfig": {"Mode": "Direct"},
                "ExecutionRoleArn": attribute("Role", "Arn"),
            },
        ),
        "Config": resource("EndpointConfig", {"ProductionVariants": [variant()]}),
        "Endpoint": resource(
            "Endpoint",
            {"EndpointName": "search", "EndpointConfigName": attribute("Config", "EndpointConfigName")},
        ),
    }
}
"""An endpoint with a fixed name, whose containers are called one by one."""


def edited(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a template with other values at these paths.

    `Model` is a resource, `Model.Containers[0].Image` one of its properties, and `/Parameters.Tag` anything else.
    """
    result = copy.deepcopy(dict(document))
    for path, value in changes.items():
        steps: list[str | int] = [
            int(step) if step.isdigit() else step for step in re.split(r"[.\[\]]+", path.removeprefix("/")) if step
        ]
        if not path.startswith("/"):
            steps = ["Resources", steps[0], *(["Properties", *steps[1:]] if len(steps) > 1 else [])]
        inside: Any = result
        for step in steps[:-1]:
            inside = inside.setdefault(step, {}) if isinstance(inside, dict) else inside[step]
        if value is ABSENT:
            del inside[steps[-1]]
        else:
            inside[steps[-1]] = copy.deepcopy(value)
    return result


def moved(document: Mapping[str, Any], **names: str) -> dict[str, Any]:
    """A copy of a template with other logical ids."""
    text = json.dumps(document)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    result: dict[str, Any] = json.loads(text)
    return result


def written(folder: Path, document: Mapping[str, Any], stack: str = "Search") -> Template:
    """The template, read from a file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{stack}.json"
    file.write_text(json.dumps(document))
    (template,) = read(file)
    return template


def review(folder: Path, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Review:
    """The review of a change of one stack; None stands for no stack."""
    base, head = (
        [] if document is None else [written(folder / side, document)]
        for side, document in (("before", before), ("after", after))
    )
    return compare(base, head)


def reviewed(folder: Path, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> EndpointChange:
    """The review of a change of one endpoint."""
    (change,) = review(folder, before, after).endpoints
    return change

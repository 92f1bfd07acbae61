"""Templates to check, as people write them by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagemaker_multi_container.check.report import Report, check

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
VALUE = "nobody-may-read-this"


def container(hostname: str | None, **properties: Any) -> dict[str, Any]:
    """A container, with a hostname if one is given."""
    named = {"ContainerHostname": hostname} if hostname else {}
    return {**named, "Image": f"{REGISTRY}/image:1", "Environment": {"LOG_LEVEL": VALUE}, **properties}


def model(*containers: dict[str, Any], metadata: object = None, **properties: Any) -> dict[str, Any]:
    """A model in Direct mode."""
    return {
        "Type": "AWS::SageMaker::Model",
        **({} if metadata is None else {"Metadata": metadata}),
        "Properties": {
            "ExecutionRoleArn": "arn:aws:iam::123456789012:role/models",
            "EnableNetworkIsolation": True,
            "InferenceExecutionConfig": {"Mode": "Direct"},
            "Containers": list(containers),
            **properties,
        },
    }


def template(metadata: object = None, **resources: dict[str, Any]) -> dict[str, Any]:
    """A template with these resources."""
    return {**({} if metadata is None else {"Metadata": metadata}), "Resources": resources}


RIGHT = template(Model=model(container("ranker"), container("tagger")))
"""Breaks no rule."""
WITHOUT_HOSTNAME = template(Model=model(container("ranker"), container(None)))
"""Breaks MCE-C04, an error, at `Containers[1]`."""
LATEST = template(Model=model(container("ranker", Image=f"{REGISTRY}/image:latest"), container("tagger")))
"""Breaks MCE-C20, a warning."""
OPEN = template(Model=model(container("ranker"), container("tagger"), EnableNetworkIsolation=False))
"""Breaks MCE-M09, an info."""
BUCKET = template(Bucket={"Type": "AWS::S3::Bucket"})
"""Has nothing to check."""


def write(file: Path, document: Mapping[str, Any]) -> Path:
    """Write a template into a file."""
    file.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return file


def assembly(folder: Path, document: Mapping[str, Any], *frames: str, acknowledged: object = None) -> Path:
    """Write a cloud assembly of a stack `Search`, whose resources were made there and acknowledged so."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "Search.template.json", document)
    stack = {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "Search.template.json"},
        "additionalMetadataFile": "Search.metadata.json",
    }
    write(folder / "manifest.json", {"version": "55.0.0", "artifacts": {"Search": stack}})
    metadata = {
        f"/Search/{logical_id}": [
            {"type": "aws:cdk:logicalId", "data": logical_id},
            {"type": "aws:cdk:creationStack", "data": [*frames]},
            {"type": "aws:cdk:acknowledged-rules", "data": acknowledged},
        ]
        for logical_id in document["Resources"]
    }
    write(folder / "Search.metadata.json", metadata)
    return folder


def report_on(folder: Path, document: Mapping[str, Any], **ignore: str) -> Report:
    """The report on a single template; rules to ignore are written with `_`."""
    file = write(folder / "endpoint.template.json", document)
    return check([file], {rule.replace("_", "-"): reason for rule, reason in ignore.items()})

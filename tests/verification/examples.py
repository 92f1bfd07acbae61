"""An endpoint as a template declares it, and the same as SageMaker describes it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from sagemaker_multi_container.invocation import Deployed
from sagemaker_multi_container.template import read
from sagemaker_multi_container.template.endpoints import Endpoint, endpoints_of

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/search"
VALUE = "nobody-may-read-this"
DIGEST, OTHER_DIGEST = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


def container(hostname: str, **properties: Any) -> dict[str, Any]:
    """A container, declared and deployed alike."""
    return {
        "ContainerHostname": hostname,
        "Image": f"{REGISTRY}/{hostname}:1",
        "Environment": {"TOKEN": VALUE},
        **properties,
    }


def variant(name: str = "live", **properties: Any) -> dict[str, Any]:
    """A variant, declared and deployed alike but for its model."""
    return {
        "VariantName": name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 1.0,
        **properties,
    }


def model(*containers: dict[str, Any], mode: str = "Direct", **properties: Any) -> dict[str, Any]:
    """A model, declared and deployed alike."""
    return {"Containers": list(containers), "InferenceExecutionConfig": {"Mode": mode}, **properties}


MODEL = model(container("ranker"), container("tagger"))


def template(*variants: dict[str, Any], endpoint: Any = None, more: Any = None, **models: Any) -> dict[str, Any]:
    """A template with an endpoint named search; each variant serves the model of its name, else `Model`."""
    models = models or {"Model": MODEL}
    listed = [
        {**each, "ModelName": {"Fn::GetAtt": [_model(each, models), "ModelName"]}} for each in variants or (variant(),)
    ]
    name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    return {
        **(more or {}),
        "Resources": {
            **{key: {"Type": "AWS::SageMaker::Model", "Properties": each} for key, each in models.items()},
            "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": listed}},
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {"EndpointName": "search", "EndpointConfigName": name, **(endpoint or {})},
            },
            **(more or {}).get("Resources", {}),
        },
    }


def declared(folder: Path, document: dict[str, Any]) -> Endpoint:
    """The endpoint of a template."""
    file = folder / "template.json"
    file.write_text(json.dumps(document))
    ((endpoint,),) = map(endpoints_of, read(file))
    return endpoint


def deployed(*variants: dict[str, Any], status: str = "InService", **models: Any) -> Deployed:
    """The same, deployed: each container runs its image under `DIGEST`."""
    models = copy.deepcopy(models or {"Model": MODEL})
    listed = [{**each, "ModelName": _model(each, models)} for each in variants or (variant(),)]
    return Deployed(
        endpoint={
            "EndpointName": "search",
            "EndpointArn": ARN,
            "EndpointStatus": status,
            "EndpointConfigName": "Config",
            "ProductionVariants": [_summary(each, models[_model(each, models)]) for each in listed],
        },
        config={"EndpointConfigName": "Config", "ProductionVariants": listed},
        models=models,
    )


def _summary(variant: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    images = [each["Image"] for each in model["Containers"]]
    return {
        "VariantName": variant["VariantName"],
        "CurrentInstanceCount": variant["InitialInstanceCount"],
        "CurrentWeight": variant.get("InitialVariantWeight", 1),
        "DeployedImages": [
            {"SpecifiedImage": each, "ResolvedImage": f"{each.partition(':')[0].partition('@')[0]}@{DIGEST}"}
            for each in images
        ],
    }


def _model(variant: dict[str, Any], models: dict[str, Any]) -> str:
    name = variant["VariantName"]
    return name if name in models else next(iter(models))

"""Asks SageMaker with boto3 what is deployed. Nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final

from botocore.exceptions import ClientError

from ..rules.description import Properties, dicts, text
from .answers import RefusedError
from .connecting import Connections, told
from .deployed import Deployed
from .refusals import refused

NOT_FOUND: Final = "NotFound"
"""The code of the refusal where there is no such endpoint. SageMaker's own is that of any bad value."""
_BAD_VALUE: Final = {"ValidationException", "ValidationError"}
"""The codes of a refused value: of what describes endpoints, and of what invokes them."""
_UNKNOWN = re.compile(r'could not find endpoint "|^endpoint \S+( of account \S+)? not found', re.IGNORECASE)
MOST_NAMES: Final = 10
"""The endpoints that are named where the one that is meant is not there."""


def describe_endpoint(connections: Connections, name: str) -> Properties:
    """What DescribeEndpoint answers.

    Raises:
        RefusedError: If it cannot be asked; with the code `NOT_FOUND` and the endpoints that exist if it is none.
    """
    client = connections.sagemaker
    with asking("sagemaker:DescribeEndpoint", f"endpoint {name}"):
        try:
            with told():
                return client.describe_endpoint(EndpointName=name)
        except ClientError as error:
            if is_unknown(error):
                raise not_found(connections, name) from error
            raise


def describe_deployed(connections: Connections, endpoint: Properties) -> Deployed:
    """The endpoint with the config that it serves and the models of that.

    Raises:
        RefusedError: If one of them cannot be asked for.
    """
    client, name = connections.sagemaker, str(endpoint["EndpointConfigName"])
    with asking("sagemaker:DescribeEndpointConfig", f"endpoint config {name}"):
        config = client.describe_endpoint_config(EndpointConfigName=name)
    models: dict[str, Properties] = {}
    for model in dict.fromkeys(_model_names(config)):
        with asking("sagemaker:DescribeModel", f"model {model}"):
            models[model] = client.describe_model(ModelName=model)
    return Deployed(endpoint=endpoint, config=config, models=models)


def endpoint_names(connections: Connections) -> Iterator[tuple[str, str]]:
    """The names and ARNs of all endpoints, the newest first.

    Raises:
        RefusedError: If they cannot be asked for.
    """
    with asking("sagemaker:ListEndpoints", "endpoints"):
        for page in connections.sagemaker.get_paginator("list_endpoints").paginate():
            for each in page["Endpoints"]:
                yield each["EndpointName"], each["EndpointArn"]


def is_unknown(error: ClientError) -> bool:
    """Whether an error says that there is no such endpoint. SageMaker's words are all that tells, as seen in public.

    The same is said of containers and variants that an endpoint does not have, and by containers of anything.
    """
    says = error.response.get("Error", {})
    return says.get("Code") in _BAD_VALUE and _UNKNOWN.search(says.get("Message", "")) is not None


def not_found(connections: Connections, name: str) -> RefusedError:
    """What to say of an endpoint that does not exist: which do, if that may be asked."""
    says = f"there is no endpoint {name} in {connections.sagemaker.meta.region_name}"
    try:
        names = [each for each, _ in islice(endpoint_names(connections), MOST_NAMES + 1)]
    except RefusedError:
        return RefusedError(says, code=NOT_FOUND)
    others = ", ".join([*names[:MOST_NAMES], *(["others"] if len(names) > MOST_NAMES else [])])
    return RefusedError(f"{says}; there is {others or 'none at all'}", code=NOT_FOUND)


@contextmanager
def asking(action: str, subject: str) -> Iterator[None]:
    """Say in a line why something could not be asked.

    Raises:
        RefusedError: In place of what boto3 raises.
    """
    try:
        with told():
            yield
    except ClientError as error:
        raise refused(error.response, action, subject) from error


def _model_names(config: Properties) -> Iterator[str]:
    for kind in ("ProductionVariants", "ShadowProductionVariants"):
        for variant in dicts(config.get(kind)):
            pools = dicts(variant.get("InstancePools"))
            names = [text(variant, "ModelName"), *(text(pool, "ModelNameOverride") for pool in pools)]
            yield from (name for name in names if name is not None)

"""Asks a local endpoint what it consists of, since nothing on this machine is SageMaker's control plane."""

from __future__ import annotations

import http.client
import json
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from .answers import RefusedError
from .connecting import Connections, without_password
from .deployed import Deployed

_TIMEOUT = 10.0
"""Seconds."""


def describe_local(connections: Connections, name: str) -> Deployed:
    """The endpoint of that name with its config and its models.

    Raises:
        RefusedError: If nobody answers, or what answers is not `mce local`, or has no such endpoint.
    """
    address = connections.runtime.meta.endpoint_url
    url, where = urlsplit(address), without_password(address)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=_TIMEOUT)
    try:
        connection.request("GET", f"/endpoints/{quote(name)}")
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException) as reason:
        raise RefusedError(f"nothing answers at {where}") from reason
    finally:
        connection.close()
    try:
        found = json.loads(content)
        if response.status == HTTPStatus.OK:
            return Deployed(endpoint={"EndpointName": name}, config=found["EndpointConfig"], models=found["Models"])
        says = f"{where} says: {found['Message']}"
    except (ValueError, KeyError, TypeError):
        says = f"{where} does not tell which containers {name} has: name them, as in --target first --target second"
    raise RefusedError(says)

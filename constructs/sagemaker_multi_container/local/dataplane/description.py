"""What an endpoint consists of, for those who have no control plane to ask.

SageMaker's runtime API tells nobody. `GET /endpoints/{EndpointName}` is ours, and answers in the members that
DescribeEndpointConfig and DescribeModel have.
"""

from __future__ import annotations

from typing import Any

from ..served import ServedEndpoint


def described(endpoint: ServedEndpoint) -> dict[str, Any]:
    """Its config and its models by name. Each variant has a model of its own here, named as the variant."""
    return {
        "EndpointConfig": {
            "ProductionVariants": [
                {"VariantName": each.name, "ModelName": each.name, "InitialVariantWeight": each.weight}
                for each in endpoint.variants
            ]
        },
        "Models": {
            each.name: {
                "InferenceExecutionConfig": {"Mode": each.mode},
                "Containers": [{"ContainerHostname": container.hostname} for container in each.containers],
            }
            for each in endpoint.variants
        },
    }

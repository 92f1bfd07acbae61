"""Examples of what each rule finds and does not find."""

from . import (
    containers,
    deployment,
    endpoint_config,
    environment,
    images,
    instances,
    model,
    model_data,
    scaling,
    schema,
    variants,
)

CASES = [
    *containers.CASES,
    *images.CASES,
    *model_data.CASES,
    *environment.CASES,
    *model.CASES,
    *variants.CASES,
    *instances.CASES,
    *endpoint_config.CASES,
    *deployment.CASES,
    *scaling.CASES,
    *schema.CASES,
]

"""How callers reach the containers of an endpoint."""

from __future__ import annotations

import enum
from typing import NoReturn


class InferenceExecutionMode(enum.StrEnum):
    """How the containers of an endpoint are called.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceExecutionConfig.html
    """

    SERIAL = "Serial"
    """As an inference pipeline: each container's response is the next container's request, in the order given."""
    DIRECT = "Direct"
    """One by one: every request names its container, as `TargetContainerHostname`."""

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        modes = " or ".join(repr(mode.value) for mode in cls)
        message = f"{value!r} is no mode of SageMaker's: write {modes}"
        raise ValueError(message)

"""A request to an endpoint, and the parameters that boto3 takes for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .targets import Target

LONGEST_HEADER: Final = 1024
"""The characters of a content type, of what is accepted and of custom attributes.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html, read 2026-11-22."""
_VISIBLE = re.compile(r"[ -~]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, as InvokeEndpoint takes it."""

    endpoint: str
    body: bytes = field(repr=False)
    content_type: str
    accept: str | None = None
    """The content type of the response; None leaves it to the container."""
    custom_attributes: str | None = None
    """What the container gets as `X-Amzn-SageMaker-Custom-Attributes`."""
    inference_id: str | None = None
    """What identifies the request in data that is captured."""
    target: Target = field(default_factory=Target)

    def parameters(self) -> dict[str, str | bytes]:
        """The parameters of InvokeEndpoint and InvokeEndpointWithResponseStream, without those that are not given."""
        given = {
            "EndpointName": self.endpoint,
            "Body": self.body,
            "ContentType": self.content_type,
            "Accept": self.accept,
            "CustomAttributes": self.custom_attributes,
            "InferenceId": self.inference_id,
            "TargetContainerHostname": self.target.hostname,
            "TargetVariant": self.target.variant,
        }
        return {name: value for name, value in given.items() if value is not None}

    def problems(self) -> Iterator[str]:
        """What cannot be sent of it, for the one who wrote it, each in a line."""
        headers = {
            "content type": self.content_type,
            "accept": self.accept,
            "custom attributes": self.custom_attributes,
            "inference id": self.inference_id,
        }
        for name, value in headers.items():
            if value is not None and not _VISIBLE.fullmatch(value):
                yield f"{name} {value!r} has characters that a header cannot have: use printable ASCII"
            elif value is not None and len(value) > LONGEST_HEADER:
                yield f"{name} has {len(value):,} characters; SageMaker takes at most {LONGEST_HEADER:,}"

"""Recording what an endpoint is asked and answers."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..arguments import ArgumentReader, given
from ..declared_at import caller
from .destinations import bind_destination
from .feature import Feature

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3

_ARGUMENTS = {
    "CaptureOptions": "capture",
    "CsvContentTypes": "csv_content_types",
    "DestinationS3Uri": "prefix",
    "EnableCapture": "enabled",
    "InitialSamplingPercentage": "sampling_percentage",
    "JsonContentTypes": "json_content_types",
    "KmsKeyId": "encryption_key",
}


class CaptureMode(enum.StrEnum):
    """What is recorded of a call.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CaptureOption.html
    """

    INPUT = "Input"
    """What the endpoint is asked."""
    OUTPUT = "Output"
    """What it answers."""
    INPUT_AND_OUTPUT = "InputAndOutput"
    """Both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCapture:
    """Records calls of an endpoint in S3, below `<prefix>/<endpoint>/<variant>/<year>/<month>/<day>/<hour>`.

    Of a pipeline it records what goes into the first container and what comes out of the last one. The execution role
    may write there, and encrypt with the key.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html
    """

    bucket: s3.IBucket
    """The bucket, in the endpoint's region."""
    prefix: str = ""
    """What comes after the bucket. Default: nothing."""
    sampling_percentage: int = 100
    """How many of the calls are recorded: a whole number from 0 to 100. Default: all."""
    capture: Sequence[CaptureMode] = (CaptureMode.INPUT, CaptureMode.OUTPUT)
    """What is recorded of a call. Default: what the endpoint is asked and what it answers."""
    encryption_key: kms.IKey | None = None
    """The key that encrypts the records. Default: as the bucket says."""
    csv_content_types: Sequence[str] | None = None
    """Content types that are recorded as CSV text, such as `text/csv`: 1 to 10. Default: SageMaker's."""
    json_content_types: Sequence[str] | None = None
    """Content types that are recorded as JSON, such as `application/json`: 1 to 10. Default: SageMaker's. Anything
    else is recorded in base64."""
    enabled: bool = True
    """Whether calls are recorded now. Default: True."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

    def bind(self, read: ArgumentReader) -> Feature:
        """The `DataCaptureConfig` property, and the permission to write the records."""
        destination = bind_destination(self.bucket, self.prefix, self.encryption_key, read)
        headers = {
            "CsvContentTypes": read.strings("csv_content_types", self.csv_content_types),
            "JsonContentTypes": read.strings("json_content_types", self.json_content_types),
        }
        modes = read.literals("capture", self.capture)
        properties = {
            "EnableCapture": read.read("enabled", self.enabled, bool),
            "InitialSamplingPercentage": read.read("sampling_percentage", self.sampling_percentage, int),
            "DestinationS3Uri": destination.uri,
            "KmsKeyId": destination.key_arn,
            "CaptureOptions": [{"CaptureMode": mode} for mode in modes] if isinstance(modes, list) else modes,
            "CaptureContentTypeHeader": given(headers) or None,
        }
        return Feature(
            arguments=_ARGUMENTS,
            properties=given(properties),
            statements=destination.statements,
            buckets=destination.buckets,
        )

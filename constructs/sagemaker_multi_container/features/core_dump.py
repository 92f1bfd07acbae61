"""What is kept of a container that crashes."""

from __future__ import annotations

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
    "DestinationS3Uri": "prefix",
    "KmsKeyId": "encryption_key",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreDump:
    """Writes a core dump to S3 when a container's process crashes. The execution role may write there.

    A core dump holds whatever was in memory: requests, answers and environment.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantCoreDumpConfig.html
    """

    bucket: s3.IBucket
    """The bucket, in the endpoint's region."""
    prefix: str = ""
    """What comes after the bucket. Default: nothing."""
    encryption_key: kms.IKey | None = None
    """The key that encrypts the dumps. Default: as the bucket says."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

    def bind(self, read: ArgumentReader) -> Feature:
        """The `CoreDumpConfig` property, and the permission to write the dumps."""
        destination = bind_destination(self.bucket, self.prefix, self.encryption_key, read)
        properties = {"DestinationS3Uri": destination.uri, "KmsKeyId": destination.key_arn}
        return Feature(
            arguments=_ARGUMENTS,
            properties=given(properties),
            statements=destination.statements,
            buckets=destination.buckets,
        )

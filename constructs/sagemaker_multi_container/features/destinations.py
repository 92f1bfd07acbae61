"""Where in S3 an endpoint writes, and what its role needs for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..arguments import ArgumentReader, describe
from ..arns import arn_of_key, to_the_letter
from ..permissions import Statement, to_write
from ..readings import attribute
from ..rules import Unknown

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3

A_BUCKET = ("an s3.IBucket", "use s3.Bucket.from_bucket_name(self, 'Bucket', '...')")
A_KEY = ("a kms.IKey", "use kms.Key.from_key_arn(...)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A prefix in a bucket, as a property and as permissions."""

    uri: object
    key_arn: object
    """The key that was named for this destination, not the bucket's own one."""
    statements: list[Statement] = field(default_factory=list)
    buckets: Mapping[str, s3.IBucket] = field(default_factory=dict)
    """The bucket, by the argument that gave it."""


def bind_destination(
    bucket: s3.IBucket,
    prefix: str,
    encryption_key: kms.IKey | None,
    read: ArgumentReader,
    prefix_argument: str = "prefix",
) -> Destination:
    """The URI of a prefix in a bucket, and the permission to write below it."""
    bucket_arn = read.required_construct("bucket", bucket, "bucket_arn", *A_BUCKET)
    below = read_key(prefix_argument, prefix, read)
    key_arn = read.construct("encryption_key", encryption_key, "key_arn", *A_KEY)
    if not isinstance(bucket_arn, str) or not isinstance(below, str) or isinstance(key_arn, Unknown):
        return Destination(uri=Unknown(), key_arn=key_arn)
    folder = below.rstrip("/")
    objects = f"{bucket_arn}/{to_the_letter(folder)}/*" if folder else f"{bucket_arn}/*"
    return Destination(
        uri=f"s3://{attribute(bucket, 'bucket_name')}/{folder}",
        key_arn=key_arn,
        statements=to_write(objects, arn_of_key(encryption_key or attribute(bucket, "encryption_key"))),
        buckets={"bucket": bucket},
    )


def read_key(argument: str, key: str, read: ArgumentReader) -> object:
    """A key in a bucket, or the beginning of keys: what comes after the bucket."""
    below = read.required(argument, key, str)
    if isinstance(below, str) and below.startswith(("s3://", "/")):
        message = f"is {describe(key)}, expected what comes after the bucket"
        return read.refuse(argument, message, f"give {argument}='some/prefix'")
    return below

"""Asynchronous calls: requests and answers go through S3."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from ..arguments import ArgumentReader, given
from ..arns import arn_of_key, to_the_letter
from ..declared_at import caller
from ..permissions import Statement, to_publish, to_read
from ..readings import attribute
from .destinations import A_BUCKET, Destination, bind_destination, read_key
from .feature import Feature

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns

_ARGUMENTS = {
    "ErrorTopic": "error_topic",
    "IncludeInferenceResponseIn": "include_response_in",
    "KmsKeyId": "encryption_key",
    "MaxConcurrentInvocationsPerInstance": "max_concurrent_invocations_per_instance",
    "S3FailurePath": "failure_prefix",
    "S3OutputPath": "prefix",
    "SuccessTopic": "success_topic",
}


class AsyncNotification(enum.StrEnum):
    """Which messages carry the answer itself, as far as it fits.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceNotificationConfig.html
    """

    SUCCESS = "SUCCESS_NOTIFICATION_TOPIC"
    """Those to the success topic."""
    ERROR = "ERROR_NOTIFICATION_TOPIC"
    """Those to the error topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncInference:
    """Makes an endpoint asynchronous: it takes nothing but InvokeEndpointAsync, and writes its answers to S3.

    For Serial mode: an asynchronous call cannot name a container. The execution role may write the answers, read the
    requests, publish to the topics, and use their keys.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html
    """

    bucket: s3.IBucket
    """Where answers are written, in the endpoint's region."""
    prefix: str = ""
    """What comes after the bucket. Default: nothing."""
    failure_prefix: str | None = None
    """Where failures are written, in the same bucket. Default: nowhere."""
    encryption_key: kms.IKey | None = None
    """The key that encrypts the answers. Default: as the bucket says."""
    input_bucket: s3.IBucket | None = None
    """Where callers put their requests: the role may read it. Default: no bucket, for requests in the call itself."""
    input_prefix: str = ""
    """Which part of the input bucket the role may read. Default: all of it."""
    success_topic: sns.ITopic | None = None
    """Told of each answer. Default: none."""
    error_topic: sns.ITopic | None = None
    """Told of each failure. Default: none."""
    include_response_in: Sequence[AsyncNotification] | None = None
    """Which messages carry the answer itself. Default: none."""
    max_concurrent_invocations_per_instance: int | None = None
    """How many calls an instance is given at once, 1 to 1000. Default: SageMaker's choice."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

    def bind(self, read: ArgumentReader) -> Feature:
        """The `AsyncInferenceConfig` property, and what the role needs."""
        answers = bind_destination(self.bucket, self.prefix, self.encryption_key, read)
        failures: Destination | None = None
        if self.failure_prefix is not None:
            failures = bind_destination(self.bucket, self.failure_prefix, self.encryption_key, read, "failure_prefix")
        topics, publishing = self._topics(read)
        limit = read.read("max_concurrent_invocations_per_instance", self.max_concurrent_invocations_per_instance, int)
        output = {
            "S3OutputPath": answers.uri,
            "S3FailurePath": failures and failures.uri,
            "KmsKeyId": answers.key_arn,
            "NotificationConfig": given(topics) or None,
        }
        properties = {
            "OutputConfig": given(output),
            "ClientConfig": None if limit is None else {"MaxConcurrentInvocationsPerInstance": limit},
        }
        written = [*answers.statements, *(failures.statements if failures else ())]
        return Feature(
            arguments=_ARGUMENTS,
            properties=given(properties),
            statements=[*written, *self._reading(read), *publishing],
            buckets={**answers.buckets, **({"input_bucket": self.input_bucket} if self.input_bucket else {})},
        )

    def _topics(self, read: ArgumentReader) -> tuple[dict[str, object], list[Statement]]:
        topics: dict[str, object] = {}
        statements: list[Statement] = []
        for name, argument, topic in (
            ("SuccessTopic", "success_topic", self.success_topic),
            ("ErrorTopic", "error_topic", self.error_topic),
        ):
            arn = read.construct(
                argument, topic, "topic_arn", "an sns.ITopic", "use sns.Topic.from_topic_arn(self, 'Topic', '...')"
            )
            topics[name] = arn
            if isinstance(arn, str):
                key = cast("kms.IKey | None", getattr(topic, "master_key", None))
                statements += to_publish(arn, arn_of_key(key))
        topics["IncludeInferenceResponseIn"] = read.strings("include_response_in", self.include_response_in)
        return topics, statements

    def _reading(self, read: ArgumentReader) -> list[Statement]:
        bucket = self.input_bucket
        if bucket is None:
            if self.input_prefix:
                read.refuse("input_prefix", "is given without an input_bucket", "give input_bucket=..., too")
            return []
        arn = read.required_construct("input_bucket", bucket, "bucket_arn", *A_BUCKET)
        prefix = read_key("input_prefix", self.input_prefix, read)
        if not isinstance(arn, str) or not isinstance(prefix, str):
            return []
        return to_read(f"{arn}/{to_the_letter(prefix)}*", arn_of_key(attribute(bucket, "encryption_key")))

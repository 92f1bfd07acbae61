"""Where a container's model artefacts come from."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from .arguments import describe, offers, refuse, text_of
from .arns import arn_of_key, arn_prefix, to_the_letter
from .readings import attribute
from .rules.description import ends_otherwise
from .rules.limits import compiled
from .tokens import is_token, with_unknowns

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3

_ARCHIVE = ".tar.gz"
_HUB_CONTENT = r"arn:[a-z-]+:sagemaker:[a-z0-9-]*:[a-z0-9-]*:hub-content/[^/]+/.+"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDataConfig:
    """Model artefacts as a container definition needs them."""

    uri: str
    """`s3://bucket/key.tar.gz`, or `s3://bucket/prefix/` for everything below it."""
    arn: str
    """The object, or `bucket/prefix/*`, that the execution role must be allowed to read."""
    bucket_arn: str
    bucket: s3.IBucket | None = None
    """The bucket itself, if it is known, so that its region can be compared with the endpoint's."""
    key_arn: str | None = None
    """The KMS key that encrypts the bucket, if it is known."""
    prefix: str | None = None
    """The part of the bucket that is read, if it is more than one object."""
    accept_eula: bool = False
    hub_content_arn: str | None = None
    """The content of a SageMaker hub that the artefacts belong to."""
    revision: str | None = None
    """Names the content. CloudFormation sees no change when a retrained artefact lies under the same key: a changed
    revision makes it a change."""

    @property
    def is_gated(self) -> bool:
        """Whether it is not for everybody who may read it in S3."""
        return self.accept_eula or self.hub_content_arn is not None

    @property
    def is_prefix(self) -> bool:
        """Whether these are files below a prefix rather than one object."""
        return self.prefix is not None

    @property
    def is_archive(self) -> bool:
        """Whether this is one compressed object, as far as its URI tells."""
        return not self.is_prefix and not ends_otherwise(with_unknowns(self.uri), _ARCHIVE)


class ModelData(ABC):
    """Model artefacts in S3: an archive, or the files below a prefix.

    Make one with a `from_*` method. A subclass of your own says in `bind` where the artefacts are.
    """

    @abstractmethod
    def bind(self, scope: Construct, id: str) -> ModelDataConfig:
        """Where the artefacts are, and what is needed to read them.

        Args:
            scope: The endpoint. Constructs that the artefacts need are made below it.
            id: An id that is free in the scope.
        """

    @staticmethod
    def from_bucket(bucket: s3.IBucket, key: str, *, revision: str | None = None) -> ModelData:
        """An archive in a bucket. The execution role may read this object, and decrypt with the bucket's key.

        Args:
            bucket: Any bucket that the CDK knows, also an imported one. It must be in the endpoint's region. Import a
                bucket with its `encryption_key` if it is encrypted with a key of your own.
            key: The object's key. It ends in `.tar.gz`.
            revision: Change it to roll out a new artefact under the same key. Default: the key alone tells.
        """
        _require_bucket(bucket)
        return _BucketData(_revision(revision), bucket, _key("key", key), is_prefix=False)

    @staticmethod
    def from_prefix(bucket: s3.IBucket, prefix: str, *, revision: str | None = None) -> ModelData:
        """Everything below a prefix: uncompressed artefacts, or the archives of a multi-model container.

        Args:
            bucket: Any bucket that the CDK knows, also an imported one. It must be in the endpoint's region.
            prefix: Ends in `/`.
            revision: Change it to roll out new artefacts under the same prefix. Default: the prefix alone tells.
        """
        _require_bucket(bucket)
        return _BucketData(_revision(revision), bucket, _key("prefix", prefix), is_prefix=True)

    @staticmethod
    def from_asset(path: str) -> ModelData:
        """A local archive that the CDK uploads on deployment. A changed file rolls out by itself.

        Args:
            path: A `.tar.gz` file, seen from where the app runs.

        Raises:
            EndpointConfigurationError: If there is no such file, or it is no `.tar.gz`.
        """
        file = Path(_text("path", path))
        if not os.path.isfile(file):  # noqa: PTH113 - unlike Path's, it knows that no file has such a name
            refuse("path", f"there is no file {file} (the app runs in {Path.cwd()})", "give the path of a .tar.gz file")
        if not file.name.endswith(_ARCHIVE):
            refuse("path", f"{file.name!r} is no {_ARCHIVE} file", "pack it: tar -czf model.tar.gz -C <folder> .")
        return _AssetData(path)

    @staticmethod
    def from_s3_uri(
        uri: str, *, revision: str | None = None, accept_eula: bool = False, hub_content_arn: str | None = None
    ) -> ModelData:
        """Artefacts by their S3 URI. A URI that ends in `/` is a prefix, any other one an archive.

        The execution role may read what the URI names. If the bucket is encrypted with a key of your own, use
        `from_bucket` or allow the role to decrypt with `add_to_role_policy`.

        Args:
            uri: `s3://bucket/key.tar.gz` or `s3://bucket/prefix/`.
            revision: Change it to roll out new artefacts under the same URI. Default: the URI alone tells.
            accept_eula: Accept the end-user license agreement of a model that is gated by one.
            hub_content_arn: The content of a SageMaker hub that the artefacts belong to. What the role needs for it is
                not known here: allow it with `add_to_role_policy`. Default: none.

        Raises:
            EndpointConfigurationError: If `uri` does not begin with `s3://`, or `hub_content_arn` is not the ARN of hub
                content, unless they are tokens.
        """
        uri = _text("uri", uri)
        if not is_token(uri) and not uri.startswith("s3://"):
            refuse(
                "uri",
                f"{uri!r} does not begin with s3://",
                "write s3://<bucket>/<key>.tar.gz or s3://<bucket>/<prefix>/",
            )
        if not isinstance(accept_eula, bool):
            refuse("accept_eula", f"is {describe(accept_eula)}, expected True or False", "read the license first")
        if uri.endswith("/") and not uri.startswith("s3://"):
            message = "is a prefix of which the bucket is only known at deployment, so that nobody could be allowed to"
            refuse("uri", f"{message} list it", "write s3://<bucket>/<prefix>/, or use from_prefix(bucket, prefix)")
        hub_content = None if hub_content_arn is None else _text("hub_content_arn", hub_content_arn)
        if hub_content is not None and not is_token(hub_content) and not compiled(_HUB_CONTENT).fullmatch(hub_content):
            message = f"is {describe(hub_content)}, which is not the ARN of hub content"
            fix = "write arn:aws:sagemaker:<region>:<account>:hub-content/<hub>/<type>/<name>/<version>"
            refuse("hub_content_arn", message, fix)
        return _UriData(_revision(revision), uri, accept_eula, hub_content)


@dataclass(frozen=True, slots=True)
class _BucketData(ModelData):
    revision: str | None
    bucket: s3.IBucket
    key: str
    is_prefix: bool

    def bind(self, scope: Construct, id: str) -> ModelDataConfig:  # noqa: ARG002
        bucket_arn = attribute(self.bucket, "bucket_arn")
        return ModelDataConfig(
            uri=f"s3://{attribute(self.bucket, 'bucket_name')}/{self.key}",
            arn=f"{bucket_arn}/{to_the_letter(self.key)}" + ("*" if self.is_prefix else ""),
            bucket_arn=bucket_arn,
            bucket=self.bucket,
            key_arn=arn_of_key(attribute(self.bucket, "encryption_key")),
            prefix=self.key if self.is_prefix else None,
            revision=self.revision,
        )


@dataclass(frozen=True, slots=True)
class _AssetData(ModelData):
    path: str

    def bind(self, scope: Construct, id: str) -> ModelDataConfig:
        asset = cdk.aws_s3_assets.Asset(scope, id, path=self.path)
        return _BucketData(None, asset.bucket, asset.s3_object_key, is_prefix=False).bind(scope, id)


@dataclass(frozen=True, slots=True)
class _UriData(ModelData):
    revision: str | None
    uri: str
    accept_eula: bool
    hub_content_arn: str | None

    def bind(self, scope: Construct, id: str) -> ModelDataConfig:  # noqa: ARG002
        location = self.uri.removeprefix("s3://")
        if location == self.uri:
            location = cdk.Fn.select(1, cdk.Fn.split("s3://", self.uri))
        bucket, _, key = location.partition("/")
        is_prefix = self.uri.endswith("/")
        arn = f"{arn_prefix()}:s3:::"
        return ModelDataConfig(
            uri=self.uri,
            arn=arn + to_the_letter(location) + ("*" if is_prefix else ""),
            bucket_arn=arn + bucket,
            prefix=key if is_prefix else None,
            accept_eula=self.accept_eula,
            hub_content_arn=self.hub_content_arn,
            revision=self.revision,
        )


def _require_bucket(bucket: object) -> None:
    if not offers(bucket, "bucket_arn"):
        fix = "use s3.Bucket.from_bucket_name(self, 'Bucket', '...'), or ModelData.from_s3_uri('s3://...')"
        refuse("bucket", f"is {describe(bucket)}, expected an s3.IBucket", fix)


def _text(argument: str, value: str) -> str:
    return text_of(argument, value, f"give {argument}='...'")


def _key(argument: str, key: str) -> str:
    key = _text(argument, key)
    if key.startswith("s3://"):
        refuse(argument, f"{key!r} is a URI, expected what comes after the bucket", f"give {argument}='models/...'")
    return key


def _revision(revision: str | None) -> str | None:
    if revision is not None and is_token(_text("revision", revision)):
        message = "is only known at deployment, when a change of it could no longer make a new model"
        refuse("revision", message, "give a literal, such as the artefact's version, when the app is synthesized")
    return revision

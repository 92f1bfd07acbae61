"""What the endpoints of a stack share where a peer takes objects rather than URIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3

from . import wanted


@dataclass(frozen=True, slots=True)
class Shared:
    """Where images and model data are."""

    bucket: s3.IBucket
    repositories: Mapping[str, ecr.IRepository]
    """By name."""


def import_shared(stack: cdk.Stack, prefix: str = "") -> Shared:
    """The bucket and the repositories as a stack imports them; with a prefix, once more."""
    names = [stage.repository for stage in wanted.stages(0)]
    return Shared(
        bucket=s3.Bucket.from_bucket_name(stack, f"{prefix}Models", wanted.BUCKET),
        repositories={name: ecr.Repository.from_repository_name(stack, prefix + name, name) for name in names},
    )

"""Where a container's image comes from."""

from __future__ import annotations

import dataclasses
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from .arguments import describe, offers, refuse, text_of
from .arns import arn_prefix
from .errors import Caution
from .readings import attribute, once, stack_of
from .rules.limits import compiled
from .tokens import TOKEN, is_token

if TYPE_CHECKING:
    from aws_cdk import aws_ecr as ecr
    from aws_cdk import aws_ecr_assets as ecr_assets
    from aws_cdk import aws_lambda as lambda_

_NAME = rf"(?:{TOKEN}|[^./:@$])+"
_ECR_URI = (
    rf"(?P<account>{_NAME})\.dkr[.-]ecr(?:-fips)?\.(?P<region>{_NAME})\.[^/]+/"
    rf"(?P<repository>(?:{TOKEN}|[^:@$])+)(?:[:@].+)?"
)
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_ACCOUNT = r"[0-9]{12}"
_AN_ACCOUNT = "give account_id='763104351884', in quotes"
_BIND_TO_PORT_LABEL = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"
_BIND_TO_PORT = rf"(?im)^\s*LABEL\s.*{re.escape(_BIND_TO_PORT_LABEL)}[\"']?(?:\s*=\s*|\s+)[\"']?true\b"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerImageConfig:
    """An image as a container definition needs it."""

    uri: str
    """`registry/repository:tag` or `registry/repository@digest`."""
    repository_arn: str | None = None
    """The ECR repository that the execution role must be allowed to pull from, if it is one."""
    in_vpc: bool = False
    """Whether the registry is a private one that only the model's VPC reaches."""
    credentials_provider_arn: str | None = None
    """The Lambda function that gives the credentials of a private registry."""
    cautions: tuple[Caution, ...] = ()
    """What the construct warns of."""


class ContainerImage(ABC):
    """A container image: from ECR, from a local Dockerfile, from AWS's own images, or from a private registry.

    Make one with a `from_*` method. A subclass of your own says in `bind` how to find the image.
    """

    @abstractmethod
    def bind(self, scope: Construct, id: str) -> ContainerImageConfig:
        """The image's URI, and what is needed to pull it.

        Args:
            scope: The endpoint. Constructs that the image needs are made below it.
            id: An id that is free in the scope.
        """

    @staticmethod
    def from_ecr_repository(
        repository: ecr.IRepository, *, tag: str | None = None, digest: str | None = None
    ) -> ContainerImage:
        """An image of an ECR repository, by exactly one of tag and digest. There is no default tag.

        A digest pins what runs. A tag that moves is no change to CloudFormation: push under a new tag to roll out.

        Args:
            repository: Any repository that the CDK knows, also an imported one. It must be in the endpoint's region.
            tag: Such as `1.4.2`.
            digest: Such as `sha256:94a0...`.

        Raises:
            EndpointConfigurationError: If both or neither of tag and digest are given, or `repository` is no
                repository.
        """
        if not offers(repository, "repository_uri"):
            refuse(
                "repository",
                f"is {describe(repository)}, expected an ecr.IRepository",
                "use ecr.Repository.from_repository_name(self, 'Repository', '...'), or ContainerImage.from_uri('...')",
            )
        if (tag is None) == (digest is None):
            given = "neither" if tag is None else "both"
            refuse("tag, digest", f"{given} given, expected one of them", "give tag='1.4.2' or digest='sha256:...'")
        if tag is not None:
            return _EcrImage(repository, f":{_tag(tag)}")
        return _EcrImage(repository, "@" + text_of("digest", digest, "give digest='sha256:...'"))

    @staticmethod
    def from_asset(
        directory: str,
        *,
        file: str | None = None,
        target: str | None = None,
        build_args: Mapping[str, str] | None = None,
        platform: ecr_assets.Platform | None = None,
        exclude: Sequence[str] | None = None,
    ) -> ContainerImage:
        """An image that the CDK builds from a local Dockerfile and pushes to ECR on deployment.

        For more options make an `aws_ecr_assets.DockerImageAsset` and use `from_image_asset`.

        Args:
            directory: The folder with the Dockerfile, seen from where the app runs.
            file: The Dockerfile's name in it. Default: `Dockerfile`.
            target: The build stage. Default: the last one.
            build_args: Arguments of the build. Do not put secrets here.
            platform: Such as `Platform.LINUX_ARM64` for Graviton instances. Default: the building machine's.
            exclude: Patterns of files that are not sent to the build.

        Raises:
            EndpointConfigurationError: If there is no such Dockerfile.
        """
        for argument, value in {"directory": directory, "file": "" if file is None else file}.items():
            if not isinstance(value, str):
                refuse(argument, f"is {describe(value)}, expected a string", "give a path as seen from the app")
        if platform is not None and not isinstance(platform, cdk.aws_ecr_assets.Platform):
            fix = "write Platform.LINUX_ARM64 or Platform.LINUX_AMD64, of aws_ecr_assets"
            refuse("platform", f"is {describe(platform)}, expected an ecr_assets.Platform", fix)
        dockerfile = Path(directory, file or "Dockerfile")
        if not os.path.isfile(dockerfile):  # noqa: PTH113 - unlike Path's, it knows that no file has such a name
            refuse(
                "directory",
                f"there is no {dockerfile} (the app runs in {Path.cwd()})",
                "give the folder as seen from where the app runs, and `file` if it is not named Dockerfile",
            )
        return _DirectoryImage(directory, dockerfile, file, target, build_args, platform, exclude)

    @staticmethod
    def from_image_asset(asset: ecr_assets.DockerImageAsset | ecr_assets.TarballImageAsset) -> ContainerImage:
        """An image asset that the app has made already.

        Args:
            asset: A `DockerImageAsset` or a `TarballImageAsset`.
        """
        if not offers(asset, "image_uri"):
            refuse("asset", f"is {describe(asset)}, expected a DockerImageAsset", "to build one use from_asset('...')")
        return _AssetImage(asset)

    @staticmethod
    def from_dlc(repository_name: str, tag: str, *, account_id: str | None = None) -> ContainerImage:
        """One of AWS's Deep Learning Containers, pulled from AWS's registry in the endpoint's region.

        See https://github.com/aws/deep-learning-containers/blob/master/available_images.md

        Args:
            repository_name: Such as `pytorch-inference`.
            tag: Such as `2.6.0-cpu-py312-ubuntu22.04-sagemaker`.
            account_id: The account of the registry, which you must give in regions that the CDK does not know it of,
                such as AWS GovCloud. Default: the one that the CDK knows for the region.

        Raises:
            EndpointConfigurationError: If an argument is of a wrong type, or `account_id` has not 12 digits.
        """
        name = text_of("repository_name", repository_name, "give a name such as 'pytorch-inference'")
        account = None if account_id is None else text_of("account_id", account_id, _AN_ACCOUNT)
        if account is not None and not is_token(account) and not compiled(_ACCOUNT).fullmatch(account):
            refuse("account_id", f"is {describe(account_id)}, expected 12 digits", _AN_ACCOUNT)
        return _DlcImage(name, _tag(tag), account)

    @staticmethod
    def from_registry(image: str, *, credentials: lambda_.IFunction | None = None) -> ContainerImage:
        """An image of a private Docker registry that is reached through the endpoint's VPC.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-containers-inference-private.html

        Args:
            image: `registry/repository:tag` or `registry/repository@digest`.
            credentials: The function that SageMaker asks for the registry's credentials. Default: none are needed.
        """
        if credentials is not None and not offers(credentials, "function_arn"):
            fix = "use lambda_.Function.from_function_arn(self, 'Credentials', '...')"
            refuse("credentials", f"is {describe(credentials)}, expected a lambda_.IFunction", fix)
        name = text_of("image", image, "give image='<registry>/<repository>:<tag>'")
        return _RegistryImage(name, credentials)

    @staticmethod
    def from_uri(uri: str) -> ContainerImage:
        """An image in ECR by its URI.

        The execution role may pull from the repository that the URI names. If the URI, or the part of it that names
        the repository, is only known at deployment, use `from_ecr_repository` so that the permission can be exact.

        Args:
            uri: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>` or `...@<digest>`.
        """
        return _UriImage(text_of("uri", uri, "give '<account>.dkr.ecr.<region>...'"))


@dataclass(frozen=True, slots=True)
class _EcrImage(ContainerImage):
    repository: ecr.IRepository
    version: str

    def bind(self, scope: Construct, id: str) -> ContainerImageConfig:  # noqa: ARG002
        return ContainerImageConfig(
            uri=attribute(self.repository, "repository_uri") + self.version,
            repository_arn=attribute(self.repository, "repository_arn"),
        )


@dataclass(frozen=True, slots=True)
class _AssetImage(ContainerImage):
    asset: ecr_assets.DockerImageAsset | ecr_assets.TarballImageAsset

    def bind(self, scope: Construct, id: str) -> ContainerImageConfig:  # noqa: ARG002
        return ContainerImageConfig(
            uri=attribute(self.asset, "image_uri"),
            repository_arn=attribute(attribute(self.asset, "repository"), "repository_arn"),
        )


@dataclass(frozen=True, slots=True)
class _DirectoryImage(ContainerImage):
    directory: str
    dockerfile: Path
    file: str | None
    target: str | None
    build_args: Mapping[str, str] | None
    platform: ecr_assets.Platform | None
    exclude: Sequence[str] | None

    def bind(self, scope: Construct, id: str) -> ContainerImageConfig:
        asset = cdk.aws_ecr_assets.DockerImageAsset(
            scope,
            id,
            directory=self.directory,
            file=self.file,
            target=self.target,
            build_args=self.build_args,
            platform=self.platform,
            exclude=self.exclude,
        )
        return dataclasses.replace(_AssetImage(asset).bind(scope, id), cautions=self._cautions())

    def _cautions(self) -> tuple[Caution, ...]:
        instructions = self.dockerfile.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
        if compiled(_BIND_TO_PORT).search(instructions):
            return ()
        return (
            Caution(
                rule="MCE-S01",
                where="image",
                message=f"{self.dockerfile} has no LABEL {_BIND_TO_PORT_LABEL}=true, which SageMaker demands",
                fix="add the LABEL and listen on the port in SAGEMAKER_BIND_TO_PORT, unless the base image does both",
            ),
        )


@dataclass(frozen=True, slots=True)
class _DlcImage(ContainerImage):
    repository_name: str
    tag: str
    account_id: str | None

    def bind(self, scope: Construct, id: str) -> ContainerImageConfig:  # noqa: ARG002
        stack = stack_of(scope)
        account = self.account_id or once(stack, "account of the DLCs", lambda: _account_of_dlcs(stack))
        region, suffix = attribute(stack, "region"), attribute(stack, "url_suffix")
        return ContainerImageConfig(
            uri=f"{account}.dkr.ecr.{region}.{suffix}/{self.repository_name}:{self.tag}",
            repository_arn=_repository_arn(region, account, self.repository_name),
        )


@dataclass(frozen=True, slots=True)
class _RegistryImage(ContainerImage):
    image: str
    credentials: lambda_.IFunction | None

    def bind(self, scope: Construct, id: str) -> ContainerImageConfig:  # noqa: ARG002
        arn = None if self.credentials is None else attribute(self.credentials, "function_arn")
        return ContainerImageConfig(uri=self.image, in_vpc=True, credentials_provider_arn=arn)


@dataclass(frozen=True, slots=True)
class _UriImage(ContainerImage):
    uri: str

    def bind(self, scope: Construct, id: str) -> ContainerImageConfig:  # noqa: ARG002
        named = compiled(_ECR_URI).fullmatch(self.uri)
        if named is not None:
            arn = _repository_arn(named["region"], named["account"], named["repository"])
            return ContainerImageConfig(uri=self.uri, repository_arn=arn)
        unknown = Caution(
            rule="MCE-Y02",
            where="image",
            message="which repository this is, is not known at synth: the execution role may not pull from it",
            fix="use from_ecr_repository, or allow the role to pull with add_to_role_policy",
        )
        return ContainerImageConfig(uri=self.uri, cautions=(unknown,))


def _account_of_dlcs(stack: cdk.Stack) -> str:
    return stack.regional_fact(cdk.region_info.FactName.DLC_REPOSITORY_ACCOUNT)


def _tag(tag: object) -> str:
    text = text_of("tag", tag, "give tag='1.4.2'")
    if not is_token(text) and not compiled(_TAG).fullmatch(text):
        message = f"is {describe(tag)}, expected up to 128 letters, digits, underscores, periods and hyphens"
        refuse("tag", message, "give tag='1.4.2'")
    return text


def _repository_arn(region: str, account: str, repository: str) -> str:
    return f"{arn_prefix()}:ecr:{region}:{account}:repository/{repository}"

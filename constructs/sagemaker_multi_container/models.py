"""A SageMaker model of an endpoint: a list of containers, read from their value objects into CloudFormation properties.

Nothing here raises: what is wrong with an argument becomes a problem, and its value unknown, so that all that is wrong
with an endpoint can be said at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from constructs import Construct

from .arguments import ArgumentReader, describe, said_by_the_cdk
from .containers import ContainerDefinition
from .errors import Problem
from .images import ContainerImage, ContainerImageConfig
from .model_data import ModelData, ModelDataConfig
from .rules import Unknown
from .tokens import TokenKind, is_token, kind_of_token

NOT_A_CONTAINER = "MCE-C45"
"""The id of a problem with a container list that is no list of containers."""
NOT_A_PREFIX = "MCE-C33"
"""The id of a problem with the model data of a multi-model container."""
NOT_A_STRING = "MCE-C36"
"""The id of a problem with an environment variable that is no string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundContainer:
    """A container whose image and model data have been looked up."""

    properties: dict[str, Any] | Unknown
    image: ContainerImageConfig | None = None
    model_data: ModelDataConfig | None = None
    version: tuple[object, object] = (None, None)
    """Hostname and revision: what makes it another container though CloudFormation sees no difference."""
    declared_at: str = ""


_Config = TypeVar("_Config", ContainerImageConfig, ModelDataConfig)


@dataclass(frozen=True, slots=True)
class _Source(Generic[_Config]):
    """What a container's image or model data is given as, and what is looked up of it."""

    argument: str
    kind: type[Any]
    config: type[_Config]
    from_text: str
    """The factory for those who gave a string."""
    texts: tuple[str, ...]
    """What must be strings of what is looked up."""


_IMAGE = _Source("image", ContainerImage, ContainerImageConfig, "from_uri", ("uri",))
_MODEL_DATA = _Source("model_data", ModelData, ModelDataConfig, "from_s3_uri", ("uri", "arn", "bucket_arn"))


def bind_containers(
    containers: object, scope: Construct, argument: str, problems: list[Problem]
) -> list[BoundContainer] | None:
    """Look up the images and model data of a list of containers; None if it is no list."""
    if isinstance(containers, Sequence) and not isinstance(containers, str | bytes) and not is_token(containers):
        return [
            bind_container(container, scope, f"{argument}[{index}]", problems)
            for index, container in enumerate(containers)
        ]
    fix = "write [ContainerDefinition(...), ContainerDefinition(...)]"
    if isinstance(containers, set | frozenset):
        fix = "write containers=[...]: a set has no order, and a pipeline runs its containers in order"
    message = f"is {describe(containers)}, expected a list of containers"
    problems.append(Problem(NOT_A_CONTAINER, argument, message, fix))
    return None


def bind_container(container: object, scope: Construct, argument: str, problems: list[Problem]) -> BoundContainer:
    """Look up the image and the model data of one container."""
    if not isinstance(container, ContainerDefinition):
        message = f"is {describe(container)}, expected a ContainerDefinition"
        problems.append(Problem(NOT_A_CONTAINER, argument, message, _how_to_write(container)))
        return BoundContainer(properties=Unknown())
    read = ArgumentReader(problems, argument, container.declared_at)
    image_id, model_data_id = construct_ids(argument)
    image = _bind(container.image, _IMAGE, scope, image_id, read)
    model_data = _bind(container.model_data, _MODEL_DATA, scope, model_data_id, read)
    properties = {
        "ContainerHostname": read.read("hostname", container.hostname, str),
        **_image_properties(image),
        **_model_data_properties(model_data, container.multi_model, read),
        "Environment": _environment(container, read),
        "Mode": "MultiModel" if read.literal("multi_model", container.multi_model, bool) is True else None,
        "MultiModelConfig": _cache_properties(read.literal("model_cache", container.model_cache, bool)),
        "ModelPackageName": read.read("model_package", container.model_package, str),
        "InferenceSpecificationName": read.read(
            "inference_specification_name", container.inference_specification_name, str
        ),
    }
    return BoundContainer(
        properties={name: value for name, value in properties.items() if value is not None},
        image=image if isinstance(image, ContainerImageConfig) else None,
        model_data=model_data if isinstance(model_data, ModelDataConfig) else None,
        version=(container.hostname, getattr(model_data, "revision", None)),
        declared_at=container.declared_at,
    )


def version_of(containers: list[BoundContainer]) -> str:
    """A short hash of the ordered hostnames and revisions.

    CloudFormation takes `Containers` for unordered and sees no change when an artefact changes under the same key: the
    hash in the Model's logical id makes a new Model of both. Tokens are left out, since their numbers change from one
    synthesis to the next.
    """
    versions = [[None if is_token(part) else part for part in container.version] for container in containers]
    return hashlib.sha256(json.dumps(versions).encode()).hexdigest()[:8]


def _bind(
    source: Any, wanted: _Source[_Config], scope: Construct, id: str, read: ArgumentReader
) -> _Config | Unknown | None:
    """Look up where an image or model data is."""
    if source is None:
        return None
    if not isinstance(source, wanted.kind):
        factory = f"{wanted.from_text}({source!r})" if isinstance(source, str) else "from_..."
        message = f"is {describe(source)}, expected {wanted.kind.__name__}"
        return read.refuse(wanted.argument, message, f"write {wanted.kind.__name__}.{factory}")
    try:
        bound = source.bind(scope, id)
    except (RuntimeError, TypeError) as refused:  # what jsii makes of the CDK's errors
        fix = "give the CDK what it asks for where the image or the model data is made"
        return read.refuse(wanted.argument, f"cannot be looked up: {said_by_the_cdk(refused)}", fix)
    if isinstance(bound, wanted.config):
        # A bind() of the user's own may say anything.
        for name in wanted.texts:
            value = getattr(bound, name)
            if not isinstance(value, str):
                message = f"has a bind() that returns {describe(value)} as {name}, expected a string"
                return read.refuse(wanted.argument, message, f"return a string from {type(source).__name__}.bind")
        return bound
    expected = wanted.config.__name__
    message = f"has a bind() that returns {describe(bound)}, expected {expected}"
    return read.refuse(wanted.argument, message, f"return {expected} from {type(source).__name__}.bind")


def _environment(container: ContainerDefinition, read: ArgumentReader) -> object:
    environment = read.mapping("environment", container.environment)
    if not isinstance(environment, dict):
        return environment
    return {name: _variable(f"environment[{name!r}]", value, read) for name, value in environment.items()}


def _variable(argument: str, value: object, read: ArgumentReader) -> object:
    kind = kind_of_token(value)
    if kind is TokenKind.RESOLVABLE:
        return read.read(argument, value, str)
    if kind is TokenKind.STRING or (kind is None and isinstance(value, str)):
        return value
    # The value itself is not shown: it may be a secret.
    given = f"of type {type(value).__name__}" if kind is None else describe(value)
    message = f"is {given}, and CloudFormation takes strings only"
    fix = "write the value in quotes" if kind is None else "give value_as_string, or cdk.Token.as_string(...)"
    return read.refuse(argument, message, fix, NOT_A_STRING)


def _image_properties(image: ContainerImageConfig | Unknown | None) -> dict[str, Any]:
    if not isinstance(image, ContainerImageConfig):
        return {"Image": image}
    if not image.in_vpc:
        return {"Image": image.uri}
    registry: dict[str, Any] = {"RepositoryAccessMode": "Vpc"}
    if image.credentials_provider_arn is not None:
        registry["RepositoryAuthConfig"] = {"RepositoryCredentialsProviderArn": image.credentials_provider_arn}
    return {"Image": image.uri, "ImageConfig": registry}


def _model_data_properties(
    data: ModelDataConfig | Unknown | None, multi_model: object, read: ArgumentReader
) -> dict[str, Any]:
    if not isinstance(data, ModelDataConfig):
        return {"ModelDataUrl": data}
    if multi_model is True:
        if not (data.is_prefix or data.is_archive):
            message = "is one object, and a multi-model container loads its models from below a prefix"
            fix = "use ModelData.from_prefix(...), or end the URI with a slash"
            return {"ModelDataUrl": read.refuse("model_data", message, fix, NOT_A_PREFIX)}
        if data.is_gated:
            message = "is gated by a license agreement or a hub, for which a multi-model container has no place"
            read.refuse("model_data", message, "host the gated model in a container of its own")
    elif data.is_prefix or data.is_gated:
        return {"ModelDataSource": {"S3DataSource": _s3_data_source(data)}}
    return {"ModelDataUrl": data.uri}


def _s3_data_source(data: ModelDataConfig) -> dict[str, Any]:
    source: dict[str, Any] = {
        "S3Uri": data.uri,
        "S3DataType": "S3Prefix" if data.is_prefix else "S3Object",
        "CompressionType": "Gzip" if data.is_archive else "None",
    }
    if data.accept_eula:
        source["ModelAccessConfig"] = {"AcceptEula": True}
    if data.hub_content_arn is not None:
        source["HubAccessConfig"] = {"HubContentArn": data.hub_content_arn}
    return source


def _cache_properties(cache: object) -> object:
    if not isinstance(cache, bool):
        return cache
    return {"ModelCacheSetting": "Enabled" if cache else "Disabled"}


def construct_ids(argument: str) -> tuple[str, str]:
    """The ids of the constructs that a container's image and model data may need, such as `Containers0Image`."""
    words = "".join(character if character.isalnum() else " " for character in argument).split()
    prefix = "".join(word.capitalize() for word in words)
    return f"{prefix}Image", f"{prefix}ModelData"


def _how_to_write(container: object) -> str:
    if not isinstance(container, Mapping):
        return "write ContainerDefinition(hostname='...', image=ContainerImage.from_...)"
    hostname = next((container[key] for key in _HOSTNAME_KEYS if isinstance(container.get(key), str)), "...")
    image = next((container[key] for key in ("image", "Image") if isinstance(container.get(key), str)), "...")
    return f"write ContainerDefinition(hostname={hostname!r}, image=ContainerImage.from_uri({image!r}))"


_HOSTNAME_KEYS = ("hostname", "container_hostname", "containerHostname", "ContainerHostname")

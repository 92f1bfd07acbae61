"""Rules about the environment variables of containers. They never show a value: it may be a secret."""

from __future__ import annotations

from typing import Any

from .checks import quoted, too_many
from .description import TEXT, DynamicReference, Unknown, containers_of, is_multi_container, known, written
from .limits import (
    API,
    ENVIRONMENT,
    ENVIRONMENT_NAME,
    ENVIRONMENT_TOTAL_BYTES,
    ENVIRONMENT_VALUE_BYTES,
    GUIDE,
    compiled,
)
from .rule import Confidence, Place, Problems, Severity, rule

CONTAINER_DEFINITION = API + "ContainerDefinition.html"

_SET_BY_SAGEMAKER = ("SAGEMAKER_BIND_TO_PORT", "SAGEMAKER_SAFE_PORT_RANGE")
# In bytes: few values are so long that their own have to be counted.
_LARGEST_CHARACTER = 4
# The last words of a name that tells a secret.
_SECRETS = (
    "_PASSWORD",
    "_PASSWD",
    "_PASSPHRASE",
    "_SECRET",
    "_API_KEY",
    "_APIKEY",
    "_ACCESS_KEY",
    "_SECRET_KEY",
    "_PRIVATE_KEY",
    "_CREDENTIALS",
    "_TOKEN",
)
_TOKENS_OF_LANGUAGE_MODELS = tuple(
    f"{which}_TOKEN" for which in ("BOS", "EOS", "PAD", "UNK", "SEP", "CLS", "MASK", "STOP", "START", "END", "MAX")
)
_CONFIDENTIAL_VALUE = (
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\{\{resolve:(?:secretsmanager|ssm-secure):"
)
# What every confidential value has in it: looking for these is much faster than the whole expression.
_SIGNS_OF_SECRETS = ("AKIA", "ASIA", "-----BEGIN ", "{{resolve:")
_SECRET_STORES = ("secretsmanager", "ssm-secure")
_NEEDS_NETWORK = r"\bs3://|\bhttps?://(?!localhost\b|127\.)"
_NEEDS_CREDENTIALS = (
    r"AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|CONTAINER_CREDENTIALS_.*|ENDPOINT_URL.*)"
)


@rule(
    "MCE-C35",
    guards="Container.Environment",
    source=CONTAINER_DEFINITION,
    fix="rename the variable with letters, digits and underscores",
)
def environment_names(environment: dict[str, Any], place: Place) -> Problems:
    """An environment variable's name has letters, digits and underscores only."""
    for name in environment:
        if isinstance(name, str) and name not in ENVIRONMENT_NAME:
            if len(name) > ENVIRONMENT_NAME.longest:
                message = f"a name has {len(name)} characters; at most {ENVIRONMENT_NAME.longest} are allowed"
                yield place.problem(message, name)
            else:
                yield place.problem(f"{quoted(name)} is no name of a variable: {ENVIRONMENT_NAME.meaning}", name)


@rule(
    "MCE-C36",
    guards="Container.Environment",
    source=CONTAINER_DEFINITION,
    fix="shorten the value, or have the container read it from Amazon S3 or Parameter Store",
)
def environment_values(environment: dict[str, Any], place: Place) -> Problems:
    """An environment variable's value is a string of at most 1024 bytes."""
    for name, value in environment.items():
        if isinstance(value, str) and len(value) * _LARGEST_CHARACTER in ENVIRONMENT_VALUE_BYTES:
            continue
        if isinstance(value, TEXT):
            size = _bytes(known(value))
            if size not in ENVIRONMENT_VALUE_BYTES:
                message = f"the value has {size} bytes; at most {ENVIRONMENT_VALUE_BYTES.maximum} are allowed"
                yield place.problem(message, name)
        elif isinstance(value, list | dict):
            yield place.problem(f"the value is a {type(value).__name__}; it must be a string", name)


@rule(
    "MCE-C37",
    guards="Container.Environment",
    source=CONTAINER_DEFINITION,
    fix="merge variables, or have the container read its settings from a file",
)
def number_of_variables(environment: dict[str, Any], place: Place) -> Problems:
    """A container has at most 100 environment variables."""
    if too_many(environment.values(), ENVIRONMENT):
        yield place.problem(f"got {len(environment)} environment variables; at most {ENVIRONMENT.maximum} are allowed")


@rule(
    "MCE-C38",
    guards=("Model.Containers", "Model.PrimaryContainer"),
    source=CONTAINER_DEFINITION,
    fix="shorten the environment variables; the limit is for all containers of the model together",
)
def size_of_all_environments(_: list[Any] | dict[str, Any], place: Place) -> Problems:
    """The environment variables of all containers of a model have at most 32 KB together."""
    texts: list[str] = []
    for container in containers_of(place.properties):
        environment = container.get("Environment")
        if isinstance(environment, dict):
            for name, value in environment.items():
                if isinstance(name, str) and isinstance(value, TEXT):
                    texts += name, known(value)
    size = _bytes("".join(texts))
    if size > ENVIRONMENT_TOTAL_BYTES:
        message = f"the environment variables have {size} bytes; at most {ENVIRONMENT_TOTAL_BYTES} are allowed"
        yield place.problem(message + " for all containers together")


@rule(
    "MCE-C39",
    severity=Severity.WARNING,
    guards="Model.Containers[].Environment",
    source=GUIDE + "multi-container-troubleshooting.html",
    fix="remove the variable, and have the server listen where SageMaker says",
    confidence=Confidence.INFERRED,
)
def ports_are_given_by_sagemaker(environment: dict[str, Any], place: Place) -> Problems:
    """In a multi-container endpoint SageMaker tells each container its port."""
    for name in _SET_BY_SAGEMAKER:
        if name in environment and is_multi_container(place.properties):
            yield place.problem(f"sets {name}, which SageMaker sets itself, differently for each container", name)


@rule(
    "MCE-C40",
    severity=Severity.WARNING,
    guards="Container.Environment",
    source=CONTAINER_DEFINITION,
    fix="keep the secret in AWS Secrets Manager, and have the container read it with the model's role",
)
def no_secrets_in_the_environment(environment: dict[str, Any], place: Place) -> Problems:
    """Environment variables hold no secrets: whoever may describe the model can read them."""
    for name, value in environment.items():
        if isinstance(name, str) and isinstance(value, TEXT):
            by_name = _names_a_secret(name) and isinstance(value, str) and value and not value.startswith("arn:")
            if by_name or _is_secret(value):
                message = f"{quoted(name)} looks like a secret, and anyone who may describe the model can read it"
                yield place.problem(message, name)


@rule(
    "MCE-M10",
    severity=Severity.WARNING,
    guards="Model.EnableNetworkIsolation",
    source=GUIDE + "mkt-algo-model-internet-free.html",
    fix="turn network isolation off, or give the container what it needs in its image or its model data",
)
def isolated_containers_reach_nothing(isolated: bool, place: Place) -> Problems:
    """Containers in network isolation reach no network and have no AWS credentials."""
    if not isolated:
        return
    one = isinstance(place.properties.get("PrimaryContainer"), dict)
    for index, container in enumerate(containers_of(place.properties)):
        environment = container.get("Environment")
        for name, value in environment.items() if isinstance(environment, dict) else ():
            if not isinstance(name, str) or not isinstance(value, TEXT):
                continue
            needs_credentials = compiled(_NEEDS_CREDENTIALS).fullmatch(name)
            if needs_credentials or compiled(_NEEDS_NETWORK).search(written(value)):
                where = ("PrimaryContainer",) if one else ("Containers", index)
                if needs_credentials:
                    message = f"{quoted(name)} is about access to AWS, which a container in network isolation has not"
                else:
                    message = f"{quoted(name)} holds an address that a container in network isolation cannot reach"
                yield (*where, "Environment", name), message


def _names_a_secret(name: str) -> bool:
    words = f"_{name.upper()}"
    return words.endswith(_SECRETS) and not words.endswith(_TOKENS_OF_LANGUAGE_MODELS)


def _is_secret(value: str | Unknown) -> bool:
    if isinstance(value, DynamicReference) and value.service in _SECRET_STORES:
        return True
    text = written(value)
    for sign in _SIGNS_OF_SECRETS:
        if sign in text:
            return compiled(_CONFIDENTIAL_VALUE).search(text) is not None
    return False


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))

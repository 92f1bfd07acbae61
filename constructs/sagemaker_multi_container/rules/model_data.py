"""Rules about the model data of containers and how it is prepared."""

from __future__ import annotations

from typing import Any

from .checks import begins, chosen, fits, quoted, required
from .description import Unknown, ends_otherwise, is_any_set, is_certain, mode_of, starts_otherwise, text, written
from .limits import (
    API,
    COMPRESSION,
    CONTAINER_MODE,
    GUIDE,
    MODEL_CACHE,
    MODEL_DATA_URL,
    S3_DATA_TYPE,
    S3_MODEL_URI,
    S3_SCHEMES,
)
from .rule import Check, Confidence, Place, Problems, Severity, declare, rule

CONTAINER_DEFINITION = API + "ContainerDefinition.html"
S3_MODEL_DATA_SOURCE = API + "S3ModelDataSource.html"
MULTI_MODEL = GUIDE + "create-multi-model-endpoint.html"

_ARCHIVE = ".tar.gz"
# The CDK's file assets keep only the end of `.tar.gz`, and SageMaker takes them.
_ARCHIVE_ENDING = ".gz"

declare(
    "MCE-C25",
    "Model data is in Amazon S3.",
    fits("Container.ModelDataUrl", MODEL_DATA_URL),
    begins("Container.ModelDataUrl", *S3_SCHEMES, meaning=MODEL_DATA_URL.meaning),
    fits("Container.ModelDataSource.S3DataSource.S3Uri", S3_MODEL_URI),
    begins("Container.ModelDataSource.S3DataSource.S3Uri", *S3_SCHEMES, meaning=S3_MODEL_URI.meaning),
    source=CONTAINER_DEFINITION,
    fix="upload the model data to Amazon S3 and give its s3:// address",
)
_SOURCES_OF_MODELS = ("ModelDataUrl", "ModelDataSource", "ModelPackageName")


@rule(
    "MCE-C26",
    guards="Container.ModelDataUrl",
    source=GUIDE + "your-algorithms-inference-code.html",
    fix="pack the model data as one .tar.gz object, or give it as an uncompressed model data source",
)
def model_data_is_an_archive(url: str | Unknown, place: Place) -> Problems:
    """Model data of a single model is one .tar.gz object; SageMaker downloads nothing else."""
    is_single = place.siblings.get("Mode") in (None, "SingleModel")
    if is_single and ends_otherwise(url, _ARCHIVE_ENDING) and not starts_otherwise(url, *S3_SCHEMES):
        yield place.problem(f"{quoted(url)} is no {_ARCHIVE} object")


@rule(
    "MCE-C27",
    guards="Container.ModelDataSource",
    source=GUIDE + "your-algorithms-inference-code.html",
    fix="keep the model data URL or the model data source, and remove the other",
)
def one_place_of_model_data(_: dict[str, Any], place: Place) -> Problems:
    """A container has a model data URL or a model data source, not both."""
    if is_certain(place.siblings.get("ModelDataUrl")):
        yield place.problem("gives a model data source beside a model data URL; a container has one of them")


@rule(
    "MCE-C28",
    guards="Container.ModelDataSource.S3DataSource.S3Uri",
    source=S3_MODEL_DATA_SOURCE,
    fix="end the prefix with a slash",
)
def prefix_ends_with_slash(uri: str | Unknown, place: Place) -> Problems:
    """An S3 prefix of model data ends with a slash."""
    if text(place.siblings, "S3DataType") == "S3Prefix" and ends_otherwise(uri, "/"):
        yield place.problem(f"{quoted(uri)} is a prefix, but does not end with a slash")


@rule(
    "MCE-C29",
    guards="Container.ModelDataSource.S3DataSource.CompressionType",
    source=S3_MODEL_DATA_SOURCE,
    fix="use Gzip with S3Object, and None with S3Prefix or S3Object",
    also=(
        chosen("Container.ModelDataSource.S3DataSource.CompressionType", COMPRESSION),
        chosen("Container.ModelDataSource.S3DataSource.S3DataType", S3_DATA_TYPE),
        required(
            "Container.ModelDataSource.S3DataSource",
            S3Uri="S3 address",
            S3DataType=f"type ({S3_DATA_TYPE})",
            CompressionType=f"compression ({COMPRESSION})",
        ),
    ),
)
def archive_is_one_object(compression: str, place: Place) -> Problems:
    """Model data is a gzipped archive, an uncompressed object or an uncompressed prefix."""
    if compression == "Gzip" and text(place.siblings, "S3DataType") == "S3Prefix":
        yield place.problem("got Gzip for an S3Prefix; an archive is one S3Object")


@rule(
    "MCE-C30",
    guards="Container.ModelDataSource",
    source=CONTAINER_DEFINITION,
    fix="give the prefix of the models as the model data URL",
)
def multi_model_takes_a_url(_: dict[str, Any], place: Place) -> Problems:
    """A multi-model container takes a model data URL, not a model data source."""
    if place.siblings.get("Mode") == "MultiModel":
        yield place.problem("a container in MultiModel mode cannot have a model data source")


@rule(
    "MCE-C31",
    guards="Model.Containers",
    source=MULTI_MODEL,
    fix="leave one container in MultiModel mode",
    also=(chosen("Container.Mode", CONTAINER_MODE),),
)
def one_multi_model_container(containers: list[Any], place: Place) -> Problems:
    """A container hosts a single model or multiple models, and at most one of a pipeline's containers multiple."""
    multi = [
        index for index, each in enumerate(containers) if isinstance(each, dict) and each.get("Mode") == "MultiModel"
    ]
    for index in multi[1:]:
        yield place.problem(f"container {multi[0]} is already in MultiModel mode; only one can be", index, "Mode")


@rule(
    "MCE-C32",
    severity=Severity.WARNING,
    guards="Model.Containers[].Mode",
    source=GUIDE + "multi-model-endpoints.html",
    fix="try it before you rely on it, or use Serial mode",
    confidence=Confidence.INFERRED,
)
def multi_model_in_direct_mode(mode: str, place: Place) -> Problems:
    """Multi-model containers are documented in pipelines, not in Direct mode."""
    if mode == "MultiModel" and mode_of(place.properties) == "Direct":
        yield place.problem("MultiModel mode in a container that is called in Direct mode is not documented")


def _multi_model_has_data(mode: str, place: Place) -> Problems:
    container = place.siblings
    if mode == "MultiModel" and not is_any_set(container, *_SOURCES_OF_MODELS):
        yield place.problem("the container is in MultiModel mode, but has no model data to load the models from")


@rule(
    "MCE-C33",
    guards="Container.ModelDataUrl",
    source=MULTI_MODEL,
    fix="give the S3 prefix below which the models' archives are",
    also=(Check("Container.Mode", (str,), _multi_model_has_data),),
)
def multi_model_data_is_a_prefix(url: str | Unknown, place: Place) -> Problems:
    """A multi-model container has model data, and it is an S3 prefix, not an archive."""
    if place.siblings.get("Mode") == "MultiModel" and written(url).endswith(_ARCHIVE):
        yield place.problem(f"{quoted(url)} is one archive, but the container is in MultiModel mode")


@rule(
    "MCE-C34",
    guards="Container.MultiModelConfig",
    source=API + "MultiModelConfig.html",
    fix="set the container's mode to MultiModel, or remove the multi-model settings",
    confidence=Confidence.INFERRED,
    also=(chosen("Container.MultiModelConfig.ModelCacheSetting", MODEL_CACHE),),
)
def multi_model_settings(_: dict[str, Any], place: Place) -> Problems:
    """Multi-model settings are for a multi-model container."""
    if place.siblings.get("Mode") in (None, "SingleModel"):
        yield place.problem("has multi-model settings, but the container hosts a single model")

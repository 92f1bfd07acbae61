"""The rules and the SageMaker API agree on what a single property may be; where they do not, a reason is given."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from embedded_aws.shapes import problems
from sagemaker_multi_container.rules import RULES, Description, Path, Resource, Severity, evaluate

from .api import shape_of, steps_of
from .strategies import REPRODUCIBLE

_FIRST_FOUND = settings(REPRODUCIBLE, max_examples=1000, phases=[Phase.generate])
_IMAGE = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/a:1"
_DESCRIBED = {
    "Model": Resource(
        "Model",
        {
            "Containers": [
                {"ContainerHostname": "first", "Image": _IMAGE, "ModelPackageName": "package"},
                {"ContainerHostname": "second", "Image": _IMAGE},
            ],
            "InferenceExecutionConfig": {"Mode": "Serial"},
            "ExecutionRoleArn": "arn:aws:iam::111122223333:role/role",
            "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        },
    ),
    "EndpointConfig": Resource(
        "EndpointConfig",
        {
            "ProductionVariants": [
                {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1},
            ]
        },
    ),
    "Endpoint": Resource("Endpoint", {"EndpointConfigName": "config", "RetainAllVariantProperties": True}),
}
"""What values are put into, so that a rule that looks around finds nothing to object to."""


_ENVIRONMENT = ["Model.Containers[].Environment{key}", "Model.Containers[].Environment{value}"]
_GUARDED = {
    guarded
    for rule in RULES.values()
    if rule.severity is Severity.ERROR
    for check in rule.checks
    for guarded in check.paths()[:1]
    if guarded.partition(".")[0] in _DESCRIBED and not isinstance(shape_of(guarded), StructureShape)
}
_COMPARED = sorted({*_GUARDED, *_ENVIRONMENT})
"""The single values and lists that rules look at."""

_VARIANT = "EndpointConfig.ProductionVariants[]"
_REGISTRY_CREDENTIALS = "Model.Containers[].ImageConfig.RepositoryAuthConfig"
_RETAINED = "Endpoint.ExcludeRetainedVariantProperties"
_ONLY_IN_THE_API = "CloudFormation does not have it"
_BYTES = "the API's model counts characters, its documentation bytes"
_SPACES = "the API's model is read here as if line breaks and control characters were Unicode separators"

THE_API_TAKES_IT = {
    ("MCE-C02", "Model.Containers"): "the model of an endpoint of another kind may have one container",
    ("MCE-C03", "Model.Containers"): "a model with a primary container may have an empty list besides",
    ("MCE-C17", "Model.Containers[].Image"): "the image's name is looked up in its registry after the request",
    ("MCE-C18", "Model.Containers[].Image"): "the image is fetched from its registry after the request",
    (
        "MCE-C24",
        f"{_REGISTRY_CREDENTIALS}.RepositoryCredentialsProviderArn",
    ): "the function is called after the request",
    ("MCE-C26", "Model.Containers[].ModelDataUrl"): "the model data is downloaded after the request",
    ("MCE-C36", "Model.Containers[].Environment{value}"): _BYTES,
    ("MCE-C43", "Model.Containers[].AdditionalModelDataSources"): _ONLY_IN_THE_API,
    ("MCE-C43", "Model.Containers[].ModelDataSource.S3DataSource.ETag"): _ONLY_IN_THE_API,
    ("MCE-C43", "Model.Containers[].ModelDataSource.S3DataSource.ManifestEtag"): _ONLY_IN_THE_API,
    ("MCE-C43", "Model.Containers[].ModelDataSource.S3DataSource.ManifestS3Uri"): _ONLY_IN_THE_API,
    ("MCE-E02", "EndpointConfig.ShadowProductionVariants"): "its documentation allows one, its model ten",
    (
        "MCE-E08",
        "EndpointConfig.MetricsConfig.MetricPublishFrequencyInSeconds",
    ): "only its documentation lists the values",
    ("MCE-E10", f"{_VARIANT}.AcceleratorPartitionLayouts"): _ONLY_IN_THE_API,
    ("MCE-M11", "EndpointConfig.EnableNetworkIsolation"): "it is meant for endpoints of inference components",
    (
        "MCE-P16",
        f"{_RETAINED}[].VariantPropertyType",
    ): "its documentation calls DataCaptureConfig not currently supported",
    ("MCE-T01", "Model.Tags[].Key"): _SPACES,
    ("MCE-T01", "Model.Tags[].Value"): _SPACES,
    ("MCE-V22", f"{_VARIANT}.AcceleratorType"): "its documentation calls it no longer supported",
    ("MCE-V23", f"{_VARIANT}.RoutingConfig.RoutingStrategy"): _ONLY_IN_THE_API,
    ("MCE-V25", f"{_VARIANT}.InstancePools"): "they exclude an instance type, which variants have here",
    ("MCE-V26", f"{_VARIANT}.InferenceAmiVersion"): "it is for accelerators, which the instances have not here",
}
"""Why a rule refuses values of a property that the API's model allows."""
THE_RULES_TAKE_IT = {
    f"{_VARIANT}.InstanceType": "AWS adds types all the time: one that is not known is a warning",
    f"{_VARIANT}.InstancePools[].InstanceType": "AWS adds types all the time: one that is not known is a warning",
}
"""Why no rule refuses values of a property that the API's model does not allow."""


@pytest.mark.parametrize("guarded", _COMPARED)
@settings(REPRODUCIBLE, max_examples=60)
@given(data=st.data())
def test_rules_and_api_refuse_the_same(guarded: str, data: st.DataObject) -> None:
    """Whatever a rule refuses the API refuses, and the other way round, unless there is a reason."""
    value = data.draw(_values(shape_of(guarded)))

    rules = _refused_by_rules(guarded, value)

    if _refused_by_api(guarded, value):
        assert rules or guarded in THE_RULES_TAKE_IT, "the API refuses it, no rule does"
    else:
        assert {rule for rule in rules if (rule, guarded) not in THE_API_TAKES_IT} == set(), "the API takes it"


@pytest.mark.parametrize(("rule", "guarded"), THE_API_TAKES_IT)
def test_each_reason_to_be_stricter_is_needed(rule: str, guarded: str) -> None:
    """There is a value that the rule refuses and the API takes."""
    find(
        _values(shape_of(guarded)),
        lambda value: rule in _refused_by_rules(guarded, value) and not _refused_by_api(guarded, value),
        settings=_FIRST_FOUND,
    )


@pytest.mark.parametrize("guarded", THE_RULES_TAKE_IT)
def test_each_reason_to_be_laxer_is_needed(guarded: str) -> None:
    """There is a value that the API refuses and no rule does."""
    find(
        _values(shape_of(guarded)),
        lambda value: _refused_by_api(guarded, value) and not _refused_by_rules(guarded, value),
        settings=_FIRST_FOUND,
    )


def _values(shape: Shape) -> SearchStrategy[Any]:
    """Values of a shape, and such as are nearly that."""
    bounds = [shape.metadata[name] for name in ("min", "max") if name in shape.metadata]
    limits = [bound + step for bound in bounds for step in (-1, 0, 1)]
    sizes = [limit for limit in limits if limit >= 0]
    if isinstance(shape, ListShape):
        element: Any = {} if isinstance(shape.member, StructureShape) else "x"
        return st.sampled_from(sizes).map(lambda size: [element] * size)
    if isinstance(shape, MapShape):
        return st.sampled_from(sizes).map(lambda size: {f"V{each}": "" for each in range(size)})
    if isinstance(shape, StringShape):
        return _strings(shape, sizes)
    if shape.type_name == "boolean":
        return st.booleans()
    numbers = st.sampled_from([-1, 0, 1, *limits]) | st.integers(-(2**31), 2**31 - 1)
    return numbers if shape.type_name == "integer" else numbers | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def _strings(draw: DrawFn, shape: StringShape, sizes: list[int]) -> str:
    pattern = shape.metadata.get("pattern", "")
    if shape.enum:
        text = draw(st.sampled_from(shape.enum))
    elif pattern and "\\p" not in pattern:
        text = draw(st.from_regex(pattern, fullmatch=True))
    else:
        text = draw(st.text())
    spoilt = draw(st.sampled_from(["", "character", "case", "size"]))
    if spoilt == "character":
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from("- _./:@é\n\u2003")) + text[at:]
    elif spoilt == "case":
        text = text.swapcase()
    elif spoilt == "size" and sizes:
        size = draw(st.sampled_from(sizes))
        text = text[:size].ljust(size, "a")
    return text


def _refused_by_api(guarded: str, value: Any) -> bool:
    shape = shape_of(guarded)
    if isinstance(shape, ListShape):
        return not shape.metadata.get("min", 0) <= len(value) <= shape.metadata["max"]
    return bool(problems(shape.name, value))


def _refused_by_rules(guarded: str, value: Any) -> set[str]:
    """The rules that object to a value of a property."""
    resource, *steps = steps_of(guarded)
    described = copy.deepcopy(_DESCRIBED)
    path = _put(described[resource].properties, steps, value)
    return {
        finding.rule.id
        for finding in evaluate(Description(described))
        if (finding.resource, finding.path) == (resource, path) and finding.rule.severity is Severity.ERROR
    }


def _put(holder: Any, steps: list[str], value: Any) -> Path:
    """Put a value where the steps lead, making what is missing on the way. Returns the path to it."""
    step, *rest = steps
    if step == "{key}":
        holder[value] = "value"
        return (value,)
    key: Any = {"[]": 0, "{value}": "NAME"}.get(step, step)
    if not rest:
        if key == 0:
            holder[:] = [value, *holder[1:]]
        else:
            holder[key] = value
        return (key,)
    empty: Any = [] if rest[0] == "[]" else {}
    if key == 0 and not holder:
        holder.append(empty)
    elif key != 0:
        holder.setdefault(key, empty)
    return (key, *_put(holder[key], rest, value))

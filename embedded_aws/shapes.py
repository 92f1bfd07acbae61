"""Judge requests by the service's own model, the one that ships with botocore. SageMaker's, unless another is named.

boto3 itself checks little more than types and required members; the service checks names, lengths, ranges and enums.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, cast

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.session import get_session

from embedded_aws.errors import ServiceError

SAGEMAKER = "sagemaker"

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}


_DIALECT = {
    r"\p{L}\p{Z}\p{N}": r"\w\s",
    r"\p{Print}": r"[ -~]",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
}

_PARSERS: dict[str, Callable[[str], float]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "timestamp": lambda text: datetime.fromisoformat(text).timestamp(),
}


def check_request(operation: str, request: dict[str, Any], *, service: str = SAGEMAKER) -> None:
    """Raise the `ServiceError` that names everything which the model of this operation does not allow."""
    if found := list(_problems(_input_shape(service, operation), request, "")):
        detected = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
        raise ServiceError(detected + "; ".join(found))


def problems(shape_name: str, value: Any, *, service: str = SAGEMAKER) -> list[str]:
    """Everything about a value that a shape of the service's model does not allow."""
    return list(_problems(_model(service).shape_for(shape_name), value, ""))


def from_template(operation: str, properties: dict[str, Any], *, service: str = SAGEMAKER) -> dict[str, Any]:
    """The properties of a template with the types of the API: there a `Ref` to a number is a string, for instance."""
    converted: dict[str, Any] = _convert(_input_shape(service, operation), properties)
    return converted


def _input_shape(service: str, operation: str) -> Shape:
    return cast("Shape", _model(service).operation_model(operation).input_shape)


@cache
def _model(service: str) -> ServiceModel:
    return get_session().get_service_model(service)


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if type(value) not in _PYTHON_TYPES[shape.type_name]:
        yield f"Value at '{path}' must be of type {shape.type_name}"
        return
    for constraint in _broken_constraints(shape, value):
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}"
    if isinstance(shape, StructureShape):
        for name in sorted(set(shape.required_members) - value.keys()):
            yield f"Value null at '{_below(path, name)}' failed to satisfy constraint: Member must not be null"
        for name, member in value.items():
            if name in shape.members:
                yield from _problems(shape.members[name], member, _below(path, name))
            else:
                yield f"Unknown member '{name}' at '{path or shape.name}'"
    elif isinstance(shape, ListShape):
        for number, member in enumerate(value, 1):
            yield from _problems(shape.member, member, f"{path}.{number}.member")
    elif isinstance(shape, MapShape):
        for key, member in value.items():
            yield from _problems(shape.key, key, f"{path}.key")
            yield from _problems(shape.value, member, f"{path}.{key}")


def _broken_constraints(shape: Shape, value: Any) -> Iterator[str]:
    rules = shape.metadata
    sized = isinstance(value, (str, list, dict))
    measure = "length" if sized else "value"
    size = len(value) if sized else value
    if "min" in rules and size < rules["min"]:
        yield f"have {measure} greater than or equal to {rules['min']}"
    if "max" in rules and size > rules["max"]:
        yield f"have {measure} less than or equal to {rules['max']}"
    if "pattern" in rules and not re.fullmatch(_python_pattern(rules["pattern"]), value):
        yield f"satisfy regular expression pattern: {rules['pattern']}"
    if "enum" in rules and value not in rules["enum"]:
        yield f"satisfy enum value set: [{', '.join(rules['enum'])}]"


def _python_pattern(pattern: str) -> str:
    """The model speaks Java's dialect of regular expressions."""
    for java, python in _DIALECT.items():
        pattern = pattern.replace(java, python)
    return pattern


def _below(path: str, member: str) -> str:
    name = member[0].lower() + member[1:]
    return f"{path}.{name}" if path else name


def _convert(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            name: _convert(shape.members[name], member) if name in shape.members else member
            for name, member in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_convert(shape.member, member) for member in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _convert(shape.value, member) for key, member in value.items()}
    return _convert_scalar(shape.type_name, value)


def _convert_scalar(type_name: str, value: Any) -> Any:
    if type_name == "string" and isinstance(value, (bool, int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if type_name == "boolean" and value in ("true", "false"):
        return value == "true"
    if type_name in _PARSERS and isinstance(value, str):
        try:
            return _PARSERS[type_name](value)
        except ValueError:
            return value
    return value

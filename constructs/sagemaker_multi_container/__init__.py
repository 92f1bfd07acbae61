"""SageMaker multi-container endpoints for the AWS CDK.

The construct and its value objects are imported on first use: the rules and the tools beside them need neither the CDK
nor the Node process that comes with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .containers import ContainerDefinition
    from .endpoint import MultiContainerEndpoint
    from .errors import EndpointConfigurationError, Problem
    from .images import ContainerImage, ContainerImageConfig
    from .model_data import ModelData, ModelDataConfig
    from .modes import InferenceExecutionMode
    from .variants import ProductionVariant

__all__ = [
    "ContainerDefinition",
    "ContainerImage",
    "ContainerImageConfig",
    "EndpointConfigurationError",
    "InferenceExecutionMode",
    "ModelData",
    "ModelDataConfig",
    "MultiContainerEndpoint",
    "Problem",
    "ProductionVariant",
]

_MODULES = {
    "ContainerDefinition": "containers",
    "ContainerImage": "images",
    "ContainerImageConfig": "images",
    "EndpointConfigurationError": "errors",
    "InferenceExecutionMode": "modes",
    "ModelData": "model_data",
    "ModelDataConfig": "model_data",
    "MultiContainerEndpoint": "endpoint",
    "Problem": "errors",
    "ProductionVariant": "variants",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f".{module}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

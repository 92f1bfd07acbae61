"""SageMaker multi-container endpoints for the AWS CDK."""

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

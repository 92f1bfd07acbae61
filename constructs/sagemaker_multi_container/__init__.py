"""SageMaker multi-container endpoints for the AWS CDK.

The construct and its value objects are imported on first use: the rules and the tools beside them need neither the CDK
nor the Node process that comes with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .containers import ContainerDefinition
    from .endpoint import MultiContainerEndpoint
    from .endpoint_base import MultiContainerEndpointBase
    from .errors import EndpointConfigurationError, Problem
    from .facades.alarms import EndpointAlarms
    from .facades.events import EventOptions
    from .facades.grants import EndpointGrants
    from .facades.metrics import EndpointMetrics, MetricOptions, RateOptions
    from .facades.scaling import InstanceResource, ScalableInstanceCount
    from .features.async_inference import AsyncInference, AsyncNotification
    from .features.core_dump import CoreDump
    from .features.data_capture import CaptureMode, DataCapture
    from .features.deployment import Deployment
    from .features.explainer import ClarifyExplainer, FeatureType, ShapBaseline, TextGranularity
    from .features.metrics_config import MetricsConfig
    from .features.routing import RoutingStrategy
    from .images import ContainerImage, ContainerImageConfig
    from .instance_pools import InstancePool
    from .model_data import ModelData, ModelDataConfig
    from .modes import InferenceExecutionMode
    from .plugin import MultiContainerEndpointChecks
    from .served import ServedVariant
    from .variants import ProductionVariant

__all__ = [
    "AsyncInference",
    "AsyncNotification",
    "CaptureMode",
    "ClarifyExplainer",
    "ContainerDefinition",
    "ContainerImage",
    "ContainerImageConfig",
    "CoreDump",
    "DataCapture",
    "Deployment",
    "EndpointAlarms",
    "EndpointConfigurationError",
    "EndpointGrants",
    "EndpointMetrics",
    "EventOptions",
    "FeatureType",
    "InferenceExecutionMode",
    "InstancePool",
    "InstanceResource",
    "MetricOptions",
    "MetricsConfig",
    "ModelData",
    "ModelDataConfig",
    "MultiContainerEndpoint",
    "MultiContainerEndpointBase",
    "MultiContainerEndpointChecks",
    "Problem",
    "ProductionVariant",
    "RateOptions",
    "RoutingStrategy",
    "ScalableInstanceCount",
    "ServedVariant",
    "ShapBaseline",
    "TextGranularity",
]

_MODULES = {
    "AsyncInference": "features.async_inference",
    "AsyncNotification": "features.async_inference",
    "CaptureMode": "features.data_capture",
    "ClarifyExplainer": "features.explainer",
    "ContainerDefinition": "containers",
    "ContainerImage": "images",
    "ContainerImageConfig": "images",
    "CoreDump": "features.core_dump",
    "DataCapture": "features.data_capture",
    "Deployment": "features.deployment",
    "EndpointAlarms": "facades.alarms",
    "EndpointConfigurationError": "errors",
    "EndpointGrants": "facades.grants",
    "EndpointMetrics": "facades.metrics",
    "EventOptions": "facades.events",
    "FeatureType": "features.explainer",
    "InferenceExecutionMode": "modes",
    "InstancePool": "instance_pools",
    "InstanceResource": "facades.scaling",
    "MetricOptions": "facades.metrics",
    "MetricsConfig": "features.metrics_config",
    "ModelData": "model_data",
    "ModelDataConfig": "model_data",
    "MultiContainerEndpoint": "endpoint",
    "MultiContainerEndpointBase": "endpoint_base",
    "MultiContainerEndpointChecks": "plugin",
    "Problem": "errors",
    "ProductionVariant": "variants",
    "RateOptions": "facades.metrics",
    "RoutingStrategy": "features.routing",
    "ScalableInstanceCount": "facades.scaling",
    "ServedVariant": "served",
    "ShapBaseline": "features.explainer",
    "TextGranularity": "features.explainer",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f".{module}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

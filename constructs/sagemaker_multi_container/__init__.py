"""SageMaker multi-container endpoints for the AWS CDK.

The construct and its value objects are imported on first use: the rules and the tools beside them need neither the CDK
nor the Node process that comes with it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .alarms import EndpointAlarms
    from .async_inference import AsyncInference, AsyncNotification
    from .containers import ContainerDefinition
    from .core_dump import CoreDump
    from .data_capture import CaptureMode, DataCapture
    from .deployment import Deployment
    from .endpoint import MultiContainerEndpoint
    from .endpoint_base import MultiContainerEndpointBase
    from .errors import EndpointConfigurationError, Problem
    from .events import EventOptions
    from .explainer import ClarifyExplainer, FeatureType, ShapBaseline, TextGranularity
    from .grants import EndpointGrants
    from .images import ContainerImage, ContainerImageConfig
    from .instance_pools import InstancePool
    from .metrics import EndpointMetrics, MetricOptions, RateOptions
    from .metrics_config import MetricsConfig
    from .model_data import ModelData, ModelDataConfig
    from .modes import InferenceExecutionMode
    from .routing import RoutingStrategy
    from .scaling import InstanceResource, ScalableInstanceCount
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
    "AsyncInference": "async_inference",
    "AsyncNotification": "async_inference",
    "CaptureMode": "data_capture",
    "ClarifyExplainer": "explainer",
    "ContainerDefinition": "containers",
    "ContainerImage": "images",
    "ContainerImageConfig": "images",
    "CoreDump": "core_dump",
    "DataCapture": "data_capture",
    "Deployment": "deployment",
    "EndpointAlarms": "alarms",
    "EndpointConfigurationError": "errors",
    "EndpointGrants": "grants",
    "EndpointMetrics": "metrics",
    "EventOptions": "events",
    "FeatureType": "explainer",
    "InferenceExecutionMode": "modes",
    "InstancePool": "instance_pools",
    "InstanceResource": "scaling",
    "MetricOptions": "metrics",
    "MetricsConfig": "metrics_config",
    "ModelData": "model_data",
    "ModelDataConfig": "model_data",
    "MultiContainerEndpoint": "endpoint",
    "MultiContainerEndpointBase": "endpoint_base",
    "Problem": "errors",
    "ProductionVariant": "variants",
    "RateOptions": "metrics",
    "RoutingStrategy": "routing",
    "ScalableInstanceCount": "scaling",
    "ServedVariant": "served",
    "ShapBaseline": "explainer",
    "TextGranularity": "explainer",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f".{module}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

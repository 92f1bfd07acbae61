"""What a declared and an imported endpoint have in common: who may call it, what is measured, and how it is scaled."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import jsii

from .declaration import problems_of_scaling
from .errors import EndpointConfigurationError
from .grants import EndpointGrants
from .rules import Resource
from .scaling import EndpointScaling, ScalableInstanceCount
from .served import ServedEndpoint


class MultiContainerEndpointBase(ServedEndpoint, metaclass=jsii.JSIIAbstractClass):
    """A multi-container endpoint, declared in this app or imported into it. The type to ask for in an API of yours."""

    @property
    def grants(self) -> EndpointGrants:
        """Gives others permission to call the endpoint."""
        return EndpointGrants(self)

    def auto_scale(self, *, min_capacity: int, max_capacity: int, variant: str | None = None) -> ScalableInstanceCount:
        """Let the number of a variant's instances follow the load; the methods of what it returns say how.

        Each variant can be scaled, once. Updates of the endpoint then keep the number of instances that a variant has
        by then (`retain_instance_counts`), and it should start with one between the bounds (MCE-A02).

        While a variant is scaled, an update can neither change its instance type nor remove it: SageMaker refuses it,
        and the deployment is rolled back. Take the call of `auto_scale` out and deploy that first, then deploy the new
        type together with the call. Other containers, images and models can be deployed at any time; scaling waits for
        the end of a deployment. Burstable types such as `ml.t2.medium` cannot be scaled (MCE-V14).

        See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html and
        https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html

        Args:
            min_capacity: The least number of instances: 1 or more, or 0 for an asynchronous endpoint.
            max_capacity: The largest number of instances.
            variant: The variant. Default: the only one.

        Returns:
            What is scaled. Until you call one of its methods, instances are started and ended only to stay between the
            bounds.

        Raises:
            EndpointConfigurationError: If there is no such variant, if it is scaled already or cannot be scaled, or if
                the bounds are wrong; nothing is added then.
        """
        return self._scaling.scale(variant, min_capacity, max_capacity)

    @contextmanager
    def scaled_by(self, call: str, resource: Resource) -> Iterator[None]:
        """Judge a scalable target or a scaling policy by itself, since nothing else is known of the endpoint.

        Args:
            call: What an error message names it by, such as `auto_scale(variant='main')`.
            resource: Its CloudFormation properties.

        Raises:
            EndpointConfigurationError: If Application Auto Scaling would refuse it.
        """
        problems = problems_of_scaling(call, resource)
        if problems:
            raise EndpointConfigurationError(self.node.path, problems)
        yield

    @functools.cached_property
    def _scaling(self) -> EndpointScaling:
        return EndpointScaling(self)

"""What a declared and an imported endpoint have in common: who may call it, what is measured, and how it is scaled."""

from __future__ import annotations

import jsii

from .grants import EndpointGrants
from .served import ServedEndpoint


class MultiContainerEndpointBase(ServedEndpoint, metaclass=jsii.JSIIAbstractClass):
    """A multi-container endpoint, declared in this app or imported into it. The type to ask for in an API of yours."""

    @property
    def grants(self) -> EndpointGrants:
        """Gives others permission to call the endpoint."""
        return EndpointGrants(self)

"""An endpoint that was deployed by somebody else."""

from __future__ import annotations

from constructs import Construct

from .endpoint_base import MultiContainerEndpointBase
from .served import ServedVariant


class ImportedEndpoint(MultiContainerEndpointBase):
    """An endpoint that exists, known by its name and ARN."""

    def __init__(self, scope: Construct, id: str, *, name: str, arn: str, variants: tuple[ServedVariant, ...]) -> None:
        super().__init__(scope, id)
        self._name = name
        self._arn = arn
        self._variants = variants

    @property
    def endpoint_name(self) -> str:
        """The endpoint's name."""
        return self._name

    @property
    def endpoint_arn(self) -> str:
        """The endpoint's ARN."""
        return self._arn

    @property
    def served_variants(self) -> tuple[ServedVariant, ...]:
        """The variants that were named on import."""
        return self._variants

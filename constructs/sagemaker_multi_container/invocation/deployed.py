"""What is deployed under the name of an endpoint, in SageMaker's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..rules.description import Properties, containers_of, dicts, mode_of, text
from .targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """An endpoint, its config and its models, as SageMaker describes them.

    The members have the names that the properties of CloudFormation have.
    """

    endpoint: Properties
    """What DescribeEndpoint answers."""
    config: Properties
    """What DescribeEndpointConfig answers, of the config that the endpoint serves."""
    models: Mapping[str, Properties]
    """What DescribeModel answers, by the models' names."""

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return str(self.endpoint["EndpointName"])

    @property
    def status(self) -> str:
        """Its EndpointStatus."""
        return str(self.endpoint["EndpointStatus"])

    def model_of(self, variant: Properties) -> Properties | None:
        """The model that a variant of the config serves; None if it serves none of its own."""
        return self.models.get(text(variant, "ModelName") or "")

    def targets(self, only: str | None = None) -> Iterator[Target]:
        """All that can be asked: each container of a variant in Direct mode, and any other variant once.

        Args:
            only: The name of the variant that is meant. None means all of them, each named if there are several.
        """
        variants = dicts(self.config.get("ProductionVariants"))
        for variant in variants:
            name = text(variant, "VariantName")
            model = self.model_of(variant)
            if model is None or only not in (None, name):
                continue
            named = name if only or len(variants) > 1 else None
            if mode_of(model) != "Direct":
                yield Target(variant=named)
                continue
            for container in containers_of(model):
                yield Target(hostname=text(container, "ContainerHostname"), variant=named)

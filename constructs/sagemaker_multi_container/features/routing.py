"""Which instance of a variant a request goes to."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..arguments import ArgumentReader
from ..declared_at import caller
from .feature import Feature

_ARGUMENTS = {
    "ConcurrencyThreshold": "concurrency_threshold",
    "PrefixLength": "prefix_length",
}


@dataclass(frozen=True, slots=True)
class RoutingStrategy:
    """How requests are spread over the instances of a variant. Make one with a factory method.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantRoutingConfig.html
    """

    _name: str
    _prefix_length: int | None = None
    _concurrency_threshold: int | None = None
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

    @staticmethod
    def least_outstanding_requests() -> RoutingStrategy:
        """To the instance with the fewest requests under way."""
        return RoutingStrategy("LEAST_OUTSTANDING_REQUESTS")

    @staticmethod
    def random() -> RoutingStrategy:
        """To any instance, by chance."""
        return RoutingStrategy("RANDOM")

    @staticmethod
    def prefix_aware(*, prefix_length: int, concurrency_threshold: int) -> RoutingStrategy:
        """Requests that begin alike go to the same instance, so that it can reuse what it has cached for them.

        Args:
            prefix_length: How much of a request's beginning is compared, 1024 to 65536 bytes.
            concurrency_threshold: How many requests an instance may have under way before others get some, 1 to 1024.
        """
        return RoutingStrategy("PREFIX_AWARE", prefix_length, concurrency_threshold)

    def bind(self, read: ArgumentReader) -> Feature:
        """The `RoutingConfig` property."""
        if self._name != "PREFIX_AWARE":
            return Feature(properties={"RoutingStrategy": self._name})
        length = read.required("prefix_length", self._prefix_length, int)
        threshold = read.required("concurrency_threshold", self._concurrency_threshold, int)
        config = {"PrefixLength": length, "ConcurrencyThreshold": threshold}
        return Feature(
            arguments=_ARGUMENTS, properties={"RoutingStrategy": self._name, "PrefixAwareRoutingConfig": config}
        )

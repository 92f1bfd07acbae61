"""The variants of an endpoint before and after the change: what serves them, and how much of the traffic they get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

from ..rules.description import Properties, dicts, number, text
from ..template.endpoints import PRODUCTION, SHADOW, Endpoint
from .changes import BeforeAfter, Capacity, Scaling, VariantChange
from .quoting import code
from .values import shown


@final
@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of an endpoint."""

    endpoint: Endpoint
    kind: str
    index: int
    properties: Properties

    @property
    def name(self) -> str:
        """Its name, or what is known of it."""
        return shown(self.properties.get("VariantName")) or f"{self.kind}[{self.index}]"

    @property
    def model_id(self) -> str | None:
        """The logical id of its model."""
        return self.endpoint.model_id(self.properties)

    @property
    def is_shadow(self) -> bool:
        """Whether it gets copies of requests only."""
        return self.kind == SHADOW


VariantPair = tuple[Variant | None, Variant | None]


def pair_variants(before: Endpoint | None, after: Endpoint | None) -> list[VariantPair]:
    """Which variant is which: by name; if there is one left on both sides, it has been renamed."""
    pairs: list[VariantPair] = []
    for kind in (PRODUCTION, SHADOW):
        old, new = (_variants(endpoint, kind) for endpoint in (before, after))
        for variant in list(new):
            partner = next((each for each in old if each.name == variant.name), None)
            if partner is not None:
                pairs.append((partner, variant))
                old.remove(partner)
                new.remove(variant)
        if len(old) == len(new) == 1:
            pairs.append((old.pop(), new.pop()))
        pairs += [*((None, each) for each in new), *((each, None) for each in old)]
    return pairs


def compare_variants(pairs: list[VariantPair], *, is_updated: bool) -> tuple[VariantChange, ...]:
    """What serves each variant, before and after.

    Args:
        pairs: The variants.
        is_updated: Whether SageMaker updates the endpoint, or may.
    """
    return tuple(_change(before, after, is_updated=is_updated) for before, after in pairs)


def instance_types(variant: Properties) -> list[object]:
    """The types of the instances that a variant may run on, known or not."""
    pools = [pool.get("InstanceType") for pool in dicts(variant.get("InstancePools"))]
    return [each for each in (variant.get("InstanceType"), *pools) if each is not None]


def retains(endpoint: Properties, what: str) -> bool:
    """Whether an update certainly leaves this of the variants as it is: `DesiredInstanceCount` or `DesiredWeight`."""
    excluded = (text(each, "VariantPropertyType") for each in dicts(endpoint.get("ExcludeRetainedVariantProperties")))
    return endpoint.get("RetainAllVariantProperties") is True and what not in excluded


def _variants(endpoint: Endpoint | None, kind: str) -> list[Variant]:
    found = [] if endpoint is None else endpoint.variants()
    return [
        Variant(endpoint, each, index, properties) for each, index, properties in found if endpoint and each == kind
    ]


def _change(before: Variant | None, after: Variant | None, *, is_updated: bool) -> VariantChange:
    shown_as = after or before
    notes = tuple(_notes(before, after)) if is_updated and before is not None and after is not None else ()
    return VariantChange(
        name=BeforeAfter(before and before.name, after and after.name),
        capacity=BeforeAfter(before and _capacity(before), after and _capacity(after)),
        is_shadow=shown_as is not None and shown_as.is_shadow,
        notes=notes,
    )


def _notes(before: Variant, after: Variant) -> Iterator[str]:
    """What the update does beyond what the numbers say."""
    endpoint, is_same = after.endpoint.properties, before.name == after.name
    count = shown(after.properties.get("InitialInstanceCount"))
    if is_same and count is not None and retains(endpoint, "DesiredInstanceCount"):
        if shown(before.properties.get("InitialInstanceCount")) != count:
            yield f"the endpoint retains the number of instances that it has by then: {code(count)} has no effect"
    elif count is not None and before.name in before.endpoint.targets:
        yield f"the update sets the number of instances back to {code(count)}, whatever scaling has made of it"
    has_other_weight = _weight(before.properties) != _weight(after.properties)
    if is_same and has_other_weight and retains(endpoint, "DesiredWeight"):
        yield "the endpoint retains the weight that it has by then: the new one has no effect"


def _capacity(variant: Variant) -> Capacity:
    properties = variant.properties
    return Capacity(
        instances=_instances(properties),
        traffic=None if variant.is_shadow else _traffic(variant),
        scaling=_scaling(variant),
        volume_gb=shown(properties.get("VolumeSizeInGB")),
    )


def _instances(properties: Properties) -> str:
    serverless = properties.get("ServerlessConfig")
    if isinstance(serverless, dict):
        memory, most = (shown(serverless.get(key)) or "?" for key in ("MemorySizeInMB", "MaxConcurrency"))
        provisioned = shown(serverless.get("ProvisionedConcurrency"))
        always = f", {provisioned} of them provisioned" if provisioned else ""
        return f"serverless, {memory} MB, up to {most} at once{always}"
    types = " or ".join(shown(each) or "?" for each in instance_types(properties)) or "?"
    count = shown(properties.get("InitialInstanceCount")) or "?"
    managed = properties.get("ManagedInstanceScaling")
    if isinstance(managed, dict):
        least, most = (shown(managed.get(key)) or "?" for key in ("MinInstanceCount", "MaxInstanceCount"))
        return f"{count} x {types} ({least} to {most} by managed scaling)"
    return f"{count} x {types}"


def _traffic(variant: Variant) -> str:
    """The variant's share of the requests, in percent if all weights are known."""
    weights = [_weight(each) for kind, _, each in variant.endpoint.variants() if kind == PRODUCTION]
    own = _weight(variant.properties)
    total = sum(weight for weight in weights if weight is not None)
    if own is None or None in weights:
        return f"weight {shown(variant.properties.get('InitialVariantWeight'))}"
    return f"{100 * own / total:.3g} %" if total else "none"


def _weight(variant: Properties) -> float | None:
    return number(variant, "InitialVariantWeight") if "InitialVariantWeight" in variant else 1


def _scaling(variant: Variant) -> Scaling | None:
    target = variant.endpoint.targets.get(variant.name)
    if target is None:
        return None
    _, properties = target
    return Scaling(
        minimum=shown(properties.get("MinCapacity")) or "?",
        maximum=shown(properties.get("MaxCapacity")) or "?",
        schedules=tuple(_schedule(each) for each in dicts(properties.get("ScheduledActions"))),
    )


def _schedule(action: Properties) -> str:
    bounds: Mapping[str, object] = {}
    if isinstance(action.get("ScalableTargetAction"), dict):
        bounds = action["ScalableTargetAction"]
    least, most = (shown(bounds.get(key)) for key in ("MinCapacity", "MaxCapacity"))
    limits = [f"at least {least}" if least else "", f"at most {most}" if most else ""]
    return f"{' and '.join(filter(None, limits)) or 'as before'} at {shown(action.get('Schedule')) or '?'}"

"""What serves the variants before and after a change, and what the update makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sagemaker_multi_container.review import Kind
from sagemaker_multi_container.review.changes import Capacity, VariantChange

from .scenes import BEFORE
from .templates import ABSENT, DIRECT, edited, reviewed, variant

MAIN = "Config.ProductionVariants[0]"


def main_variant(tmp_path: Path, changes: Mapping[str, Any], base: Mapping[str, Any] = DIRECT) -> VariantChange:
    """What becomes of the first variant."""
    return reviewed(tmp_path, base, edited(base, changes)).variants[0]


def capacity(change: VariantChange) -> Capacity:
    """What serves the variant afterwards."""
    assert change.capacity.after is not None
    return change.capacity.after


@pytest.mark.parametrize(
    ("properties", "instances"),
    [
        ({}, "2 x ml.m5.xlarge"),
        ({"InitialInstanceCount": 3, "InstanceType": "ml.c5.large"}, "3 x ml.c5.large"),
        ({"InitialInstanceCount": {"Fn::ImportValue": "count"}}, "… x ml.m5.xlarge"),
        (
            {
                "InstanceType": ABSENT,
                "InstancePools": [{"InstanceType": "ml.m5.xlarge"}, {"InstanceType": "ml.m5.2xlarge"}],
            },
            "2 x ml.m5.xlarge or ml.m5.2xlarge",
        ),
        (
            {"ManagedInstanceScaling": {"MinInstanceCount": 1, "MaxInstanceCount": 4}},
            "2 x ml.m5.xlarge (1 to 4 by managed scaling)",
        ),
        (
            {
                "InstanceType": ABSENT,
                "InitialInstanceCount": ABSENT,
                "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5, "ProvisionedConcurrency": 1},
            },
            "serverless, 2048 MB, up to 5 at once, 1 of them provisioned",
        ),
    ],
)
def test_says_what_serves_a_variant(tmp_path: Path, properties: Mapping[str, Any], instances: str) -> None:
    """As far as it is known."""
    change = main_variant(tmp_path, {f"{MAIN}.{name}": value for name, value in properties.items()})

    assert capacity(change).instances == instances


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ([9, 1], ["90 %", "10 %"]),
        ([ABSENT, ABSENT], ["50 %", "50 %"]),
        ([1, 0], ["100 %", "0 %"]),
        ([0, 0], ["none", "none"]),
        ([1, {"Fn::ImportValue": "weight"}], ["weight 1", "weight …"]),
    ],
)
def test_weights_are_shares_of_the_traffic(tmp_path: Path, weights: list[Any], shares: list[str]) -> None:
    """A weight that is left out is 1."""
    variants = [
        variant(name, **({} if weight is ABSENT else {"InitialVariantWeight": weight}))
        for name, weight in zip(("main", "next"), weights, strict=True)
    ]
    change = reviewed(tmp_path, DIRECT, edited(DIRECT, {"Config.ProductionVariants": variants}))

    assert [capacity(each).traffic for each in change.variants] == shares


def test_a_shadow_variant_gets_copies_only(tmp_path: Path) -> None:
    """So it has no share."""
    change = reviewed(tmp_path, DIRECT, edited(DIRECT, {"Config.ShadowProductionVariants": [variant("copy")]}))

    assert (change.variants[1].is_shadow, capacity(change.variants[1]).traffic) == (True, None)


def test_scaling_bounds_and_schedules(tmp_path: Path) -> None:
    """Changed bounds are changed capacity, though the endpoint itself does not change."""
    night = {
        "ScheduledActionName": "night",
        "Schedule": "cron(0 22 * * ? *)",
        "ScalableTargetAction": {"MaxCapacity": 2},
    }
    change = reviewed(tmp_path, BEFORE, edited(BEFORE, {"Target.MaxCapacity": 8, "Target.ScheduledActions": [night]}))
    scaling = capacity(change.variants[0]).scaling

    assert scaling is not None
    assert (scaling.minimum, scaling.maximum, scaling.schedules) == ("2", "8", ("at most 2 at cron(0 22 * * ? *)",))
    assert change.outcome.value == "unchanged"
    assert change.kinds == (Kind.CAPACITY,)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({f"{MAIN}.VolumeSizeInGB": 50}, ["sets the number of instances back to `2`"]),
        ({"Endpoint.RetainAllVariantProperties": True, f"{MAIN}.VolumeSizeInGB": 50}, []),
        (
            {"Endpoint.RetainAllVariantProperties": True, f"{MAIN}.InitialInstanceCount": 5},
            ["`5` has no effect"],
        ),
        (
            {"Endpoint.RetainAllVariantProperties": True, f"{MAIN}.InitialVariantWeight": 5},
            ["the new one has no effect"],
        ),
        (
            {
                "Endpoint.RetainAllVariantProperties": True,
                "Endpoint.ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredWeight"}],
                f"{MAIN}.InitialVariantWeight": 5,
            },
            [],
        ),
    ],
)
def test_says_what_an_update_makes_of_scaled_and_retained_variants(
    tmp_path: Path, changes: Mapping[str, Any], says: list[str]
) -> None:
    """Counts that are reset, and numbers that have no effect."""
    notes = main_variant(tmp_path, changes, BEFORE).notes

    assert len(notes) == len(says)
    assert all(part in note for part, note in zip(says, notes, strict=True))


def test_an_asynchronous_endpoint_has_a_number_of_requests_at_once(tmp_path: Path) -> None:
    """Another number is other capacity."""
    asynchronous = edited(DIRECT, {"Config.AsyncInferenceConfig.OutputConfig.S3OutputPath": "s3://out"})
    limit = {"Config.AsyncInferenceConfig.ClientConfig.MaxConcurrentInvocationsPerInstance": 4}
    change = reviewed(tmp_path, asynchronous, edited(asynchronous, limit))

    assert (change.concurrency.before, change.concurrency.after) == ("chosen by SageMaker", "4")
    assert Kind.CAPACITY in change.kinds


def test_a_renamed_variant_is_one_variant(tmp_path: Path) -> None:
    """If it is the only one that goes and the only one that comes."""
    change = main_variant(tmp_path, {f"{MAIN}.VariantName": "live"})

    assert (change.name.before, change.name.after) == ("main", "live")
    assert not change.capacity.differs

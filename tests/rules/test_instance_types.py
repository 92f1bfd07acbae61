"""The known instance types, the regions that offer them, and what follows from their families."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType

import pytest

from sagemaker_multi_container.rules import instance_types
from sagemaker_multi_container.rules.instance_types import (
    DATA,
    gpus_of,
    has_gpu,
    has_local_storage,
    has_neuron,
    is_arm,
    is_burstable,
    is_well_formed,
    known_regions,
    known_types,
    regions_of,
    vcpus_of,
)
from tests.rules.refreshing import script

REFRESH = "run python .ci/refresh_instance_types.py"


@pytest.fixture(name="refresh", scope="module")
def _refresh() -> ModuleType:
    """The script that makes the data file."""
    return script("refresh_instance_types")


def test_data_file_is_up_to_date(refresh: ModuleType) -> None:
    """It knows all that the installed packages know and, if it was made from them, nothing else."""
    made = refresh.make()

    for offer in made["offers"]:
        for each in offer["types"]:
            assert each in known_types(), REFRESH
            assert regions_of(each) >= set(offer["regions"]), REFRESH
    if json.loads(DATA.read_text())["made_from"] == made["made_from"]:
        assert DATA.read_text() == refresh.render(made), REFRESH


def test_every_known_type_is_well_formed() -> None:
    assert [each for each in known_types() if not is_well_formed(each)] == []


def test_regions_are_known() -> None:
    assert {"us-east-1", "cn-north-1", "us-gov-west-1"} <= known_regions()
    assert regions_of("ml.p5.48xlarge") < known_regions()
    assert regions_of("ml.unheard-of.xlarge") == frozenset()


@pytest.mark.parametrize(
    ("fact", "families"),
    [
        (is_arm, "c6g c6gd c6gn c7g c8g m6g m6gd m8g p6e-gb200 r6g r6gd r7gd r8g"),
        (has_gpu, "g4dn g5 g6 g6e g7 g7e p2 p3 p4d p4de p5 p5e p5en p6-b200 p6-b300 p6e-gb200"),
        (has_neuron, "inf1 inf2 trn1 trn1n trn2"),
        (is_burstable, "t2"),
        (has_local_storage, "c5d c6gd dl1 g4dn g5 g6 g6e m5d m6gd p4d p4de p5 p5e p5en r5d r6gd r7gd trn1 trn1n"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_facts_of_families(fact: Callable[[str], bool], families: str) -> None:
    assert " ".join(sorted({each.split(".")[1] for each in known_types() if fact(each)})) == families


@pytest.mark.parametrize(
    ("instance_type", "vcpus", "gpus"),
    [
        ("ml.t2.medium", 2, 0),
        ("ml.c8g.medium", 1, 0),
        ("ml.m5.large", 2, 0),
        ("ml.m5.xlarge", 4, 0),
        ("ml.c4.8xlarge", 36, 0),
        ("ml.c5.9xlarge", 36, 0),
        ("ml.m4.16xlarge", 64, 0),
        ("ml.inf2.48xlarge", 192, 0),
        ("ml.g4dn.12xlarge", 48, 4),
        ("ml.g5.16xlarge", 64, 1),
        ("ml.g6e.48xlarge", 192, 8),
        ("ml.p2.16xlarge", 64, 16),
        ("ml.p3.8xlarge", 32, 4),
        ("ml.p5.4xlarge", 16, 1),
        ("ml.p5en.48xlarge", 192, 8),
        ("ml.p6e-gb200.36xlarge", 144, 4),
    ],
)
def test_counts_what_an_instance_has(instance_type: str, vcpus: int, gpus: int) -> None:
    assert vcpus_of(instance_type) == vcpus
    assert gpus_of(instance_type) == gpus


@pytest.mark.parametrize("instance_type", ["ml.c7i.metal", "ml.g9.xlarge", "m5.xlarge", "", "ml.m5"])
def test_counts_nothing_that_is_not_known(instance_type: str) -> None:
    assert None in (vcpus_of(instance_type), gpus_of(instance_type))


def test_counts_the_processors_of_every_known_type() -> None:
    assert {each for each in known_types() if not vcpus_of(each)} == set()


def test_counts_the_gpus_of_every_known_type_but_the_newest() -> None:
    assert {each.split(".")[1] for each in known_types() if gpus_of(each) is None} == {"g7"}
    assert {each for each in known_types() if bool(gpus_of(each)) != has_gpu(each) and ".g7." not in each} == set()


def test_what_is_no_instance_type_has_no_facts() -> None:
    assert instance_types.family_of("c7g") == ""
    assert not is_arm("c7g.large")

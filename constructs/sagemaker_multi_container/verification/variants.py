"""The variants of an endpoint: as they are declared, as its config has them, and what has become of them."""

from __future__ import annotations

from collections.abc import Iterator

from ..invocation import Deployed
from ..review.variants import retains
from ..rules.description import Properties, dicts, number, text
from ..template.endpoints import PRODUCTION, SHADOW, Endpoint
from .checks import Check, judged, not_made
from .comparison import differences
from .findings import found

Pair = tuple[Properties | None, Properties | None]
"""A variant as it is declared, and as the config has it; None if there is none."""

_COUNT, _WEIGHT = "InitialInstanceCount", "InitialVariantWeight"


def pairs(expected: Endpoint, deployed: Deployed) -> Iterator[Pair]:
    """All variants, production variants first, by their names."""
    for kind in (PRODUCTION, SHADOW):
        declared = dicts(expected.config.get(kind))
        there = {text(each, "VariantName"): each for each in dicts(deployed.config.get(kind))}
        for variant in declared:
            # The only one is what it is, whatever it is called.
            only = len(declared) == len(there) == 1 and text(variant, "VariantName") is None
            yield variant, there.pop(next(iter(there)) if only else text(variant, "VariantName"), None)
        yield from ((None, each) for each in there.values())


def served_models(expected: Endpoint, deployed: Deployed) -> list[tuple[str | None, str | None]]:
    """Each model that a variant serves: its logical id if the template declares it, and its name."""
    both = [(declared, there) for declared, there in pairs(expected, deployed) if declared is not None]
    served = [(expected.model_id(declared), text(there, "ModelName")) for declared, there in both if there is not None]
    return list(dict.fromkeys(served))


def check_variants(expected: Endpoint, deployed: Deployed) -> Iterator[Check]:
    """Each variant of the config, and its instances and its weight."""
    for declared, there in pairs(expected, deployed):
        name = text(there or declared, "VariantName")
        if there is None or declared is None:
            yield _unpaired(name, is_declared=there is None)
            continue
        settings = {key: value for key, value in declared.items() if key != "ModelName"}
        yield found("variant", str(name), differences(settings, there))
        yield from _check_capacity(str(name), expected, (declared, there), deployed)


def _unpaired(name: str | None, *, is_declared: bool) -> Check:
    if name is None:
        return not_made("variant", "variant", "its name is only known at deployment")
    says = "it is not deployed" if is_declared else "it is deployed, and the template does not have it"
    return judged("variant", name, holds=False, says=says)


def _check_capacity(
    name: str, expected: Endpoint, variant: tuple[Properties, Properties], deployed: Deployed
) -> Iterator[Check]:
    """What the endpoint has made of a variant's instances and weight since it was deployed.

    Where the template does not tell them, they are those of the config, in which SageMaker has put its defaults.
    """
    declared, config = variant
    summaries = dicts(deployed.endpoint.get(PRODUCTION))
    summary = next((each for each in summaries if text(each, "VariantName") == name), None)
    if summary is None:
        return
    facts, holds = [], True
    for what, key, now, retained in (
        ("instances", _COUNT, "CurrentInstanceCount", "DesiredInstanceCount"),
        ("weight", _WEIGHT, "CurrentWeight", "DesiredWeight"),
    ):
        is_declared = number(declared, key) is not None
        asked, there = number(declared if is_declared else config, key), number(summary, now)
        if asked is None or there is None:
            continue
        reason = _may_differ(name, expected, declared, retained)
        differs = asked != there
        holds = holds and (not differs or reason is not None)
        said = f", {'the template' if is_declared else 'its config'} says {asked:g}" if differs else ""
        facts.append(f"{what} {there:g}{said}{f' ({reason})' if differs and reason else ''}")
    if facts:
        yield judged("capacity", name, holds=holds, says="; ".join(facts))


def _may_differ(name: str, expected: Endpoint, declared: Properties, what: str) -> str | None:
    """Why a number may be another one than the template says."""
    if retains(expected.properties, what):
        return "updates retain it"
    if what == "DesiredInstanceCount" and name in expected.targets:
        return "it is scaled"
    if what == "DesiredInstanceCount" and declared.get("ManagedInstanceScaling") is not None:
        return "SageMaker scales it"
    return None

"""Many drawn endpoints in one app, synthesized with the CDK validator on: `python -m tests.oracles.assembly <folder>`.

It is a process of its own, because Node reads `CDK_VALIDATION` when `aws_cdk` is imported. Beside the cloud assembly,
the folder holds each declaration as text. One stack is faulty, so that a judge who finds nothing is found out.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from pprint import pformat

import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sagemaker_multi_container import MultiContainerEndpoint
from tests.conftest import RECOMMENDED_FLAGS

from .site import ENVIRONMENTS, Site
from .strategies import REPRODUCIBLE, declarations

FAULTY = "Faulty"
_STACKS = 2


def fill(app: cdk.App, folder: Path) -> None:
    """Declare many endpoints, and a faulty variant."""
    numbers = itertools.count()
    stacks = [cdk.Stack(app, f"Stack{number}", env=ENVIRONMENTS[number % 2]) for number in range(_STACKS)]

    @settings(REPRODUCIBLE, max_examples=24, phases=[Phase.generate])
    @given(st.data())
    def declare(data: st.DataObject) -> None:
        number = next(numbers)
        place = Construct(stacks[number % _STACKS], f"Declaration{number}")
        declaration = data.draw(declarations(Site(place)))
        (folder / f"{place.node.id}.txt").write_text(pformat(declaration), encoding="utf-8")
        MultiContainerEndpoint(place, "Endpoint", **declaration)

    declare()
    variant = {"variantName": "v", "modelName": "m", "instanceType": "ml.m5.xlarge", "initialInstanceCount": 0}
    sagemaker.CfnEndpointConfig(cdk.Stack(app, FAULTY), "Config", production_variants=[variant])


if __name__ == "__main__":
    given_folder = Path(sys.argv[1])
    given_app = cdk.App(context=RECOMMENDED_FLAGS, outdir=str(given_folder))
    fill(given_app, given_folder)
    given_app.synth()

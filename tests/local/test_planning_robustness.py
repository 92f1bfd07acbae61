"""Whatever stands in a template and whatever is given, there is a plan, or it is said in lines why there is none."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_multi_container.local import stub
from sagemaker_multi_container.local.errors import LocalEndpointError
from sagemaker_multi_container.local.plan import Attached, Command, EndpointPlan, NamedImage
from sagemaker_multi_container.local.planning import Overrides, plan
from tests.review.templates import edited, variant

from .test_planning import CANDIDATE, REGIONAL

KEYS = st.sampled_from(["ranker", "main/ranker", "next/ranker", "tagger", "labeller", "main/labeller", "nobody", ""])
WORKLOADS = st.sampled_from(
    [stub(), NamedImage(name="i"), Command(arguments=("serve",)), Attached(url="http://127.0.0.1:1")]
)
NAMES = st.sampled_from(["LEVEL", "BUCKET"])
OVERRIDES = st.builds(
    Overrides,
    containers=st.dictionaries(KEYS, WORKLOADS),
    model_data=st.dictionaries(KEYS, st.sampled_from([None, Path("/"), Path("/nowhere")])),
    environment=st.dictionaries(KEYS, st.dictionaries(NAMES, st.text())),
)
UNKNOWN = edited(
    CANDIDATE,
    {
        "Config.ProductionVariants": [variant(), variant("next", "Candidate"), variant("third")],
        "Model.Containers[0].Image": REGIONAL,
        "Model.Containers[0].Environment": {"LEVEL": "info", "BUCKET": {"Fn::ImportValue": "bucket"}},
        "Candidate.Containers[0].ModelDataUrl": "s3://models/ranker.tar.gz",
    },
)
"""Two models with something of each that options may give."""

WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        "",
        "x",
        "a b\nc",
        0,
        -1.5,
        True,
        [],
        [None],
        [{}],
        {},
        {"x": 1},
        {"Ref": "AWS::Region"},
        {"Ref": "AWS::NoValue"},
        {"Ref": "Model"},
        {"Ref": "Nothing"},
        {"Fn::ImportValue": "x"},
        {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
        {"Fn::Sub": "s3://${AWS::Region}/${Model}"},
        {"Fn::If": ["Unknown", 1, {"Ref": "AWS::NoValue"}]},
    ]
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The ways to all that a template holds."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from paths(each, (*path, key))


def planned(document: Any, **arguments: Any) -> EndpointPlan | None:
    """The plan; None if there are reasons for none, each a line."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "app.json"
        file.write_text(json.dumps(document))
        try:
            return plan(file, **arguments)
        except LocalEndpointError as reason:
            refused = reason
    assert refused.problems
    assert all(each and "\n" not in each for each in refused.problems)
    return None


@settings(deadline=None, max_examples=150)
@given(OVERRIDES, st.sampled_from([{}, {"AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333"}]))
def test_any_overrides(overrides: Overrides, values: dict[str, str]) -> None:
    """A plan has every container once, with what was given and with nothing in place of an image that was not."""
    found = planned(UNKNOWN, overrides=overrides, values=values)

    if found is not None:
        assert [each.key for each in found.models] == ["Model", "Candidate"]
        for model in found.models:
            variants = [each.name for each in found.variants if each.model == model.key]
            for each in model.containers:
                names = [*(f"{name}/{each.hostname}" for name in variants), each.hostname]
                given_one = next((overrides.containers[name] for name in names if name in overrides.containers), None)
                assert each.workload == given_one or (given_one is None and isinstance(each.workload, NamedImage))


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_any_template(data: st.DataObject) -> None:
    """Two places of it hold what nobody expects there."""
    document = copy.deepcopy(UNKNOWN)
    for _ in range(2):
        *way, last = data.draw(st.sampled_from(sorted(paths(document), key=str)))
        inside: Any = document
        for step in way:
            inside = inside[step]
        inside[last] = copy.deepcopy(data.draw(WRONG))
    overrides = Overrides(
        containers={"main/ranker": stub()}, model_data={"next/ranker": None}, environment={"labeller": {"A": "1"}}
    )

    planned(document, overrides=data.draw(st.sampled_from([overrides, Overrides()])))

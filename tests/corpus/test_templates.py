"""Templates such as others write are read, nothing false is said of them, and a mistake in them is found."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint_by_config
from cfnlint.config import ManualArgs
from cfnlint.decode import decode
from cfnlint.rules import Match

from sagemaker_multi_container.check import TemplateFinding, findings_of
from sagemaker_multi_container.rules import Resource, Severity
from sagemaker_multi_container.template import read

from .expectations import CORPUS, Expectation, Mistake

TEMPLATES = Path(__file__).parent / "templates"
_OF_SEVERAL_CONTAINERS = {"direct-containers.yaml", "inference-pipeline.json", "private-registry.yaml"}
_ABOUT_SEVERAL_CONTAINERS = re.compile(
    r"multi-container|pipeline|Direct|Serial|hostname|each container|other container"
)
_MISTAKES = [
    pytest.param(file, mistake, id=f"{file}: {', '.join(mistake.finds)}")
    for file, expectation in CORPUS.items()
    for mistake in expectation.mistakes
]


@pytest.fixture(name="file", params=CORPUS)
def _file(request: pytest.FixtureRequest) -> str:
    """Each template, from `templates`."""
    return str(request.param)


@pytest.fixture(name="expectation")
def _expectation(file: str) -> Expectation:
    """What is expected of it."""
    return CORPUS[file]


def test_every_template_is_expected() -> None:
    """No file lies beside the corpus unnoticed, and there are more than a few."""
    files = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*")}

    assert files == CORPUS.keys()
    assert len(files) >= 14


def test_every_template_says_what_it_is_modelled_after(file: str) -> None:
    """Whoever doubts that people write such templates knows where to look."""
    assert "Modelled after " in (TEMPLATES / file).read_text(encoding="utf-8")


def test_cfn_lint_finds_no_error() -> None:
    """The templates are right, so that an error of ours would be a false one."""
    matches: list[Match] = lint_by_config(ManualArgs(templates=[str(TEMPLATES / file) for file in CORPUS]))

    assert [str(match) for match in matches if match.rule.severity == "error"] == []
    assert "W3002" in {match.rule.id for match in matches}, "nothing was linted: a nested stack has a local path"


def test_the_resources_are_read(file: str, expectation: Expectation) -> None:
    """Nothing that the rules look at is overlooked: else it would be no wonder that they find nothing."""
    types = {logical_id: resource.type for logical_id, resource in _resources(TEMPLATES / file).items()}

    assert types == expectation.reads


def test_there_is_no_error(file: str) -> None:
    """What SageMaker would take is not called an error."""
    assert _errors(TEMPLATES / file) == []


def test_what_is_remarked_is_true(file: str, expectation: Expectation) -> None:
    """Of right templates the rules remark what is worth a thought, and nothing else."""
    assert sorted(map(_remark, _findings(TEMPLATES / file))) == sorted(expectation.remarks)


@pytest.mark.parametrize("file", sorted(CORPUS.keys() - _OF_SEVERAL_CONTAINERS))
def test_a_single_container_hears_nothing_of_several(file: str) -> None:
    """Who hosts one container is not told about modes, hostnames and pipelines."""
    models = [each.properties for each in _resources(TEMPLATES / file).values() if each.type == "Model"]
    assert all(len(model.get("Containers", [])) <= 1 for model in models)

    texts = [f"{found.message}; {found.rule.fix}" for found in _findings(TEMPLATES / file)]

    assert [text for text in texts if _ABOUT_SEVERAL_CONTAINERS.search(text)] == []


@pytest.mark.parametrize(("file", "mistake"), _MISTAKES)
def test_a_mistake_is_found(file: str, mistake: Mistake, tmp_path: Path) -> None:
    """With a mistake in it, a template gets exactly the findings about that mistake in addition."""
    path = _with(mistake, file, tmp_path)

    found = {_remark(each) for each in _findings(path)}

    assert found - set(CORPUS[file].remarks) == set(mistake.finds)


@pytest.mark.parametrize(("file", "mistake"), _MISTAKES)
def test_the_line_of_a_finding_shows_its_property(file: str, mistake: Mistake, tmp_path: Path) -> None:
    """Who jumps to the line of a finding sees the property that it is about."""
    for found in _findings(_with(mistake, file, tmp_path)):
        last = found.path[-1] if found.path else found.logical_id

        assert found.line is not None
        line = found.template.file.read_text(encoding="utf-8").splitlines()[found.line - 1]
        assert last in line if isinstance(last, str) else line.lstrip().startswith(("- ", "{"))


def test_the_long_form_in_json_says_the_same(file: str, tmp_path: Path) -> None:
    """Short forms, anchors and YAML's scalars mean what cfn-lint, which reads them for itself, takes them for."""
    twin = _chosen({}, file, tmp_path)

    assert read(twin)[0].description == read(TEMPLATES / file)[0].description


@pytest.mark.parametrize("file", [file for file, expectation in CORPUS.items() if expectation.choices])
def test_other_values_of_parameters_are_no_error_either(file: str, tmp_path: Path) -> None:
    """What comes into being with other values of parameters is judged, and is right, too."""
    chosen = _chosen(CORPUS[file].choices, file, tmp_path)

    assert read(chosen)[0].description != read(TEMPLATES / file)[0].description
    assert _errors(chosen) == []


def test_no_value_that_a_parameter_allows_is_an_error(file: str, tmp_path: Path) -> None:
    """Whatever those choose who deploy it, no finding is false."""
    for name, declaration in _decoded(file).get("Parameters", {}).items():
        for value in declaration.get("AllowedValues", []):
            assert _errors(_chosen({name: value}, file, tmp_path)) == []


def _decoded(file: str) -> dict[str, Any]:
    """A template, in the long form, as cfn-lint reads it."""
    document: Any = decode(TEMPLATES / file)[0]
    return {**document}


def _chosen(values: Mapping[str, str | int], file: str, folder: Path) -> Path:
    """A template in JSON, with values for some of its parameters."""
    document = _decoded(file)
    for name, value in values.items():
        document["Parameters"][name]["Default"] = value
    path = folder / "template.json"
    path.write_text(json.dumps(document, default=str), encoding="utf-8")
    return path


def _with(mistake: Mistake, file: str, folder: Path) -> Path:
    """A copy of a template, with a mistake in it."""
    copies = shutil.copytree(TEMPLATES, folder / "templates")
    text = (copies / file).read_text(encoding="utf-8")
    assert text.count(mistake.instead_of) == 1
    (copies / file).write_text(text.replace(mistake.instead_of, mistake.write), encoding="utf-8")
    return copies / file


def _resources(path: Path) -> dict[str, Resource]:
    return {name: each for template in read(path) for name, each in template.description.resources.items()}


def _findings(path: Path) -> list[TemplateFinding]:
    return [found for template in read(path) for found in findings_of(template)]


def _errors(path: Path) -> list[str]:
    return [f"{_remark(found)}: {found.message}" for found in _findings(path) if found.rule.severity is Severity.ERROR]


def _remark(found: TemplateFinding) -> str:
    place = f".{found.property_path}" if found.property_path else ""
    return f"{found.rule.id} {found.logical_id}{place}"

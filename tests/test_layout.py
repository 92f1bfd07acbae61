"""The folder `constructs/`, which shares its name with a package of PyPI, and what is built from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sagemaker_multi_container

ROOT = Path(__file__).parent.parent
PURE = ["check", "cli", "invocation", "local", "review", "rules", "template", "verification"]


def test_the_source_root_is_no_package() -> None:
    """With an `__init__.py`, `import aws_cdk` would take this folder for PyPI's `constructs` and fail."""
    assert not (ROOT / "constructs" / "__init__.py").exists()


def test_the_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    """Above all no `constructs/`, which would overwrite PyPI's."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sagemaker_multi_container"}
    assert "sagemaker_multi_container/py.typed" in names
    assert "sagemaker_multi_container/rules/instance_types.json" in names
    assert "sagemaker_multi_container/rules/property_types.json" in names


def test_exports_are_sorted_and_there() -> None:
    """The public names, each importable from the package."""
    exported = sagemaker_multi_container.__all__

    assert exported == sorted(exported)
    assert {name: getattr(sagemaker_multi_container, name).__name__ for name in exported} == {
        name: name for name in exported
    }
    assert set(exported) <= set(dir(sagemaker_multi_container))


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_start_no_node(module: str) -> None:
    """They never import the CDK, which costs a second and a process."""
    program = (
        f"import sys, sagemaker_multi_container.{module}\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('aws_cdk', 'jsii', 'botocore', 'boto3')])\n"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


def test_the_construct_imports_nothing_that_an_endpoint_by_hand_does_not() -> None:
    """Of the CDK the L1 classes and IAM; of the standard library one hash; no facade or feature before it is used."""
    program = (
        "import sys\n"
        "from aws_cdk import aws_iam, aws_sagemaker\n"
        "before = {*sys.modules}\n"
        "from sagemaker_multi_container import ContainerDefinition, ContainerImage, ModelData, MultiContainerEndpoint\n"
        "print(*({*sys.modules} - before))\n"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    imported = [name.removeprefix("sagemaker_multi_container.") for name in printed.split()]
    assert sorted(name for name in imported if name.startswith(("facades", "features"))) == [
        "facades",
        "features",
        "features.destinations",
        "features.feature",
        "features.rollback_alarms",
    ]
    others = {name for name in imported if not (ROOT / f"constructs/sagemaker_multi_container/{_file(name)}").exists()}
    assert others <= {"sagemaker_multi_container", "facades", "features", "rules", "hashlib", "_hashlib", "_blake2"}


def _file(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def test_the_cdk_cli_is_pinned() -> None:
    """`aws-cdk@latest` is 3.0.0, published by accident, and cannot read today's assemblies."""
    lock = json.loads((ROOT / "package-lock.json").read_text())

    major, minor, _ = lock["packages"]["node_modules/aws-cdk"]["version"].split(".")
    assert (int(major), int(minor) >= 1148) == (2, True)


@pytest.mark.parametrize("mode", ["Direct", "Serial"])
def test_the_reference_app_runs_from_the_root(tmp_path: Path, mode: str) -> None:
    """`python app.py` there has `constructs/` beside it on the path."""
    context = json.dumps({"mode": mode})
    environment = {"CDK_OUTDIR": str(tmp_path), "CDK_CONTEXT_JSON": context, "CDK_VALIDATION": "false"}
    subprocess.run([sys.executable, "app.py"], cwd=ROOT, check=True, env=os.environ | environment)

    template = json.loads((tmp_path / "ReferenceEndpoint.template.json").read_text())
    (model,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::SageMaker::Model")
    assert model["Properties"]["InferenceExecutionConfig"] == {"Mode": mode}

"""All examples in one app: `python -m tests.examples <folder>` writes its cloud assembly.

With `--judged`, it also writes what cdk-nag and the CDK validator say, and one more stack is faulty, so that judges who
find nothing are found out. It is a process of its own because Node reads `CDK_VALIDATION` when `aws_cdk` is imported.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from cdk_nag import AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks

from tests.conftest import RECOMMENDED_FLAGS, ROOT

FOLDER = ROOT / "examples"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))
FAULTY = "faulty"
PACKS = (AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks)


def stacks_begin_with(name: str) -> str:
    """What an example's stacks are named: after its folder, so that all examples fit into one app."""
    return name.title().replace("_", "")


def load(name: str, file: str = "app.py") -> ModuleType:
    """Import a file of an example; all of them have an `app.py`, hence the names of their own."""
    path = FOLDER / name / file
    spec = importlib.util.spec_from_file_location(f"example_{name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judge(app: cdk.App) -> None:
    """Synthesize with the packs of cdk-nag, whatever they find: that is in the report."""
    for pack in PACKS:
        cdk.Validations.of(app).add_plugins(pack(app))
    try:
        app.synth()
    except RuntimeError as failed:
        if "ValidationFailed" not in str(failed):
            raise


def add_fault(app: cdk.App) -> None:
    """Add a stack that cdk-nag and the CDK validator object to."""
    stack = cdk.Stack(app, stacks_begin_with(FAULTY))
    statement = iam.PolicyStatement(actions=["ec2:DescribeVpcs"], resources=["*"])
    iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal()).add_to_policy(statement)
    variant = {"variantName": "v", "modelName": "m", "instanceType": "ml.m5.xlarge", "initialInstanceCount": 0}
    sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[variant])


if __name__ == "__main__":
    folder, *judged = sys.argv[1:]
    given_app = cdk.App(context=RECOMMENDED_FLAGS, outdir=folder)
    for each in NAMES:
        load(each).build(given_app)
    if judged:
        add_fault(given_app)
        judge(given_app)
    else:
        given_app.synth()

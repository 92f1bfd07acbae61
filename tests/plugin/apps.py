"""Apps that have the plugin, and what it reports of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from sagemaker_multi_container import MultiContainerEndpointChecks

PREFIX = "sagemaker-multi-container::"
ROLE = "arn:aws:iam::123456789012:role/inference"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/ranker:1.0"
SECRET = "hunter2-hunter2"  # noqa: S105 - what must never be shown
ENVIRONMENT = {"DB_PASSWORD": SECRET}


class Report(NamedTuple):
    """What a synthesis comes to."""

    violations: list[dict[str, Any]]
    suppressed: list[dict[str, Any]]
    error: str
    """What the CDK raised; empty if the synthesis succeeded."""

    @property
    def rules(self) -> list[str]:
        """The rules that are broken, in the order in which they are reported."""
        return [violation["ruleName"] for violation in self.violations]

    @property
    def paths(self) -> list[str]:
        """The constructs that break them."""
        return [each["constructPath"] for violation in self.violations for each in violation["violatingConstructs"]]


def checked(outdir: Path) -> cdk.App:
    """An app that has the plugin."""
    app = cdk.App(outdir=str(outdir))
    cdk.Validations.of(app).add_plugins(MultiContainerEndpointChecks())
    return app


def report_of(app: cdk.App) -> Report:
    """What the plugin says of an app."""
    error = ""
    try:
        app.synth()
    except RuntimeError as failed:
        error = str(failed)
    text = (Path(app.outdir) / "validation-report.json").read_text(encoding="utf-8")
    assert SECRET not in text + error
    violations, suppressed = [], []
    for plugin in json.loads(text)["pluginReports"]:
        if plugin["pluginName"] == "sagemaker-multi-container":
            assert "error" not in plugin.get("metadata", {}), plugin
            violations += plugin["violations"]
            suppressed += plugin.get("suppressedViolations", [])
    return Report(violations, suppressed, error)


def report_on(outdir: Path, declare: Callable[[cdk.Stack], object]) -> Report:
    """What the plugin says of an app with one stack."""
    app = checked(outdir)
    declare(cdk.Stack(app, "Stack"))
    return report_of(app)


def faulty_model(scope: Construct, id: str = "Model") -> sagemaker.CfnModel:
    """A model with one mistake: a container has no hostname, in Direct mode (MCE-C04)."""
    return model(scope, id, hostname=None)


def doubtful_model(scope: Construct, id: str = "Model") -> sagemaker.CfnModel:
    """A model that deploys and is likely not what was meant: hostnames differ by case (MCE-C07)."""
    return model(scope, id, hostname="Tagger")


def model(scope: Construct, id: str = "Model", *, hostname: str | None = "ranker") -> sagemaker.CfnModel:
    """A model with two containers, of which the first has this hostname."""
    container = sagemaker.CfnModel.ContainerDefinitionProperty
    return sagemaker.CfnModel(
        scope,
        id,
        execution_role_arn=ROLE,
        inference_execution_config=sagemaker.CfnModel.InferenceExecutionConfigProperty(mode="Direct"),
        containers=[
            container(container_hostname=hostname, image=IMAGE, environment={"GREETING": SECRET}),
            container(container_hostname="tagger", image=IMAGE),
        ],
    )

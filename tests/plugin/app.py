"""A faulty app, for the command line: `cdk synth --app "python -m tests.plugin.app"`."""

from __future__ import annotations

import aws_cdk as cdk

from sagemaker_multi_container import MultiContainerEndpointChecks
from tests.plugin.apps import faulty_model

if __name__ == "__main__":
    app = cdk.App()
    cdk.Validations.of(app).add_plugins(MultiContainerEndpointChecks())
    made = faulty_model(cdk.Stack(app, "Stack"))
    acknowledged = app.node.try_get_context("acknowledged")
    if acknowledged:
        cdk.Validations.of(made).acknowledge(cdk.Acknowledgment(id=acknowledged, reason="to see it pass"))
    app.synth()

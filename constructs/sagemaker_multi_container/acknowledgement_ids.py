"""How it is written down that a rule does not apply: by the construct and its users, for whoever checks a template."""

from __future__ import annotations

from typing import Final

DISTRIBUTION: Final = "sagemaker-multi-container"

METADATA: Final = "mce"
"""The key in the Metadata of a template or a resource: `mce: {ignore: {MCE-C06: why it does not apply}}`."""

WARNING_ID: Final = f"{DISTRIBUTION}:"
"""What the ids of the construct's warnings begin with."""
FINDING_ID: Final = f"{DISTRIBUTION}::"
"""What the ids of the plugin's findings begin with."""
ANNOTATION_ID: Final = "Annotation::"
"""What the CDK puts before the id of a warning, and before one that names no plugin."""
NO_REASON: Final = "acknowledged in the CDK app"
"""What is said of an acknowledgement of which the CDK does not know the reason."""

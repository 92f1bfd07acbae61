"""What the command costs on large templates, beside cfn-lint: processes by turns."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import large_template
from .processes import Cost, cost_of

_MCE = ["-m", "sagemaker_multi_container.cli"]
_CFN_LINT = "from cfnlint.runner import main; main()"
_NO_NODE: Mapping[str, str] = {"PATH": "", "JSII_NODE": "/nowhere"}
"""With which a command that starts Node would fail."""


def measure(rounds: int) -> Mapping[str, Sequence[Cost]]:
    """What `mce` and cfn-lint cost, one after the other in each round, after one that is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = (_write(Path(folder) / f"{tag}.template.json", tag) for tag in ("1.4.2", "1.5.0"))
        commands = {
            "mce --help": [*_MCE, "--help"],
            "mce check": [*_MCE, "check", before],
            "mce review": [*_MCE, "review", before, after],
            "cfn-lint": ["-c", _CFN_LINT, before],
        }
        costs: dict[str, list[Cost]] = {name: [] for name in commands}
        for _ in range(rounds + 1):
            for name, command in commands.items():
                costs[name].append(cost_of(command, None if name == "cfn-lint" else _NO_NODE))
    return {name: each[1:] for name, each in costs.items()}


def _write(file: Path, tag: str) -> str:
    file.write_text(json.dumps(large_template.template(tag), indent=1))
    return str(file)

"""The command `mce`: parses arguments and prints; all else is done elsewhere.

Importing this package imports neither the CDK nor botocore and starts no process.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command, and end the process with its exit code."""
    try:
        from .commands import run  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if missing.name != "click":
            raise
        print("mce needs the extra `cli` of sagemaker-multi-container: pip install click PyYAML", file=sys.stderr)
        sys.exit(2)
    sys.exit(run())

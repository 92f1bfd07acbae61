"""Executes the Python of the README and of the documents that have any."""

import os

# Node reads it when `aws_cdk` is imported, so it must be set before.
os.environ.setdefault("CDK_VALIDATION", "false")

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_collect_file = Sybil(parsers=[PythonCodeBlockParser()], patterns=["README.md", "local.md"]).pytest()

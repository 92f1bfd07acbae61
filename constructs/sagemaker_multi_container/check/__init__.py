"""Holds templates against the rules, and writes down what is found.

Importing this package imports neither the CDK nor botocore and starts no process.
"""

from .findings import TemplateFinding as TemplateFinding
from .findings import findings_of as findings_of

"""Holds what is deployed against what was meant: an endpoint at AWS against the assembly that it came from.

Importing this package imports neither the CDK nor boto3; `asking` and `verifying` beside this module import boto3.
"""

from .checks import Check as Check
from .checks import Outcome as Outcome
from .checks import Verification as Verification

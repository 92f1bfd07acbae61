"""Sends requests to the containers of an endpoint, at AWS or on this machine, and tells people what came of them.

Importing this package imports neither the CDK nor boto3; `connecting`, `describing` and `invoking` beside this module
import boto3.
"""

from .answers import Answer as Answer
from .answers import RefusedError as RefusedError
from .deployed import Deployed as Deployed
from .request import Request as Request
from .targets import Target as Target

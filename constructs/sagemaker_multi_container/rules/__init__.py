"""What SageMaker accepts of a multi-container endpoint: the rule table, pure Python data and functions.

Importing this package imports neither the CDK nor botocore and starts no process.
"""

from . import containers as containers
from .description import Description as Description
from .description import Path as Path
from .description import Reference as Reference
from .description import Resource as Resource
from .description import Unknown as Unknown
from .rule import RULES as RULES
from .rule import Confidence as Confidence
from .rule import Finding as Finding
from .rule import Place as Place
from .rule import Rule as Rule
from .rule import Severity as Severity
from .rule import evaluate as evaluate

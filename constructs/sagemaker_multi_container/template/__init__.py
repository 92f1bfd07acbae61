"""Reads cloud assemblies and CloudFormation templates, whoever wrote them, into what the rules look at.

Importing this package imports neither the CDK nor botocore and starts no process.
"""

from .documents import UnreadableTemplateError as UnreadableTemplateError
from .origin import Location as Location
from .reading import read as read
from .resource_types import TYPES as TYPES
from .template import Template as Template

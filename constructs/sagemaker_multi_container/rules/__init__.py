"""What SageMaker accepts of a multi-container endpoint: the rule table, pure Python data and functions.

Importing this package imports neither the CDK nor botocore and starts no process.
"""

from . import containers as containers
from . import deployment as deployment
from . import endpoint as endpoint
from . import endpoint_config as endpoint_config
from . import environment as environment
from . import explainer as explainer
from . import images as images
from . import instances as instances
from . import model as model
from . import model_data as model_data
from . import scaling as scaling
from . import schema as schema
from . import tags as tags
from . import variants as variants
from .description import Description as Description
from .description import DynamicReference as DynamicReference
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

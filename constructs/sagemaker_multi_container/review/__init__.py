"""What a change of templates does to the endpoints in them, for the one who reviews it.

Importing this package imports neither the CDK nor botocore and starts no process.
"""

from .changes import Kind as Kind
from .changes import Outcome as Outcome
from .changes import Review as Review
from .comparison import compare as compare
from .rendering.as_json import as_json as as_json
from .rendering.markdown import as_markdown as as_markdown
from .rendering.text import as_text as as_text

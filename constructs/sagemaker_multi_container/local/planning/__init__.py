"""Plans what runs locally: from a cloud assembly, or a template, to an endpoint's variants and containers.

It reads the files of the assembly and runs nothing.
"""

from .options import parse_overrides as parse_overrides
from .options import parse_values as parse_values
from .overrides import Override as Override
from .overrides import Overrides as Overrides
from .planner import plan as plan

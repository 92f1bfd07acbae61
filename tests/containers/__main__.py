"""Say which container engine the tests run on, or why none: `python -m tests.containers`."""

import sys
import tempfile
from pathlib import Path

from .finding import NoEngineError, find_engine

with tempfile.TemporaryDirectory() as _folder:
    try:
        print(f"containers run on {find_engine(Path(_folder)).program}")
    except NoEngineError as error:
        sys.exit(f"no container engine runs here ({error})")

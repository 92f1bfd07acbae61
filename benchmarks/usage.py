"""What processes use of the machine, as Linux tells it."""

from __future__ import annotations

import re
from pathlib import Path


def cpu(process: int) -> float:
    """The seconds of CPU that the threads of a process have taken."""
    return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{process}/task").glob("*/schedstat")) / 1e9


def memory(process: int) -> float:
    """The MB of memory that a process has in use (resident set)."""
    resident = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(resident[1]) / 1024 if resident else 0

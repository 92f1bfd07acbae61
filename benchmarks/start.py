"""How long it takes to import the package, over importing the CDK: fresh processes by turns."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from .estimates import Estimate, estimate
from .processes import result_of

_OURS = "from sagemaker_multi_container import MultiContainerEndpoint"
_CDK = "import aws_cdk"


def measure(rounds: int) -> Mapping[str, Sequence[float]]:
    """Seconds for the CDK alone, for it with the modules that we need, and for our construct with all of that.

    One round is not counted, in which Python may have to compile.
    """
    programs = {"cdk": _CDK, "needed": f"import {', '.join(needed_modules())}", "ours": _OURS}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    order = random.Random(0)  # noqa: S311 - to be repeatable
    for _ in range(rounds + 1):
        for name in order.sample([*programs], len(programs)):
            seconds[name].append(_import(programs[name]))
    return {name: each[1:] for name, each in seconds.items()}


def needed_modules() -> list[str]:
    """The modules of the CDK that are there once our construct is imported."""
    loaded = result_of(["-c", f"{_OURS}\nimport json, sys\nprint(json.dumps([*sys.modules]))"])
    return [name for name in loaded if name.partition(".")[0] == "aws_cdk"]


def added(seconds: Mapping[str, Sequence[float]], over: str) -> tuple[Estimate, Estimate]:
    """Milliseconds and percent that we add to the import of `cdk` or of what is `needed` of it."""
    pairs = list(zip(seconds["ours"], seconds[over], strict=True))
    milliseconds = estimate([1000 * (ours - theirs) for ours, theirs in pairs])
    return milliseconds, estimate([100 * (ours / theirs - 1) for ours, theirs in pairs])


def _import(statement: str) -> float:
    program = f"import time\nstarted = time.perf_counter()\n{statement}\nprint(time.perf_counter() - started)"
    return float(result_of(["-c", program]))

"""What differences mean: whether a check holds, and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..check.printable import printable
from ..review.values import property_path
from .checks import Check, Outcome, judged
from .comparison import Difference

MOST: Final = 5
"""The differences that one check tells."""


def found(check: str, subject: str, differences: Iterable[Difference], note: str = "as the template says") -> Check:
    """A check that holds if nothing differs for certain.

    Args:
        check: Its kind.
        subject: What it is about.
        differences: What was found.
        note: What it says if nothing was.
    """
    every = list(differences)
    certain, perhaps = ([each for each in every if each.is_certain is is_certain] for is_certain in (True, False))
    if certain:
        more = [f"{len(certain) - MOST} more differences"] if len(certain) > MOST else []
        return judged(check, subject, holds=False, says="; ".join([*map(str, certain[:MOST]), *more]))
    only = printable(", ".join(property_path(each.path) for each in perhaps))
    unknown = f"; only known at deployment: {only}" if only else ""
    return Check(check=check, subject=subject, outcome=Outcome.HELD, says=f"{note}{unknown}")

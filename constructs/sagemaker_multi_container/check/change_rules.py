"""The rules of changes, as far as a reason to ignore one can be told from a slip: what they say is in the review."""

from __future__ import annotations

from typing import Final

CHANGE_RULE_IDS: Final = ("MCE-A03", "MCE-U01", "MCE-U02", "MCE-V04")
"""Their ids. A reason to ignore one may stand wherever one for a rule about templates may."""

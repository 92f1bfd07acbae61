"""The fixture of pytest. It is loaded by every pytest of an environment that has this package, so it imports late."""

from __future__ import annotations

"""Medians with their uncertainty."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A median, and the interval that holds it with 95 % confidence. An exact count is its own interval."""

    median: float
    low: float
    high: float
    rounds: int
    """Of how many rounds it is the median."""

    def inverse(self) -> Estimate:
        """Of the other ratio: `b / a` where this is `a / b`."""
        return Estimate(_rounded(1 / self.median), _rounded(1 / self.high), _rounded(1 / self.low), self.rounds)


def exact(value: float) -> Estimate:
    """What was counted, not measured."""
    return Estimate(value, value, value, 1)


def estimate(values: Sequence[float]) -> Estimate:
    """The median, with an interval from resampling the rounds (percentile bootstrap)."""
    draw = random.Random(len(values))  # noqa: S311 - the same rounds give the same interval
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    low, high = (medians[round(share * (_RESAMPLES - 1))] for share in (0.025, 0.975))
    return Estimate(_rounded(statistics.median(values)), _rounded(low), _rounded(high), len(values))


def exponent(seconds: Sequence[tuple[int, float]]) -> float:
    """The power of its size with which something grows: the slope on logarithmic scales."""
    return slope([(math.log(size), math.log(time)) for size, time in seconds if time > 0])


def slope(points: Sequence[tuple[float, float]]) -> float:
    """That of a line through points: the median of the slopes of all pairs (Theil-Sen)."""
    pairs = combinations(points, 2)
    return statistics.median((right[1] - left[1]) / (right[0] - left[0]) for left, right in pairs)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")

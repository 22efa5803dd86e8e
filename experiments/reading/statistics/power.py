"""How many seeds it would need to show a difference."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import stats

POWER = 0.8
MOST = 1000  # seeds; more than that nobody trains


def seeds_for_mean(difference: float, spread: float, level: float, *, paired: bool = True) -> int | None:
    """Seeds with which a difference of means is found in four of five cases.

    Args:
        difference: What should be found.
        spread: Standard deviation of one difference; of one value where runs are no pairs.
        level: Of the two-sided t test.
        paired: Whether runs are pairs.

    Returns:
        The number of pairs, or of runs of each model; None for more than ``MOST``.

    Example:
        >>> seeds_for_mean(1.0, 1.0, 0.05), seeds_for_mean(1.0, 1.0, 0.05, paired=False)
        (10, 17)
    """
    effect = abs(difference) / spread if spread else math.inf

    def found(n: int) -> float:
        freedom, shift = (n - 1, effect * math.sqrt(n)) if paired else (2 * n - 2, effect * math.sqrt(n / 2))
        border = stats.t.ppf(1 - level / 2, freedom)
        return float(stats.nct.sf(border, freedom, min(shift, 1e3)))

    return _least(found)


def seeds_for_successes(rate: float, other: float, level: float) -> int | None:
    """Runs of each model with which a difference of two success rates is found in about four of five cases.

    By Cohen's approximation with the arcsine of the rates ("Statistical power analysis", 1988, chapter 6).

    Returns:
        None for more than ``MOST``, or where the rates are equal.
    """
    effect = abs(2 * math.asin(math.sqrt(rate)) - 2 * math.asin(math.sqrt(other)))
    border = stats.norm.ppf(1 - level / 2)
    found = _least(lambda n: float(stats.norm.sf(border - effect * math.sqrt(n / 2))))
    # With fewer runs not even all against none, whose p value is 2 / 4^n, would be enough.
    return None if found is None else max(found, math.ceil(math.log(2 / level, 4)))


def _least(found: Callable[[int], float]) -> int | None:
    """The least number from 3 whose power is enough, by halving."""
    low, high = 2, MOST
    if not found(high) >= POWER:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if found(middle) >= POWER else (middle, high)
    return high

"""Intervals that hold their level with a handful of seeds.

A percentile bootstrap of three numbers spans only what was seen: where nothing differs it leaves out zero in one case
of four. Student's t does so in one of twenty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special, stats

CONFIDENCE = 0.95
LEVEL = 1 - CONFIDENCE
_NAN = float("nan")
_SAMPLES = 50_000
LEAST_TRIMMED = 4  # values from which a quarter can be cut at each end


@dataclass(frozen=True)
class Estimate:
    """A mean, or a difference of two, with what is known of its error.

    Args:
        mean: The estimate.
        error: Its standard error; NaN where there are too few values.
        freedom: Degrees of freedom of that error.
        spread: Standard deviation of one value, or of one difference.
    """

    mean: float
    error: float = _NAN
    freedom: float = _NAN
    spread: float = _NAN

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95 % interval of Student's t; NaN where there is no error."""
        half = float(special.stdtrit(self.freedom, (1 + CONFIDENCE) / 2)) * self.error if self.error else 0.0
        return self.mean - half, self.mean + half

    @property
    def p(self) -> float:
        """Two-sided p value of the mean being zero."""
        if self.error == 0:
            return 1.0 if self.mean == 0 else 0.0
        return 2 * float(special.stdtr(self.freedom, -abs(self.mean) / self.error))

    def p_outside(self, region: float) -> float:
        """P value of the mean lying outside ``-region .. region``: the larger of two one-sided tests.

        Schuirmann, "A comparison of the two one-sided tests procedure and the power approach" (1987).
        """
        if self.error == 0:
            return 0.0 if abs(self.mean) < region else 1.0
        return float(special.stdtr(self.freedom, (abs(self.mean) - region) / self.error))


def paired_t(differences: Sequence[float] | np.ndarray, *, floor: float = 0.0) -> Estimate:
    """The mean of differences, or of any values, with Student's error.

    Args:
        differences: One a pair.
        floor: Least standard deviation to reckon with: equal accuracies of a few seeds do not mean that none differ.

    Example:
        >>> [round(end, 3) for end in paired_t([0.1, 0.2, 0.3]).interval]
        [-0.048, 0.448]
    """
    values = np.asarray(differences, dtype=float)
    n = len(values)
    if n < 2:
        return Estimate(float(values[0]) if n else _NAN)
    spread = max(_spread(values), floor)
    return Estimate(float(values.mean()), spread / math.sqrt(n), n - 1, spread)


def welch_t(
    first: Sequence[float] | np.ndarray, second: Sequence[float] | np.ndarray, *, floor: float = 0.0
) -> Estimate:
    """The difference of two means, second minus first, with Welch's error.

    Args:
        first: Values of one sample.
        second: Values of the other.
        floor: Least standard deviation of either to reckon with.
    """
    samples = [np.asarray(values, dtype=float) for values in (first, second)]
    difference = float(samples[1].mean() - samples[0].mean())
    if min(map(len, samples)) < 2:
        return Estimate(difference)
    variances = [max(_spread(values), floor) ** 2 for values in samples]
    parts = [variance / len(values) for variance, values in zip(variances, samples)]
    below = sum(part**2 / (len(values) - 1) for part, values in zip(parts, samples))
    freedom = sum(parts) ** 2 / below if below else 1.0
    return Estimate(difference, math.sqrt(sum(parts)), freedom, math.sqrt(sum(variances) / 2))


def _spread(values: np.ndarray) -> float:
    """Standard deviation; 0 where values differ in nothing but the rounding of their last digits."""
    spread = float(values.std(ddof=1))
    return spread if spread > 1e-12 * float(np.abs(values).max()) else 0.0


def interquartile_mean(values: Sequence[float] | np.ndarray) -> float:
    """Mean of the middle half of the values: a quarter of them is cut off at either end.

    Args:
        values: One value per run.

    Returns:
        NaN for fewer than four values, of which no quarter can be cut.

    Example:
        >>> interquartile_mean([0.0, 1.0, 1.0, 9.0])
        1.0
    """
    if len(values) < LEAST_TRIMMED:
        return _NAN
    return float(stats.trim_mean(np.asarray(values, dtype=float), 0.25))


def interquartile_interval(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the interquartile mean; NaN for fewer than four values.

    The error is that of the values drawn in to the cuts (Tukey & McLaughlin, "Less vulnerable confidence and
    significance procedures for location", 1963). How many errors the interval is wide comes from samples of normal
    numbers, because Student's t, which they take, is too narrow where a quarter is cut from a handful.
    """
    n = len(values)
    if n < LEAST_TRIMMED:
        return (_NAN, _NAN)
    middle, error = _trimmed(np.sort(np.asarray(values, dtype=float))[None])
    half = _errors_wide(n) * error[0]
    return float(middle[0] - half), float(middle[0] + half)


def _trimmed(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Interquartile mean of each row of sorted values, and its standard error up to a factor that n fixes."""
    n = rows.shape[1]
    cut = n // 4
    drawn_in = np.clip(rows, rows[:, [cut]], rows[:, [n - cut - 1]])
    return rows[:, cut : n - cut].mean(1), drawn_in.std(1, ddof=1) / (n - 2 * cut)


@cache
def _errors_wide(n: int) -> float:
    """The 95 % quantile of the ratio of an interquartile mean to its error, among samples of n normal numbers."""
    rows = np.sort(np.random.default_rng(n).standard_normal((_SAMPLES, n)), axis=1)
    middle, error = _trimmed(rows)
    return float(np.quantile(np.abs(middle) / error, CONFIDENCE))


def success_interval(successes: int, runs: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of successes; NaN where there are no runs.

    Example:
        >>> [round(end, 2) for end in success_interval(3, 3)]
        [0.44, 1.0]
    """
    if runs < 1:
        return (_NAN, _NAN)
    found = stats.binomtest(successes, runs).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)

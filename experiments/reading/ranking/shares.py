"""An interval for a share, such as of runs that reach a score, that holds for few runs and at 0 and 1."""

from __future__ import annotations

import numpy as np
from scipy import stats

from experiments.reading.statistics.intervals import CONFIDENCE


def share_interval(
    share: float | np.ndarray, count: int, confidence: float = CONFIDENCE
) -> tuple[np.ndarray, np.ndarray]:
    """The exact interval of Clopper and Pearson (1934): it holds its level or more, whatever the true share.

    It does so for the mean of shares over tasks too, because a sum of unlike chances strays less than one of equal
    chances (Hoeffding 1956, "On the distribution of the number of successes in independent trials").

    Args:
        share: Shares in 0..1.
        count: Runs behind each.
        confidence: Of the interval, in 0..1.

    Returns:
        Lower and upper ends, as arrays; NaN where the share is.

    Example:
        >>> low, high = share_interval(1.0, 3)
        >>> print(f"{low:.2f} {high:.2f}")
        0.29 1.00
    """
    reached = np.asarray(share, dtype=float) * count
    tail = (1 - confidence) / 2
    # A share of all or none may have lost its last bits.
    none, all_ = reached < 1e-9, reached > count - 1e-9
    inside = np.where(none | all_, 0.5, reached)
    low = stats.beta.ppf(tail, np.where(all_, count, inside), np.where(all_, 1, count - inside + 1))
    high = stats.beta.ppf(1 - tail, np.where(none, 1, inside + 1), np.where(none, count, count - inside))
    return np.where(none, 0.0, low), np.where(all_, 1.0, high)

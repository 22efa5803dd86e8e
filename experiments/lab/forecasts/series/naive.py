"""How far a naive forecast is off in the training part: what errors of nodes in any unit are measured by."""

from __future__ import annotations

import numpy as np


def naive_errors(
    values: np.ndarray, learned: int, season: int = 0, known: np.ndarray | None = None
) -> np.ndarray:
    """Mean absolute error of each node's naive forecast in the training part, (nodes,); ``nan`` where there is none.

    Equation::

        q = mean of |y_t - y_(t-m)|  over t <= T, with m = 1, or the time steps of a season

    MASE is a mean absolute error over q (Hyndman & Koehler 2006, https://doi.org/10.1016/j.ijforecast.2006.03.001). A
    node that stands still in the training part has no q: any error would be infinitely many times that of the naive
    forecast.

    Args:
        values: (times, nodes).
        learned: T, times of the training part, which come first.
        season: Time steps of a season; 0 for the naive forecast of the next value.
        known: (times, nodes), the values that count: of pairs, both; None for all of them.

    Raises:
        ValueError: A season is as long as the training part.

    Example:
        >>> naive_errors(np.array([[1.0, 5.0], [3.0, 5.0], [2.0, 5.0], [9.0, 7.0]]), learned=3).tolist()
        [1.5, nan]
    """
    back = season or 1
    if back >= learned > 1:
        raise ValueError(
            f"season: {season} time steps are no season of a training part of {learned}; take a shorter one"
        )
    steps = np.abs(values[back:learned] - values[: max(learned - back, 0)])
    pairs = (
        np.ones(steps.shape, bool) if known is None else known[back:learned] & known[: max(learned - back, 0)]
    )
    counts = pairs.sum(axis=0)
    sums = np.where(pairs, steps, 0.0).sum(axis=0)
    found: np.ndarray = np.where((counts > 0) & (sums > 0), sums / np.maximum(counts, 1), np.nan)
    return found

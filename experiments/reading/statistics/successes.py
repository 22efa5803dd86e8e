"""Scores with two modes: a run has learned its task or it has not, and the mean of both describes neither."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy import stats

#: Of the border of success: no score in so wide a gap means that there are two kinds of runs.
GAP = 0.25


def is_bimodal(values: Sequence[float] | np.ndarray, border: float | None) -> bool:
    """Whether some runs reached the border of success, and the others stayed far below it.

    Args:
        values: Scores; a run that failed is NaN, and has not reached it.
        border: What a run has to reach; None where there is no such border.

    Example:
        >>> is_bimodal([0.1, 1.0, 0.12], 0.99), is_bimodal([0.985, 0.995], 0.99)
        (True, False)
    """
    if border is None:
        return False
    scores = np.asarray(values, dtype=float)
    good = scores[scores >= border]
    bad = scores[~(scores >= border)]
    if not len(good) or not len(bad):
        return False
    highest = -math.inf if np.isnan(bad).all() else float(np.nanmax(bad))
    return float(good.min()) - highest >= GAP * abs(border)


@lru_cache(maxsize=100_000)
def difference_of_successes(successes: int, runs: int, other: int, other_runs: int) -> float:
    """P value of two models succeeding equally often.

    Boschloo's exact test: Fisher's p value, taken as the measure of how unusual a table is, and its level made exact
    over the unknown rate. It rejects whatever Fisher's test rejects, and more: with six runs each, six successes
    against none have p = 0.0005 in place of 0.002. (Boschloo, "Raised conditional level of significance for the 2 x 2
    table", 1970.)

    Args:
        successes: Of one model.
        runs: Of the same model.
        other: Successes of the other.
        other_runs: Runs of the other.
    """
    if successes * other_runs == other * runs:
        return 1.0
    table = [[successes, other], [runs - successes, other_runs - other]]
    return float(min(1.0, stats.boschloo_exact(table).pvalue))

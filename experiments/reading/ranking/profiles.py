"""Performance profiles: which share of a model's runs is better than a score, at every score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.reading.ranking.scores import Scores
from experiments.reading.ranking.shares import share_interval

POINTS = 400  # of a profile


@dataclass(frozen=True)
class Profile:
    """The profile of one model.

    Args:
        levels: Scores.
        share: Of runs that are better, in 0..1, mean over tasks.
        low: Lower end of the band at each score.
        high: Upper end.
    """

    levels: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray


def share_above(scores: Sequence[np.ndarray], levels: np.ndarray) -> np.ndarray:
    """Share of runs with a score above each level, every task with the same weight (Agarwal et al. 2021, section 4.2).

    Args:
        scores: One array a task.
        levels: Scores to look at.

    Example:
        >>> share_above([np.array([0.1, 0.9])], np.array([0.0, 0.5, 0.9])).tolist()
        [1.0, 0.5, 0.0]
    """
    return np.mean([(values[:, None] > levels[None, :]).mean(axis=0) for values in scores], axis=0)


def levels_of(scores: Scores) -> np.ndarray:
    """Scores from a little below the least to a little above the greatest."""
    pooled = np.concatenate([scores.pooled(model) for model in scores.models])
    low, high = float(pooled.min()), float(pooled.max())
    margin = 0.03 * (high - low) or 0.05 * abs(high) or 0.05
    return np.linspace(low - margin, high + margin, POINTS)


def profile(scores: Scores, model: str, levels: np.ndarray) -> Profile:
    """The profile of a model with a band that holds at each score for itself.

    Args:
        scores: Of all models.
        model: Which one.
        levels: Scores to look at, in the unit of the metric.
    """
    sign = -1.0 if scores.metric.lower_is_better else 1.0
    runs = scores.all_runs(model)
    share = share_above(runs, sign * levels)
    low, high = share_interval(share, len(runs) * min(map(len, runs)))
    return Profile(levels, share, low, high)

"""How probable it is that a run of one model is better than a run of another on the same task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.reading.ranking.scores import Scores
from experiments.reading.ranking.shares import share_interval
from experiments.reading.statistics.intervals import CONFIDENCE


def probability_of_improvement(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> float:
    """Mean over tasks of P(X > Y): share of pairs of runs of which the first is more, equal ones counting one half.

    On one task it is the statistic of Mann and Whitney over the number of pairs (Agarwal et al. 2021, section 4.3).

    Args:
        first: Scores X, an array a task, more is better.
        second: Scores Y, an array a task.

    Example:
        >>> probability_of_improvement([np.array([1.0, 2.0])], [np.array([1.0, 0.0])])
        0.875
    """
    shares = [
        np.mean((x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])) for x, y in zip(first, second)
    ]
    return float(np.mean(shares))


@dataclass(frozen=True)
class Improvement:
    """A model against the one that it is compared with.

    Args:
        model: Which model.
        probability: That a run of it is the better one, mean over tasks.
        low: Lower end of its interval.
        high: Upper end.
        ahead: Tasks on which its mean is better.
    """

    model: str
    probability: float
    low: float
    high: float
    ahead: int


def improvements(scores: Scores, baseline: str, *, chosen: bool) -> list[Improvement]:
    """Every other model against the baseline, with intervals that hold together.

    Each is that of a share of as many pairs as no run is in twice, the smaller number of runs. The share over all pairs
    is a mean of such shares (Hoeffding 1963, section 5), so it strays less, and the interval is never too narrow. A
    bootstrap of three against three, all better, would leave an interval of width zero.

    Args:
        scores: Of all models.
        baseline: The model to compare with.
        chosen: It was named before anybody saw the scores. Else it is the best of them, which is a choice among all
            pairs, and the intervals allow for it.
    """
    models = len(scores.models)
    comparisons = models - 1 if chosen else models * (models - 1) // 2
    confidence = 1 - (1 - CONFIDENCE) / comparisons
    base = scores.models.index(baseline)
    found = []
    for place, model in enumerate(scores.models):
        if model == baseline:
            continue
        share = probability_of_improvement(scores.upward(model), scores.upward(baseline))
        count = len(scores.tasks) * min(scores.fewest(model), scores.fewest(baseline))
        low, high = share_interval(share, count, confidence)
        ahead = int((scores.ranks[place] < scores.ranks[base]).sum())
        found.append(Improvement(model, share, float(low), float(high), ahead))
    return found

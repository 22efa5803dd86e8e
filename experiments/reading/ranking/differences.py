"""Whether models differ over tasks: Friedman's test, and how far mean ranks must lie apart.

Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets" (2006). Both of his rules lean on many tasks:
with two models and four tasks his critical difference calls 12.5 % of equal pairs different. So the p value of
Friedman's statistic is that of permutations here, which holds for any number of tasks, and mean ranks are told apart
only where it rejects.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.reading.ranking.scores import Scores
from experiments.reading.statistics.intervals import CONFIDENCE

PERMUTATIONS = 9_999


@dataclass(frozen=True)
class Differences:
    """What mean ranks say about models.

    Args:
        statistic: Friedman's chi-square.
        p: The share of permutations of ranks within tasks with as large a one.
        least_p: The least that p can be with so many models and tasks.
        critical: Nemenyi's critical difference of mean ranks.
        groups: Models that are not told apart, from the best mean rank on; a model that differs from all is in none.
    """

    statistic: float
    p: float
    least_p: float
    critical: float
    groups: list[list[str]]

    @property
    def shown(self) -> bool:
        """Whether there is a difference among the models at all."""
        return self.p <= 1 - CONFIDENCE


def friedman_statistic(ranks: np.ndarray) -> float:
    """Friedman's chi-square with ties, as ``scipy.stats.friedmanchisquare``, for two models too.

    Args:
        ranks: (models, tasks), ranks within each task.
    """
    models, tasks = ranks.shape
    sums = ranks.sum(axis=1)
    spread = float(((ranks - (models + 1) / 2) ** 2).sum())
    between = float(((sums - tasks * (models + 1) / 2) ** 2).sum())
    return (models - 1) * between / spread if spread > 0 else 0.0


def friedman_p(ranks: np.ndarray, *, seed: int = 0, permutations: int = PERMUTATIONS) -> float:
    """Share of permutations of the ranks within each task, the ranks as they are among them, that differ as much.

    Args:
        ranks: (models, tasks), ranks within each task.
        seed: Fixes the permutations.
        permutations: How many.
    """
    models, tasks = ranks.shape
    rng = np.random.default_rng(seed)
    sums = np.zeros((permutations, models))
    for task in range(tasks):
        sums += rng.permuted(np.tile(ranks[:, task], (permutations, 1)), axis=1)
    middle = tasks * (models + 1) / 2
    seen = float(((ranks.sum(axis=1) - middle) ** 2).sum())
    as_much = int((((sums - middle) ** 2).sum(axis=1) >= seen - 1e-9).sum())
    return (1 + as_much) / (1 + permutations)


def critical_difference(models: int, tasks: int) -> float:
    """Nemenyi's: mean ranks of equal models lie further apart in 5 % of cases, where there are many tasks.

    Args:
        models: How many; at least 2.
        tasks: How many.

    Example:
        >>> round(critical_difference(4, 14), 2)
        1.25
    """
    quantile = float(stats.studentized_range.ppf(CONFIDENCE, models, np.inf)) / math.sqrt(2)
    return quantile * math.sqrt(models * (models + 1) / (6 * tasks))


def differences(scores: Scores, *, seed: int = 0) -> Differences:
    """Friedman's test over the tasks, and the groups of models that it leaves together.

    Args:
        scores: Of all models.
        seed: Fixes the permutations.
    """
    models, tasks = scores.ranks.shape
    p = friedman_p(scores.ranks, seed=seed)
    critical = critical_difference(models, tasks)
    order = scores.ranked
    at = dict(zip(scores.models, scores.mean_ranks))
    groups = _groups(order, at, critical) if p <= 1 - CONFIDENCE else [order]
    least = math.exp(-min(700.0, (tasks - 1) * math.lgamma(models + 1)))
    return Differences(friedman_statistic(scores.ranks), p, least, critical, groups)


def _groups(order: list[str], at: dict[str, float], critical: float) -> list[list[str]]:
    """Largest runs of models in this order whose first and last are not told apart."""
    found: list[list[str]] = []
    for start, first in enumerate(order):
        group = [model for model in order[start:] if at[model] - at[first] <= critical + 1e-9]
        if len(group) > 1 and not (found and group[-1] in found[-1]):
            found.append(group)
    return found

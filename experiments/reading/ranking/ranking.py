"""A ranking: all that is said about models over their tasks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from experiments.core.naming import nearest
from experiments.reading.ranking.aggregates import interquartile_mean_over_tasks, iqm_interval
from experiments.reading.ranking.differences import Differences, differences
from experiments.reading.ranking.improvement import Improvement, improvements
from experiments.reading.ranking.scores import Scores
from experiments.reading.ranking.shares import share_interval


@dataclass(frozen=True)
class Standing:
    """One model over all tasks.

    Args:
        model: Which model.
        place: Its row in ``scores.means``.
        mean_rank: Mean over tasks of the rank of its mean score; 1 is best.
        iqm: Interquartile mean of all its runs.
        low: Lower end of its interval; NaN where there is none.
        high: Upper end.
        success: Share of its runs, failed ones too, that learned their task, mean over tasks; NaN where the metric
            has no such border.
        success_low: Lower end of its interval.
        success_high: Upper end.
        n: Its runs.
    """

    model: str
    place: int
    mean_rank: float
    iqm: float
    low: float
    high: float
    success: float
    success_low: float
    success_high: float
    n: int


@dataclass(frozen=True)
class Ranking:
    """Models from the best mean rank to the worst, and what tells them apart.

    Args:
        scores: What it rests on.
        standings: One a model, in that order.
        baseline: Model that the others are compared with.
        chosen: The user named it; else it is the best one.
        improvements: The others against it.
        differences: Whether models differ at all; None on a single task, where ranks say nothing of other tasks.
        all_or_nothing: Some runs learned their task, by the border of the metric, so that scores have two heaps and
            interquartile means get no interval.
    """

    scores: Scores
    standings: list[Standing]
    baseline: str
    chosen: bool
    improvements: list[Improvement]
    differences: Differences | None
    all_or_nothing: bool


def rank(scores: Scores, *, baseline: str | None = None, seed: int = 0) -> Ranking:
    """Rank models.

    Args:
        scores: Of at least two models.
        baseline: Model to compare the others with; by default the best.
        seed: Of bootstrap and permutations.

    Raises:
        ValueError: The baseline is not among the models.
    """
    if baseline is not None and baseline not in scores.models:
        lacks = scores.lacking.get(baseline)
        raise ValueError(
            f"baseline: {baseline} is left out, because it has no score on {'; '.join(lacks)}"
            if lacks
            else f"baseline: no runs of {baseline!r}{nearest(baseline, scores.models)}; "
            f"there are {', '.join(scores.models)}"
        )
    heaps = any(_learned(scores, model).any() for model in scores.models)
    order = [scores.models.index(model) for model in scores.ranked]
    name = baseline or scores.ranked[0]
    against = {one.model: one for one in improvements(scores, name, chosen=baseline is not None)}
    return Ranking(
        scores=scores,
        standings=[_standing(scores, place, heaps, seed) for place in order],
        baseline=name,
        chosen=baseline is not None,
        improvements=[against[model] for model in scores.ranked if model in against],
        differences=differences(scores, seed=seed) if len(scores.tasks) > 1 else None,
        all_or_nothing=heaps,
    )


def _learned(scores: Scores, model: str) -> np.ndarray:
    """Share of all runs, failed ones too, that reach the border of the metric, by task; nothing where it has none."""
    border = scores.metric.success
    if border is None:
        return np.array([])
    sign = -1.0 if scores.metric.lower_is_better else 1.0
    return np.array([(values >= sign * border).mean() for values in scores.all_runs(model)])


def _standing(scores: Scores, place: int, heaps: bool, seed: int) -> Standing:
    model = scores.models[place]
    values = scores.of(model)
    low, high = (math.nan, math.nan) if heaps else iqm_interval(values, seed=seed)
    shares = _learned(scores, model)
    success = float(shares.mean()) if len(shares) else math.nan
    runs = scores.all_runs(model)
    success_low, success_high = share_interval(success, len(runs) * min(map(len, runs)))
    return Standing(
        model=model,
        place=place,
        mean_rank=float(scores.mean_ranks[place]),
        iqm=interquartile_mean_over_tasks(values),
        low=low,
        high=high,
        success=success,
        success_low=float(success_low),
        success_high=float(success_high),
        n=sum(map(len, values)),
    )

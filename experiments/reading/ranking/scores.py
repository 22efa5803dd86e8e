"""The scores of models on tasks: what a ranking is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import stats

from experiments.core.metric import Metric


@dataclass(frozen=True)
class Scores:
    """Models, tasks, and the scores of runs that ended; every model has a score on every task.

    Args:
        metric: What a score is.
        models: Labels, in the one order of tables.
        tasks: Titles, in the order of the folders.
        values: One score a run, by model and task.
        lacking: Models that are left out, each with the tasks on which it has no score.
        unscored: Tasks that are left out, because no run ended there.
        failed: Names of the runs that failed, by model.
        lost: How many failed, by model and task.
        unfinished: Names of the runs without a result, or without this number, by model.
        repeated: Names of runs that stood in two folders and count once.
    """

    metric: Metric
    models: list[str]
    tasks: list[str]
    values: Mapping[tuple[str, str], np.ndarray]
    lacking: Mapping[str, list[str]] = field(default_factory=dict)
    unscored: list[str] = field(default_factory=list)
    failed: Mapping[str, list[str]] = field(default_factory=dict)
    lost: Mapping[tuple[str, str], int] = field(default_factory=dict)
    unfinished: Mapping[str, list[str]] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)

    def of(self, model: str) -> list[np.ndarray]:
        """Scores of a model, an array a task."""
        return [self.values[model, task] for task in self.tasks]

    def upward(self, model: str) -> list[np.ndarray]:
        """The same with the sign that makes more better."""
        sign = -1.0 if self.metric.lower_is_better else 1.0
        return [sign * values for values in self.of(model)]

    def all_runs(self, model: str) -> list[np.ndarray]:
        """The same with the runs that failed, which are below every score: what a share of runs is taken of."""
        lost = [np.full(self.lost.get((model, task), 0), -np.inf) for task in self.tasks]
        return [np.concatenate(both) for both in zip(self.upward(model), lost)]

    def pooled(self, model: str) -> np.ndarray:
        """All scores of a model."""
        return np.concatenate(self.of(model))

    def fewest(self, model: str) -> int:
        """The number of runs on the task on which the model has fewest."""
        return min(map(len, self.of(model)))

    @cached_property
    def means(self) -> np.ndarray:
        """Mean scores over seeds, (models, tasks)."""
        return np.array([[values.mean() for values in self.of(model)] for model in self.models])

    @cached_property
    def ranks(self) -> np.ndarray:
        """Ranks of the means within a task, (models, tasks): 1 is best, equal means share the mean of their ranks."""
        # Sums of the same scores in another order differ in their last bits.
        rounded = np.vectorize(lambda value: float(f"{value:.12g}"))(self.means)
        return np.asarray(stats.rankdata(rounded if self.metric.lower_is_better else -rounded, axis=0))

    @cached_property
    def mean_ranks(self) -> np.ndarray:
        """Mean rank over tasks, one per model."""
        return self.ranks.mean(axis=1)

    @property
    def ranked(self) -> list[str]:
        """Models from the best mean rank to the worst."""
        return [self.models[i] for i in np.argsort(self.mean_ranks, kind="stable")]

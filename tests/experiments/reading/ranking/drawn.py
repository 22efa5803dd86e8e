"""Scores out of a generator, for tests of what is said of them."""

import numpy as np

from experiments.core.metric import Metric
from experiments.reading.ranking.scores import Scores

ACCURACY = Metric("test_accuracy", "test accuracy")
ERROR = Metric("test_error", "error", lower_is_better=True)


def scores_of(values, metric=ACCURACY):
    """Scores from one array (tasks, seeds), or a list of arrays, a model."""
    tasks = [f"task {number}" for number in range(len(next(iter(values.values()))))]
    return Scores(
        metric=metric,
        models=list(values),
        tasks=tasks,
        values={
            (model, task): np.asarray(one, dtype=float)
            for model, rows in values.items()
            for task, one in zip(tasks, rows)
        },
    )


def equal_models(rng, models, tasks, seeds, metric=ACCURACY):
    """Models whose runs come from one normal distribution."""
    return scores_of({f"m{k}": rng.normal(size=(tasks, seeds)) for k in range(models)}, metric)

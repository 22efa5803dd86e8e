"""Against the code of Agarwal et al. 2021, where it is installed; its package is not developed any more."""

import numpy as np
import pytest

from experiments.reading.ranking.aggregates import interquartile_mean_over_tasks
from experiments.reading.ranking.improvement import probability_of_improvement
from experiments.reading.ranking.profiles import share_above

library = pytest.importorskip("rliable.library")
metrics = pytest.importorskip("rliable.metrics")


@pytest.mark.parametrize("draw", range(20))
def test_the_same_numbers(draw):
    rng = np.random.default_rng(draw)
    tasks, runs, other = rng.integers(2, 9, size=3)
    # Of one decimal, so that there are ties.
    first, second = (np.round(rng.normal(size=(n, tasks)), 1) for n in (runs, other))
    levels = np.linspace(-2, 2, 41)
    x, y = list(first.T), list(second.T)
    assert interquartile_mean_over_tasks(x) == pytest.approx(metrics.aggregate_iqm(first), abs=1e-12)
    expected = metrics.probability_of_improvement(first, second)
    assert probability_of_improvement(x, y) == pytest.approx(expected, abs=1e-12)
    assert share_above(x, levels) == pytest.approx(library.score_distributions(first, levels), abs=1e-12)

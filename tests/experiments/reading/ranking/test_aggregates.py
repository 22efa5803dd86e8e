import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.reading.ranking.aggregates import interquartile_mean_over_tasks, iqm_interval

NUMBERS = st.floats(-100, 100).map(lambda value: round(value, 3))


@given(st.integers(1, 6), st.integers(1, 7), st.integers(0, 999))
def test_with_equally_many_runs_it_is_scipys_trimmed_mean(tasks, seeds, draw):
    scores = np.random.default_rng(draw).normal(size=(tasks, seeds))
    expected = stats.trim_mean(scores, 0.25, axis=None)
    assert interquartile_mean_over_tasks(list(scores)) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=5), min_size=1, max_size=4))
def test_tasks_weigh_alike_whatever_their_number_of_runs(scores):
    """As often as makes all tasks equally large, each run stands in a list, of which whole runs are cut."""
    size = math.lcm(*map(len, scores))
    pooled = sorted((value, k, j, size // len(v)) for k, v in enumerate(scores) for j, value in enumerate(v))
    total = size * len(scores)

    def cut(runs):
        gone, count = [], 0
        for run in runs:
            count += run[-1]
            if 4 * count > total:
                break
            gone.append(run)
        return gone

    kept = set(pooled) - set(cut(pooled)) - set(cut(reversed(pooled)))
    expected = sum(value * weight for value, _, _, weight in kept) / sum(run[-1] for run in kept)
    found = interquartile_mean_over_tasks([np.array(v) for v in scores])
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("tasks", "seeds", "draws"),
    [(1, 3, 1500), (1, 5, 1500), (4, 3, 1500), (4, 5, 1000), (10, 3, 1000), (10, 10, 400)],
)
def test_the_interval_holds_its_level_with_few_seeds(tasks, seeds, draws):
    rng = np.random.default_rng(tasks * 100 + seeds)
    covered = 0
    for draw in range(draws):
        low, high = iqm_interval(list(rng.normal(size=(tasks, seeds))), seed=draw, resamples=300)
        covered += low <= 0 <= high
    # 0.95, less three standard errors of this many draws; nothing forbids more.
    assert covered / draws >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / draws)
    assert covered / draws <= 0.995


@pytest.mark.parametrize(("tasks", "seeds"), [(2, 3), (4, 3), (4, 5), (10, 3)])
@pytest.mark.parametrize("apart", [1, 4])
def test_it_holds_where_tasks_differ_in_height_and_tenfold_in_spread(tasks, seeds, apart):
    rng = np.random.default_rng(tasks + seeds)
    heights = apart * np.linspace(-1, 1, tasks)[:, None]
    spreads = np.resize([0.3, 3.0], tasks)[:, None]
    # The middle half of the mixture: of its own distribution function, by bisection and many quantiles.
    levels = 0.25 + (np.arange(2000) + 0.5) / 4000
    low, high = np.full(levels.shape, -30.0), np.full(levels.shape, 30.0)
    for _ in range(60):
        middle = (low + high) / 2
        above = stats.norm.cdf((middle - heights) / spreads).mean(axis=0) > levels
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    truth = ((low + high) / 2).mean()
    covered = 0
    for draw in range(600):
        scores = heights + spreads * rng.normal(size=(tasks, seeds))
        low_end, high_end = iqm_interval(list(scores), seed=draw, resamples=300)
        covered += low_end <= truth <= high_end
    assert covered / 600 >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / 600)


def test_on_one_task_of_three_seeds_it_is_students_interval():
    values = np.array([0.2, 0.5, 0.9])
    low, high = iqm_interval([values], resamples=200_000)
    expected = stats.t.interval(0.95, 2, values.mean(), stats.sem(values))
    assert (low, high) == pytest.approx(expected, rel=0.02)  # the error of a bootstrap of this size


def test_it_moves_and_stretches_with_the_scores_and_its_seed_fixes_it():
    scores = list(np.random.default_rng(0).normal(size=(4, 5)))
    low, high = iqm_interval(scores, seed=3)
    assert (low, high) == iqm_interval(scores, seed=3)
    moved = iqm_interval([7 - 2 * values for values in scores], seed=3)
    assert moved == pytest.approx((7 - 2 * high, 7 - 2 * low), abs=1e-9)


@pytest.mark.parametrize(
    "scores", [[[0.5], [0.1, 0.2]], [[1.0, 1.0, 1.0]], [[1 / 3] * 3, [0.7] * 3], [[0.1, 0.5, 0.5, 0.9]]]
)
def test_one_run_or_no_spread_gives_no_interval(scores):
    assert all(map(math.isnan, iqm_interval([np.array(values) for values in scores])))

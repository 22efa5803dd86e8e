import itertools
import math

import numpy as np
import pytest
from scipy import stats

from experiments.reading.ranking.differences import (
    critical_difference,
    differences,
    friedman_p,
    friedman_statistic,
)
from tests.experiments.reading.ranking.drawn import equal_models, scores_of


@pytest.mark.parametrize("values", [10, 3])  # many and few, so that there are ties
def test_the_statistic_is_scipys(values):
    rng = np.random.default_rng(0)
    for _ in range(50):
        means = rng.integers(values, size=(rng.integers(3, 7), rng.integers(2, 9)))
        if np.ptp(means, axis=0).max() == 0:
            continue
        expected = stats.friedmanchisquare(*means).statistic
        assert friedman_statistic(stats.rankdata(means, axis=0)) == pytest.approx(expected)


def test_models_that_are_equal_everywhere_do_not_differ():
    scores = scores_of({"a": [[1.0], [2.0]], "b": [[1.0], [2.0]]})
    found = differences(scores)
    assert (found.statistic, found.p, found.groups) == (0, 1, [["a", "b"]])


@pytest.mark.parametrize("means", [[[3, 3, 3], [2, 1, 2], [1, 2, 2]], [[5, 6, 4, 9], [1, 2, 3, 4]]])
def test_the_p_value_is_the_share_of_all_permutations(means):
    ranks = stats.rankdata(means, axis=0)
    rows = [list(itertools.permutations(column)) for column in ranks.T]
    every = [friedman_statistic(np.array(columns).T) for columns in itertools.product(*rows)]
    expected = np.mean(np.array(every) >= friedman_statistic(ranks) - 1e-9)
    assert friedman_p(ranks, permutations=40_000) == pytest.approx(expected, abs=0.01)  # four standard errors


@pytest.mark.parametrize(
    ("models", "quantile"),
    [
        (2, 1.960),
        (3, 2.343),
        (4, 2.569),
        (5, 2.728),
        (6, 2.850),
        (7, 2.949),
        (8, 3.031),
        (9, 3.102),
        (10, 3.164),
    ],
)
def test_the_critical_difference_is_that_of_the_papers_table(models, quantile):
    expected = quantile * math.sqrt(models * (models + 1) / (6 * 14))
    assert critical_difference(models, 14) == pytest.approx(expected, rel=5e-4)  # three digits are printed


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_the_largest_sets_within_the_critical_difference(seed):
    rng = np.random.default_rng(seed)
    shifts = rng.integers(4, size=7)
    scores = scores_of({f"m{k}": rng.normal(size=(12, 3)) + 2 * shift for k, shift in enumerate(shifts)})
    found = differences(scores)
    assert found.shown
    at = dict(zip(scores.models, scores.mean_ranks))
    close = [
        set(group)
        for size in range(2, 8)
        for group in itertools.combinations(scores.models, size)
        if max(at[m] for m in group) - min(at[m] for m in group) <= found.critical
    ]
    largest = [group for group in close if not any(group < other for other in close)]
    assert sorted(map(sorted, map(set, found.groups))) == sorted(map(sorted, largest))


@pytest.mark.parametrize(
    ("models", "tasks", "seeds"),
    [(2, 4, 3), (2, 6, 3), (3, 2, 3), (3, 4, 3), (5, 4, 5), (8, 4, 3), (4, 10, 10)],
)
def test_equal_models_differ_on_few_pages(models, tasks, seeds):
    rng = np.random.default_rng(5)
    wrong = 0
    for draw in range(500):
        scores = equal_models(rng, models, tasks, seeds)
        wrong += friedman_p(scores.ranks, seed=draw, permutations=199) <= 0.05
    # One in twenty, and three standard errors of this many pages above it; the mean of the seven lies below.
    assert wrong / 500 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 500)


def test_too_few_tasks_are_never_told_apart():
    scores = scores_of({"good": [[9, 8]] * 5, "bad": [[1, 2]] * 5})
    found = differences(scores)
    # Nemenyi's asymptotic rule alone would tell them apart here.
    assert np.ptp(scores.mean_ranks) > found.critical
    assert found.least_p == pytest.approx(1 / 16)
    assert not found.shown
    assert found.groups == [["good", "bad"]]
    assert differences(scores_of({"good": [[9, 8]] * 8, "bad": [[1, 2]] * 8})).groups == []

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.reading.ranking.improvement import improvements, probability_of_improvement
from tests.experiments.reading.ranking.drawn import ACCURACY, ERROR, equal_models, scores_of

VALUES = st.lists(st.integers(0, 4), min_size=1, max_size=6)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=4))
def test_it_is_the_statistic_of_mann_and_whitney_over_the_pairs(tasks):
    first, second = ([np.array(task[side], dtype=float) for task in tasks] for side in (0, 1))
    expected = np.mean(
        [
            stats.mannwhitneyu(x, y, method="asymptotic").statistic / len(x) / len(y)
            for x, y in zip(first, second)
        ]
        if all(len(set(x) | set(y)) > 1 for x, y in zip(first, second))
        else [
            sum((a > b) + (a == b) / 2 for a in x for b in y) / len(x) / len(y) for x, y in zip(first, second)
        ]
    )
    assert probability_of_improvement(first, second) == pytest.approx(expected, abs=1e-12)
    assert probability_of_improvement(second, first) == pytest.approx(1 - expected, abs=1e-12)


@pytest.mark.parametrize(("metric", "expected"), [(ACCURACY, 1.0), (ERROR, 0.0)])
def test_better_is_what_the_metric_says(metric, expected):
    scores = scores_of({"high": [[5, 6], [8, 9]], "low": [[1, 2], [3, 4]]}, metric)
    (one,) = improvements(scores, "low", chosen=True)
    assert (one.model, one.probability, one.ahead) == ("high", expected, 2 * expected)
    assert one.low <= one.probability <= one.high
    assert one.low < one.high  # all of two against all of two is no certainty


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize("tasks", [1, 4, 10])
@pytest.mark.parametrize("shift", [0.0, 1.0, 2.5])
def test_the_interval_holds_its_level(tasks, seeds, shift):
    rng = np.random.default_rng(7)
    truth = stats.norm.cdf(shift / np.sqrt(2))
    covered = 0
    for _ in range(300):
        runs = rng.normal(size=(2, tasks, seeds))
        (one,) = improvements(scores_of({"a": runs[0] + shift, "b": runs[1]}), "b", chosen=True)
        covered += one.low <= truth <= one.high
    assert covered / 300 >= 0.94


@pytest.mark.parametrize(
    ("models", "tasks", "seeds"), [(2, 1, 5), (2, 5, 3), (3, 4, 5), (6, 1, 10), (6, 6, 3)]
)
def test_equal_models_differ_on_few_pages_even_from_the_luckiest_of_them(models, tasks, seeds):
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(300):
        scores = equal_models(rng, models, tasks, seeds)
        found = improvements(scores, scores.ranked[0], chosen=False)
        wrong += any(one.low > 0.5 or one.high < 0.5 for one in found)
    assert wrong / 300 <= 0.06


@pytest.mark.parametrize("chance", [0.05, 0.16, 0.5])
def test_it_holds_against_a_model_that_draws_nothing(chance):
    """The widest that the share strays: the model compared with is the same in every run, the other all or nothing."""
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(400):
        runs = (rng.random((1, 5)) < chance).astype(float)
        (one,) = improvements(scores_of({"a": runs, "b": np.full((1, 5), 0.5)}), "b", chosen=True)
        covered += one.low <= chance <= one.high
    assert covered / 400 >= 0.95


def test_many_runs_show_a_difference():
    rng = np.random.default_rng(2)
    scores = scores_of({"a": rng.normal(size=(4, 10)) + 2, "b": rng.normal(size=(4, 10))})
    (one,) = improvements(scores, "a", chosen=False)
    assert one.high < 0.5

"""Simulation: where nothing differs, how often the lab says that something does, and how often intervals hold."""

import numpy as np
import pytest
from scipy import stats

from experiments.core.metric import Metric
from experiments.reading.statistics.contrast import contrast
from experiments.reading.statistics.intervals import (
    interquartile_interval,
    interquartile_mean,
    paired_t,
    success_interval,
    welch_t,
)
from experiments.reading.statistics.verdicts import BETTER, EQUIVALENT, WORSE, decide

ACCURACY = Metric("test_accuracy", "accuracy", success=0.99)
ERROR = Metric("test_error", "error", lower_is_better=True)
SEEDS = (3, 5, 10)
#: How often a rate of 5 % exceeds 6 % by chance alone is below one in a hundred with so many draws.
DRAWS = 3000


def normal(rng, n):
    return rng.normal(0.7, 0.05, n)


def bimodal(share):
    def draw(rng, n):
        learned = rng.random(n) < share
        return np.where(learned, 1 - 0.001 * rng.random(n), 0.1 + 0.02 * rng.random(n))

    return draw


def partly(rng, n):
    """Above the border, somewhere below it, or diverged."""
    scores = np.where(rng.random(n) < 0.4, 1.0, rng.uniform(0.1, 0.99, n))
    return np.where(rng.random(n) < 0.1, np.nan, scores)


def false_calls(draw, n, *, metric=ACCURACY, paired=True, draws=DRAWS, comparisons=1, seed=0, **options):
    """Share of pages of equal models on which some verdict is better or worse."""
    rng = np.random.default_rng(seed)
    wrong = 0
    for _ in range(draws):
        base = draw(rng, n)
        rows = [contrast(draw(rng, n), base, metric, paired=paired) for _ in range(comparisons)]
        wrong += any(verdict in (BETTER, WORSE) for verdict, _ in decide(rows, metric, **options))
    return wrong / draws


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("paired", [True, False], ids=["paired", "unpaired"])
@pytest.mark.parametrize(
    "draw",
    [normal, bimodal(0.5), bimodal(0.8), partly],
    ids=["normal", "half-learn", "most-learn", "partly"],
)
def test_one_comparison_of_equal_models_is_called_different_at_most_one_time_in_twenty(draw, paired, n):
    assert false_calls(draw, n, paired=paired, draws=1500) <= 0.06


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("draw", [normal, bimodal(0.5), partly], ids=["normal", "half-learn", "partly"])
def test_a_page_of_equal_models_has_a_false_verdict_at_most_one_time_in_twenty(draw, n):
    assert false_calls(draw, n, draws=700, comparisons=8) <= 0.06


def test_a_page_in_two_parts_gives_each_half_of_the_level():
    assert false_calls(normal, 5, families=2) <= 0.032


def test_below_three_seeds_there_are_no_verdicts():
    assert false_calls(normal, 2, draws=200) == 0
    assert false_calls(normal, 2, draws=200, paired=False) == 0


@pytest.mark.parametrize("n", SEEDS)
def test_a_difference_as_large_as_the_region_is_rarely_called_equivalent(n):
    rng = np.random.default_rng(n)
    wrong = 0
    for _ in range(DRAWS):
        row = contrast(rng.normal(0.02, 0.01, n), np.zeros(n), ERROR, paired=True)
        wrong += decide([row], ERROR, equivalent=0.02)[0][0] == EQUIVALENT
    assert wrong / DRAWS <= 0.06


def coverage(interval, truth, draw, draws=DRAWS):
    rng = np.random.default_rng(1)
    ends = np.array([interval(draw(rng)) for _ in range(draws)])
    return np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))


@pytest.mark.parametrize("n", SEEDS)
def test_the_interval_of_a_mean_covers_it_in_19_of_20_cases(n):
    covered = coverage(lambda values: paired_t(values).interval, 2.0, lambda rng: rng.normal(2, 3, n), 6000)
    assert 0.94 <= covered <= 0.965


@pytest.mark.parametrize("n", SEEDS)
def test_the_interval_of_an_unpaired_difference_covers_it(n):
    def draw(rng):
        return rng.normal(1, 1, n), rng.normal(3, 1, n)

    covered = coverage(lambda both: welch_t(*both).interval, 2.0, draw, 20_000)
    # Welch's approximation errs towards width with three values of equal spread: 0.9652, of which 0.0013 is chance.
    assert 0.94 <= covered <= (0.968 if n == 3 else 0.965)


@pytest.mark.parametrize("n", [4, 5, 7, 10, 20])
def test_the_interval_of_an_interquartile_mean_covers_it(n):
    covered = coverage(interquartile_interval, 2.0, lambda rng: rng.normal(2, 3, n), 6000)
    assert 0.94 <= covered <= 0.965


@pytest.mark.parametrize("n", [4, 5, 7, 10, 20])
@pytest.mark.parametrize("family", ["standard_cauchy", "uniform"])
def test_it_nearly_does_so_for_scores_that_are_not_normal(family, n):
    def draw(rng):
        return rng.uniform(-1, 1, n) if family == "uniform" else rng.standard_cauchy(n)

    assert coverage(interquartile_interval, 0.0, draw) >= 0.91


def test_the_interquartile_mean_of_three_values_is_none():
    assert np.isnan(interquartile_mean([0.1, 0.5, 1.0]))
    assert np.isnan(interquartile_interval([0.1, 0.5, 1.0])).all()


@pytest.mark.parametrize("n", SEEDS)
def test_wilsons_interval_covers_a_rate_on_average(n):
    # Over all rates alike, as a single rate jumps with the few counts there are.
    rates = np.linspace(0.005, 0.995, 199)
    ends = np.array([success_interval(k, n) for k in range(n + 1)])
    inside = (ends[:, :1] <= rates) & (rates <= ends[:, 1:])
    chances = stats.binom.pmf(np.arange(n + 1)[:, None], n, rates)
    assert 0.94 <= (chances * inside).sum(0).mean() <= 0.97

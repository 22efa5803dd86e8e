import math

import numpy as np
import pytest
from scipy import stats

from experiments.reproductions.parts.decided import decided
from experiments.reproductions.parts.groups import Group
from experiments.reproductions.parts.times import NEVER, Sooner, Steadier, rank_sum


def steps(*values):
    return Group("a", np.array([float(value) for value in values]))


def answer(part):
    (check,) = decided([part])
    return check.holds


def test_without_ties_it_is_the_exact_rank_sum_test():
    rng = np.random.default_rng(0)
    for n, m in ((3, 3), (4, 6), (6, 5), (10, 10)):
        first, second = rng.permutation(100)[:n] + 0.0, rng.permutation(100)[:m] + 0.5
        expected = stats.mannwhitneyu(first, second, method="exact").pvalue
        assert rank_sum(tuple(first), tuple(second))[0] == pytest.approx(expected)


def test_with_ties_it_is_the_permutation_test_of_the_ranks():
    first, second = (100.0, 200.0, 200.0, NEVER), (200.0, NEVER, NEVER, NEVER, 300.0)
    ranks = stats.rankdata([*first, *second])
    expected = stats.permutation_test(
        (ranks[:4], ranks[4:]), lambda a, b: a.mean() - b.mean(), n_resamples=np.inf
    ).pvalue
    p, sooner = rank_sum(first, second)
    assert p == pytest.approx(expected)
    assert sooner


def test_many_runs():
    first, second = (tuple(np.arange(23.0) + shift) for shift in (0, 30))
    assert rank_sum(first, second) == (pytest.approx(2 / math.comb(46, 23)), True)


def test_who_is_sooner():
    early, late = steps(100, 200, 300, 150, 250), steps(900, 800, NEVER, NEVER, 700)
    assert answer(Sooner("", early, late)) is True
    assert answer(Sooner("", late, early)) is False
    assert answer(Sooner("", early, early)) is None
    assert answer(Sooner("", steps(1, 2, 3), steps(4, 5, NEVER))) is None  # three against three are too few
    (check,) = decided([Sooner("", early, late)])
    assert check.measured.startswith(
        "a at 100, 200, 300, 150, 250 against a at 900, 800, never, never, 700; p = "
    )
    (edge,) = decided([Sooner("", early, late, "the last of the grid")])
    assert edge.holds is None
    assert edge.measured.endswith("the last of the grid")


def test_who_is_steadier():
    steady, loose = steps(500, 505, 495, 500, 502, 498), steps(100, 900, 300, 1200, 700, 50)
    assert answer(Steadier("", steady, loose)) is True
    assert answer(Steadier("", loose, steady)) is False
    assert answer(Steadier("", steps(5, 5, 5), steps(7, 7, 7))) is None
    (check,) = decided([Steadier("", steady, steps(100, 900, NEVER, 1200, 700, 50))])
    assert check.holds is None
    assert "no step" in check.measured


def test_equal_models_are_sooner_or_steadier_in_one_of_twenty_at_most():
    rng, times, wrong = np.random.default_rng(1), 400, 0
    for _ in range(times):
        drawn = rng.lognormal(6, 0.5, (2, 5)).round(-2)
        drawn[drawn > 900] = NEVER
        a, b = (Group("a", values) for values in drawn)
        wrong += any(check.holds for check in decided([Sooner("", a, b), Steadier("", a, b)]))
    assert wrong <= stats.binom.ppf(0.999, times, 0.05)

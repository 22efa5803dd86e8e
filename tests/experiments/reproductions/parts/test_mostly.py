import numpy as np
import pytest
from scipy import stats

from experiments.reproductions.parts.decided import decided
from experiments.reproductions.parts.groups import Group, not_run
from experiments.reproductions.parts.mostly import Border, Mostly, reach, stay_below


def runs(high, low, *, failed=0, still=0):
    """So many runs at 1, at 0.1, without a score, and at 0.1 when a cut ended them."""
    scores = np.array([1.0] * high + [0.1] * low + [np.nan] * failed + [0.1] * still)
    return Group("a", scores, np.array([False] * (high + low + failed) + [True] * still))


def holds(*parts):
    return [check.holds for check in decided(parts)]


@pytest.mark.parametrize("high", range(11))
def test_it_is_the_sign_test(high):
    p = stats.binomtest(high, 10, 0.5, alternative="greater").pvalue
    (check,) = decided([reach("", [runs(high, 10 - high)], 0.99)])
    assert check.measured.startswith(f"at 0.99 or more: {high} of 10 (a); p = {p:.2g}")
    assert check.holds is (True if p <= 0.05 else False if high <= 1 else None)
    (other,) = decided([stay_below("", [runs(10 - high, high)], 0.99)])
    assert other.holds is check.holds


def test_a_part_holds_only_where_it_does_for_each_group():
    assert holds(reach("", [runs(10, 0), runs(9, 1)], 0.99)) == [True]
    assert holds(reach("", [runs(10, 0), runs(6, 4)], 0.99)) == [None]
    assert holds(reach("", [runs(10, 0), runs(0, 10)], 0.99)) == [False]
    assert holds(Mostly("", [Border(runs(10, 0), 0.9), Border(runs(0, 10), 0.9, below=True)])) == [True]


def test_parts_of_a_claim_are_corrected_together():
    five = reach("", [runs(5, 0)], 0.99)  # p = 1/32
    assert holds(five) == [True]
    assert holds(five, five) == [None, None]


def test_a_run_that_failed_has_reached_nothing_and_has_stayed_nowhere():
    assert holds(reach("", [runs(8, 0, failed=2)], 0.99)) == [None]
    assert holds(reach("", [runs(0, 0, failed=6)], 0.99)) == [False]
    assert holds(stay_below("", [runs(0, 0, failed=6)], 0.99)) == [None]


def test_what_a_cut_ended_while_it_was_low_shows_nothing():
    for part in (reach("", [runs(0, 0, still=10)], 0.99), stay_below("", [runs(0, 0, still=10)], 0.99)):
        (check,) = decided([part])
        assert check.holds is None
        assert check.measured.endswith("10 still training when the cut ended")
    assert holds(stay_below("", [runs(0, 9, still=1)], 0.99)) == [True]
    assert holds(reach("", [runs(9, 0, still=1)], 0.99)) == [True]


def test_too_few_runs_and_none():
    (two,) = decided([reach("", [runs(2, 0)], 0.99)])
    assert (two.holds, two.measured) == (None, "at 0.99 or more: 2 of 2 (a); fewer than 3 seeds")
    for groups in ([], [not_run("a"), not_run("b")]):
        (none,) = decided([reach("", groups, 0.99)])
        assert (none.holds, none.measured) == (None, "no such runs")


def test_a_group_that_was_not_run_can_be_refuted_by_another_and_not_shown():
    assert holds(reach("", [not_run("b"), runs(10, 0)], 0.99)) == [None]
    assert holds(reach("", [not_run("b"), runs(0, 10)], 0.99)) == [False]


def test_runs_that_are_as_often_on_either_side_are_told_apart_in_one_of_twenty_at_most():
    rng, times, wrong = np.random.default_rng(5), 2000, 0
    for high in rng.binomial(10, 0.5, times):
        wrong += holds(reach("", [runs(high, 10 - high)], 0.99)) == [True]
    assert wrong <= stats.binom.ppf(0.999, times, 0.05)

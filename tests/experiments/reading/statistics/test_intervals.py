import math
import statistics

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from experiments.reading.statistics.intervals import (
    Estimate,
    interquartile_interval,
    interquartile_mean,
    paired_t,
    success_interval,
    welch_t,
)

samples = st.lists(st.integers(0, 50).map(lambda k: k / 50), min_size=2, max_size=11)


@given(samples)
def test_paired_interval_is_scipys(differences):
    found = paired_t(differences)
    if np.ptp(differences) == 0:
        assert [found.mean, *found.interval] == pytest.approx([differences[0]] * 3)
        return
    expected = scipy.stats.ttest_1samp(differences, 0)
    ends = expected.confidence_interval(0.95)
    assert (*found.interval, found.p) == pytest.approx((*ends, expected.pvalue), rel=1e-9, abs=1e-12)


@given(samples, samples)
def test_unpaired_interval_is_scipys(first, second):
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return  # scipy has no answer
    found = welch_t(first, second)
    expected = scipy.stats.ttest_ind(second, first, equal_var=False)
    ends = expected.confidence_interval(0.95)
    assert (*found.interval, found.p) == pytest.approx((*ends, expected.pvalue), rel=1e-9, abs=1e-12)


@given(samples, st.floats(0.01, 2))
def test_two_one_sided_tests_are_scipys(differences, region):
    if np.ptp(differences) == 0:
        return
    sides = [
        scipy.stats.ttest_1samp(differences, -region, alternative="greater").pvalue,
        scipy.stats.ttest_1samp(differences, region, alternative="less").pvalue,
    ]
    assert paired_t(differences).p_outside(region) == pytest.approx(max(sides), rel=1e-9, abs=1e-12)


def test_one_value_has_no_interval():
    assert all(math.isnan(end) for end in paired_t([0.5]).interval)
    assert all(math.isnan(end) for end in welch_t([0.5], [0.1, 0.2]).interval)


def test_equal_values_are_reckoned_with_the_worth_of_an_example():
    assert paired_t([0.0, 0.0, 0.0]).interval == (0.0, 0.0)
    low, high = paired_t([0.0, 0.0, 0.0], floor=0.1).interval
    assert (low, high) == pytest.approx((-0.2484, 0.2484), abs=1e-4)  # 4.303 * 0.1 / sqrt(3)


def test_an_estimate_without_error_is_sure():
    assert Estimate(0.5, 0.0, 2).p == 0.0
    assert Estimate(0.0, 0.0, 2).p == 1.0
    assert (Estimate(0.5, 0.0, 2).p_outside(1.0), Estimate(0.5, 0.0, 2).p_outside(0.1)) == (0.0, 1.0)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=40))
def test_interquartile_mean_drops_a_quarter_at_each_end(values):
    cut = len(values) // 4
    kept = sorted(values)[cut : len(values) - cut]
    assert interquartile_mean(values) == pytest.approx(statistics.fmean(kept), abs=1e-12)
    low, high = interquartile_interval(values)
    assert (low + high) / 2 == pytest.approx(interquartile_mean(values), abs=1e-9)


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=9), st.floats(0.1, 10), st.floats(-3, 3))
def test_its_interval_follows_unit_and_origin(values, unit, origin):
    moved = interquartile_interval([unit * value + origin for value in values])
    assert moved == pytest.approx([unit * end + origin for end in interquartile_interval(values)], abs=1e-6)


@given(st.integers(1, 40), st.data())
def test_a_rates_interval_is_wilsons(runs, data):
    k, z = data.draw(st.integers(0, runs)), scipy.stats.norm.ppf(0.975)
    # Both ends solve |rate - k / n| = z sqrt(rate (1 - rate) / n) (Wilson 1927).
    for end in success_interval(k, runs):
        assert (end - k / runs) ** 2 == pytest.approx(z**2 * end * (1 - end) / runs, abs=1e-9)


def test_of_no_runs_there_is_no_rate():
    assert all(math.isnan(end) for end in success_interval(0, 0))

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.reading.ranking.shares import share_interval


@given(st.integers(1, 60), st.data(), st.sampled_from([0.9, 0.95, 0.99]))
def test_it_is_the_exact_interval_of_scipy(count, data, confidence):
    successes = data.draw(st.integers(0, count))
    expected = stats.binomtest(successes, count).proportion_ci(confidence, "exact")
    low, high = share_interval(successes / count, count, confidence)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.1, 0.9), (0.0, 1.0, 0.7, 0.95)])
@pytest.mark.parametrize("seeds", [1, 3, 10])
def test_over_tasks_it_is_never_too_narrow(shares, seeds):
    rng = np.random.default_rng(seeds)
    means = rng.binomial(seeds, shares, size=(4000, len(shares))).mean(axis=1) / seeds
    low, high = share_interval(means, seeds * len(shares))
    assert ((low <= np.mean(shares)) & (np.mean(shares) <= high)).mean() >= 0.95
